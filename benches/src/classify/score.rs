//! How well held-back sources are told apart.

use std::collections::BTreeMap;

use shotfix_core::classify::Class;

use super::gather::{Gathered, Origin};
use super::learn::Learnt;
use super::pool::pooled;

/// Figures of one training.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Lines of text.
    pub lines: Vec<String>,
}

fn log_odds(p: &[f64; 3]) -> f64 {
    (p[0].max(1e-9) / (1.0 - p[0]).max(1e-9)).ln()
}

/// Value that `share` of `values` are at or above.
fn kept(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let k = ((1.0 - share) * values.len() as f64) as usize;
    values.get(k).copied().unwrap_or(f64::NAN)
}

/// Scores what models said of sources they had not heard.
pub fn score(gathered: &Gathered, learnt: &Learnt) -> Scores {
    let mut out = Scores::default();
    let heard = &gathered.heard;
    let listened = |k: usize| &gathered.recordings[heard[k].recording];
    let odds: Vec<f64> = learnt.held_out.iter().map(log_odds).collect();
    let live = |k: &usize| listened(*k).origin == Origin::LiveFire && heard[*k].class == Class::Gunfire;
    let shots = pooled((0..heard.len()).filter(live).filter_map(|k| Some((heard[k].event?, odds[k]))));
    let mut values: Vec<f64> = shots.values().copied().collect();
    let by_shot = kept(&mut values, 0.95);
    let mut single: Vec<f64> = (0..heard.len()).filter(live).map(|k| odds[k]).collect();
    let by_arrival = kept(&mut single, 0.95);
    out.lines.push(format!(
        "live fire: {} shots, {} arrivals; threshold log odds {by_shot:.2} by shot, {by_arrival:.2} by arrival",
        shots.len(), single.len()
    ));
    // By recording of everything else: does any onset pass?
    for (what, threshold) in [("shot", by_shot), ("arrival", by_arrival)] {
        let mut most: BTreeMap<usize, f64> = BTreeMap::new();
        for (k, h) in heard.iter().enumerate() {
            let m = most.entry(h.recording).or_insert(f64::NEG_INFINITY);
            *m = m.max(odds[k]);
        }
        let clips: Vec<usize> = (0..gathered.recordings.len())
            .filter(|&r| gathered.recordings[r].origin == Origin::Clip)
            .collect();
        let pass = clips.iter().filter(|r| most.get(r).is_some_and(|&m| m >= threshold)).count();
        out.lines.push(format!("at 95 % by {what}: clips that pass {pass} of {}", clips.len()));
        let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for &r in &clips {
            let e = kinds.entry(&gathered.recordings[r].kind).or_default();
            e.1 += 1;
            e.0 += usize::from(most.get(&r).is_some_and(|&m| m >= threshold));
        }
        out.lines.push(format!("   {kinds:?}"));
        let hours: f64 = gathered.recordings.iter().filter(|r| r.origin == Origin::Background).map(|r| r.duration_s).sum::<f64>() / 3600.0;
        let events = (0..heard.len()).filter(|&k| listened(k).origin == Origin::Background && odds[k] >= threshold).count();
        out.lines.push(format!("   background: {events} events in {hours:.2} h"));
        let mut kinds: BTreeMap<(Class, &str), (usize, usize)> = BTreeMap::new();
        for k in 0..heard.len() {
            if listened(k).origin != Origin::Scene { continue }
            let e = kinds.entry((heard[k].class, heard[k].kind.as_str())).or_default();
            e.1 += 1;
            e.0 += usize::from(odds[k] >= threshold);
        }
        for ((class, kind), (pass, all)) in kinds {
            out.lines.push(format!("   scene {class:?} {kind}: {pass} of {all} pass, {:.1} %", 100.0 * pass as f64 / all as f64));
        }
        let others: Vec<usize> = (0..heard.len()).filter(|&k| heard[k].class == Class::Other).collect();
        let pass = others.iter().filter(|&&k| odds[k] >= threshold).count();
        out.lines.push(format!("   other onsets that pass: {pass} of {} = {:.2} %", others.len(), 100.0 * pass as f64 / others.len() as f64));
    }
    out.lines.push(format!("expected calibration error of gunfire: {:.3}", calibration_error(gathered, learnt)));
    out
}

/// Expected calibration error over ten bins of the probability of gunfire, each class of source
/// weighing the same as in training.
fn calibration_error(gathered: &Gathered, learnt: &Learnt) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for (heard, p) in gathered.heard.iter().zip(&learnt.held_out) {
        let bin = &mut bins[((10.0 * p[0]) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += p[0];
        bin.2 += f64::from(u8::from(heard.class == Class::Gunfire));
    }
    let total: f64 = bins.iter().map(|b| b.0).sum();
    bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / total
}
