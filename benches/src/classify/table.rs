//! The scores as text.

use std::fmt::Write as _;

use super::boost::Settings;
use super::gather::{Amounts, FOLDS, Gathered, Origin};
use super::score::{KEPT, Row, Scores};

/// All tables, with what they were made from.
pub fn table(
    amounts: &Amounts,
    learning: &Settings,
    gathered: &Gathered,
    scores: &Scores,
) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = written(&mut text, amounts, learning, gathered, scores);
    text
}

fn written(
    text: &mut String,
    amounts: &Amounts,
    learning: &Settings,
    gathered: &Gathered,
    scores: &Scores,
) -> std::fmt::Result {
    writeln!(
        text,
        "seed {}: {} recordings, {} impulses; {} scenes, {} recordings by formula of each kind, {} other chains; {} trees of depth {}",
        amounts.seed,
        gathered.recordings.len(),
        gathered.heard.len(),
        amounts.scenes,
        amounts.made,
        amounts.chains,
        learning.rounds,
        learning.depth,
    )?;
    folds(text, gathered)?;
    writeln!(
        text,
        "\nlive fire: {} shots, {} arrivals; {:.0} % are kept at log odds of {:.2} by shot, {:.2} by arrival",
        scores.shots,
        scores.arrivals,
        100.0 * KEPT,
        scores.shot_threshold,
        scores.arrival_threshold,
    )?;
    let share = |told: &[Row]| {
        let n: usize = told.iter().map(|r| r.n).sum();
        100.0 * told.iter().map(|r| r.pass).sum::<usize>() as f64 / n.max(1) as f64
    };
    rows(
        text,
        "arrivals kept, by position held out",
        &scores.positions,
    )?;
    for (chain, k) in [("as they lie", 0), ("through the chain of live fire", 1)] {
        let clips = &scores.clips[k];
        writeln!(text, "\nnegatives {chain}")?;
        rows(
            text,
            &format!(
                "clips that pass at the shots' threshold: {:.2} %",
                share(clips)
            ),
            clips,
        )?;
        let impulses = &scores.impulses[k];
        rows(
            text,
            &format!(
                "impulses that pass at the arrivals' threshold: {:.2} %",
                share(impulses)
            ),
            impulses,
        )?;
        let places = &scores.backgrounds[k];
        let hours: f64 = places.iter().map(|r| r.hours).sum();
        let events: usize = places.iter().map(|r| r.pass).sum();
        writeln!(
            text,
            "  backgrounds, events that pass at the shots' threshold: {events} in {hours:.2} h, {:.1} an hour",
            events as f64 / hours.max(1e-9)
        )?;
        for row in places.iter().filter(|r| r.pass > 0) {
            writeln!(
                text,
                "    {:<28} {:>5} in {:.3} h",
                row.name, row.pass, row.hours
            )?;
        }
    }
    rows(
        text,
        "\nby formula and in scenes, impulses that pass at the arrivals' threshold",
        &scores.made,
    )?;
    writeln!(
        text,
        "\ncalibration: expected error of the probability of gunfire {:.4}\n  {:>8} {:>8} {:>8}",
        scores.calibration_error, "told", "found", "share"
    )?;
    for bin in scores.reliability.iter().filter(|bin| bin.share > 0.0) {
        writeln!(
            text,
            "  {:>8.3} {:>8.3} {:>8.3}",
            bin.told, bin.was, bin.share
        )?;
    }
    writeln!(
        text,
        "\nthreshold  shots missed  arrivals missed  clips pass  impulses pass"
    )?;
    for p in scores.curve.iter().step_by(4) {
        writeln!(
            text,
            "{:>9.2} {:>11.2} % {:>14.2} % {:>9.2} % {:>12.2} %",
            p.threshold,
            100.0 * p.shots_missed,
            100.0 * p.arrivals_missed,
            100.0 * p.clips_pass,
            100.0 * p.impulses_pass
        )?;
    }
    Ok(())
}

/// What lies in which fold.
fn folds(text: &mut String, gathered: &Gathered) -> std::fmt::Result {
    for fold in 0..FOLDS {
        let named = |origin: Origin| {
            let mut all: Vec<&str> = gathered
                .recordings
                .iter()
                .filter(|r| r.fold == fold && r.origin == origin)
                .map(|r| r.source.as_str())
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let clips = named(Origin::Clip).len();
        let (fire, places) = (
            named(Origin::LiveFire).join(", "),
            named(Origin::Background).join(", "),
        );
        writeln!(
            text,
            "fold {fold}: {fire}; {clips} original clips; {places}"
        )?;
    }
    Ok(())
}

fn rows(text: &mut String, title: &str, rows: &[Row]) -> std::fmt::Result {
    writeln!(text, "  {title}")?;
    for row in rows {
        let share = 100.0 * row.pass as f64 / row.n.max(1) as f64;
        writeln!(
            text,
            "    {:<28} {:>5} of {:<6} {share:>6.2} %",
            row.name, row.pass, row.n
        )?;
    }
    Ok(())
}
