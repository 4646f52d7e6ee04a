//! The separate places that the arrivals allow, each with its probability.

use super::posterior::{Modes, explore};
use super::problem::{Problem, Settings, SolveError};
use super::refine::Mode;
use super::scene::Scene;
use crate::geodesy::Enu;
use crate::units::Seconds;

/// Maxima whose places differ by less than this many standard deviations are one place.
const APART: f64 = 3.0;

/// A place that the arrivals allow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The most probable position there; up is 0 in two dimensions.
    pub position: Enu,
    /// Time of firing on the scale of the arrivals.
    pub t0: Seconds,
    /// Covariance of (east, north), square metres.
    pub covariance_m2: [[f64; 2]; 2],
    /// Bit i: arrival i is on time there, not late.
    pub on_time: u64,
    /// Probability against the other candidates.
    pub probability: f64,
    /// Natural log of the probability density of the arrivals with everything else integrated out, up
    /// to a constant of the priors; comparable between problems with the same priors.
    pub log_evidence: f64,
}

impl Candidate {
    /// Is arrival `sensor_idx` on time there?
    pub fn on_time(&self, sensor_idx: usize) -> bool {
        self.on_time >> sensor_idx & 1 == 1
    }
}

/// Every separate place that the arrivals of one shot allow, the most probable first.
///
/// [`super::solve`] gives one answer for all of them; this tells them apart.
///
/// # Errors
/// As [`super::solve`].
pub fn candidates(
    problem: &Problem<'_>,
    settings: &Settings,
) -> Result<Vec<Candidate>, SolveError> {
    let scene = Scene::try_new(problem, settings)?;
    let found = match (scene.three, scene.known_air()) {
        (false, true) => gather::<2, 3>(&scene, settings),
        (true, true) => gather::<3, 4>(&scene, settings),
        (false, false) => gather::<2, 6>(&scene, settings),
        (true, false) => gather::<3, 7>(&scene, settings),
    };
    if found.is_empty() {
        return Err(SolveError::Degenerate);
    }
    Ok(found)
}

/// Puts the maxima of one place together.
fn gather<const D: usize, const P: usize>(scene: &Scene, settings: &Settings) -> Vec<Candidate> {
    let mut modes = Modes::new();
    explore::<D, P>(scene, settings, &mut modes);
    let mut order: Vec<&Mode<P>> = modes.list().iter().collect();
    order.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    let best = modes.best();
    let mut found: Vec<(&Mode<P>, f64)> = Vec::new();
    for mode in order {
        let weight = (mode.evidence - best).exp();
        match found.iter_mut().find(|(heavier, _)| same(heavier, mode)) {
            Some((_, sum)) => *sum += weight,
            None => found.push((mode, weight)),
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let total: f64 = found.iter().map(|f| f.1).sum();
    found
        .into_iter()
        .map(|(mode, weight)| Candidate {
            position: Enu::new(
                mode.theta[0] + scene.origin[0],
                mode.theta[1] + scene.origin[1],
                if D == 3 {
                    mode.theta[2] + scene.origin[2]
                } else {
                    0.0
                },
            ),
            t0: Seconds(mode.theta[D] + scene.epoch_s),
            covariance_m2: [0, 1].map(|a| [0, 1].map(|b| mode.covariance[a][b])),
            on_time: scene.by_caller(mode.on_time),
            probability: weight / total,
            log_evidence: best + weight.ln(),
        })
        .collect()
}

/// Within [`APART`] standard deviations of one another, by the sum of their covariances.
fn same<const P: usize>(a: &Mode<P>, b: &Mode<P>) -> bool {
    let (x, y) = (a.theta[0] - b.theta[0], a.theta[1] - b.theta[1]);
    let c = |i: usize, j: usize| a.covariance[i][j] + b.covariance[i][j];
    let (xx, xy, yy) = (c(0, 0), c(0, 1), c(1, 1));
    let d2 = (yy * x * x - 2.0 * xy * x * y + xx * y * y) / (xx * yy - xy * xy);
    d2 < APART * APART
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Air, Dimensions};
    use super::*;
    use crate::atmosphere::{Uncertain, Wind};

    #[test]
    fn four_sensors_outside_leave_a_second_place() {
        // The differences of three arrival times from four sensors nearly in one line fit a place on
        // either side of it.
        let sensors = [(0.0, 0.0), (200.0, 1.0), (400.0, -1.0), (600.0, 1.0)]
            .map(|(e, n)| Enu::new(e, n, 0.0));
        let shooter = Enu::new(250.0, 180.0, 0.0);
        let arrivals = sensors.map(|s| Seconds(1.0 + s.distance_m(shooter) / 340.0));
        let problem = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds(0.005),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Two,
            air: Air {
                speed_m_s: Uncertain::new(340.0, 0.0),
                wind: Wind::default(),
            },
            up_m: None,
            paths: &[],
        };
        let found = candidates(&problem, &Settings::default()).unwrap();
        let mirror = Enu::new(250.0, -180.0, 0.0);
        for place in [shooter, mirror] {
            let near = found
                .iter()
                .find(|c| c.position.horizontal_distance_m(place) < 15.0);
            assert!(near.is_some_and(|c| c.probability > 0.2), "{found:?}");
        }
        let sum: f64 = found.iter().map(|c| c.probability).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        assert!(
            found
                .windows(2)
                .all(|w| w[0].probability >= w[1].probability)
        );
    }
}
