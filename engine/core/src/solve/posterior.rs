//! All places the arrivals allow, weighed.

use super::places::{Place, Places};
use super::problem::{Problem, Settings, Solution, SolveError};
use super::readings::other_readings;
use super::refine::{Foot, Mode, climb};
use super::residuals::Residuals;
use super::scene::Scene;
use super::start::{Best, intersect, rate};
use super::trails::Trails;
use crate::geodesy::Enu;
use crate::units::Seconds;

/// Places that are refined.
pub(super) const PLACES: usize = 8;
/// Maxima that are kept: of every place at every scale of noise.
const MODES: usize = 3 * (PLACES + NEIGHBOURS);
/// Maxima found from others by reading one arrival the other way.
const NEIGHBOURS: usize = 8;
/// Only from maxima no less probable than this (log) against the best ...
const NEIGHBOUR_OF: f64 = 2.0;
/// ... and by readings with at least these odds.
const NEIGHBOUR_ODDS: f64 = 0.03;
/// Places this much less probable (log) than the best are not tried with more noise.
const WORTH: f64 = 12.0;
/// Weights below this share of the best are left out.
const NEGLIGIBLE: f64 = 1e-4;
/// A reading with this share of the best is itself read another way.
const SECOND_READING: f64 = 0.02;
/// Triples of arrivals that are intersected.
const TRIPLES: usize = 64;

/// Locates one shot. See the module's page.
///
/// # Errors
/// [`SolveError`]; large residuals are none, judge them by the covariance.
pub fn solve(problem: &Problem<'_>, settings: &Settings) -> Result<Solution, SolveError> {
    let scene = Scene::try_new(problem, settings)?;
    match (scene.three, scene.known_air()) {
        (false, true) => weigh::<2, 3>(&scene, settings),
        (true, true) => weigh::<3, 4>(&scene, settings),
        (false, false) => weigh::<2, 6>(&scene, settings),
        (true, false) => weigh::<3, 7>(&scene, settings),
    }
}

fn weigh<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
) -> Result<Solution, SolveError> {
    let mut modes = Modes::new();
    explore::<D, P>(scene, settings, &mut modes);
    combine::<D, P>(scene, settings, &modes).ok_or(SolveError::Degenerate)
}

/// Adds to `modes`, which are empty, every maximum of the posterior that is found, at every scale of noise.
pub(super) fn explore<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    modes: &mut Modes<P>,
) {
    // How far an unknown height, wind and speed let true places miss, roughly.
    let air = (0.3 * (scene.wind_sigma[0] + scene.wind_sigma[1]) + 0.2 * scene.speed_sigma) * 500.0
        / (scene.speed * scene.speed);
    let height = if scene.three { 0.002 } else { 0.0 };
    let tolerance = 3.0_f64.mul_add(scene.sigma_s, air + height);
    let mut best = Best::<PLACES>::new(3.0 * tolerance * scene.speed);
    for_triples(scene.n, TRIPLES, |i, j, k| {
        for mut start in intersect(scene, i, j, k).into_iter().flatten() {
            start.score = rate(scene, &start, tolerance);
            best.offer(start);
        }
    });
    let mut trails = Trails::<P>::new();
    let mut arrivals = Residuals::new();
    for start in &best.starts[..best.n] {
        let foot = Foot {
            theta: start.unknowns::<D, P>(scene),
            late: 0.2,
            blur_s: tolerance,
            scale: 1.0,
            steps: 20,
        };
        let mode = climb::<D, P, false>(scene, settings, foot, &mut arrivals, trails.begin());
        modes.offer(mode, settings.noise_scales[0].1);
    }
    // What the best becomes when one arrival is read the other way: a free height, and free air more
    // so, take in late arrivals without a trace.
    let explored = if D == 3 { modes.n } else { 0 };
    for k in 0..explored {
        let from = modes.list[k];
        if from.evidence < modes.best() - NEIGHBOUR_OF {
            continue;
        }
        let mut feet = [Foot::new(&from, 1.0, 6); NEIGHBOURS];
        let mut n_feet = 0;
        let known = &modes.list[..modes.n];
        other_readings::<D, P>(scene, settings, known, &from, |_, theta, _, odds| {
            if odds > NEIGHBOUR_ODDS && n_feet < NEIGHBOURS {
                feet[n_feet].theta = *theta;
                n_feet += 1;
            }
        });
        for foot in &feet[..n_feet] {
            if modes.n < PLACES + NEIGHBOURS {
                let mode = climb::<D, P, false>(scene, settings, *foot, &mut arrivals, |_| false);
                modes.offer(mode, settings.noise_scales[0].1);
            }
        }
    }
    // More noise than stated: few steps from what the stated noise allows.
    let stated = modes.n;
    let worth = modes.best() - WORTH;
    for (scale, prior) in &settings.noise_scales[1..] {
        for k in 0..stated {
            let from = &modes.list[k];
            if from.evidence > worth {
                let foot = Foot::new(from, *scale, 8);
                let mode = climb::<D, P, false>(scene, settings, foot, &mut arrivals, |_| false);
                modes.offer(mode, *prior);
            }
        }
    }
}

/// All triples of `0..n`, or an even choice of `most` of them.
pub(super) fn for_triples(n: usize, most: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let total = n * (n - 1) * (n - 2) / 6;
    let stride = total.div_ceil(most);
    let mut count = 0;
    for i in 0..n {
        for j in i + 1..n {
            for k in j + 1..n {
                if count % stride == 0 {
                    visit(i, j, k);
                }
                count += 1;
            }
        }
    }
}

/// Maxima of the posterior, each once.
#[derive(Clone, Copy)]
pub(super) struct Modes<const P: usize> {
    list: [Mode<P>; MODES],
    n: usize,
}

impl<const P: usize> Modes<P> {
    pub(super) fn new() -> Self {
        Self {
            list: [Mode::NONE; MODES],
            n: 0,
        }
    }

    /// Adds a maximum unless several guesses have climbed to it.
    fn offer(&mut self, mode: Option<Mode<P>>, prior: f64) {
        let Some(mut mode) = mode else { return };
        if !mode.evidence.is_finite() || self.n == MODES {
            return;
        }
        mode.evidence += prior.ln();
        let same = self.list[..self.n].iter().any(|other| {
            other.scale == mode.scale
                && (0..2).all(|a| {
                    let d = mode.theta[a] - other.theta[a];
                    d * d < 0.05 * other.covariance[a][a].min(mode.covariance[a][a])
                })
        });
        if !same {
            self.list[self.n] = mode;
            self.n += 1;
        }
    }

    pub(super) fn list(&self) -> &[Mode<P>] {
        &self.list[..self.n]
    }

    pub(super) fn best(&self) -> f64 {
        let each = self.list[..self.n].iter().map(|m| m.evidence);
        each.fold(f64::NEG_INFINITY, f64::max)
    }
}

fn combine<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    modes: &Modes<P>,
) -> Option<Solution> {
    let modes = &modes.list[..modes.n];
    let best = modes
        .iter()
        .max_by(|a, b| a.evidence.total_cmp(&b.evidence))?;
    let mut places = Places::new();
    for mode in modes {
        let weight = (mode.evidence - best.evidence).exp();
        if weight < NEGLIGIBLE {
            continue;
        }
        places.push(Place::of::<D, P>(&mode.theta, &mode.covariance, weight));
    }
    places.end_deciding();
    for mode in modes {
        let weight = (mode.evidence - best.evidence).exp();
        if weight < NEGLIGIBLE {
            continue;
        }
        other_readings::<D, P>(
            scene,
            settings,
            modes,
            mode,
            |m, theta, covariance, odds| {
                let weight = odds * weight;
                if weight < NEGLIGIBLE {
                    return;
                }
                places.push(Place::of::<D, P>(theta, covariance, weight));
                // Free air takes in even two late arrivals.
                if P > D + 1 && weight > SECOND_READING {
                    let other = Mode {
                        theta: *theta,
                        covariance: *covariance,
                        on_time: mode.on_time ^ 1 << m,
                        ..*mode
                    };
                    other_readings::<D, P>(scene, settings, modes, &other, |k, theta, c, odds| {
                        if k > m && odds * weight > NEGLIGIBLE {
                            places.push(Place::of::<D, P>(theta, c, odds * weight));
                        }
                    });
                }
            },
        );
    }
    let (mean, covariance, probability) = places.summary();
    let sum: f64 = modes
        .iter()
        .map(|m| (m.evidence - best.evidence).exp())
        .sum();
    Some(Solution {
        position: Enu::new(
            mean[0] + scene.origin[0],
            mean[1] + scene.origin[1],
            if D == 3 {
                mean[2] + scene.origin[2]
            } else {
                0.0
            },
        ),
        t0: Seconds(mean[3] + scene.epoch_s),
        covariance_m2: covariance,
        on_time: scene.by_caller(best.on_time),
        places: modes.len(),
        probability,
        log_evidence: best.evidence + sum.ln(),
    })
}
