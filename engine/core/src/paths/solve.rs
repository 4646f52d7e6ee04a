//! One shot, with what is learned of the paths from wherever it may have been fired.

use super::field::{PathTerms, Prediction};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::median::upper_median;
use crate::solve::{Problem, Settings, Solution, SolveError, solve};
use crate::timestamp::Timestamp;

/// A shot to be located.
#[derive(Clone, Copy)]
pub struct Shot<'a> {
    /// Its arrivals; `paths` is not read.
    pub problem: Problem<'a>,
    /// Index in the terms of each of the problem's sensors, `None` for one they do not know.
    pub known: &'a [Option<usize>],
    /// When, so that calibrations age.
    pub time: Option<Timestamp>,
    /// Height of a source at a place, where terrain tells it; taken anew with the terms.
    pub ground: Option<&'a dyn Fn(Enu) -> Uncertain>,
}

/// Terms are evaluated anew at the place found so often at most ...
const ROUNDS: usize = 8;
/// ... or until it moves by less than this, metres.
const STANDS_M: f64 = 0.05;
/// Calibrated places from which a search starts.
const STARTS: usize = 4;
/// Places found nearer to each other than this are one, metres.
const SAME_M: f64 = 1.0;

/// Locates a shot with learned path terms.
///
/// The terms depend on the place and the place on the terms: they are evaluated at a guess, the shot is
/// solved, and again at the place found, until it stands. Guesses are the place found with the prior alone
/// and the calibrated places that the arrivals suit best. Of all places that stand, the one under
/// whose terms the arrivals are likeliest is the answer, so terms that do not fit are not used.
///
/// # Errors
/// As [`solve`].
pub fn locate(
    terms: &PathTerms,
    shot: &Shot<'_>,
    settings: &Settings,
) -> Result<Solution, SolveError> {
    let n = shot.problem.sensors.len();
    if shot.known.len() != n {
        return Err(SolveError::PathMismatch {
            sensors: n,
            paths: shot.known.len(),
        });
    }
    let prior = vec![terms.prior().delay_s; n];
    let mut problem = with(&shot.problem, &prior, [0.0; 3]);
    let mut blind = solve(&problem, settings)?;
    if let Some(ground) = shot.ground {
        for _ in 0..ROUNDS {
            problem.up_m = Some(ground(blind.position));
            let again = solve(&problem, settings)?;
            let moved_m = again.position.horizontal_distance_m(blind.position);
            blind = again;
            if moved_m < STANDS_M {
                break;
            }
        }
    }
    if terms.calibrations().is_empty() {
        return Ok(blind);
    }
    let mut best: Option<(Solution, Prediction)> = None;
    let mut ends: Vec<Enu> = Vec::new();
    let guesses = std::iter::once(blind.position).chain(suiting_places(terms, shot));
    for guess in guesses {
        let mut at = guess;
        for round in 1..=ROUNDS {
            let prediction = terms.predict(at, shot.known, shot.time);
            let mut problem = with(&shot.problem, &prediction.paths, prediction.air_variance);
            if let Some(ground) = shot.ground {
                problem.up_m = Some(ground(at));
            }
            let Ok(found) = solve(&problem, settings) else {
                break;
            };
            let moved_m = found.position.horizontal_distance_m(at);
            at = found.position;
            if ends.iter().any(|e| e.horizontal_distance_m(at) < SAME_M) && moved_m < SAME_M {
                break;
            }
            if moved_m < STANDS_M || round == ROUNDS {
                ends.push(at);
                let better = best
                    .as_ref()
                    .is_none_or(|(b, _)| found.log_evidence > b.log_evidence);
                // A place that does not stand is no answer.
                if better && moved_m < SAME_M {
                    best = Some((found, prediction));
                }
                break;
            }
        }
    }
    let Some((mut found, prediction)) = best else {
        return Ok(blind);
    };
    for a in 0..2 {
        for b in 0..2 {
            found.covariance_m2[a][b] += prediction.place_covariance_m2[a][b];
        }
    }
    Ok(found)
}

/// The problem with these paths and with air so much less certain.
fn with<'a>(problem: &Problem<'a>, paths: &'a [Uncertain], air_variance: [f64; 3]) -> Problem<'a> {
    let mut problem = Problem { paths, ..*problem };
    let air = &mut problem.air;
    for (value, variance) in [&mut air.wind.east, &mut air.wind.north, &mut air.speed_m_s]
        .into_iter()
        .zip(air_variance)
    {
        value.sigma = (value.sigma * value.sigma + variance).sqrt();
    }
    problem
}

/// The calibrated places whose terms fit the arrivals best, best first: by the median misfit.
fn suiting_places(terms: &PathTerms, shot: &Shot<'_>) -> Vec<Enu> {
    let problem = &shot.problem;
    let medium = problem.air.medium();
    let mut rated: Vec<(f64, Enu)> = Vec::new();
    for calibration in terms.calibrations() {
        let place = calibration.place;
        if rated
            .iter()
            .any(|r| r.1.horizontal_distance_m(place) < SAME_M)
        {
            continue;
        }
        let paths = terms.predict(place, shot.known, shot.time).paths;
        let excess_s: Vec<f64> = (problem.sensors.iter().zip(problem.arrivals))
            .zip(&paths)
            .map(|((sensor, time), path)| {
                let mut sensor = *sensor;
                if problem.dimensions == crate::solve::Dimensions::Two {
                    sensor.up_m = place.up_m;
                }
                time.0 - path.mean - medium.delay_s(place, sensor)
            })
            .collect();
        let middle_s = upper_median(excess_s.clone());
        let misfit_s = upper_median(excess_s.iter().map(|e| (e - middle_s).abs()).collect());
        rated.push((misfit_s, place));
    }
    rated.sort_by(|a, b| a.0.total_cmp(&b.0));
    rated.truncate(STARTS);
    rated.into_iter().map(|r| r.1).collect()
}
