//! The tables of `bench detect`.

use std::fmt::Write;

use super::{DetectBench, Figures, TOLERANCES_S};
use crate::cells::number;

/// All that was measured, for a person.
pub fn table(bench: &DetectBench) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "shotfix {} bench detect {}",
        bench.version, bench.input
    );
    if bench.offset_s != 0.0 {
        let offset_ms = 1e3 * bench.offset_s;
        let _ = writeln!(
            out,
            "live fire: {offset_ms:.2} ms taken off, the median against pulses rounded to 1 ms"
        );
    }
    groups(&mut out, "recordings", &bench.groups);
    groups(&mut out, "arrivals by SNR", &bench.by_snr);
    rounds(&mut out, bench);
    curve(&mut out, bench);
    mixed(&mut out, bench);
    bursts(&mut out, bench);
    for skipped in &bench.skipped {
        let _ = writeln!(out, "skipped: {skipped}");
    }
    out
}

fn groups(out: &mut String, title: &str, groups: &[Figures]) {
    if groups.is_empty() {
        return;
    }
    let _ = write!(out, "\n{title:<18} {:>8}", "arrivals");
    for tolerance_s in TOLERANCES_S {
        let _ = write!(out, " {:>7}", format!("<={}ms", 1e3 * tolerance_s));
    }
    let _ = writeln!(
        out,
        " {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7}",
        "bias us", "sigma us", "in sigma", "per min", "unmatched", "in quiet", "minutes"
    );
    for f in groups {
        let _ = write!(out, "{:<18} {:>8}", f.name, f.arrivals);
        for share in f.recall {
            let word = if f.arrivals > 0 {
                number(Some(100.0 * share), 1)
            } else {
                number(None, 1)
            };
            let _ = write!(out, " {word:>7}");
        }
        let _ = write!(
            out,
            " {:>8} {:>8} {:>8}",
            number(f.bias_s.map(|s| 1e6 * s), 0),
            number(f.sigma_s.map(|s| 1e6 * s), 0),
            number(f.normalised, 2)
        );
        let rate = |value: f64| number((f.minutes > 0.0).then_some(value), 1);
        let _ = writeln!(
            out,
            " {:>8} {:>9} {:>8} {:>7}",
            rate(f.onsets_per_min),
            rate(f.unmatched_per_min),
            rate(f.quiet_per_min),
            rate(f.minutes)
        );
    }
}

fn curve(out: &mut String, bench: &DetectBench) {
    if bench.curve.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:>13} {:>10} {:>15} {:>13} {:>12}",
        "thresholds dB", "live fire", "scenes >=10 dB", "unmatched/min", "in quiet/min"
    );
    for point in &bench.curve {
        let percent = |share: Option<f64>| number(share.map(|s| 100.0 * s), 1);
        let _ = writeln!(
            out,
            "{:>+13.0} {:>10} {:>15} {:>13.1} {:>12.1}",
            point.shift_db,
            percent(point.live_fire_recall),
            percent(point.scene_recall),
            point.unmatched_per_min,
            point.quiet_per_min
        );
    }
}

fn mixed(out: &mut String, bench: &DetectBench) {
    if bench.mixed.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<8} {:>7} {:>4} {:>7} {:>8} {:>8} {:>7} {:>8} {:>9}",
        "noise",
        "rate Hz",
        "SNR",
        "found",
        "bias us",
        "sigma us",
        "rms us",
        "in sigma",
        "false/min"
    );
    for m in &bench.mixed {
        let _ = writeln!(
            out,
            "{:<8} {:>7} {:>4.0} {:>7} {:>8} {:>8} {:>7} {:>8} {:>9.1}",
            m.noise,
            m.rate_hz,
            m.snr_db,
            format!("{}/{}", m.found, m.blasts),
            number(m.bias_s.map(|s| 1e6 * s), 0),
            number(m.sigma_s.map(|s| 1e6 * s), 0),
            number(m.rms_s.map(|s| 1e6 * s), 0),
            number(m.normalised, 2),
            m.false_per_min
        );
    }
}

fn rounds(out: &mut String, bench: &DetectBench) {
    if bench.rounds.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<18} {:>8} {:>8} {:>10} {:>8}",
        "rounds counted", "tests", "exact", "recordings", "exact"
    );
    for r in &bench.rounds {
        let _ = writeln!(
            out,
            "{:<18} {:>8} {:>8} {:>10} {:>8}",
            r.name, r.tests, r.exact, r.recordings, r.recordings_exact
        );
    }
}

fn bursts(out: &mut String, bench: &DetectBench) {
    if bench.bursts.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<8} {:>7} {:>7} {:>7} {:>13}",
        "rounds", "bursts", "counted", "exact", "rounds found"
    );
    for b in &bench.bursts {
        let _ = writeln!(
            out,
            "{:<8} {:>7} {:>7} {:>7} {:>13}",
            format!("{}-{}", b.least_rounds, b.most_rounds),
            b.bursts,
            b.counted,
            b.exact,
            format!("{}/{}", b.rounds_found, b.rounds)
        );
    }
}
