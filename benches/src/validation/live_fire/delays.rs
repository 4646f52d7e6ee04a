//! What of a delay belongs to the path and what to the shot.

use std::collections::BTreeMap;

use crate::stats::quantile;

use super::fit::residuals_s;
use super::observations::{Observations, ObservedPlace};

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

/// Takes the delays of all shots apart; `None` if no path was heard twice.
///
/// A path is a pair of place and sensor; its constant part is the mean of the residuals over the
/// shots of the place. Jitter is not taken from the same residuals: sensors come and go from shot
/// to shot, which moves the fix by a metre or two and every residual with it. See [`jitter_s`].
pub(super) fn delays(observations: &Observations) -> Option<Delays> {
    let (mut all, mut constant, mut jitter) = (Vec::new(), Vec::new(), Vec::new());
    for place in &observations.places {
        let mut paths: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for shot in &place.shots {
            let residuals_s = residuals_s(place, shot).unwrap_or_default();
            for (arrival, residual_s) in shot.arrivals.iter().zip(residuals_s) {
                let path = paths.entry(arrival.sensor_idx).or_default();
                path.push(residual_s);
            }
        }
        for path in paths.values() {
            let mean_s = path.iter().sum::<f64>() / path.len() as f64;
            all.extend(path);
            // Weighted by its shots, so that the parts add up in the mean square. A path heard
            // once says nothing about what is constant.
            constant.extend(path.iter().filter(|_| path.len() > 1).map(|_| mean_s));
        }
        jitter.extend(jitter_s(place));
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

/// Rounds of medians; the largest change of a delay is below a microsecond long before.
const ROUNDS: usize = 30;

/// Distances of all arrivals of a place from the constant delays of their paths, seconds.
///
/// Times are taken as one time for each shot and one delay for each path, both medians, in turn
/// until they agree (a median polish); no position enters. Paths heard once are left out.
///
/// # Source
/// J. W. Tukey, Exploratory Data Analysis, 1977, chapter 11.
fn jitter_s(place: &ObservedPlace) -> Vec<f64> {
    let mut heard = vec![0; place.sensors_m.len()];
    for arrival in place.shots.iter().flat_map(|shot| &shot.arrivals) {
        heard[arrival.sensor_idx] += 1;
    }
    // Index of the shot, index of the path, seconds beyond the straight line: the weather, and
    // with it the speed of sound, may change between shots.
    let mut left: Vec<(usize, usize, f64)> = Vec::new();
    for (shot_idx, shot) in place.shots.iter().enumerate() {
        for arrival in &shot.arrivals {
            let path_idx = arrival.sensor_idx;
            if heard[path_idx] > 1 {
                let straight_s = place.range_m(path_idx) / shot.speed_m_s;
                left.push((shot_idx, path_idx, arrival.time_s - straight_s));
            }
        }
    }
    for _ in 0..ROUNDS {
        take_medians(&mut left, |of| of.0);
        take_medians(&mut left, |of| of.1);
    }
    left.iter().map(|(_, _, late_s)| late_s.abs()).collect()
}

/// Takes from every value the median of those with the same key.
fn take_medians(left: &mut [(usize, usize, f64)], key: fn(&(usize, usize, f64)) -> usize) {
    let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for value in left.iter() {
        groups.entry(key(value)).or_default().push(value.2);
    }
    let medians: BTreeMap<usize, f64> = groups
        .iter()
        .filter_map(|(key, values)| Some((*key, quantile(values, 0.5)?)))
        .collect();
    for value in left {
        value.2 -= medians[&key(value)];
    }
}

fn rms(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    (n > 0.0).then(|| (values.iter().map(|v| v * v).sum::<f64>() / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::observations::{ObservedArrival, ObservedShot};
    use super::*;

    /// Six sensors on a ring, each with a delay of its own, hear nine shots.
    fn trial(late_ms: [f64; 6], jitter_ms: impl Fn(usize, usize) -> f64) -> Observations {
        let turn = |k: usize| (std::f64::consts::TAU * k as f64 / 6.0).sin_cos();
        let sensors_m: Vec<[f64; 3]> = (0..6)
            .map(|k| [400.0 * turn(k).0, 400.0 * turn(k).1, 0.0])
            .collect();
        let shots = (0..9).map(|shot_idx| ObservedShot {
            speed_m_s: 340.0,
            test: String::new(),
            firearm: String::new(),
            time: None,
            arrivals: (0..6)
                .map(|k| ObservedArrival {
                    sensor_idx: k,
                    time_s: 400.0 / 340.0 + 1e-3 * (late_ms[k] + jitter_ms(shot_idx, k)),
                    level_db_spl: 80.0,
                })
                .collect(),
        });
        Observations {
            places: vec![ObservedPlace {
                shots: shots.collect(),
                sensors_m,
                ..ObservedPlace::default()
            }],
            ..Observations::default()
        }
    }

    #[test]
    fn what_is_constant_is_no_jitter() {
        // 9, -9, 9 .. ms about the mean: no position explains a delay that alternates round the
        // ring, so the fit leaves it all.
        let found = delays(&trial([18.0, 0.0, 18.0, 0.0, 18.0, 0.0], |_, _| 0.0)).unwrap();
        assert!((found.residual_rms_s - 9e-3).abs() < 1e-5, "{found:?}");
        assert!((found.path_rms_s - 9e-3).abs() < 1e-5);
        assert!(found.jitter_90_s < 1e-9 && found.beyond_5_ms == 0.0);
    }

    #[test]
    fn one_late_pulse_is_jitter_of_itself_alone() {
        let late = |shot_idx: usize, k: usize| f64::from(shot_idx == 4 && k == 2) * 20.0;
        let found = delays(&trial([3.0, 0.0, 5.0, 1.0, 0.0, 2.0], late)).unwrap();
        assert!(found.jitter_90_s < 1e-9, "{found:?}");
        assert!((found.beyond_5_ms - 1.0 / 54.0).abs() < 1e-9);
    }
}
