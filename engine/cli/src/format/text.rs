//! A table a person reads in a terminal of 80 columns.

use std::fmt::Write as _;
use std::io::Write;

use shotfix_core::{Array, ClassPosterior, Enu};

use super::FormatError;
use super::numbers::{Place, percent};
use super::told;
use crate::findings::Findings;
use crate::{ellipse, status};

/// Text from outside on one line of a terminal: control characters would move its cursor.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// `gunfire 94 %`.
pub(super) fn class_words(class: &ClassPosterior) -> String {
    let (best, probability) = class.best();
    format!("{} {}", best.label(), percent(probability))
}

/// `1 round`, `3 rounds`.
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Six decimals of a degree are 0.1 m, a decimetre in a local frame too.
pub(super) fn place(array: &Array, position: Enu) -> String {
    match Place::new(array, position) {
        Place::Globe {
            latitude,
            longitude,
            ..
        } => format!("{latitude:.6}, {longitude:.6}"),
        Place::Local { east, north, .. } => format!("east {east:.1}, north {north:.1}"),
    }
}

fn incident(text: &mut String, findings: &Findings<'_>, n: usize) -> std::fmt::Result {
    let array = &findings.report.array;
    let incident = &findings.report.incidents[n];
    let (used, of) = status::used_of(incident);
    writeln!(
        text,
        "{:.3}  {}  {}{}",
        incident.time,
        class_words(&incident.class),
        count(incident.shots.len(), "round"),
        incident
            .kinds()
            .iter()
            .map(|kind| format!(", {kind}"))
            .collect::<String>(),
    )?;
    writeln!(
        text,
        "  at {}  within {}  {used} of {of} sensors",
        place(array, incident.position),
        ellipse::words(&incident.ellipse95),
    )?;
    writeln!(
        text,
        "  half of the probability within {}",
        ellipse::words(&incident.ellipse95.of_half()),
    )?;
    if let Some(repetition) = &incident.repetition {
        writeln!(text, "  {}", repetition.words())?;
    }
    if let Some(motion) = &incident.motion {
        writeln!(text, "  {}", motion.words())?;
    }
    if let Some(track) = &incident.track {
        writeln!(text, "  {}", track.words())?;
        writeln!(text, "  {}", track.motion.words())?;
    }
    // A line of its own: how long a name is, is not ours to say.
    writeln!(text, "  id {}", plain(&incident.id))?;
    writeln!(
        text,
        "  {:>5} {:>9}  {:<28} {:<22} {:>7}",
        "round", "after s", "position", "95 % half-axes", "sensors"
    )?;
    for (k, shot) in incident.shots.iter().enumerate() {
        writeln!(
            text,
            "  {:>5} {:>+9.3}  {:<28} {:<22} {:>7}",
            k + 1,
            shot.time.since(incident.time).0,
            place(array, shot.position),
            ellipse::words(&shot.ellipse95),
            format!("{}/{}", shot.n_used(), shot.arrivals.len()),
        )?;
    }
    for (k, shot) in incident.shots.iter().enumerate() {
        if let Some(flight) = &shot.trajectory {
            let words = told::trajectory(flight);
            writeln!(text, "  round {}: rifle{words}", k + 1)?;
        }
        if let Some(aloft) = &shot.aloft {
            writeln!(text, "  round {}: {}", k + 1, aloft.words())?;
        }
        if let Some(map) = findings.map(n, k) {
            writeln!(
                text,
                "  round {}: probability map: 95 % within {:.0} m2 in {}, 50 % within {:.0} m2",
                k + 1,
                map.region95.area_m2,
                count(map.region95.polygons.len(), "piece"),
                map.region50.area_m2,
            )?;
        }
    }
    for k in 0..incident.shots.len() {
        if let Some(explanation) = findings.explanation(n, k) {
            told::explanation(text, array, k + 1, explanation)?;
        }
    }
    Ok(())
}

fn table(findings: &Findings<'_>) -> Result<String, std::fmt::Error> {
    let report = findings.report;
    let mut text = String::new();
    if report.incidents.is_empty() {
        text.push_str("No shots found.\n");
    }
    for k in 0..report.incidents.len() {
        if k > 0 {
            text.push('\n');
        }
        incident(&mut text, findings, k)?;
    }
    Ok(text)
}

/// Four lines an incident, then one a shot, then what was asked of the shots. Warnings are not here: they belong on stderr.
pub(super) fn write(findings: &Findings<'_>, out: &mut dyn Write) -> Result<(), FormatError> {
    let text = table(findings).map_err(std::io::Error::other)?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use shotfix_core::LocateReport;

    fn text(report: &LocateReport) -> String {
        fixture::written(write, report)
    }

    #[test]
    fn regress_golden_town() {
        fixture::golden("town.txt", &text(&fixture::town_report()));
    }

    #[test]
    fn regress_golden_anonymous() {
        fixture::golden("anonymous.txt", &text(&fixture::anonymous_report()));
    }

    #[test]
    fn a_source_that_moves_is_told_within_eighty_columns() {
        let text = text(&fixture::moving_report());
        for words in [
            "4 rounds, moving",
            "  moves at 13.0 +- 0.6 m/s towards 67 +- 3 deg: a vehicle",
            "  no. 6 on one way in 4 min, every 40 s: a machine that moves",
        ] {
            assert!(text.contains(words), "{words} is in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn says_that_nothing_was_found() {
        assert_eq!(text(&fixture::empty_report()), "No shots found.\n");
    }

    #[test]
    fn fits_eighty_columns_and_keeps_its_lines() {
        for report in [
            fixture::town_report(),
            fixture::anonymous_report(),
            fixture::hostile_report(),
        ] {
            let text = text(&report);
            let shots: usize = report.incidents.iter().map(|i| i.shots.len()).sum();
            assert_eq!(text.lines().count(), 5 * report.incidents.len() + shots);
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
                assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
