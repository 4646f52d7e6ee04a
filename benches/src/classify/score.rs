//! How well held-back sources are told apart.

use std::collections::BTreeMap;

use serde::Serialize;
use shotfix_core::Class;
use shotfix_core::classify::{CLASSES, ShotEvidence};

use super::alarms::{Alarms, alarms};
use super::gather::{Chain, Gathered, Origin};
use super::kept::{KEPT, LiveFire, of_shots, quantile};
use super::learn::Learnt;
use super::parts::{Part, part};
use super::pool::pooled;
use crate::stats;

/// Bins of the reliability diagram.
const BINS: usize = 10;

/// How many of a kind pass as gunfire.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// What is counted.
    pub name: String,
    /// Of so many ...
    pub n: usize,
    /// ... so many pass.
    pub pass: usize,
}

/// One threshold of the DET curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Least log odds of gunfire that passes.
    pub threshold: f64,
    /// Share of live-fire shots missed, arrivals of a shot pooled.
    pub shots_missed: f64,
    /// The same where level and number of sensors count too, as they do for the locator.
    pub located_missed: f64,
    /// Share of live-fire arrivals missed.
    pub arrivals_missed: f64,
    /// Share of clips with an impulse that passes.
    pub clips_pass: f64,
    /// Share of impulses of clips that pass.
    pub impulses_pass: f64,
}

/// One bin of the reliability diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// Share of the weight.
    pub share: f64,
    /// Mean probability of gunfire told.
    pub told: f64,
    /// Share that was gunfire.
    pub was: f64,
}

/// What the locator says: level at the source and number of sensors count too, and the class it names is the likeliest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Located {
    /// Shots with a level.
    pub with_level: usize,
    /// Median of the levels at 1 m, dB SPL.
    pub level_db_spl: Option<f64>,
    /// Threshold that keeps 95 % of the shots.
    pub threshold: f64,
    /// Clips with an impulse that passes there, as they lie and in the chain of live fire: one sensor, nothing else.
    pub clips: [Row; 2],
    /// Shots whose likeliest class is gunfire.
    pub shots_named: Row,
    /// Clips with an impulse whose likeliest class is gunfire, as above.
    pub clips_named: [Row; 2],
}

/// Figures of one training; every figure is of models that heard nothing of the source.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Scores {
    /// Live-fire shots and arrivals heard.
    pub shots: usize,
    /// Arrivals of them.
    pub arrivals: usize,
    /// Threshold that keeps 95 % of the shots.
    pub shot_threshold: f64,
    /// Threshold that keeps 95 % of the arrivals.
    pub arrival_threshold: f64,
    /// Arrivals of each firing position kept at the threshold for arrivals.
    pub positions: Vec<Row>,
    /// Clips with an impulse that passes at the threshold for shots, by kind; then in the chain of live fire.
    pub clips: [Vec<Row>; 2],
    /// False alarms an hour by kind of background and of clip; then in the chain of live fire.
    pub alarms: [Vec<Alarms>; 2],
    /// Shots as the locator judges them.
    pub located: Located,
    /// Impulses of recorded clips that pass at the threshold for arrivals, by kind; then in the chain of live fire.
    pub impulses: [Vec<Row>; 2],
    /// Impulses by formula and in scenes that pass at the threshold for arrivals, by class and kind.
    pub made: Vec<Row>,
    /// Arrivals of live fire and impulses of clips within a tenth of a second after the start of a recording that pass at the
    /// threshold for arrivals.
    pub late: [Row; 2],
    /// Trees alone, nets alone, and both.
    pub parts: [Part; 3],
    /// Trade of misses for false alarms.
    pub curve: Vec<Point>,
    /// Reliability of the probability of gunfire.
    pub reliability: Vec<Bin>,
    /// Expected calibration error of it.
    pub calibration_error: f64,
}

/// Log odds of gunfire against all else.
pub fn log_odds(p: &[f64; CLASSES]) -> f64 {
    (p[0].max(1e-9) / (1.0 - p[0]).max(1e-9)).ln()
}

/// Scores what models said of sources they had not heard; `levels` are those of shots of live fire at the source, by event
/// ([`source_levels`](super::source_levels)).
pub fn score(gathered: &Gathered, learnt: &Learnt, levels: &BTreeMap<usize, f64>) -> Scores {
    let heard = &gathered.heard;
    let odds: Vec<f64> = learnt.held_out.iter().map(log_odds).collect();
    let exponent = f64::from(learnt.model.pooling);
    let live = LiveFire::of(gathered, &learnt.held_out, exponent);
    let (shot_threshold, arrival_threshold) = (live.shot_threshold, live.arrival_threshold);
    let of_shots = of_shots(gathered, &learnt.held_out, &live.arrivals);
    let located = pooled(of_shots, exponent, |event, n_sensors| ShotEvidence {
        n_sensors,
        source_level_db_spl: levels.get(&event).copied(),
        is_aloft: false,
    });
    let shots_named = Row::of("live-fire shots", located.values().map(names_gunfire));
    let located: Vec<f64> = located.values().map(log_odds).collect();
    let located_threshold = quantile(located.clone(), KEPT);
    let arrivals: Vec<f64> = live.arrivals.iter().map(|&k| odds[k]).collect();

    let loudest = most_by_recording(gathered, &odds);
    let recordings = |origin: Origin, chain: Chain| -> Vec<usize> {
        let all = gathered.recordings.iter().enumerate();
        all.filter(|(_, r)| r.origin == origin && r.chain == chain)
            .map(|(k, _)| k)
            .collect()
    };
    let clips = |chain| {
        rows(recordings(Origin::Clip, chain).into_iter().map(|r| {
            (
                gathered.recordings[r].kind.clone(),
                loudest[r] >= shot_threshold,
            )
        }))
    };
    let clips_where = |chain, passes: &dyn Fn(usize) -> bool| {
        let name = "clips with an impulse";
        Row::of(
            name,
            recordings(Origin::Clip, chain).into_iter().map(passes),
        )
    };
    let in_both = |passes: &dyn Fn(usize) -> bool| {
        [Chain::AsItLies, Chain::LiveFire].map(|chain| clips_where(chain, passes))
    };
    let mut named = vec![false; gathered.recordings.len()];
    for (heard, p) in heard.iter().zip(&learnt.held_out) {
        named[heard.recording] |= names_gunfire(p);
    }
    let alarms = |chain| alarms(gathered, &odds, chain, [shot_threshold, arrival_threshold]);
    let impulses = |chain| {
        rows(
            (0..heard.len())
                .filter(|&k| gathered.is_of(k, Origin::Clip, chain))
                .map(|k| (heard[k].kind.clone(), odds[k] >= arrival_threshold)),
        )
    };
    let positions = rows(live.arrivals.iter().map(|&k| {
        (
            gathered.recording_of(k).source.clone(),
            odds[k] >= arrival_threshold,
        )
    }));
    let made = rows((0..heard.len()).filter_map(|k| {
        let origin = gathered.recording_of(k).origin;
        let what = match origin {
            Origin::Made => "made",
            Origin::Scene => "scene",
            _ => return None,
        };
        let name = format!("{what} {} {}", heard[k].class.label(), heard[k].kind);
        Some((name, odds[k] >= arrival_threshold))
    }));
    let late = [
        (Origin::LiveFire, Class::Gunfire, "arrivals of live fire"),
        (Origin::Clip, Class::Other, "impulses of clips"),
    ];
    let late = late.map(|(origin, class, name)| {
        let all = (0..heard.len()).filter(|&k| gathered.is_of(k, origin, Chain::Late));
        let of_class = all.filter(|&k| heard[k].class == class);
        Row::of(name, of_class.map(|k| odds[k] >= arrival_threshold))
    });
    let (reliability, calibration_error) = reliability(gathered, learnt);
    let clip_most: Vec<f64> = recordings(Origin::Clip, Chain::AsItLies)
        .into_iter()
        .map(|r| loudest[r])
        .collect();
    let clip_odds: Vec<f64> = (0..heard.len())
        .filter(|&k| gathered.is_of(k, Origin::Clip, Chain::AsItLies))
        .map(|k| odds[k])
        .collect();
    let [trees, nets] = &learnt.parts;
    let parts = [("trees", trees), ("nets", nets), ("both", &learnt.held_out)];
    Scores {
        parts: parts.map(|(name, held_out)| part(name, gathered, held_out, exponent)),
        shots: live.shots.len(),
        arrivals: arrivals.len(),
        shot_threshold,
        arrival_threshold,
        positions,
        clips: [clips(Chain::AsItLies), clips(Chain::LiveFire)],
        alarms: [alarms(Chain::AsItLies), alarms(Chain::LiveFire)],
        located: Located {
            with_level: levels.len(),
            level_db_spl: stats::quantile(&levels.values().copied().collect::<Vec<_>>(), 0.5),
            threshold: located_threshold,
            clips: in_both(&|r| loudest[r] >= located_threshold),
            shots_named,
            clips_named: in_both(&|r| named[r]),
        },
        impulses: [impulses(Chain::AsItLies), impulses(Chain::LiveFire)],
        made,
        late,
        curve: curve([&live.shots, &located, &arrivals], &clip_most, &clip_odds),
        reliability,
        calibration_error,
    }
}

impl Row {
    fn of(name: &str, passes: impl Iterator<Item = bool>) -> Self {
        passes.fold(
            Self {
                name: name.to_owned(),
                ..Self::default()
            },
            |row, passes| Self {
                n: row.n + 1,
                pass: row.pass + usize::from(passes),
                ..row
            },
        )
    }
}

/// Is gunfire the likeliest class?
pub(super) fn names_gunfire(p: &[f64; CLASSES]) -> bool {
    p[0] > p[1] && p[0] > p[2]
}

fn rows(counted: impl Iterator<Item = (String, bool)>) -> Vec<Row> {
    let mut out: BTreeMap<String, Row> = BTreeMap::new();
    for (name, passes) in counted {
        let row = out.entry(name.clone()).or_default();
        row.name = name;
        row.n += 1;
        row.pass += usize::from(passes);
    }
    out.into_values().collect()
}

pub(super) fn most_by_recording(gathered: &Gathered, odds: &[f64]) -> Vec<f64> {
    let mut most = vec![f64::NEG_INFINITY; gathered.recordings.len()];
    for (heard, &odds) in gathered.heard.iter().zip(odds) {
        most[heard.recording] = most[heard.recording].max(odds);
    }
    most
}

fn curve(live: [&[f64]; 3], clips: &[f64], impulses: &[f64]) -> Vec<Point> {
    let share = |values: &[f64], at_least: f64| {
        values.iter().filter(|&&v| v >= at_least).count() as f64 / values.len().max(1) as f64
    };
    (-24..=32)
        .map(|k| {
            let threshold = 0.25 * f64::from(k);
            let [shots_missed, located_missed, arrivals_missed] =
                live.map(|odds| 1.0 - share(odds, threshold));
            Point {
                threshold,
                shots_missed,
                located_missed,
                arrivals_missed,
                clips_pass: share(clips, threshold),
                impulses_pass: share(impulses, threshold),
            }
        })
        .collect()
}

/// Over all rows with the weights of training, so that a source of many impulses is no more than another.
fn reliability(gathered: &Gathered, learnt: &Learnt) -> (Vec<Bin>, f64) {
    let mut bins = [Bin::default(); BINS];
    let total: f64 = learnt.weights.iter().map(|&w| f64::from(w)).sum();
    for ((heard, p), &weight) in gathered
        .heard
        .iter()
        .zip(&learnt.held_out)
        .zip(&learnt.weights)
    {
        let bin = &mut bins[((BINS as f64 * p[0]) as usize).min(BINS - 1)];
        let share = f64::from(weight) / total;
        bin.share += share;
        bin.told += share * p[0];
        bin.was += share * f64::from(u8::from(heard.class == Class::Gunfire));
    }
    let error = bins.iter().map(|b| (b.told - b.was).abs()).sum();
    for bin in &mut bins {
        bin.told /= bin.share.max(1e-12);
        bin.was /= bin.share.max(1e-12);
    }
    (bins.to_vec(), error)
}
