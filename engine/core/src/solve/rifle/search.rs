//! First guesses of place, time and direction.

use super::RifleProblem;
use super::model::{AZIMUTH, P, SOUND, T0, Theta, blast, read, shock};
use crate::geodesy::Enu;
use crate::solve::{Dimensions, Problem, Settings, candidates};
use crate::units::Seconds;

/// Guesses that are fitted.
const KEPT: usize = 60;
/// Directions tried.
const DIRECTIONS: usize = 36;
/// Lattice of places: so many a side, over so many times the spread of the sensors.
const SIDE: usize = 17;
/// Guesses nearer than this fraction of the lattice's step and in like directions are one.
const APART: f64 = 0.5;

/// The best guesses by how well they explain the onsets with a wide tolerance.
pub(super) fn guesses(problem: &RifleProblem<'_>, means: &Theta, reach_m: f64) -> Vec<Theta> {
    let step_m = 2.0 * reach_m / (SIDE - 1) as f64;
    let mut places: Vec<(f64, f64)> = (0..SIDE * SIDE)
        .map(|k| {
            let at = |i: usize| i as f64 * step_m - reach_m;
            (means[0] + at(k % SIDE), means[1] + at(k / SIDE))
        })
        .collect();
    places.extend(by_single_shots(problem));
    // Half a step of the lattice, but no more than a second place could be told by.
    let tolerance_s = (0.5 * step_m / means[SOUND]).clamp(0.005, 0.05);
    let mut found: Vec<(f64, Theta)> = Vec::new();
    for (east, north) in places {
        let mut theta = *means;
        (theta[0], theta[1]) = (east, north);
        for t0 in times(problem, &theta, tolerance_s) {
            theta[T0] = t0;
            let blasts: Vec<f64> = problem
                .sensors
                .iter()
                .map(|s| blast(&theta, s.position).time_s)
                .collect();
            for k in 0..DIRECTIONS {
                theta[AZIMUTH] = std::f64::consts::TAU * k as f64 / DIRECTIONS as f64;
                let gain: f64 = (0..problem.sensors.len())
                    .map(|m| {
                        let due = shock(&theta, problem.sensors[m].position);
                        read(problem, m, blasts[m], due.as_ref(), tolerance_s).gain
                    })
                    .sum();
                offer(&mut found, (gain, theta), APART * step_m);
            }
        }
    }
    found.into_iter().map(|f| f.1).collect()
}

/// Keeps the list sorted, short and of separate guesses.
fn offer(found: &mut Vec<(f64, Theta)>, guess: (f64, Theta), apart_m: f64) {
    if found.len() == KEPT && guess.0 <= found[KEPT - 1].0 {
        return;
    }
    let like = |other: &(f64, Theta)| {
        let away_m = (other.1[0] - guess.1[0]).hypot(other.1[1] - guess.1[1]);
        let turned = (other.1[AZIMUTH] - guess.1[AZIMUTH]).cos();
        away_m < apart_m && turned > 0.8
    };
    match found.iter().position(like) {
        Some(k) if found[k].0 >= guess.0 => return,
        Some(k) => found[k] = guess,
        None => found.push(guess),
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(KEPT);
}

/// The two best times of firing at a place, by blasts alone, of those with which an onset is one.
fn times(problem: &RifleProblem<'_>, theta: &Theta, tolerance_s: f64) -> Vec<f64> {
    let mut still = *theta;
    still[T0] = 0.0;
    let delays: Vec<f64> = problem
        .sensors
        .iter()
        .map(|s| blast(&still, s.position).time_s)
        .collect();
    let each = problem.sensors.iter().zip(&delays);
    let mut times: Vec<(f64, f64)> = each
        .flat_map(|(s, delay_s)| s.onsets.iter().map(move |o| o.0 - delay_s))
        .map(|t0| {
            let near: f64 = problem
                .sensors
                .iter()
                .zip(&delays)
                .map(|(s, delay_s)| {
                    let off = s.onsets.iter().map(|o| (o.0 - delay_s - t0).abs());
                    let off = off.fold(f64::INFINITY, f64::min) / tolerance_s;
                    (-0.5 * off * off).exp()
                })
                .sum();
            (near, t0)
        })
        .collect();
    times.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<f64> = Vec::new();
    for (_, t0) in times {
        if kept.len() < 2 && kept.iter().all(|k| (k - t0).abs() > 2.0 * tolerance_s) {
            kept.push(t0);
        }
    }
    kept
}

/// Places by the solver for single shots, from the last and from the first onset of every sensor.
fn by_single_shots(problem: &RifleProblem<'_>) -> Vec<(f64, f64)> {
    let sensors: Vec<Enu> = problem.sensors.iter().map(|s| s.position).collect();
    let n = sensors.len().max(1) as f64;
    let sigma = problem.sensors.iter().map(|s| s.sigma.0).sum::<f64>() / n;
    let mut places = Vec::new();
    for latest in [true, false] {
        let pick = |onsets: &[Seconds]| {
            let times = onsets.iter().map(|o| o.0);
            if latest {
                times.fold(f64::NEG_INFINITY, f64::max)
            } else {
                times.fold(f64::INFINITY, f64::min)
            }
        };
        let arrivals: Vec<Seconds> = problem
            .sensors
            .iter()
            .map(|s| Seconds(pick(s.onsets)))
            .collect();
        let blasts = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds(sigma),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Two,
            air: problem.air,
            up_m: None,
            paths: &[],
        };
        // Too few sensors leave the lattice.
        let found = candidates(&blasts, &Settings::default()).unwrap_or_default();
        places.extend(
            found
                .iter()
                .take(4)
                .map(|c| (c.position.east_m, c.position.north_m)),
        );
    }
    places
}

/// The unknowns at their means, for a place to be filled in.
pub(super) fn means(priors: &[(f64, f64); P]) -> Theta {
    let mut means = priors.map(|p| p.0);
    for k in [T0, AZIMUTH] {
        means[k] = 0.0;
    }
    means
}
