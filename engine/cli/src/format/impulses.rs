//! `analyze`: the impulses of single recordings, as text and as `shotfix.impulses/1`.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use shotfix_core::cadence::{self, Beat};
use shotfix_core::classify::network::Rhythm;
use shotfix_core::classify::reason;
use shotfix_core::{Class, ClassPosterior, FileImpulses, Impulse};

use super::numbers::{rfc_3339, round, seconds};
use super::text::{class_words, count, plain};
use super::{Format, FormatError};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    files: Vec<FileJson<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct FileJson<'a> {
    file: &'a str,
    channel: u16,
    sample_rate_hz: f64,
    duration_s: f64,
    impulses: Vec<ImpulseJson>,
    bursts: Vec<BurstJson>,
}

/// Rounds of one weapon or string, echoes left out.
#[derive(Serialize)]
struct BurstJson {
    time_s: f64,
    rounds: usize,
    interval_s: Option<f64>,
    kinds: Vec<&'static str>,
}

impl From<Burst> for BurstJson {
    fn from(burst: Burst) -> Self {
        Self {
            time_s: seconds(burst.from_s),
            rounds: burst.rounds,
            interval_s: burst.interval_s.map(seconds),
            kinds: burst.kinds,
        }
    }
}

#[derive(Serialize)]
struct ImpulseJson {
    time_s: f64,
    time: Option<String>,
    sigma_s: f64,
    level_db_spl: Option<f64>,
    snr_db: f64,
    clipped: bool,
    class: ClassJson,
    reason: String,
}

#[derive(Serialize)]
struct ClassJson {
    label: &'static str,
    probabilities: ProbabilitiesJson,
    unknown: f64,
}

#[derive(Serialize)]
struct ProbabilitiesJson {
    gunfire: f64,
    firework: f64,
    other: f64,
}

impl From<&ClassPosterior> for ClassJson {
    fn from(class: &ClassPosterior) -> Self {
        Self {
            label: class.best().0.label(),
            probabilities: ProbabilitiesJson {
                gunfire: round(class.gunfire, 4),
                firework: round(class.firework, 4),
                other: round(class.other, 4),
            },
            unknown: round(class.unknown, 4),
        }
    }
}

fn impulse(file: &FileImpulses, impulse: &Impulse) -> ImpulseJson {
    ImpulseJson {
        time_s: seconds(impulse.time_s),
        time: file.start.map(|_| rfc_3339(impulse.onset.time)),
        // Onset sigmas are microseconds: nanoseconds keep their digits.
        sigma_s: round(impulse.onset.sigma.0, 9),
        level_db_spl: impulse.onset.level_db_spl.map(|level| round(level, 2)),
        snr_db: round(impulse.onset.snr_db, 2),
        clipped: impulse.onset.clipped,
        class: (&impulse.class).into(),
        reason: reason(&impulse.onset),
    }
}

fn write_json(
    files: &[FileImpulses],
    warnings: &[String],
    out: &mut dyn Write,
) -> Result<(), FormatError> {
    let document = Document {
        schema: "shotfix.impulses/1",
        files: files
            .iter()
            .map(|file| FileJson {
                file: &file.file,
                channel: file.channel,
                sample_rate_hz: seconds(file.sample_rate_hz),
                duration_s: seconds(file.duration_s),
                impulses: file.impulses.iter().map(|i| impulse(file, i)).collect(),
                bursts: bursts(&file.impulses)
                    .into_iter()
                    .map(BurstJson::from)
                    .collect(),
            })
            .collect(),
        warnings,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// `132.5`, `>150.0` where the recording clipped, `-` without a calibration.
fn level(impulse: &Impulse) -> String {
    match impulse.onset.level_db_spl {
        Some(level) if impulse.onset.clipped => format!(">{level:.1}"),
        Some(level) => format!("{level:.1}"),
        None if impulse.onset.clipped => "clipped".to_owned(),
        None => "-".to_owned(),
    }
}

fn file_table(text: &mut String, file: &FileImpulses) -> std::fmt::Result {
    writeln!(
        text,
        "{}  channel {}  {} Hz  {:.3} s",
        plain(&file.file),
        file.channel,
        file.sample_rate_hz,
        file.duration_s
    )?;
    if let Some(start) = file.start {
        writeln!(text, "  starts {start}")?;
    }
    if file.impulses.is_empty() {
        return writeln!(text, "  No impulses found.");
    }
    writeln!(
        text,
        "  {:>10} {:>9} {:>9} {:>8} {:>7}  class",
        "time s", "gap s", "sigma us", "dB SPL", "SNR dB"
    )?;
    let mut before = None;
    for impulse in &file.impulses {
        let gap = before.map_or(String::new(), |t| format!("{:+.3}", impulse.time_s - t));
        before = Some(impulse.time_s);
        let unlike = if impulse.class.unknown > 0.5 {
            ", unfamiliar"
        } else {
            ""
        };
        writeln!(
            text,
            "  {:>10.4} {gap:>9} {:>9.0} {:>8} {:>7.1}  {}{unlike}",
            impulse.time_s,
            impulse.onset.sigma.0 * 1e6,
            level(impulse),
            impulse.onset.snr_db,
            class_words(&impulse.class),
        )?;
        // What could send somebody out says why.
        if impulse.class.best().0 != Class::Other {
            writeln!(text, "  {:>10}  {}", "", reason(&impulse.onset))?;
        }
    }
    cadence(text, &file.impulses)
}

/// The rhythm of three impulses and more: a weapon's action or a hand, a roof or a hammer.
fn cadence(text: &mut String, impulses: &[Impulse]) -> std::fmt::Result {
    let mut gaps: Vec<f64> = impulses
        .windows(2)
        .map(|pair| pair[1].time_s - pair[0].time_s)
        .collect();
    if gaps.len() < 2 {
        return Ok(());
    }
    gaps.sort_by(f64::total_cmp);
    let median = (gaps[(gaps.len() - 1) / 2] + gaps[gaps.len() / 2]) / 2.0;
    writeln!(
        text,
        "  {}, gaps {:.3} to {:.3} s, median {median:.3} s",
        count(impulses.len(), "impulse"),
        gaps[0],
        gaps[gaps.len() - 1],
    )?;
    rounds(text, impulses)
}

/// What was fired at once, if it was more than one round: echoes are not counted. In order of time.
struct Burst {
    /// Seconds from the file's start.
    from_s: f64,
    rounds: usize,
    interval_s: Option<f64>,
    kinds: Vec<&'static str>,
}

/// The bursts among `impulses`. Rain and hammers have a rhythm too: a burst counts if at least half of the impulses that are its
/// rounds are explosions.
fn bursts(impulses: &[Impulse]) -> Vec<Burst> {
    let Some(first) = impulses.first() else {
        return Vec::new();
    };
    let beats: Vec<Beat> = (impulses.iter())
        .map(|impulse| Beat::new(&impulse.onset, first.onset.time))
        .collect();
    let mut bursts: Vec<Burst> = cadence::bursts(&beats)
        .into_iter()
        .filter_map(|burst| {
            let heard = burst.rounds.iter().filter_map(|round| round.beat);
            let heard: Vec<&Impulse> = heard.map(|beat| &impulses[beat]).collect();
            let loud = heard.iter().filter(|i| i.class.best().0 != Class::Other);
            if burst.rounds.len() < 2 || 2 * loud.count() < heard.len() {
                return None;
            }
            // A single shock wave may be a click.
            let shock_waves = heard
                .iter()
                .filter(|i| i.onset.features.n_wave > 0.5)
                .count();
            let is_automatic = burst.interval_s.is_some_and(Rhythm::is_of_automatic);
            let said = [
                (is_automatic, "automatic"),
                (shock_waves > 1, "shock waves"),
            ];
            Some(Burst {
                from_s: first.time_s + burst.rounds[0].time_s,
                rounds: burst.rounds.len(),
                interval_s: burst.interval_s,
                kinds: said
                    .into_iter()
                    .filter(|kind| kind.0)
                    .map(|kind| kind.1)
                    .collect(),
            })
        })
        .collect();
    bursts.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    bursts
}

fn rounds(text: &mut String, impulses: &[Impulse]) -> std::fmt::Result {
    for burst in bursts(impulses) {
        write!(
            text,
            "  burst of {} from {:.3} s",
            burst.rounds, burst.from_s
        )?;
        if let Some(interval_s) = burst.interval_s {
            let per_minute = 60.0 / interval_s;
            write!(text, ", every {interval_s:.3} s ({per_minute:.0} a minute)")?;
        }
        for kind in burst.kinds {
            write!(text, ", {kind}")?;
        }
        writeln!(text, ", echoes left out")?;
    }
    Ok(())
}

fn write_text(files: &[FileImpulses], out: &mut dyn Write) -> Result<(), FormatError> {
    let mut text = String::new();
    for (k, file) in files.iter().enumerate() {
        if k > 0 {
            text.push('\n');
        }
        file_table(&mut text, file).map_err(std::io::Error::other)?;
    }
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// Writes what `analyze` found. Warnings are part of JSON only; for text the caller prints them
/// to stderr.
///
/// # Errors
/// [`FormatError::NotForImpulses`] for the formats other than text and JSON,
/// [`FormatError::Io`] when `out` fails.
pub fn write_impulses(
    format: Format,
    files: &[FileImpulses],
    warnings: &[String],
    out: &mut dyn Write,
) -> Result<(), FormatError> {
    match format {
        Format::Text => write_text(files, out),
        Format::Json => write_json(files, warnings, out),
        Format::GeoJson | Format::Csv | Format::Kml => Err(FormatError::NotForImpulses { format }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use serde_json::{Value, json};

    fn text(format: Format) -> String {
        let mut out = Vec::new();
        let warnings = ["N01 clipped".to_owned()];
        write_impulses(format, &fixture::impulses(), &warnings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn regress_golden_text() {
        fixture::golden("impulses.txt", &text(Format::Text));
    }

    #[test]
    fn json_is_the_contract() {
        let mut document: Value = serde_json::from_str(&text(Format::Json)).unwrap();
        let first = document["files"][0]["impulses"][0].take();
        assert_eq!(
            first,
            json!({
                "time_s": 1.234568,
                "time": "2018-12-19T00:49:27.234568Z",
                "sigma_s": 1.2e-5,
                "level_db_spl": 134.52,
                "snr_db": 41.26,
                "clipped": false,
                "class": {
                    "label": "gunfire",
                    "probabilities": {"gunfire": 0.94, "firework": 0.05, "other": 0.01},
                    "unknown": 0.08
                },
                "reason": "rises in 0.0 ms, falls 20 dB in 0 ms, dull, 41 dB over the noise"
            })
        );
        assert!(document["files"][0]["impulses"][2]["level_db_spl"].is_null());
        assert_eq!(
            document["files"][1],
            json!({"file": "roof/silence.wav", "channel": 1, "sample_rate_hz": 24000.0,
                "duration_s": 3.0, "impulses": [], "bursts": []})
        );
        assert_eq!(document["schema"], "shotfix.impulses/1");
        assert_eq!(document["warnings"], json!(["N01 clipped"]));
    }

    #[test]
    fn times_are_null_without_a_start() {
        let mut files = fixture::impulses();
        files[0].start = None;
        let mut out = Vec::new();
        write_impulses(Format::Json, &files, &[], &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert!(document["files"][0]["impulses"][0]["time"].is_null());
    }

    #[test]
    fn map_formats_are_refused() {
        for format in [Format::GeoJson, Format::Csv, Format::Kml] {
            let error = write_impulses(format, &[], &[], &mut Vec::new()).unwrap_err();
            assert!(error.to_string().contains("--format text or json"));
        }
    }
}
