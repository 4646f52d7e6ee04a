//! Maximum likelihood when every arrival is on time.

use super::problem::{MAX_SENSORS, Problem, Settings, Solution, SolveError};
use super::refine::{LN_2_PI, delay, priors};
use super::scene::Scene;
use super::small::{Factor, cholesky, inverse, log_determinant, solve};
use super::start::{Best, intersect, rate};
use crate::geodesy::Enu;
use crate::units::Seconds;

/// Triples of arrivals from which a first guess is taken.
const TRIPLES: usize = 8;
const MAX_STEPS: usize = 20;

/// Locates a shot whose arrivals are all on time, the fast way: least squares from the two best of
/// a few closed-form guesses. One late arrival spoils it; [`super::solve`] is for those.
///
/// # Errors
/// As [`super::solve`].
pub fn maximum_likelihood(
    problem: &Problem<'_>,
    settings: &Settings,
) -> Result<Solution, SolveError> {
    let scene = Scene::try_new(problem, settings)?;
    match (scene.three, scene.known_air()) {
        (false, true) => fit::<2, 3>(&scene),
        (true, true) => fit::<3, 4>(&scene),
        (false, false) => fit::<2, 6>(&scene),
        (true, false) => fit::<3, 7>(&scene),
    }
}

fn fit<const D: usize, const P: usize>(scene: &Scene) -> Result<Solution, SolveError> {
    let mut best = Best::<2>::new(30.0);
    let tolerance_s = scene.sigma_s + 0.005;
    super::posterior::for_triples(scene.n, TRIPLES, |i, j, k| {
        for mut start in intersect(scene, i, j, k).into_iter().flatten() {
            start.score = rate(scene, &start, tolerance_s);
            best.offer(start);
        }
    });
    let ends = best.starts[..best.n]
        .iter()
        .filter_map(|start| descend::<D, P>(scene, start.unknowns::<D, P>(scene)));
    let (misfit, theta, factor) = ends
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .ok_or(SolveError::Degenerate)?;
    let full = inverse(&factor);
    let mut covariance_m2 = [[0.0; 3]; 3];
    for a in 0..D {
        covariance_m2[a][..D].copy_from_slice(&full[a][..D]);
    }
    let up = if D == 3 {
        theta[2] + scene.origin[2]
    } else {
        0.0
    };
    let widths = scene.sigma[..scene.n].iter();
    Ok(Solution {
        position: Enu::new(theta[0] + scene.origin[0], theta[1] + scene.origin[1], up),
        t0: Seconds(theta[D] + scene.epoch_s),
        covariance_m2,
        on_time: u64::MAX >> (64 - scene.n),
        places: best.n,
        probability: 1.0,
        log_evidence: 0.5 * (P as f64 * LN_2_PI - log_determinant(&factor) - misfit)
            - widths
                .map(|sigma_s| sigma_s.ln() + 0.5 * LN_2_PI)
                .sum::<f64>(),
    })
}

/// Gauss-Newton; returns the misfit, the unknowns and the Cholesky factor of their information.
fn descend<const D: usize, const P: usize>(
    scene: &Scene,
    mut theta: [f64; P],
) -> Option<(f64, [f64; P], Factor<P>)> {
    let mut weights = [0.0; MAX_SENSORS];
    for (weight, sigma_s) in weights.iter_mut().zip(&scene.sigma[..scene.n]) {
        *weight = 1.0 / (sigma_s * sigma_s);
    }
    let mut end = None;
    for _ in 0..MAX_STEPS {
        let mut info = [[0.0; P]; P];
        let mut slope = [0.0; P];
        let mut misfit = 0.0;
        for m in 0..scene.n {
            let (predicted, by) = delay::<D, P>(scene, m, &theta);
            let e = scene.t[m] - predicted;
            misfit += e * e * weights[m];
            for a in 0..P {
                let wa = weights[m] * by[a];
                slope[a] += e * wa;
                for b in 0..=a {
                    info[a][b] += wa * by[b];
                }
            }
        }
        let prior = priors::<D, P>(scene, scene.reach, &theta, &mut info, &mut slope);
        let factor = cholesky(&info)?;
        let step = solve(&factor, &slope);
        let gain: f64 = step.iter().zip(&slope).map(|(a, b)| a * b).sum();
        if !gain.is_finite() {
            return None;
        }
        let shrink = (150.0 / step[0].hypot(step[1])).min(1.0);
        for (t, s) in theta.iter_mut().zip(step) {
            *t += shrink * s;
        }
        end = Some((misfit - 2.0 * prior, theta, factor));
        // A thousandth of a standard deviation.
        if gain < 1e-6 {
            break;
        }
    }
    end
}
