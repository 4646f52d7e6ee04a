//! What gusts do to a sound: it comes a little early or late, louder or weaker.

use std::f64::consts::{PI, TAU};

use super::spec::AirSpec;
use super::speed::cramer_m_s;
use crate::normals::Normals;
use crate::random::{Purpose, Random};

/// Waves that a wander is made of. Their sum is normal to a kurtosis of 3 - 1.5/10.
const WAVES: usize = 10;

/// Standard deviation of the level once scattering is strong, dB: that of an exponential
/// intensity, `10 / ln 10 * pi / sqrt 6`.
const SATURATED_DB: f64 = 5.57;

/// Frequency at which the level wanders, Hz: where blasts have their energy. The delay does not
/// depend on frequency.
const LEVEL_HZ: f64 = 400.0;

/// Frozen gusts that drift past the way of the sound.
///
/// The longitudinal correlation of the velocity is `exp(-(r/L)^2)`. Not modelled: correlation
/// between ways to neighbouring sensors, gusts stronger aloft, fluctuations of temperature.
#[derive(Clone, Copy, Debug)]
pub struct Turbulence {
    /// Gust over speed of sound.
    mu: f64,
    scale_m: f64,
    speed_m_s: f64,
    /// Gusts that drift by decorrelate at this rate, 1/s.
    rate_per_s: f64,
}

/// What gusts add to a sound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wander {
    /// Seconds later than in the mean air.
    pub delay_s: f64,
    /// Louder than in the mean air, dB.
    pub level_db: f64,
}

impl Turbulence {
    /// The gusts of checked weather. They are carried by the mean wind and turn over by
    /// themselves, which in still air is all that changes them.
    pub fn new(air: &AirSpec) -> Self {
        let (t, h, p) = (
            air.temperature_c,
            air.relative_humidity_percent,
            air.pressure_pa,
        );
        let speed_m_s = cramer_m_s(t, h, p);
        let wind_m_s = air.wind_east_m_s.hypot(air.wind_north_m_s);
        Self {
            mu: air.turbulence_m_s / speed_m_s,
            scale_m: air.turbulence_scale_m,
            speed_m_s,
            rate_per_s: wind_m_s.hypot(air.turbulence_m_s) / air.turbulence_scale_m,
        }
    }

    /// Standard deviation of the travel time over `range_m`, seconds.
    ///
    /// Along a straight ray the delay is `-integral of u / c^2`, so that its variance is
    /// `mu^2/c^2 (sqrt(pi) L r erf(r/L) - L^2 (1 - exp(-(r/L)^2)))`, which for r much longer than
    /// L is the well-known `sqrt(pi) mu^2 L r / c^2`.
    ///
    /// # Source
    /// L. A. Chernov, Wave Propagation in a Random Medium, 1960, chapter 2 (ray theory, Gaussian
    /// correlation), with the velocity along the ray in place of the refractive index.
    pub fn time_sigma_s(&self, range_m: f64) -> f64 {
        let x = range_m.max(0.0) / self.scale_m;
        // Below a thousandth the difference cancels; the gust is then the same all the way.
        let variance = if x < 1e-3 {
            x * x
        } else {
            PI.sqrt() * x * erf(x) + (-x * x).exp_m1()
        };
        self.mu * self.scale_m * variance.max(0.0).sqrt() / self.speed_m_s
    }

    /// Standard deviation of the level over `range_m`, dB.
    ///
    /// For a point source and weak scattering the variance of the log amplitude is
    /// `sqrt(pi)/2 mu^2 k^2 L r (1 - mean over t of 1/(1 + (D t (1 - t))^2))` with
    /// `D = 4 r/(k L^2)`, t from 0 to 1. It is let saturate exponentially.
    ///
    /// # Source
    /// V. N. Karavainikov, Fluctuations of amplitude and phase in a spherical wave, Sov. Phys.
    /// Acoust. 3, 1957; Chernov 1960 has the plane wave (without `1 - t`). Saturation: G. A.
    /// Daigle, J. E. Piercy, T. F. W. Embleton, Line-of-sight propagation through atmospheric
    /// turbulence near the ground, J. Acoust. Soc. Am. 74(5), 1983.
    pub fn level_sigma_db(&self, range_m: f64) -> f64 {
        let k = TAU * LEVEL_HZ / self.speed_m_s;
        let d = 4.0 * range_m / (k * self.scale_m * self.scale_m);
        // The midpoint rule; the integrand is smooth and flat at the ends.
        let n = 12;
        let lost = (0..n).map(|i| {
            let t = (f64::from(i) + 0.5) / f64::from(n);
            let x = d * t * (1.0 - t);
            x * x / (1.0 + x * x)
        });
        let mean = lost.sum::<f64>() / f64::from(n);
        let log_variance =
            0.5 * PI.sqrt() * (self.mu * k).powi(2) * self.scale_m * range_m.max(0.0) * mean;
        let free_db_sqr = (20.0 / std::f64::consts::LN_10).powi(2) * log_variance;
        let full_db_sqr = SATURATED_DB * SATURATED_DB;
        (full_db_sqr * -(-free_db_sqr / full_db_sqr).exp_m1()).sqrt()
    }

    /// What gusts do at `time_s` to a sound on its way of `range_m` from the scene's place
    /// `place_idx` to the sensor called `sensor_id`.
    ///
    /// The same names give the same wander, whatever else was asked and in any order. In time it
    /// is correlated as `exp(-(U t / L)^2)`, U being the mean wind and the gusts together.
    pub fn sample(
        &self,
        seed: u64,
        sensor_id: &str,
        place_idx: usize,
        time_s: f64,
        range_m: f64,
    ) -> Wander {
        if self.mu == 0.0 {
            return Wander::default();
        }
        let mut stream = Random::stream(seed, Purpose::Turbulence, sensor_id, place_idx);
        let mut random = Normals::new(&mut stream);
        // A wave of frequency w has the mean correlation exp(-sigma^2 t^2 / 2) if w is normal.
        let angle = std::f64::consts::SQRT_2 * self.rate_per_s * time_s;
        let mut latent = || {
            let sum: f64 = (0..WAVES)
                .map(|_| (angle * random.next() + TAU * random.uniform()).cos())
                .sum();
            sum * (2.0 / WAVES as f64).sqrt()
        };
        let (delay, level) = (latent(), latent());
        let level_sigma_db = self.level_sigma_db(range_m);
        Wander {
            delay_s: self.time_sigma_s(range_m) * delay,
            level_db: level_sigma_db * level,
        }
    }
}

/// The error function to 1.5e-7: Abramowitz and Stegun, 7.1.26; for x >= 0.
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let sum = series.into_iter().fold(0.0, |sum, a| sum * t + a);
    1.0 - sum * t * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gusty() -> Turbulence {
        Turbulence::new(&AirSpec {
            turbulence_m_s: 1.0,
            wind_east_m_s: 4.0,
            ..AirSpec::default()
        })
    }

    #[test]
    fn val_delay_against_random_fields() {
        // Solenoidal velocity fields made of random shear waves whose energy spectrum belongs to
        // exp(-(r/L)^2): the longitudinal 1-d spectrum is then normal in k with sigma sqrt2/L.
        // Wave vectors k with density k^4 exp(-k^2 L^2/4), so |k| is chi with 5 degrees of
        // freedom times sqrt2/L, and a velocity at right angles to k, of variance 3 sigma^2 in
        // all (sigma^2 a component).
        let turbulence = gusty();
        let mut random = Random::stream(11, Purpose::Turbulence, "field", 0);
        for range_m in [5.0, 40.0, 400.0] {
            let (fields, waves) = (1_500, 60);
            let mut sum_sqr = 0.0;
            for _ in 0..fields {
                let mut delay = 0.0;
                for _ in 0..waves {
                    let length = (0..5).map(|_| random.normal().powi(2)).sum::<f64>().sqrt()
                        * std::f64::consts::SQRT_2
                        / 10.0;
                    let mut vector = || [random.normal(), random.normal(), random.normal()];
                    let unit = |v: [f64; 3]| {
                        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
                        v.map(|x| x / norm)
                    };
                    let n = unit(vector());
                    let v = vector();
                    let dot: f64 = n.iter().zip(v).map(|(a, b)| a * b).sum();
                    let across = unit([0, 1, 2].map(|axis| v[axis] - dot * n[axis]));
                    // The integral of cos(kx x + phase) along x, times the velocity along x.
                    let (kx, phase) = (length * n[0], TAU * random.uniform());
                    let integral =
                        range_m * sinc(0.5 * kx * range_m) * (0.5 * kx * range_m + phase).cos();
                    let amplitude = (2.0 * 3.0 / f64::from(waves)).sqrt();
                    delay -= amplitude * across[0] * integral / turbulence.speed_m_s.powi(2);
                }
                sum_sqr += delay * delay;
            }
            let sigma_s = (sum_sqr / f64::from(fields)).sqrt();
            // Standard error of a deviation: 1/sqrt(2 n) = 1.8 %; four of them.
            let ratio = sigma_s / turbulence.time_sigma_s(range_m);
            assert!((ratio - 1.0).abs() < 0.073, "{range_m} m: {ratio}");
        }
    }

    fn sinc(x: f64) -> f64 {
        if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
    }

    #[test]
    fn val_delay_far_and_near() {
        let t = gusty();
        // Chernov's form beyond many scales: sqrt(sqrt(pi) mu^2 L r)/c; 0.8 ms at 500 m.
        let far = (PI.sqrt() * t.mu.powi(2) * 10.0 * 5_000.0).sqrt() / t.speed_m_s;
        assert!((t.time_sigma_s(5_000.0) / far - 1.0).abs() < 1e-3);
        assert!((t.time_sigma_s(500.0) - 0.81e-3).abs() < 0.02e-3);
        // One gust all the way: mu r / c. No step where the formula changes.
        assert!((t.time_sigma_s(0.05) / (t.mu * 0.05 / t.speed_m_s) - 1.0).abs() < 2e-2);
        assert!((t.time_sigma_s(0.010_001) / t.time_sigma_s(0.009_999) - 1.0).abs() < 0.1);
        assert_eq!(t.time_sigma_s(0.0), 0.0);
    }

    #[test]
    fn val_level_near_and_far() {
        let t = gusty();
        // Geometric limit of a point source: a tenth of Chernov's 8 sqrt(pi)/3 mu^2 (r/L)^3.
        let weak = Turbulence {
            scale_m: 50.0,
            mu: 1e-4,
            ..t
        };
        let chi_sqr = 0.8 * PI.sqrt() / 3.0 * 1e-8 * (100.0f64 / 50.0).powi(3);
        let expected = 20.0 / std::f64::consts::LN_10 * chi_sqr.sqrt();
        assert!((weak.level_sigma_db(100.0) / expected - 1.0).abs() < 0.02);
        // Saturation, and growth until then.
        assert!((t.level_sigma_db(1e7) - SATURATED_DB).abs() < 1e-3);
        assert!(t.level_sigma_db(100.0) < t.level_sigma_db(300.0));
    }

    #[test]
    fn wander_is_named_and_correlated_in_time() {
        let t = gusty();
        assert_eq!(
            t.sample(1, "S1", 3, 2.5, 300.0),
            t.sample(1, "S1", 3, 2.5, 300.0)
        );
        assert_ne!(
            t.sample(1, "S1", 3, 2.5, 300.0),
            t.sample(1, "S2", 3, 2.5, 300.0)
        );
        assert_eq!(
            Turbulence::new(&AirSpec::default()).sample(1, "S1", 3, 2.5, 300.0),
            Wander::default()
        );
        // Unit variance over names, and exp(-(U t/L)^2) between times: U = sqrt(17), L = 10.
        let sigma = t.time_sigma_s(300.0);
        let n = 6_000;
        for lag_s in [0.0, 1.0, 2.0, 4.0, 20.0] {
            let product: f64 = (0..n)
                .map(|place| {
                    let at = |time_s: f64| t.sample(5, "S1", place, time_s, 300.0).delay_s / sigma;
                    at(10.0) * at(10.0 + lag_s)
                })
                .sum::<f64>()
                / n as f64;
            let expected = (-17.0 * lag_s * lag_s / 100.0).exp();
            // The product of two normals has a deviation of up to sqrt2: 0.018, four of them.
            assert!(
                (product - expected).abs() < 0.073,
                "{lag_s}: {product} {expected}"
            );
        }
    }
}
