//! From a first guess to a maximum of the posterior, and the answer over all maxima.

use super::model::{AZIMUTH, P, Reading, SPEED, T0, Taken, Theta, blast, priors, read, shock};
use super::search::{guesses, means};
use super::{RifleFix, RifleProblem, Wave};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::solve::SolveError;
use crate::solve::small::{cholesky, inverse, log_determinant, solve};
use crate::units::Seconds;

/// Fewest sensors: fewer leave place and direction open whatever they hear.
const FEWEST: usize = 3;
/// Most onsets of one sensor that are weighed.
const MOST_ONSETS: usize = 8;
/// The tolerance starts here, seconds, and shrinks by this factor a step.
const BLUR_S: f64 = 0.02;
const SHRINK: f64 = 0.6;
const STEPS: usize = 25;
/// Longest step, metres and radians.
const STEP_M: f64 = 40.0;
const STEP_RAD: f64 = 0.2;
/// Maxima this much less probable (log) than the best have no part in the answer.
const NEGLIGIBLE: f64 = 9.0;
/// Maxima nearer than this, in standard deviations, are one.
const SAME: f64 = 0.5;

struct Mode {
    theta: Theta,
    covariance: [[f64; P]; P],
    evidence: f64,
    readings: Vec<Reading>,
}

/// Locates a rifle from its blasts and shock waves. See the module's page.
///
/// # Errors
/// [`SolveError::TooFew`], [`SolveError::NotUsable`] for numbers that are none, and
/// [`SolveError::Degenerate`] when the onsets leave the place open.
pub fn locate_rifle(problem: &RifleProblem<'_>) -> Result<RifleFix, SolveError> {
    let n = problem.sensors.len();
    if n < FEWEST {
        return Err(SolveError::TooFew {
            need: FEWEST,
            got: n,
        });
    }
    let usable = problem.sensors.iter().all(|s| {
        let p = s.position;
        let times = s.onsets.iter().all(|o| o.0.abs() < 1e9);
        let place = [p.east_m, p.north_m, p.up_m].iter().all(|v| v.abs() < 1e9);
        place && times && (1e-9..1.0).contains(&s.sigma.0) && s.onsets.len() <= MOST_ONSETS
    });
    if !usable || !(100.0..1e4).contains(&problem.air.speed_m_s.mean) {
        return Err(SolveError::NotUsable);
    }
    let mean = |of: fn(&Enu) -> f64| {
        let each = problem.sensors.iter().map(|s| of(&s.position));
        each.sum::<f64>() / n as f64
    };
    let centre = Enu::new(mean(|p| p.east_m), mean(|p| p.north_m), 0.0);
    let spread_m = problem
        .sensors
        .iter()
        .map(|s| s.position.horizontal_distance_m(centre).powi(2))
        .sum::<f64>();
    let spread_m = (spread_m / n as f64).sqrt();
    // Rifles are heard far outside small arrays.
    let reach_m = 100.0 + 1.5 * spread_m;
    let priors = priors(problem, centre, reach_m);
    let mut modes: Vec<Mode> = guesses(problem, &means(&priors), 1.8 * reach_m)
        .into_iter()
        .filter_map(|guess| climb(problem, &priors, guess))
        .collect();
    modes.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    let mut kept: Vec<Mode> = Vec::new();
    for mode in modes {
        let best = kept.first().map_or(mode.evidence, |m| m.evidence);
        if mode.evidence > best - NEGLIGIBLE && !kept.iter().any(|k| same(k, &mode)) {
            kept.push(mode);
        }
    }
    answer(&kept).ok_or(SolveError::Degenerate)
}

fn same(a: &Mode, b: &Mode) -> bool {
    [0, 1, AZIMUTH].into_iter().all(|k| {
        let d = a.theta[k] - b.theta[k];
        let d = if k == AZIMUTH { d.sin() } else { d };
        d * d < SAME * SAME * a.covariance[k][k].max(b.covariance[k][k])
    })
}

/// The readings of all sensors and the normal equations they make.
struct System {
    info: [[f64; P]; P],
    slope: Theta,
    readings: Vec<Reading>,
    prior: f64,
}

fn system(
    problem: &RifleProblem<'_>,
    priors: &[(f64, f64); P],
    theta: &Theta,
    blur_s: f64,
) -> System {
    let mut info = [[0.0; P]; P];
    let mut slope = [0.0; P];
    let mut prior = 0.0;
    for k in 0..P {
        let (mean, sigma) = priors[k];
        // What has no prior is held by a hair, for the matrix's sake.
        let per2 = if sigma.is_finite() {
            1.0 / (sigma * sigma)
        } else {
            1e-9
        };
        info[k][k] += per2;
        if sigma.is_finite() {
            slope[k] -= (theta[k] - mean) * per2;
            prior -= 0.5 * (theta[k] - mean).powi(2) * per2;
        }
    }
    let mut readings = Vec::with_capacity(problem.sensors.len());
    for (m, sensor) in problem.sensors.iter().enumerate() {
        let sigma_s = sensor.sigma.0.max(blur_s);
        let due_blast = blast(theta, sensor.position);
        let due_shock = shock(theta, sensor.position);
        let reading = read(problem, m, due_blast.time_s, due_shock.as_ref(), sigma_s);
        let mut add = |taken: Option<Taken>, by: &Theta| {
            let Some(taken) = taken else { return };
            let weight = taken.on_time / (taken.sigma_s * taken.sigma_s);
            for a in 0..P {
                slope[a] += weight * taken.residual_s * by[a];
                for b in 0..P {
                    info[a][b] += weight * by[a] * by[b];
                }
            }
        };
        add(reading.blast, &due_blast.by);
        if let Some(due) = due_shock {
            add(reading.shock, &due.by);
        }
        readings.push(reading);
    }
    System {
        info,
        slope,
        readings,
        prior,
    }
}

/// Gauss-Newton with the onsets read anew at every step.
fn climb(problem: &RifleProblem<'_>, priors: &[(f64, f64); P], mut theta: Theta) -> Option<Mode> {
    let mut blur_s = BLUR_S;
    let least_s = problem
        .sensors
        .iter()
        .map(|s| s.sigma.0)
        .fold(f64::INFINITY, f64::min);
    for _ in 0..STEPS {
        let system = system(problem, priors, &theta, blur_s);
        let factor = cholesky(&system.info)?;
        let step = solve(&factor, &system.slope);
        let far = step[0].hypot(step[1]) / STEP_M;
        let turn = step[AZIMUTH].abs() / STEP_RAD;
        let shrink = 1.0 / far.max(turn).max(1.0);
        for k in 0..P {
            theta[k] += shrink * step[k];
        }
        let gain: f64 = step.iter().zip(&system.slope).map(|(a, b)| a * b).sum();
        if !gain.is_finite() {
            return None;
        }
        if blur_s <= least_s && gain < 1e-4 {
            break;
        }
        blur_s *= SHRINK;
    }
    let end = system(problem, priors, &theta, 0.0);
    let factor = cholesky(&end.info)?;
    let gain: f64 = end.readings.iter().map(|r| r.gain).sum();
    Some(Mode {
        theta,
        covariance: inverse(&factor),
        evidence: gain + end.prior - 0.5 * log_determinant(&factor),
        readings: end.readings,
    })
}

/// The best maximum, its covariance reaching over the others.
fn answer(modes: &[Mode]) -> Option<RifleFix> {
    let best = modes.first()?;
    let weight = |m: &Mode| (m.evidence - best.evidence).exp();
    let total: f64 = modes.iter().map(weight).sum();
    let off = |m: &Mode, k: usize| {
        let d = m.theta[k] - best.theta[k];
        if k == AZIMUTH {
            d.sin().atan2(d.cos())
        } else {
            d
        }
    };
    let moment = |a: usize, b: usize| {
        let each = modes
            .iter()
            .map(|m| weight(m) / total * (m.covariance[a][b] + off(m, a) * off(m, b)));
        each.sum::<f64>()
    };
    let sigma = |k: usize| moment(k, k).max(0.0).sqrt();
    let azimuth_deg = best.theta[AZIMUTH].to_degrees().rem_euclid(360.0);
    Some(RifleFix {
        position: Enu::new(best.theta[0], best.theta[1], best.theta[2]),
        covariance_m2: [[moment(0, 0), moment(0, 1)], [moment(0, 1), moment(1, 1)]],
        t0: Seconds(best.theta[T0]),
        t0_sigma: Seconds(sigma(T0)),
        azimuth_deg: Uncertain::new(azimuth_deg, sigma(AZIMUTH).to_degrees()),
        speed_m_s: Uncertain::new(best.theta[SPEED], sigma(SPEED)),
        blasts: best.readings.iter().map(|r| r.blast.map(wave)).collect(),
        shocks: best.readings.iter().map(|r| r.shock.map(wave)).collect(),
        shock_evidence: best.readings.iter().map(|r| r.shock_gain).sum(),
    })
}

fn wave(taken: Taken) -> Wave {
    Wave {
        onset: taken.onset,
        residual: Seconds(taken.residual_s),
        on_time: taken.on_time,
    }
}
