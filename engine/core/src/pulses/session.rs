//! Shots from nearly one place within a session, located by their differences.
//!
//! Limits: the covariance stays that of the single fix, for what all shots of a place have in common does not get
//! better; it is too large for how shots lie to one another. A place is never corrected after it was reported.

use nalgebra::{DMatrix, DVector};

use super::explain::Shot;
use super::network::Network;
use super::place::share;
use super::pulse::Pulse;
use super::region::{CITY_S, Paths};
use crate::geodesy::Enu;
use crate::median::median;
use crate::paths::PathPrior;
use crate::timestamp::Timestamp;

/// Places farther apart than this tell nothing of one another, metres: half of a path's delay is another 20 m
/// away.
const NEAR_M: f64 = 40.0;
/// So many bursts are weighed together at most, the last.
const MOST: usize = 20;
/// After this time the wind is another one, seconds.
const MEMORY_S: f64 = 2.0 * 3600.0;
/// Delays that scatter by less have come by straight paths, seconds.
const STRAIGHT_S: f64 = 0.003;
/// A sensor's readings of one path scatter by this beside the jitter of its pulses, seconds: now and then the
/// wave before or after is read.
const READING_S: f64 = 0.0015;
/// A reading farther than so many standard deviations from what the others foretell is left out, by an error of ...
const GATE: f64 = 3.0;
/// ... this, seconds.
const NO_READING_S: f64 = 0.1;
/// Two readings of one wave agree to this, and a later wave is later by this, seconds: half a wall's distance.
const AGREE_S: f64 = 0.003;
const LATER_S: f64 = 0.005;
/// *Estimated*: the wind is off its report by this, m/s, ...
const GUST_M_S: f64 = 1.0;
/// ... and another after this time, seconds.
const GUST_S: f64 = 1200.0;
/// So often all are solved for, readings left out in between.
const PASSES: usize = 4;
/// Bursts that are remembered, all places together.
const REMEMBERED: usize = 500;

/// What a located burst told of its paths.
#[derive(Clone, Debug)]
struct Told {
    time: Timestamp,
    position: Enu,
    /// Sensors that heard it on time, observed minus predicted delay, and the error of that by jitter, seconds.
    paths: Vec<(usize, f64, f64)>,
}

/// Better place and time of a burst, relative to where it was located by itself.
#[derive(Clone, Copy, Debug)]
struct Shift {
    east_m: f64,
    north_m: f64,
    time_s: f64,
}

/// Bursts of the last hours.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    told: Vec<Told>,
}

impl Session {
    /// Moves the rounds of one burst, told by `pulses` and fired from `time` on, by what earlier ones have told of
    /// its paths, and remembers it. Paths that are straight share no delays; there nothing moves.
    pub(super) fn place(
        &mut self,
        network: &Network,
        pulses: &[Pulse],
        time: Timestamp,
        burst: &mut [&mut Shot],
    ) {
        let position = burst[0].position;
        let paths = Paths::of(network, pulses, burst);
        // The rounds' times of firing, as located, fix the scale of the delays.
        let late_s = burst.iter().zip(&paths.fired_s);
        let t0_s = late_s
            .map(|(shot, fired_s)| shot.time_s - fired_s)
            .sum::<f64>()
            / burst.len() as f64;
        let on_time: Vec<(usize, f64, f64)> = (paths.heard.iter())
            .map(|&(sensor, delay_s, sigma_s)| {
                (
                    sensor,
                    delay_s - t0_s - network.delay_s(position, sensor),
                    sigma_s,
                )
            })
            .filter(|&(_, extra_s, sigma_s)| share(extra_s, sigma_s.hypot(CITY_S)).on_time >= 0.5)
            .collect();
        let square = on_time.iter().map(|path| path.1 * path.1).sum::<f64>();
        if on_time.len() < 4 || square / (on_time.len() as f64) < STRAIGHT_S * STRAIGHT_S {
            return;
        }
        let told = Told {
            time,
            position,
            paths: on_time,
        };
        if let Some(shift) = self.take(network, told) {
            for shot in burst {
                shot.position = network.place(
                    position.east_m + shift.east_m,
                    position.north_m + shift.north_m,
                );
                shot.time_s += shift.time_s;
            }
        }
    }

    /// Takes in a burst, in the order of time; returns how it moves in the light of the earlier ones.
    ///
    /// Which sensors take part in a fix moves it by metres, for each path has a delay of its own. Shots from
    /// nearly one place share these delays, so a sensor that missed this shot is told by the shots it heard.
    /// Least squares for all of them at once, the errors of a sensor's paths correlated by [`PathPrior`]: that
    /// is double differences where places coincide, and separate fixes where they do not. The wind of each burst is
    /// an unknown too, near to that of the bursts before. Only what was told before counts.
    ///
    /// # Source
    /// F. Waldhauser and W. L. Ellsworth, A double-difference earthquake location algorithm, Bull. Seism. Soc. Am. 90,
    /// 2000.
    fn take(&mut self, network: &Network, told: Told) -> Option<Shift> {
        self.told
            .retain(|earlier| told.time.since(earlier.time).0 < MEMORY_S);
        let excess = (self.told.len() + 1).saturating_sub(REMEMBERED);
        self.told.drain(..excess);
        let near: Vec<&Told> = (self.told.iter().rev())
            .filter(|e| e.position.horizontal_distance_m(told.position) < NEAR_M)
            .take(MOST)
            .collect();
        let shift = if near.is_empty() {
            None
        } else {
            joint(network, &told, &near)
        };
        self.told.push(told);
        shift
    }
}

/// One path of one burst.
#[derive(Clone, Copy)]
struct Reading {
    /// Index of the burst.
    burst: usize,
    residual_s: f64,
    jitter_s: f64,
    /// Change of the delay by the burst's unknowns: east, north (s/m), time of firing, wind east and north
    /// (s/(m/s)).
    by: [f64; UNKNOWNS],
}

impl Reading {
    /// What is left of the residual after all that `shift` holds.
    fn left_s(&self, shift: &DVector<f64>) -> f64 {
        let moved_s = (0..UNKNOWNS).map(|i| self.by[i] * shift[UNKNOWNS * self.burst + i]);
        self.residual_s - moved_s.sum::<f64>()
    }
}

/// Of each burst.
const UNKNOWNS: usize = 5;

/// Solves for all bursts together, `told` first. A reading that the others of its sensor contradict is of
/// another sound or of a later wave, and is left out from the next pass on.
fn joint(network: &Network, told: &Told, near: &[&Told]) -> Option<Shift> {
    let bursts: Vec<&Told> = std::iter::once(told).chain(near.iter().copied()).collect();
    let mut sensors: Vec<Vec<Reading>> = vec![Vec::new(); network.sensors.len()];
    for (k, burst) in bursts.iter().enumerate() {
        for &(sensor, residual_s, jitter_s) in &burst.paths {
            let ray = network
                .medium
                .delay(burst.position, network.sensors[sensor]);
            sensors[sensor].push(Reading {
                burst: k,
                residual_s,
                jitter_s: jitter_s.hypot(READING_S),
                by: [
                    ray.by_source[0],
                    ray.by_source[1],
                    1.0,
                    ray.by_wind[0],
                    ray.by_wind[1],
                ],
            });
        }
    }
    let winds = wind_weights(&bursts)?;
    let prior = PathPrior::default();
    let mut shift = DVector::zeros(UNKNOWNS * bursts.len());
    for _ in 0..PASSES {
        let places: Vec<Enu> = (bursts.iter().enumerate())
            .map(|(k, burst)| moved(burst.position, &shift, k))
            .collect();
        let alike =
            |a: &Reading, b: &Reading| prior.correlation(places[a.burst], places[b.burst], 0.0);
        let weights: Vec<DMatrix<f64>> = (sensors.iter())
            .map(|readings| weights(readings, &alike))
            .collect::<Option<_>>()?;
        shift += solve(&sensors, &weights, &winds, &shift)?;
        for (readings, weights) in sensors.iter_mut().zip(&weights) {
            leave_out(readings, weights, &alike, &shift);
        }
    }
    // What moves all alike is not learned from differences: of that the fixes of single bursts, which weigh every
    // reading as late too, know more.
    let beyond_common = |unknown: usize| {
        let column = (0..bursts.len()).map(|k| shift[UNKNOWNS * k + unknown]);
        shift[unknown] - median(&mut column.collect::<Vec<f64>>())
    };
    let shift = Shift {
        east_m: beyond_common(0),
        north_m: beyond_common(1),
        time_s: beyond_common(2),
    };
    (shift.east_m.hypot(shift.north_m) < NEAR_M).then_some(shift)
}

/// The place of burst `k`, `position` by itself.
fn moved(position: Enu, shift: &DVector<f64>, k: usize) -> Enu {
    let [east_m, north_m] = [shift[UNKNOWNS * k], shift[UNKNOWNS * k + 1]];
    Enu::new(
        position.east_m + east_m,
        position.north_m + north_m,
        position.up_m,
    )
}

/// How all unknowns change from `shift`, by least squares. `weights` are the inverse covariances of each sensor's
/// readings, `winds` is that of one wind component over the bursts.
fn solve(
    sensors: &[Vec<Reading>],
    weights: &[DMatrix<f64>],
    winds: &DMatrix<f64>,
    shift: &DVector<f64>,
) -> Option<DVector<f64>> {
    let mut information = DMatrix::<f64>::zeros(shift.len(), shift.len());
    let mut gradient = DVector::<f64>::zeros(shift.len());
    for a in 0..winds.nrows() {
        for b in 0..winds.ncols() {
            for axis in 3..UNKNOWNS {
                let (i, j) = (UNKNOWNS * a + axis, UNKNOWNS * b + axis);
                information[(i, j)] += winds[(a, b)];
                gradient[i] -= winds[(a, b)] * shift[j];
            }
        }
    }
    for (readings, weights) in sensors.iter().zip(weights) {
        let left = readings.iter().map(|r| r.left_s(shift));
        let weighted = weights * DVector::from_iterator(readings.len(), left);
        for (a, r) in readings.iter().enumerate() {
            for i in 0..UNKNOWNS {
                let row = UNKNOWNS * r.burst + i;
                gradient[row] += r.by[i] * weighted[a];
                for (b, other) in readings.iter().enumerate() {
                    for j in 0..UNKNOWNS {
                        information[(row, UNKNOWNS * other.burst + j)] +=
                            r.by[i] * weights[(a, b)] * other.by[j];
                    }
                }
            }
        }
    }
    Some(information.cholesky()?.solve(&gradient))
}

/// Leaves out the readings of one sensor that the others contradict; `alike` is the correlation of two readings' paths.
fn leave_out(
    readings: &mut [Reading],
    weights: &DMatrix<f64>,
    alike: &impl Fn(&Reading, &Reading) -> f64,
    shift: &DVector<f64>,
) {
    let left: Vec<f64> = readings.iter().map(|r| r.left_s(shift)).collect();
    // The first wave is that which at least two readings agree on.
    let first = (0..left.len())
        .filter(|&a| (0..left.len()).any(|b| b != a && (left[a] - left[b]).abs() < AGREE_S))
        .min_by(|&a, &b| left[a].total_cmp(&left[b]));
    let weighted = weights * DVector::from_column_slice(&left);
    let wrong: Vec<bool> = (0..readings.len())
        .map(|a| {
            let later = first.is_some_and(|first| {
                let unlike = 1.0 - alike(&readings[a], &readings[first]);
                left[a] > left[first] + LATER_S + CITY_S * (2.0 * unlike).sqrt()
            });
            later || weighted[a] * weighted[a] > GATE * GATE * weights[(a, a)]
        })
        .collect();
    for (reading, wrong) in readings.iter_mut().zip(wrong) {
        if wrong {
            reading.jitter_s = NO_READING_S;
        }
    }
}

/// Inverse of the covariance of one wind component over the bursts about the report.
fn wind_weights(bursts: &[&Told]) -> Option<DMatrix<f64>> {
    let covariance = DMatrix::from_fn(bursts.len(), bursts.len(), |a, b| {
        let apart_s = bursts[a].time.since(bursts[b].time).0.abs();
        // A centimetre a second keeps bursts of one instant apart.
        let own = if a == b { 1e-4 } else { 0.0 };
        GUST_M_S * GUST_M_S * (-apart_s / GUST_S).exp() + own
    });
    Some(covariance.cholesky()?.inverse())
}

/// Inverse of the covariance of one sensor's readings.
fn weights(
    readings: &[Reading],
    alike: &impl Fn(&Reading, &Reading) -> f64,
) -> Option<DMatrix<f64>> {
    let covariance = DMatrix::from_fn(readings.len(), readings.len(), |a, b| {
        let (r, other) = (&readings[a], &readings[b]);
        let own = if a == b { r.jitter_s * r.jitter_s } else { 0.0 };
        CITY_S * CITY_S * alike(r, other) + own
    });
    Some(covariance.cholesky()?.inverse())
}
