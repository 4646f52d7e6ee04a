//! One judgement for all arrivals of an event.

use std::collections::BTreeMap;

use shotfix_core::classify::trees::softmax;
use shotfix_core::classify::{CLASSES, ShotEvidence, shot_scores};

use super::gather::Gathered;

/// Probabilities of each event, in order of event: those of its arrivals pooled as the classifier pools sensors, with
/// the `evidence` there is of an event that so many heard.
pub(super) fn pooled(
    arrivals: impl Iterator<Item = (usize, [f64; CLASSES])>,
    exponent: f64,
    evidence: impl Fn(usize, usize) -> ShotEvidence,
) -> BTreeMap<usize, [f64; CLASSES]> {
    let mut scores: BTreeMap<usize, Vec<[f64; CLASSES]>> = BTreeMap::new();
    for (event, p) in arrivals {
        let logarithms = p.map(|p| p.max(1e-12).ln());
        scores.entry(event).or_default().push(logarithms);
    }
    let events = scores.into_iter().map(|(event, scores)| {
        let evidence = evidence(event, scores.len());
        let mut p = shot_scores(scores.into_iter(), exponent, &evidence);
        softmax(&mut p);
        (event, p)
    });
    events.collect()
}

/// Evidence of the sound and of nothing else.
pub(super) fn sound_alone(_event: usize, _n_sensors: usize) -> ShotEvidence {
    ShotEvidence::default()
}

/// The exponent, in steps of 0.05 from 0 to 1, that makes events of several sensors likeliest, each class weighing the
/// same.
pub(super) fn fit_exponent(gathered: &Gathered, held_out: &[[f64; CLASSES]]) -> f64 {
    let mut n_arrivals: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for heard in &gathered.heard {
        if let Some(event) = heard.event {
            n_arrivals
                .entry(event)
                .or_insert((0, heard.class as usize))
                .0 += 1;
        }
    }
    n_arrivals.retain(|_, (n, _)| *n > 1);
    let loss = |exponent: f64| {
        let arrivals = gathered
            .heard
            .iter()
            .zip(held_out)
            .filter_map(|(heard, p)| {
                let event = heard.event.filter(|event| n_arrivals.contains_key(event))?;
                Some((event, *p))
            });
        let mut by_class = [(0.0, 0.0); CLASSES];
        for (event, p) in pooled(arrivals, exponent, sound_alone) {
            let class = n_arrivals[&event].1;
            by_class[class].0 -= p[class].max(1e-12).ln();
            by_class[class].1 += 1.0;
        }
        by_class
            .iter()
            .map(|(sum, n)| sum / f64::max(*n, 1.0))
            .sum::<f64>()
    };
    let losses = (0..=20).map(|k| 0.05 * f64::from(k)).map(|e| (loss(e), e));
    losses
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(1.0, |best| best.1)
}
