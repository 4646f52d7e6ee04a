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
    /// By delay: on time, not late.
    pub(super) on_time: Vec<bool>,
}

/// Spreads of the paths that are tried, and the log of their prior probability.
const PATH_SIGMAS_S: [(f64, f64); 3] = [(0.0, -1.0), (0.003, -1.5), (0.008, -1.0)];

/// Places a burst by its delays, `jitter_s` of which varies from round to round.
pub(super) fn place(network: &Network, delays: &[Delay], jitter_s: f64) -> Option<Place> {
    let delays = &delays[..delays.len().min(MAX_SENSORS)];
    if delays.len() < 4 {
        return None;
    }
    let sensors: Vec<Enu> = delays.iter().map(|d| network.sensors[d.sensor]).collect();
    let arrivals: Vec<Seconds> = delays.iter().map(|d| Seconds(d.time_s)).collect();
    let mean_rounds = delays.iter().map(|d| d.rounds as f64).sum::<f64>() / delays.len() as f64;
    let settings = Settings::default();
    let mut best: Option<Place> = None;
    for (path_sigma_s, prior) in PATH_SIGMAS_S {
        let problem = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds((jitter_s / mean_rounds.sqrt()).hypot(path_sigma_s)),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Two,
            air: network.air,
        };
        let Ok(solution) = solve(&problem, &settings) else {
            continue;
        };
        let on_time = (0..delays.len()).map(|k| solution.used(k)).collect();
        let c = solution.covariance_m2;
        let mut place = Place {
            position: solution.position,
            covariance_m2: [[c[0][0], c[0][1]], [c[1][0], c[1][1]]],
            t0_s: solution.t0.0,
            path_sigma_s,
            evidence: prior,
            on_time,
        };
        place.evidence += likelihood(network, delays, &place, jitter_s);
        if best.as_ref().is_none_or(|b| place.evidence > b.evidence) {
            best = Some(place);
        }
    }
    best
}

/// Share of paths that are late, and their mean lateness, seconds.
const LATE_SHARE: f64 = 0.3;
const LATE_MEAN_S: f64 = 0.035;

fn likelihood(network: &Network, delays: &[Delay], place: &Place, jitter_s: f64) -> f64 {
    let volume: f64 = {
        let c = place.covariance_m2;
        0.5 * (c[0][0] * c[1][1] - c[0][1] * c[1][0]).max(1e-12).ln()
    };
    let mut sum = volume;
    for delay in delays {
        let sigma_s = (jitter_s / (delay.rounds as f64).sqrt()).hypot(place.path_sigma_s);
        let e = delay.time_s - place.t0_s - network.delay_s(place.position, delay.sensor);
        let x = e / sigma_s;
        let on = (1.0 - LATE_SHARE) * 0.4 / sigma_s * (-0.5 * x * x).exp();
        let late = if e > 0.0 {
            LATE_SHARE / LATE_MEAN_S * (-e / LATE_MEAN_S).exp()
        } else {
            0.0
        };
        // An outlier that is neither: a pulse of something else.
        sum += (on + late + 0.02).ln();
    }
    sum
}
