//! Explanations in words, within 80 columns.

use std::fmt::Write as _;

use shotfix_core::explain::{Explanation, Verdict};
use shotfix_core::{Array, Trajectory};

use super::text::{place, plain};

const WIDTH: usize = 80;

/// `, fired towards 64 +- 1 deg, bullet 850 +- 20 m/s`.
pub(super) fn trajectory(t: &Trajectory) -> String {
    format!(
        ", fired towards {:.0} +- {:.1} deg, bullet {:.0} +- {:.0} m/s",
        t.azimuth_deg, t.azimuth_sigma_deg, t.speed_m_s, t.speed_sigma_m_s
    )
}

/// Writes `words` as lines that start with `first` and go on indented by `indent`.
fn wrapped(text: &mut String, first: &str, indent: usize, words: &str) -> std::fmt::Result {
    let mut line = format!("{first:<indent$}");
    let mut empty = true;
    for word in words.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(text, "{}", line.trim_end())?;
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(text, "{}", line.trim_end())
}

/// The account of one round.
pub(super) fn explanation(
    text: &mut String,
    array: &Array,
    round: usize,
    explanation: &Explanation,
) -> std::fmt::Result {
    writeln!(text)?;
    wrapped(
        text,
        &format!("  round {round}"),
        11,
        &plain(&explanation.summary.join(" ")),
    )?;
    let groups = [
        ("used", "    Placed by"),
        ("set aside", "    Heard, but not used"),
        ("silent", "    Silent"),
        ("off", "    Not recording"),
    ];
    for (group, title) in groups {
        let members = explanation.accounts.iter().filter(|a| {
            let of = match a.verdict {
                Verdict::Used => "used",
                Verdict::Late | Verdict::Early | Verdict::ShockWave | Verdict::OtherRound(_) => {
                    "set aside"
                }
                Verdict::Silent => "silent",
                Verdict::NotRecording => "off",
            };
            of == group
        });
        let mut titled = false;
        for account in members {
            if !titled {
                writeln!(text, "{title}")?;
                titled = true;
            }
            let name = plain(&array.sensor(account.sensor).id);
            wrapped(text, &format!("      {name}: "), 8, &account.words)?;
        }
    }
    for (k, other) in explanation.alternatives.iter().enumerate() {
        if k == 0 {
            writeln!(text, "    It could also have been at")?;
        }
        let at = place(array, other.position);
        wrapped(text, &format!("      {at}: "), 8, &plain(&other.words))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::findings::Findings;
    use crate::fixture;
    use crate::format::{Format, write_report};
    use shotfix_core::Settings;

    #[test]
    fn names_every_sensor_and_fits_the_terminal() {
        for report in [fixture::town_report(), fixture::hostile_report()] {
            let findings = Findings::detailed(&report, &Settings::default(), true);
            let mut out = Vec::new();
            write_report(Format::Text, &findings, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("Placed by"), "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
                assert!(!line.chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn regress_golden_explained() {
        let report = fixture::town_report();
        let findings = Findings::detailed(&report, &Settings::default(), true);
        let mut out = Vec::new();
        write_report(Format::Text, &findings, &mut out).unwrap();
        fixture::golden("explained.txt", &String::from_utf8(out).unwrap());
    }
}
