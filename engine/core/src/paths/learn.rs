//! From shots at a known place to the delays of its paths.

use nalgebra::{DMatrix, DVector};

use super::calibration::{CalibratedPath, Calibration};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::median::median;
use crate::timestamp::Timestamp;
use crate::travel::Medium;

/// Shots were fired here.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownPlace {
    /// What to call it.
    pub name: String,
    /// Where, in the frame of the sensors.
    pub place: Enu,
    /// Standard deviation of each coordinate, metres.
    pub place_sigma_m: f64,
    /// When.
    pub time: Option<Timestamp>,
    /// Expected air.
    pub medium: Medium,
    /// Standard deviation of its wind east, wind north and speed of sound, m/s.
    pub air_sigma_m_s: [f64; 3],
}

/// Why nothing could be learned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// No shot was heard by two sensors.
    #[error("no shot was heard by two sensors; a delay is learned against other sensors")]
    Unheard,
    /// An arrival of a sensor that is not there.
    #[error("an arrival is of sensor number {sensor}, but there are {sensors}")]
    NoSuchSensor {
        /// The index.
        sensor: usize,
        /// Sensors given.
        sensors: usize,
    },
    /// A time or coordinate that is not a usable number.
    #[error("a time, place or speed is not a usable number")]
    NotUsable,
}

/// Degrees of freedom of Student's t: tails as of real onsets, where one in ten is four times as far
/// off.
const T_FREEDOM: f64 = 3.0;
/// Jitter from shot to shot, seconds: live fire (68 % within 1.0 ms), and bounds of the estimate.
const JITTER_S: f64 = 0.0012;
const JITTER_BOUNDS_S: [f64; 2] = [0.0005, 0.006];
/// What the typical jitter counts as evidence for itself: so many arrivals.
const JITTER_WORTH: f64 = 8.0;
/// Nothing is this late; keeps apart what no shot connects, seconds.
const LOOSE_S: f64 = 0.1;
const ROUNDS: usize = 30;

/// Learns the delays of one place.
///
/// `t_ij - tau_i = T_j + b_i + jitter` for shot j at sensor i: times of firing `T_j` and delays
/// `b_i` by maximum likelihood with Student's t, so that a late arrival or a poor onset counts
/// little. The `T_j` are integrated out; shots heard by different sensors hang together by those
/// that heard both. A constant common to all `b_i` stays open and is left out of their sigmas.
///
/// # Arguments
/// * `sensors` - all sensors.
/// * `shots` - for each shot the arrivals as (sensor index, seconds after any epoch of that shot).
///
/// # Errors
/// [`LearnError`].
pub fn learn(
    known: &KnownPlace,
    sensors: &[Enu],
    shots: &[Vec<(usize, f64)>],
) -> Result<Calibration, LearnError> {
    let data = Residuals::of(known, sensors, shots)?;
    let mut delays_s = data.first_guess();
    let mut times_s = vec![0.0; data.shots.len()];
    let mut jitter_s = JITTER_S;
    let mut weights: Vec<Vec<f64>> = data.shots.iter().map(|s| vec![1.0; s.len()]).collect();
    for round in 0..ROUNDS {
        data.fit_times(&delays_s, &weights, &mut times_s);
        let mut sum = JITTER_WORTH * JITTER_S * JITTER_S;
        let mut count = JITTER_WORTH;
        for ((shot, time_s), weights) in data.shots.iter().zip(&times_s).zip(&mut weights) {
            for ((path, e_s), weight) in shot.iter().zip(weights) {
                let off = (e_s - time_s - delays_s[*path]) / jitter_s;
                *weight = (T_FREEDOM + 1.0) / (T_FREEDOM + off * off);
                sum += *weight * (off * jitter_s).powi(2);
                count += 1.0;
            }
        }
        // Every shot and every path but one takes one degree of freedom.
        let free = (count - (data.shots.len() + data.sensors.len() - 1) as f64).max(JITTER_WORTH);
        jitter_s = (sum / free)
            .sqrt()
            .clamp(JITTER_BOUNDS_S[0], JITTER_BOUNDS_S[1]);
        if round + 1 < ROUNDS {
            data.fit_delays(&times_s, &weights, &mut delays_s);
        }
    }
    let sigmas_s = data
        .sigmas_s(&weights, jitter_s)
        .ok_or(LearnError::NotUsable)?;
    let heard = |path: usize| {
        let shots = data.shots.iter();
        shots
            .filter(|shot| shot.iter().any(|a| a.0 == path))
            .count()
    };
    let paths = (data.sensors.iter().enumerate())
        .map(|(path, &sensor)| CalibratedPath {
            sensor,
            delay_s: Uncertain::new(delays_s[path], sigmas_s[path]),
            shots: heard(path),
        })
        .collect();
    Ok(Calibration {
        name: known.name.clone(),
        place: known.place,
        place_sigma_m: known.place_sigma_m,
        time: known.time,
        medium: known.medium,
        air_sigma_m_s: known.air_sigma_m_s,
        shots: data.shots.len(),
        paths,
    })
}

/// Arrivals less what the straight line says, in shots that can teach anything.
struct Residuals {
    /// Sensor of each path.
    sensors: Vec<usize>,
    /// (path, seconds), by shot.
    shots: Vec<Vec<(usize, f64)>>,
}

impl Residuals {
    fn of(
        known: &KnownPlace,
        sensors: &[Enu],
        shots: &[Vec<(usize, f64)>],
    ) -> Result<Self, LearnError> {
        let mut path_of = vec![None; sensors.len()];
        let mut found = Self {
            sensors: Vec::new(),
            shots: Vec::new(),
        };
        for shot in shots.iter().filter(|shot| shot.len() > 1) {
            let mut residuals = Vec::with_capacity(shot.len());
            for &(sensor, time_s) in shot {
                let place = sensors.get(sensor).ok_or(LearnError::NoSuchSensor {
                    sensor,
                    sensors: sensors.len(),
                })?;
                let e_s = time_s - known.medium.delay_s(known.place, *place);
                if !e_s.is_finite() {
                    return Err(LearnError::NotUsable);
                }
                let path = *path_of[sensor].get_or_insert_with(|| {
                    found.sensors.push(sensor);
                    found.sensors.len() - 1
                });
                residuals.push((path, e_s));
            }
            // Small numbers keep their digits.
            let first_s = residuals.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
            residuals.iter_mut().for_each(|r| r.1 -= first_s);
            found.shots.push(residuals);
        }
        if found.shots.is_empty() {
            return Err(LearnError::Unheard);
        }
        Ok(found)
    }

    /// Medians of residuals about their shot's median.
    fn first_guess(&self) -> Vec<f64> {
        let mut by_path = vec![Vec::new(); self.sensors.len()];
        for shot in &self.shots {
            let mut each_s: Vec<f64> = shot.iter().map(|r| r.1).collect();
            let middle_s = median(&mut each_s);
            for &(path, e_s) in shot {
                by_path[path].push(e_s - middle_s);
            }
        }
        by_path.iter_mut().map(|own| median(own)).collect()
    }

    fn fit_times(&self, delays_s: &[f64], weights: &[Vec<f64>], times_s: &mut [f64]) {
        for ((shot, weights), time_s) in self.shots.iter().zip(weights).zip(times_s) {
            let (mut sum, mut total) = (0.0, 0.0);
            for ((path, e_s), weight) in shot.iter().zip(weights) {
                sum += weight * (e_s - delays_s[*path]);
                total += weight;
            }
            *time_s = sum / total;
        }
    }

    fn fit_delays(&self, times_s: &[f64], weights: &[Vec<f64>], delays_s: &mut [f64]) {
        let mut sums = vec![(0.0, 0.0); delays_s.len()];
        for ((shot, weights), time_s) in self.shots.iter().zip(weights).zip(times_s) {
            for ((path, e_s), weight) in shot.iter().zip(weights) {
                sums[*path].0 += weight * (e_s - time_s);
                sums[*path].1 += weight;
            }
        }
        for (delay_s, (sum, total)) in delays_s.iter_mut().zip(sums) {
            *delay_s = sum / total;
        }
    }

    /// Standard deviation of each delay about the best-known constant of all, times of firing
    /// integrated out: the diagonal of `S - 1 1' / (1' S^-1 1)`.
    fn sigmas_s(&self, weights: &[Vec<f64>], jitter_s: f64) -> Option<Vec<f64>> {
        let n = self.sensors.len();
        let per = 1.0 / (jitter_s * jitter_s);
        let mut information = DMatrix::from_diagonal_element(n, n, 1.0 / (LOOSE_S * LOOSE_S));
        for (shot, weights) in self.shots.iter().zip(weights) {
            let total: f64 = weights.iter().sum();
            for ((a, _), wa) in shot.iter().zip(weights) {
                information[(*a, *a)] += per * wa;
                for ((b, _), wb) in shot.iter().zip(weights) {
                    information[(*a, *b)] -= per * wa * wb / total;
                }
            }
        }
        let ones = DVector::from_element(n, 1.0);
        let common = 1.0 / (&information * &ones).sum();
        let covariance = information.cholesky()?.inverse();
        let variances = covariance.diagonal().map(|v| (v - common).max(0.0));
        Some(variances.iter().map(|v| v.sqrt()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: f64 = 340.0;

    fn known() -> KnownPlace {
        KnownPlace {
            name: "corner".to_owned(),
            place: Enu::new(10.0, 20.0, 0.0),
            place_sigma_m: 0.0,
            time: None,
            medium: Medium {
                speed_m_s: SPEED,
                wind_m_s: [0.0; 2],
            },
            air_sigma_m_s: [0.0; 3],
        }
    }

    fn sensors() -> Vec<Enu> {
        let at = |k: usize| {
            let turn = 2.4 * k as f64;
            Enu::new(400.0 * turn.cos(), 300.0 * turn.sin(), 0.0)
        };
        (0..8).map(at).collect()
    }

    /// Shot `j` is heard by the sensors that `hears` says, with path delays of 3 ms times the index.
    fn shots(n: usize, hears: impl Fn(usize, usize) -> bool) -> Vec<Vec<(usize, f64)>> {
        let sensors = sensors();
        let one = |j: usize| {
            (0..sensors.len())
                .filter(|&i| hears(j, i))
                .map(|i| {
                    let straight_s = known().place.distance_m(sensors[i]) / SPEED;
                    let jitter_s = 1e-3 * (7.0 * i as f64 + 3.0 * j as f64).sin();
                    (i, 5.0 * j as f64 + straight_s + 0.003 * i as f64 + jitter_s)
                })
                .collect()
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn delays_come_back_up_to_a_constant_whoever_hears_which_shot() {
        // Each shot is heard by five or six of eight sensors, no two shots by the same.
        let found = learn(&known(), &sensors(), &shots(12, |j, i| (i + j) % 3 != 0)).unwrap();
        let mut off: Vec<f64> = (found.paths.iter())
            .map(|p| p.delay_s.mean - 0.003 * p.sensor as f64)
            .collect();
        let middle = off.iter().sum::<f64>() / off.len() as f64;
        off.iter_mut().for_each(|d| *d -= middle);
        // Jitter 0.7 ms RMS over 8 shots heard: 0.25 ms.
        assert!(off.iter().all(|d| d.abs() < 0.6e-3), "{off:?}");
        for path in &found.paths {
            assert_eq!(path.shots, 8);
            assert!((0.15e-3..0.6e-3).contains(&path.delay_s.sigma), "{path:?}");
        }
    }

    #[test]
    fn a_late_arrival_counts_little() {
        let clean = shots(9, |_, _| true);
        let mut one_late = clean.clone();
        one_late[4][2].1 += 0.060;
        let relative = |shots: &[Vec<(usize, f64)>]| {
            let paths = learn(&known(), &sensors(), shots).unwrap().paths;
            paths[2].delay_s.mean - paths[3].delay_s.mean
        };
        // The mean would move by 60 / 9 = 6.7 ms.
        assert!((relative(&clean) - relative(&one_late)).abs() < 0.5e-3);
    }

    #[test]
    fn what_teaches_nothing_is_refused() {
        let one = vec![vec![(0, 1.0)], vec![]];
        assert_eq!(learn(&known(), &sensors(), &one), Err(LearnError::Unheard));
        let none = learn(&known(), &sensors(), &[vec![(0, 1.0), (9, 1.0)]]);
        assert!(matches!(
            none,
            Err(LearnError::NoSuchSensor { sensor: 9, .. })
        ));
        let nan = learn(&known(), &sensors(), &[vec![(0, f64::NAN), (1, 1.0)]]);
        assert_eq!(nan, Err(LearnError::NotUsable));
    }
}
