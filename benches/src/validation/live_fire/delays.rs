//! What of a delay belongs to the path and what to the shot.

use std::collections::BTreeMap;

use crate::stats::quantile;

use super::fit::residuals_s;
use super::observations::Observations;

/// Residuals of arrival times at the best place of each shot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    /// Root mean square of all residuals, seconds.
    pub residual_rms_s: f64,
    /// Root mean square of the part that every shot of a path shares, seconds.
    pub path_rms_s: f64,
    /// 68 % of the residuals are within this of their path's mean, seconds.
    pub jitter_68_s: f64,
    /// 90 % are within this, seconds.
    pub jitter_90_s: f64,
    /// Share of residuals more than 5 ms from their path's mean.
    pub beyond_5_ms: f64,
}

/// Takes the residuals of all shots apart; `None` if no path was heard twice.
///
/// A path is a pair of place and sensor; its constant part is the mean over the shots of the
/// place. Paths heard once say nothing about their jitter and count in the first figure alone.
pub(super) fn delays(observations: &Observations) -> Option<Delays> {
    let mut paths: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    for (place_idx, place) in observations.places.iter().enumerate() {
        for shot in &place.shots {
            let residuals_s = residuals_s(place, shot).unwrap_or_default();
            for (arrival, residual_s) in shot.arrivals.iter().zip(residuals_s) {
                let path = (place_idx, arrival.sensor_idx);
                paths.entry(path).or_default().push(residual_s);
            }
        }
    }
    let all: Vec<f64> = paths.values().flatten().copied().collect();
    let (mut constant, mut jitter) = (Vec::new(), Vec::new());
    for path in paths.values().filter(|path| path.len() > 1) {
        let mean_s = path.iter().sum::<f64>() / path.len() as f64;
        // Weighted by its shots, so that the parts add up in the mean square.
        constant.extend(path.iter().map(|_| mean_s));
        jitter.extend(path.iter().map(|r| (r - mean_s).abs()));
    }
    let beyond = jitter.iter().filter(|j| **j > 5e-3).count();
    Some(Delays {
        residual_rms_s: rms(&all)?,
        path_rms_s: rms(&constant)?,
        jitter_68_s: quantile(&jitter, 0.68)?,
        jitter_90_s: quantile(&jitter, 0.9)?,
        beyond_5_ms: beyond as f64 / jitter.len() as f64,
    })
}

fn rms(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    (n > 0.0).then(|| (values.iter().map(|v| v * v).sum::<f64>() / n).sqrt())
}
