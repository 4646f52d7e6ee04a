//! How levels fall with range, clipped ones included.

use std::f64::consts::{PI, SQRT_2};

use super::observations::Observations;

/// Level against range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Level at 100 m, dB SPL.
    pub at_100_m_db_spl: f64,
    /// Slope in units of `20 lg r`: -1 is spherical spreading.
    pub slope: f64,
    /// Scatter about the line, dB.
    pub sigma_db: f64,
    /// Share of levels that are clipped.
    pub clipped: f64,
}

/// Rounds of expectation and maximisation. The share of clipped levels that is still missing
/// shrinks by at least that share in each, so a hundred rounds end the fit for any share to 80 %.
const ROUNDS: usize = 200;

/// Fits `level = a + b 20 lg(r / 100 m)` with normal scatter to the levels of all arrivals.
///
/// A clipped level only tells that the true one is higher (a Tobit model); its expectation given
/// that takes its place in a least-squares fit, over and over. Sensors that heard nothing are not
/// in the fit, which makes it flatter than the sound.
///
/// # Returns
/// `None` for fewer than three arrivals or for arrivals of one range.
///
/// # Source
/// J. Tobin, Econometrica 26, 1958 (model); A. P. Dempster, N. M. Laird, D. B. Rubin, J. R. Stat.
/// Soc. B 39, 1977 (iteration).
pub(super) fn levels(observations: &Observations) -> Option<Levels> {
    let clip_db = observations.clip_db_spl;
    let points: Vec<(f64, f64)> = observations
        .shots()
        .flat_map(|(place, shot)| {
            shot.arrivals.iter().map(|arrival| {
                let range_m = place.range_m(arrival.sensor_idx).max(1.0);
                (20.0 * (range_m / 100.0).log10(), arrival.level_db_spl)
            })
        })
        .collect();
    fit(&points, clip_db)
}

/// Points are `(20 lg(r / 100 m), level)`.
fn fit(points: &[(f64, f64)], clip_db: f64) -> Option<Levels> {
    let n = points.len() as f64;
    if points.len() < 3 {
        return None;
    }
    let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let spread_x: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if spread_x <= 0.0 {
        return None;
    }
    let mut expected: Vec<f64> = points.iter().map(|p| p.1).collect();
    // Variances of the expectations; known levels have none.
    let mut doubt = vec![0.0; points.len()];
    let (mut a, mut b, mut sigma) = (0.0, 0.0, 0.0);
    for _ in 0..ROUNDS {
        let mean_y = expected.iter().sum::<f64>() / n;
        let together = points.iter().zip(&expected);
        b = together.map(|(p, y)| (p.0 - mean_x) * y).sum::<f64>() / spread_x;
        a = mean_y - b * mean_x;
        let squares = points.iter().zip(&expected).zip(&doubt);
        let sum: f64 = squares
            .map(|((p, y), doubt)| (y - a - b * p.0).powi(2) + doubt)
            .sum();
        sigma = (sum / n).sqrt().max(1e-6);
        for (k, (x, level_db)) in points.iter().enumerate() {
            if *level_db < clip_db {
                continue;
            }
            let mean = a + b * x;
            let z = (clip_db - mean) / sigma;
            let hazard = hazard(z);
            expected[k] = mean + sigma * hazard;
            doubt[k] = sigma * sigma * (1.0 + z * hazard - hazard * hazard).max(0.0);
        }
    }
    let clipped = points.iter().filter(|p| p.1 >= clip_db).count();
    Some(Levels {
        at_100_m_db_spl: a,
        slope: b,
        sigma_db: sigma,
        clipped: clipped as f64 / n,
    })
}

/// Density over upper tail of the standard normal distribution: the mean of what is beyond z.
fn hazard(z: f64) -> f64 {
    if z > 5.0 {
        // The tail's own continued fraction, four terms.
        return z + 1.0 / (z + 2.0 / (z + 3.0 / (z + 4.0 / z)));
    }
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    let x = z.abs() / SQRT_2;
    // Abramowitz and Stegun, 7.1.26: the upper tail at |z| to 1e-7.
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let tail = 0.5 * series.into_iter().fold(0.0, |sum, a| sum * t + a) * t * (-x * x).exp();
    density / if z < 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazard_at_known_places() {
        // phi(0)/0.5 = 0.797885; phi(1)/0.158655 = 1.525135; far out z + 1/z.
        assert!((hazard(0.0) - 0.797_885).abs() < 1e-5);
        assert!((hazard(1.0) - 1.525_135).abs() < 1e-5);
        assert!((hazard(20.0) - 20.049_75).abs() < 1e-4);
        assert!((hazard(5.0 - 1e-9) / hazard(5.0 + 1e-9) - 1.0).abs() < 0.02);
        assert!(hazard(-8.0) < 1e-10);
    }

    #[test]
    fn val_clipping_does_not_bend_the_line() {
        // Levels 100 - 1.2 x + scatter of 6 dB by the quantiles of the normal distribution, in a
        // regular pattern; a third of them clipped at 92 dB.
        let quantiles = [
            -1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645,
        ];
        let points: Vec<(f64, f64)> = (0..40)
            .flat_map(|k| {
                let x = 0.4 * f64::from(k);
                quantiles.map(|q| (x, (100.0 - 1.2 * x + 6.0 * q).min(92.0)))
            })
            .collect();
        let found = fit(&points, 92.0).unwrap();
        assert!(found.clipped > 0.3, "{found:?}");
        assert!((found.at_100_m_db_spl - 100.0).abs() < 0.5, "{found:?}");
        assert!((found.slope + 1.2).abs() < 0.05, "{found:?}");
        // The ten quantiles have a deviation of 0.93.
        assert!((found.sigma_db - 5.6).abs() < 0.4, "{found:?}");
        assert!(fit(&points[..10], 92.0).is_none());
    }
}
