//! What keeps nearly all of live fire: every other figure is told at these thresholds.

use shotfix_core::Class;
use shotfix_core::classify::CLASSES;

use super::gather::{Chain, Gathered, Origin};
use super::pool::{pooled, sound_alone};
use super::score::log_odds;

/// Live-fire shots, or arrivals, that must be kept.
pub(super) const KEPT: f64 = 0.95;

/// What models said of live fire as it lies, which they had not heard.
pub(super) struct LiveFire {
    /// Rows of its arrivals.
    pub(super) arrivals: Vec<usize>,
    /// Log odds of gunfire of its shots by the sound alone, arrivals pooled.
    pub(super) shots: Vec<f64>,
    /// Threshold that keeps 95 % of the shots.
    pub(super) shot_threshold: f64,
    /// Threshold that keeps 95 % of the arrivals.
    pub(super) arrival_threshold: f64,
}

impl LiveFire {
    /// Of probabilities `held_out` by row, pooled with `exponent`.
    pub(super) fn of(gathered: &Gathered, held_out: &[[f64; CLASSES]], exponent: f64) -> Self {
        let is_arrival = |k: usize| {
            gathered.heard[k].class == Class::Gunfire
                && gathered.is_of(k, Origin::LiveFire, Chain::AsItLies)
        };
        let arrivals: Vec<usize> = (0..held_out.len()).filter(|&k| is_arrival(k)).collect();
        let shots = pooled(
            of_shots(gathered, held_out, &arrivals),
            exponent,
            sound_alone,
        );
        let shots: Vec<f64> = shots.values().map(log_odds).collect();
        let odds = arrivals.iter().map(|&k| log_odds(&held_out[k]));
        Self {
            shot_threshold: quantile(shots.clone(), KEPT),
            arrival_threshold: quantile(odds.collect(), KEPT),
            arrivals,
            shots,
        }
    }
}

/// Event and probabilities of each of `arrivals`, rows of `gathered` and `held_out`.
pub(super) fn of_shots(
    gathered: &Gathered,
    held_out: &[[f64; CLASSES]],
    arrivals: &[usize],
) -> impl Iterator<Item = (usize, [f64; CLASSES])> {
    let arrivals = arrivals.iter();
    arrivals.filter_map(|&k| Some((gathered.heard[k].event?, held_out[k])))
}

/// Value that `share` of `values` are at or above.
pub(super) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let k = ((1.0 - share) * values.len() as f64) as usize;
    values.get(k).copied().unwrap_or(f64::NAN)
}
