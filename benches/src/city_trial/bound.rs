//! What the arrivals of one shot allow.

use nalgebra::{DMatrix, DVector};
use shotfix_core::solve::Air;
use shotfix_core::{Enu, Uncertain};

use super::TEN_FEET_M;
use super::city::JITTER;

/// Cramer-Rao bound of the place on the map, square metres, with paths known to their sigmas, time
/// of firing open and wind and speed of sound known to theirs. `None` where the place stays open.
pub(super) fn bound_m2(
    place: Enu,
    sensors: &[Enu],
    paths: &[Uncertain],
    air: Air,
) -> Option<[[f64; 2]; 2]> {
    let medium = air.medium();
    let priors = [
        air.wind.east.sigma,
        air.wind.north.sigma,
        air.speed_m_s.sigma,
    ];
    let mut info = DMatrix::<f64>::zeros(6, 6);
    for (k, sigma) in priors.into_iter().enumerate() {
        info[(3 + k, 3 + k)] = 1.0 / sigma.max(1e-3).powi(2);
    }
    for (sensor, path) in sensors.iter().zip(paths) {
        let delay = medium.delay(place, *sensor);
        let [e, n, _] = delay.by_source;
        let [we, wn] = delay.by_wind;
        let by = DVector::from_row_slice(&[e, n, 1.0, we, wn, delay.by_speed]);
        info += &by * by.transpose() / (path.sigma.powi(2) + JITTER.0.powi(2));
    }
    let c = info.cholesky()?.inverse();
    Some([[c[(0, 0)], c[(0, 1)]], [c[(1, 0)], c[(1, 1)]]])
}

/// Probability that a normal error of this covariance is at most ten feet.
///
/// In the direction `u` the density integrates in closed form: with `a = u' C^-1 u` to
/// `(1 - exp(-a R^2 / 2)) / (2 pi a sqrt|C|)`; the mean over directions is taken in 180 steps.
pub(super) fn within_ten_feet(covariance_m2: [[f64; 2]; 2]) -> f64 {
    const STEPS: usize = 180;
    let [[xx, xy], [_, yy]] = covariance_m2;
    let det = xx * yy - xy * xy;
    let sum: f64 = (0..STEPS)
        .map(|k| {
            let (s, c) = (std::f64::consts::PI * k as f64 / STEPS as f64).sin_cos();
            let a = (yy * c * c - 2.0 * xy * s * c + xx * s * s) / det;
            (1.0 - (-0.5 * a * TEN_FEET_M * TEN_FEET_M).exp()) / (a * det.sqrt())
        })
        .sum();
    sum / STEPS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_of_a_round_and_of_a_long_error() {
        // Rayleigh: 1 - exp(-R^2 / (2 s^2)).
        let round = within_ten_feet([[4.0, 0.0], [0.0, 4.0]]);
        assert!((round - (1.0 - (-TEN_FEET_M.powi(2) / 8.0).exp())).abs() < 1e-9);
        // A line: erf(R / (s sqrt 2)) = 0.8727 at s = 2.
        let long = within_ten_feet([[4.0, 0.0], [0.0, 1e-2]]);
        assert!((long - 0.8727).abs() < 2e-3, "{long}");
    }

    #[test]
    fn evenly_surrounded_the_bound_is_the_textbooks() {
        // N sensors all round, air known: variance per axis 2 c^2 sigma^2 / N.
        let sensors: Vec<Enu> = (0..12)
            .map(|k| {
                let turn = std::f64::consts::TAU * f64::from(k) / 12.0;
                Enu::new(500.0 * turn.cos(), 500.0 * turn.sin(), 0.0)
            })
            .collect();
        let air = Air {
            speed_m_s: Uncertain::new(340.0, 0.0),
            wind: shotfix_core::Wind::default(),
        };
        let paths = vec![Uncertain::new(0.0, 0.0074); 12];
        let found = bound_m2(Enu::default(), &sensors, &paths, air).unwrap();
        let expected = 2.0 * 340.0_f64.powi(2) * (0.0074_f64.powi(2) + JITTER.0.powi(2)) / 12.0;
        assert!((found[0][0] / expected - 1.0).abs() < 0.01, "{found:?}");
    }
}
