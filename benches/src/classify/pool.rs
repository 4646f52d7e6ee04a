//! One score for all arrivals of an event.

use std::collections::BTreeMap;

/// Mean of the scores of each event, in order of event.
pub fn pooled(scores: impl Iterator<Item = (usize, f64)>) -> BTreeMap<usize, f64> {
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (event, score) in scores {
        let sum = sums.entry(event).or_default();
        sum.0 += score;
        sum.1 += 1.0;
    }
    sums.into_iter()
        .map(|(event, (sum, n))| (event, sum / n))
        .collect()
}
