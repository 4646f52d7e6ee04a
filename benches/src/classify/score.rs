//! How well held-back sources are told apart.

use std::collections::BTreeMap;

use serde::Serialize;
use shotfix_core::Class;

use super::gather::{Chain, Gathered, Origin};
use super::learn::Learnt;
use super::pool::pooled;

/// Live-fire shots, or arrivals, that must be kept.
pub(super) const KEPT: f64 = 0.95;
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
    /// Hours of recording, where events are counted.
    pub hours: f64,
}

/// One threshold of the DET curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Least log odds of gunfire that passes.
    pub threshold: f64,
    /// Share of live-fire shots missed, arrivals of a shot pooled.
    pub shots_missed: f64,
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
    /// Events of backgrounds that pass at the threshold for shots; then in the chain of live fire.
    pub backgrounds: [Vec<Row>; 2],
    /// Impulses of recorded clips that pass at the threshold for arrivals, by kind; then in the chain of live fire.
    pub impulses: [Vec<Row>; 2],
    /// Impulses by formula and in scenes that pass at the threshold for arrivals, by class and kind.
    pub made: Vec<Row>,
    /// Trade of misses for false alarms.
    pub curve: Vec<Point>,
    /// Reliability of the probability of gunfire.
    pub reliability: Vec<Bin>,
    /// Expected calibration error of it.
    pub calibration_error: f64,
}

/// Log odds of gunfire against all else.
pub fn log_odds(p: &[f64; 3]) -> f64 {
    (p[0].max(1e-9) / (1.0 - p[0]).max(1e-9)).ln()
}

/// Value that `share` of `values` are at or above.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let k = ((1.0 - share) * values.len() as f64) as usize;
    values.get(k).copied().unwrap_or(f64::NAN)
}

/// Scores what models said of sources they had not heard; `weights` are those of training.
pub fn score(gathered: &Gathered, learnt: &Learnt) -> Scores {
    let heard = &gathered.heard;
    let odds: Vec<f64> = learnt.held_out.iter().map(log_odds).collect();
    let is = |k: usize, origin: Origin, chain: Chain| {
        let recording = gathered.recording_of(k);
        recording.origin == origin && recording.chain == chain
    };
    let live: Vec<usize> = (0..heard.len())
        .filter(|&k| is(k, Origin::LiveFire, Chain::AsItLies) && heard[k].class == Class::Gunfire)
        .collect();
    let of_shots = live
        .iter()
        .filter_map(|&k| Some((heard[k].event?, learnt.held_out[k])));
    let shots = pooled(of_shots, f64::from(learnt.model.pooling));
    let mut shots: Vec<f64> = shots.values().map(log_odds).collect();
    let mut arrivals: Vec<f64> = live.iter().map(|&k| odds[k]).collect();
    let shot_threshold = quantile(&mut shots, KEPT);
    let arrival_threshold = quantile(&mut arrivals, KEPT);

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
                0.0,
            )
        }))
    };
    let backgrounds = |chain| {
        let mut events: BTreeMap<usize, usize> = BTreeMap::new();
        let passing = heard
            .iter()
            .zip(&odds)
            .filter(|(_, odds)| **odds >= shot_threshold);
        for (onset, _) in passing {
            *events.entry(onset.recording).or_default() += 1;
        }
        let mut out: BTreeMap<String, Row> = BTreeMap::new();
        for r in recordings(Origin::Background, chain) {
            let recording = &gathered.recordings[r];
            let row = out.entry(recording.kind.clone()).or_default();
            row.name.clone_from(&recording.kind);
            row.n += 1;
            row.pass += events.get(&r).copied().unwrap_or(0);
            row.hours += recording.duration_s / 3600.0;
        }
        out.into_values().collect()
    };
    let impulses = |chain| {
        rows(
            (0..heard.len())
                .filter(|&k| is(k, Origin::Clip, chain))
                .map(|k| (heard[k].kind.clone(), odds[k] >= arrival_threshold, 0.0)),
        )
    };
    let positions = rows(live.iter().map(|&k| {
        (
            gathered.recording_of(k).source.clone(),
            odds[k] >= arrival_threshold,
            0.0,
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
        Some((name, odds[k] >= arrival_threshold, 0.0))
    }));
    let (reliability, calibration_error) = reliability(gathered, learnt);
    let clip_most: Vec<f64> = recordings(Origin::Clip, Chain::AsItLies)
        .into_iter()
        .map(|r| loudest[r])
        .collect();
    let clip_odds: Vec<f64> = (0..heard.len())
        .filter(|&k| is(k, Origin::Clip, Chain::AsItLies))
        .map(|k| odds[k])
        .collect();
    Scores {
        shots: shots.len(),
        arrivals: arrivals.len(),
        shot_threshold,
        arrival_threshold,
        positions,
        clips: [clips(Chain::AsItLies), clips(Chain::LiveFire)],
        backgrounds: [backgrounds(Chain::AsItLies), backgrounds(Chain::LiveFire)],
        impulses: [impulses(Chain::AsItLies), impulses(Chain::LiveFire)],
        made,
        curve: curve(&shots, &arrivals, &clip_most, &clip_odds),
        reliability,
        calibration_error,
    }
}

fn rows(counted: impl Iterator<Item = (String, bool, f64)>) -> Vec<Row> {
    let mut out: BTreeMap<String, Row> = BTreeMap::new();
    for (name, passes, hours) in counted {
        let row = out.entry(name.clone()).or_default();
        row.name = name;
        row.n += 1;
        row.pass += usize::from(passes);
        row.hours += hours;
    }
    out.into_values().collect()
}

fn most_by_recording(gathered: &Gathered, odds: &[f64]) -> Vec<f64> {
    let mut most = vec![f64::NEG_INFINITY; gathered.recordings.len()];
    for (heard, &odds) in gathered.heard.iter().zip(odds) {
        most[heard.recording] = most[heard.recording].max(odds);
    }
    most
}

fn curve(shots: &[f64], arrivals: &[f64], clips: &[f64], impulses: &[f64]) -> Vec<Point> {
    let share = |values: &[f64], at_least: f64| {
        values.iter().filter(|&&v| v >= at_least).count() as f64 / values.len().max(1) as f64
    };
    (-24..=32)
        .map(|k| {
            let threshold = 0.25 * f64::from(k);
            Point {
                threshold,
                shots_missed: 1.0 - share(shots, threshold),
                arrivals_missed: 1.0 - share(arrivals, threshold),
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
