//! Where a burst was fired, from the delays that its rounds share.

use super::network::Network;
use crate::geodesy::Enu;
use crate::solve::{Dimensions, MAX_SENSORS, Problem, Settings, solve};
use crate::units::Seconds;

/// One sensor's delay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delay {
    pub(super) sensor: usize,
    /// On a scale that all share.
    pub(super) time_s: f64,
    /// How many rounds it was read from.
    pub(super) rounds: usize,
}

/// A located burst.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) position: Enu,
    pub(super) covariance_m2: [[f64; 2]; 2],
    /// When a sensor at the place itself would have heard it, on the scale of the delays.
    pub(super) t0_s: f64,
    /// Spread of the paths it was found with, seconds.
    pub(super) path_sigma_s: f64,
    /// Log likelihood of the delays.
    pub(super) evidence: f64,
}

/// Spreads of the paths that are tried, and the log of their prior probability.
const PATH_SIGMAS_S: [(f64, f64); 2] = [(0.0, -1.0), (0.008, -1.0)];

/// Improves the place of a burst by its delays, from `start`; the nearest maximum is found. The time of
/// firing starts at 0 on the scale of the delays.
pub(super) fn place_near(
    network: &Network,
    delays: &[Delay],
    jitter_s: f64,
    start: Enu,
) -> Option<Place> {
    best_of(network, delays, jitter_s, |_| Some((start, 0.0)))
}

/// Places a burst by its delays, wherever they say.
pub(super) fn place_anywhere(
    network: &Network,
    delays: &[Delay],
    jitter_s: f64,
    start: Enu,
) -> Option<Place> {
    let delays = &delays[..delays.len().min(MAX_SENSORS)];
    let sensors: Vec<Enu> = delays.iter().map(|d| network.sensors[d.sensor]).collect();
    let arrivals: Vec<Seconds> = delays.iter().map(|d| Seconds(d.time_s)).collect();
    let mean_rounds = delays.iter().map(|d| d.rounds as f64).sum::<f64>() / delays.len() as f64;
    let settings = Settings::default();
    let near = place_near(network, delays, jitter_s, start);
    let far = best_of(network, delays, jitter_s, |path_sigma_s| {
        let problem = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds((jitter_s / mean_rounds.sqrt()).hypot(path_sigma_s)),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Two,
            air: network.air,
            up_m: None,
            paths: &[],
        };
        let found = solve(&problem, &settings).ok()?;
        Some((found.position, found.t0.0))
    });
    match (near, far) {
        (Some(near), Some(far)) if far.evidence > near.evidence => Some(far),
        (near, far) => near.or(far),
    }
}

/// The most probable of the places that grow from `start`, over the spreads of the paths.
fn best_of(
    network: &Network,
    delays: &[Delay],
    jitter_s: f64,
    start: impl Fn(f64) -> Option<(Enu, f64)>,
) -> Option<Place> {
    if delays.len() < 4 {
        return None;
    }
    let mut best: Option<Place> = None;
    for (path_sigma_s, prior) in PATH_SIGMAS_S {
        let Some((position, t0_s)) = start(path_sigma_s) else {
            continue;
        };
        let mut place = Place {
            position,
            covariance_m2: [[0.0; 2]; 2],
            t0_s,
            path_sigma_s,
            evidence: prior,
        };
        if place.refine(network, delays, jitter_s).is_some()
            && best.as_ref().is_none_or(|b| place.evidence > b.evidence)
        {
            best = Some(place);
        }
    }
    best
}

/// Share of paths that are late, and their mean lateness, seconds.
const LATE_SHARE: f64 = 0.3;
const LATE_MEAN_S: f64 = 0.035;
/// Density, per second, of a delay that has nothing to do with the place.
const STRAY: f64 = 0.05;

/// What one delay says of a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Density of the delay, per second.
    pub(super) density: f64,
    /// Probability that it is on time.
    pub(super) on_time: f64,
}

/// Density of an extra delay `extra_s` of a path when on-time ones scatter by `sigma_s`.
pub(super) fn share(extra_s: f64, sigma_s: f64) -> Share {
    let x = extra_s / sigma_s;
    let on = (1.0 - LATE_SHARE) * 0.398_942 / sigma_s * (-0.5 * x * x).exp();
    let late = if extra_s > 0.0 {
        LATE_SHARE / LATE_MEAN_S * (-extra_s / LATE_MEAN_S).exp()
    } else {
        0.0
    };
    let density = on + late + STRAY;
    Share {
        density,
        on_time: on / density,
    }
}

impl Place {
    fn sigma_s(&self, delay: &Delay, jitter_s: f64) -> f64 {
        (jitter_s / (delay.rounds as f64).sqrt()).hypot(self.path_sigma_s)
    }

    /// Improves place and time by expectation-maximisation: who is on time, then least squares with the
    /// weight of each. Sets covariance and evidence, by Laplace's method.
    fn refine(&mut self, network: &Network, delays: &[Delay], jitter_s: f64) -> Option<()> {
        let mut covariance = nalgebra::Matrix3::zeros();
        for step in 0..STEPS {
            let blur_s = BLURS_S.get(step).copied().unwrap_or(0.0);
            let mut information = nalgebra::Matrix3::zeros();
            let mut gradient = nalgebra::Vector3::zeros();
            for delay in delays {
                let sigma_s = self.sigma_s(delay, jitter_s).hypot(blur_s);
                let ray = network
                    .medium
                    .delay(self.position, network.sensors[delay.sensor]);
                let e = delay.time_s - self.t0_s - ray.delay_s;
                let w = share(e, sigma_s).on_time / (sigma_s * sigma_s);
                let row = nalgebra::Vector3::new(ray.by_source[0], ray.by_source[1], 1.0);
                information += w * row * row.transpose();
                gradient += w * e * row;
            }
            covariance = information.cholesky()?.inverse();
            let change = covariance * gradient;
            let moved_m = change[0].hypot(change[1]);
            if !moved_m.is_finite() || moved_m > LONGEST_STEP_M {
                return None;
            }
            self.position = network.place(
                self.position.east_m + change[0],
                self.position.north_m + change[1],
            );
            self.t0_s += change[2];
            if blur_s == 0.0 && moved_m < 1e-3 {
                break;
            }
        }
        self.covariance_m2 = [
            [covariance[(0, 0)], covariance[(0, 1)]],
            [covariance[(1, 0)], covariance[(1, 1)]],
        ];
        self.evidence += 0.5 * covariance.determinant().max(1e-30).ln();
        for delay in delays {
            let e = delay.time_s - self.t0_s - network.delay_s(self.position, delay.sensor);
            let share = share(e, self.sigma_s(delay, jitter_s));
            self.evidence += share.density.ln();
        }
        Some(())
    }
}

/// Iterations at most.
const STEPS: usize = 10;
/// A longer step has left the array, metres.
const LONGEST_STEP_M: f64 = 200.0;
/// Added to the noise in the first iterations, seconds: a start may be metres off.
const BLURS_S: [f64; 3] = [0.010, 0.004, 0.0015];
