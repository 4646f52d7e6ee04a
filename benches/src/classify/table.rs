//! The scores as text.

use std::fmt::Write as _;

use super::alarms::{Alarms, Rate};
use super::gather::{Amounts, FOLDS, Gathered, Origin};
use super::kept::KEPT;
use super::learn::Learning;
use super::parts::Part;
use super::score::{Located, Row, Scores};

/// All tables, with what they were made from.
pub fn table(
    amounts: &Amounts,
    learning: &Learning,
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
    learning: &Learning,
    gathered: &Gathered,
    scores: &Scores,
) -> std::fmt::Result {
    writeln!(
        text,
        "seed {}: {} recordings, {} impulses; {} scenes, {} recordings by formula of each kind, {} other chains; {} trees of depth {}, {} nets of {} steps",
        amounts.seed,
        gathered.recordings.len(),
        gathered.heard.len(),
        amounts.scenes,
        amounts.made,
        amounts.chains,
        learning.trees.rounds,
        learning.trees.depth,
        learning.net.nets,
        learning.net.steps,
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
        alarms(text, &scores.alarms[k])?;
    }
    located(text, scores)?;
    rows(
        text,
        "\nby formula and in scenes, impulses that pass at the arrivals' threshold",
        &scores.made,
    )?;
    rows(
        text,
        "\nrecordings that begin 8 to 80 ms before an impulse, what passes at the arrivals' threshold",
        &scores.late,
    )?;
    parts(text, &scores.parts)?;
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
        "\nthreshold  shots missed  as located  arrivals missed  clips pass  impulses pass"
    )?;
    for p in scores.curve.iter().step_by(4) {
        writeln!(
            text,
            "{:>9.2} {:>11.2} % {:>9.2} % {:>14.2} % {:>9.2} % {:>12.2} %",
            p.threshold,
            100.0 * p.shots_missed,
            100.0 * p.located_missed,
            100.0 * p.arrivals_missed,
            100.0 * p.clips_pass,
            100.0 * p.impulses_pass
        )?;
    }
    Ok(())
}

/// False alarms an hour of one sensor by what made them.
fn alarms(text: &mut String, alarms: &[Alarms]) -> std::fmt::Result {
    writeln!(
        text,
        "  false alarms an hour of one sensor\n    {:<28} {:>8} {:>26} {:>26}",
        "", "hours", "at the shots' threshold", "at the arrivals' threshold"
    )?;
    let all = ["background", "clips"].map(|what| {
        let parts = alarms.iter().filter(|row| row.name.starts_with(what));
        Alarms::of_all(&format!("all {what}"), parts)
    });
    for row in alarms.iter().chain(&all) {
        let [shots, arrivals] = [row.at_shots, row.at_arrivals].map(|events| {
            let rate = match row.an_hour(events) {
                Rate::Found(rate) => format!("{rate:.1}"),
                Rate::Below(bound) => format!("< {bound:.1}"),
            };
            format!("{events:>4} {rate:>12}")
        });
        writeln!(
            text,
            "    {:<28} {:>8.3} {shots:>26} {arrivals:>26}",
            row.name, row.hours
        )?;
    }
    writeln!(
        text,
        "    impulses counted and an hour; <: none heard, and the upper 95 % bound of a Poisson rate"
    )
}

/// What the locator adds, beside the sound alone.
/// What passes where 95 % of live fire does, by part of the model.
fn parts(text: &mut String, parts: &[Part]) -> std::fmt::Result {
    writeln!(
        text,
        "\nparts of the model, each with thresholds of its own that keep 95 % of live fire; percent that pass\n  \
         {:<8}{:>12}{:>12}{:>14}{:>12}{:>14}{:>14}{:>12}",
        "", "clips", "in chain", "impulses", "in chain", "made firework", "made other", "made guns"
    )?;
    for part in parts {
        let [clips, clips_in] = part.clips.map(|share| 100.0 * share);
        let [impulses, impulses_in] = part.impulses.map(|share| 100.0 * share);
        let [firework, other] = part.made.map(|share| 100.0 * share);
        writeln!(
            text,
            "  {:<8}{clips:>12.2}{clips_in:>12.2}{impulses:>14.2}{impulses_in:>12.2}{firework:>14.1}{other:>14.1}{:>12.1}",
            part.name,
            100.0 * part.guns
        )?;
    }
    Ok(())
}

fn located(text: &mut String, scores: &Scores) -> std::fmt::Result {
    let Located {
        with_level,
        level_db_spl,
        threshold,
        clips,
        shots_named,
        clips_named,
    } = &scores.located;
    let share = |row: &Row| 100.0 * row.pass as f64 / row.n.max(1) as f64;
    let alone = scores.clips.each_ref().map(|rows| {
        rows.iter().fold(Row::default(), |sum, row| Row {
            n: sum.n + row.n,
            pass: sum.pass + row.pass,
            ..sum
        })
    });
    writeln!(
        text,
        "\nshots as the locator judges them: level at the source ({with_level} shots, median {:.0} dB SPL at 1 m) and number of \
         sensors count; a clip is one sensor without level\n  {:<34} {:>10} {:>15} {:>27}",
        level_db_spl.unwrap_or(f64::NAN),
        "",
        "threshold",
        "clips that pass",
        "in the chain of live fire"
    )?;
    for (name, threshold, clips) in [
        ("sensors pooled, sound alone", scores.shot_threshold, &alone),
        ("with level and number of sensors", *threshold, clips),
    ] {
        writeln!(
            text,
            "  {name:<34} {threshold:>10.2} {:>13.2} % {:>25.2} %",
            share(&clips[0]),
            share(&clips[1])
        )?;
    }
    writeln!(
        text,
        "  gunfire is the likeliest class of {} of {} shots ({:.2} %), and of an impulse in {} of {} clips ({:.2} %), \
         in the chain of live fire in {} ({:.2} %)",
        shots_named.pass,
        shots_named.n,
        share(shots_named),
        clips_named[0].pass,
        clips_named[0].n,
        share(&clips_named[0]),
        clips_named[1].pass,
        share(&clips_named[1]),
    )
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
