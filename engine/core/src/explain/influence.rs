//! How far the place moves when a sensor is left out.

use super::setting::Setting;
use crate::geodesy::Enu;
use crate::incident::{ArrivalStatus, ShotArrival};
use crate::locate::fit::{Fix, Observation, Round, fit};

/// Fewest arrivals that place a shot at all: two coordinates and a time.
const FEWEST: usize = 3;

/// The place without a sensor against that with it, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// To the east.
    pub east_m: f64,
    /// To the north.
    pub north_m: f64,
}

impl Shift {
    /// How far.
    pub fn length_m(self) -> f64 {
        self.east_m.hypot(self.north_m)
    }
}

/// What the fit of one round makes of its arrivals, in the order of the shot's arrivals.
pub(super) struct Influence {
    /// Share of the fit's weight, summing to one; 0 for arrivals that are not used.
    pub(super) weights: Vec<f64>,
    /// The place without each used arrival, where enough are left.
    pub(super) without: Vec<Option<Shift>>,
}

impl Influence {
    /// Nothing is known of `n` arrivals.
    pub(super) fn none(n: usize) -> Self {
        Self {
            weights: vec![0.0; n],
            without: vec![None; n],
        }
    }
}

/// Fits the used arrivals of this round alone, then all but one of them, for each.
///
/// Both fits are of the round alone, so that the shift is that of the arrival and not
/// of what other rounds add.
pub(super) fn of_each(setting: &Setting<'_>) -> Influence {
    let arrivals = &setting.shot.arrivals;
    let used: Vec<usize> = (0..arrivals.len())
        .filter(|&k| arrivals[k].status == ArrivalStatus::Used)
        .collect();
    let mut influence = Influence::none(arrivals.len());
    let Some(all) = fit_of(setting, used.iter().map(|&k| &arrivals[k])) else {
        return influence;
    };
    let mut total = 0.0;
    for (&k, &direct) in used.iter().zip(&all.direct[0]) {
        let sigma_s = setting.sigma_s(arrivals[k].sensor);
        influence.weights[k] = direct / (sigma_s * sigma_s);
        total += influence.weights[k];
    }
    for weight in &mut influence.weights {
        *weight /= total.max(f64::MIN_POSITIVE);
    }
    if used.len() > FEWEST {
        for &left_out in &used {
            let rest = used.iter().filter(|&&k| k != left_out);
            let place = fit_of(setting, rest.map(|&k| &arrivals[k]));
            influence.without[left_out] = place.map(|f| shift(all.positions[0], f.positions[0]));
        }
    }
    influence
}

fn shift(from: Enu, to: Enu) -> Shift {
    Shift {
        east_m: to.east_m - from.east_m,
        north_m: to.north_m - from.north_m,
    }
}

fn fit_of<'a>(
    setting: &Setting<'_>,
    arrivals: impl Iterator<Item = &'a ShotArrival>,
) -> Option<Fix> {
    let observations = arrivals
        .map(|a| Observation {
            sensor: a.sensor.0,
            time_s: a.time.since(setting.shot.time).0,
            // The published shot does not say; path and jitter are tens of times larger.
            sigma_s: 0.0,
        })
        .collect();
    let round = Round {
        time_s: 0.0,
        observations,
    };
    fit(&[round], setting.shot.position, &setting.assumptions()).ok()
}
