//! How much sound leaks into the shadow that upward bending leaves over the ground.

use rustfft::num_complex::Complex64;

/// First zero of the derivative of the Airy function, sign turned: Abramowitz and Stegun, table
/// 10.13. It belongs to hard ground.
const FIRST_ZERO: f64 = 1.018_792_971_647_471;

/// Deepest shadow that turbulence leaves, dB below the level without refraction: 20 to 25 dB were
/// measured at several hundred hertz and up.
const DEEPEST_DB: f64 = 22.0;

/// Most terms of the power series of a mode; at the argument where the asymptotic form takes
/// over, 80 reach the last bit.
const SERIES_TERMS: usize = 80;

/// Scaled height from which on the asymptotic form of a mode is used; it is within 1 % there.
const ASYMPTOTIC: f64 = 6.0;

/// A receiver that no ray reaches.
///
/// The wave creeps along hard ground under air in which the effective speed falls linearly with
/// height, and sheds rays upwards as it goes. The curvature of those rays is the one that puts
/// the edge of the shadow where the true profile has it. Only the first creeping mode is kept,
/// which is good from a few tens of metres beyond the edge on; the loss is never negative, and
/// it joins the lit side with a step of a few decibels at high frequencies. Intensity scattered by
/// turbulence is added, so that the loss levels off at 22 dB.
///
/// Not modelled: the finite impedance of the ground, the rise of level just before the edge.
///
/// # Source
/// A. D. Pierce, Acoustics, 1981, sections 9-4 and 9-5 (residue series). Cap: G. A. Daigle,
/// T. F. W. Embleton, J. E. Piercy, Propagation of sound in the presence of gradients and
/// turbulence near the ground, J. Acoust. Soc. Am. 79(3), 1986.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shadow {
    /// Distance of the receiver beyond the edge, metres.
    pub beyond_m: f64,
    /// Horizontal range from the source, metres.
    pub range_m: f64,
    /// Radius of curvature of the rays, metres.
    pub radius_m: f64,
    source_m: f64,
    receiver_m: f64,
    speed_m_s: f64,
}

impl Shadow {
    /// For a source and a receiver at these heights above the ground, whose shadow begins at
    /// `edge_m` and which are `range_m` apart; all metres. `speed_m_s` is that of sound.
    pub fn new(source_m: f64, receiver_m: f64, edge_m: f64, range_m: f64, speed_m_s: f64) -> Self {
        // r_s = sqrt(2R) (sqrt(hs) + sqrt(hr)). Heights below a centimetre are on the ground.
        let heights = source_m.max(0.01).sqrt() + receiver_m.max(0.01).sqrt();
        Self {
            beyond_m: (range_m - edge_m).max(0.0),
            range_m,
            radius_m: 0.5 * (edge_m.max(1e-3) / heights).powi(2),
            source_m,
            receiver_m,
            speed_m_s,
        }
    }

    /// Loss at `frequency_hz` against the level without refraction over ground that does not
    /// reflect, dB; never negative, 0 at 0 Hz.
    pub fn loss_db(&self, frequency_hz: f64) -> f64 {
        if frequency_hz <= 0.0 {
            return 0.0;
        }
        let ratio = self.creeping(frequency_hz);
        let scattered = 10f64.powf(-0.1 * DEEPEST_DB);
        (-10.0 * (ratio * ratio + scattered).log10()).max(0.0)
    }

    /// What the creeping wave loses along the ground, dB per metre. It goes as the cube root of
    /// the frequency.
    pub fn creeping_db_per_m(&self, frequency_hz: f64) -> f64 {
        let (k, l) = self.scales(frequency_hz);
        8.685_889_638 * zero().im / (2.0 * k * l * l)
    }

    /// Wave number, and the height within which the wave creeps, metres.
    fn scales(&self, frequency_hz: f64) -> (f64, f64) {
        let k = std::f64::consts::TAU * frequency_hz / self.speed_m_s;
        (k, (self.radius_m / (2.0 * k * k)).cbrt())
    }

    /// Pressure of the first mode over that of the free field.
    ///
    /// With heights in units of l the mode obeys `f'' = (tau - y) f`, `f(0) = 1`, `f'(0) = 0`, and
    /// its norm is `l tau`; the sum over modes
    /// `i pi f(ys) f(yr) / (l tau) sqrt(2 / (i pi k r)) exp(i kappa r)` with
    /// `kappa = k + tau / (2 k l^2)` stands for `exp(i k r) / r`.
    fn creeping(&self, frequency_hz: f64) -> f64 {
        let (k, l) = self.scales(frequency_hz);
        let pi = std::f64::consts::PI;
        let norm = pi / (l * FIRST_ZERO) * (2.0 * self.range_m / (pi * k)).sqrt();
        let decay = zero().im / (2.0 * k * l * l) * self.range_m;
        let heights = ln_mode(self.source_m / l) + ln_mode(self.receiver_m / l);
        (norm.ln() + heights - decay).min(20.0).exp()
    }
}

/// tau: the zero, turned to where waves leave upwards.
fn zero() -> Complex64 {
    Complex64::from_polar(FIRST_ZERO, std::f64::consts::FRAC_PI_3)
}

/// Logarithm of the magnitude of the mode at scaled height y.
fn ln_mode(y: f64) -> f64 {
    let tau = zero();
    if y > ASYMPTOTIC {
        // Ai(z) ~ exp(-2/3 z^(3/2)) / (2 sqrt(pi) z^(1/4)) with z = (y - tau) exp(-i pi/3), over
        // Ai(-1.0188) = 0.535657.
        let z = (Complex64::new(y, 0.0) - tau)
            * Complex64::from_polar(1.0, -std::f64::consts::FRAC_PI_3);
        let root = z.sqrt();
        let exponent = -(z * root * (2.0 / 3.0)).re;
        return exponent
            - (2.0 * std::f64::consts::PI.sqrt() * 0.535_656_656).ln()
            - 0.25 * z.norm().ln();
    }
    // f'' = (tau - y) f term by term.
    let mut terms = [Complex64::new(1.0, 0.0), Complex64::default(), tau * 0.5];
    let mut power = y * y;
    let mut sum = terms[0] + terms[2] * power;
    for n in 1..SERIES_TERMS {
        let next = (tau * terms[1] - terms[0]) / ((n + 1) * (n + 2)) as f64;
        power *= y;
        sum += next * power;
        terms = [terms[1], terms[2], next];
    }
    sum.norm().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runge-Kutta of the mode's equation: what the series and the asymptotic form stand for.
    fn by_steps(y: f64) -> f64 {
        let tau = zero();
        let (n, mut f, mut g) = (4_000, Complex64::new(1.0, 0.0), Complex64::default());
        let h = y / f64::from(n);
        for k in 0..n {
            let x = h * f64::from(k);
            let second = |x: f64, f: Complex64| (tau - x) * f;
            let (k1, l1) = (g, second(x, f));
            let (k2, l2) = (g + 0.5 * h * l1, second(x + 0.5 * h, f + 0.5 * h * k1));
            let (k3, l3) = (g + 0.5 * h * l2, second(x + 0.5 * h, f + 0.5 * h * k2));
            let (k4, l4) = (g + h * l3, second(x + h, f + h * k3));
            f += (k1 + 2.0 * k2 + 2.0 * k3 + k4) * (h / 6.0);
            g += (l1 + 2.0 * l2 + 2.0 * l3 + l4) * (h / 6.0);
        }
        f.norm().ln()
    }

    #[test]
    fn verif_mode_against_its_equation() {
        for y in [0.0, 0.1, 0.7, 2.0, 4.5, 5.99] {
            assert!((ln_mode(y) - by_steps(y)).abs() < 1e-8, "{y}");
        }
        for y in [6.01, 9.0, 20.0] {
            assert!(
                (ln_mode(y) - by_steps(y)).abs() < 0.01,
                "{y} {} {}",
                ln_mode(y),
                by_steps(y)
            );
        }
    }

    #[test]
    fn val_creeping_wave_decays_as_published() {
        // Im kappa = 1.0188 sin 60 / (2 k l^2) = 0.70035 k^(1/3) R^(-2/3) Np/m. R = 3400 m at
        // 500 Hz and 340 m/s: k = 9.240, 0.70035 * 2.0985 / 226.1 = 6.500e-3 Np/m = 0.05646 dB/m.
        let shadow = Shadow::new(1.5, 8.0, 330.0, 500.0, 340.0);
        let edge_m = (2.0f64 * 3_400.0).sqrt() * (1.5f64.sqrt() + 8f64.sqrt());
        // The example of the textbooks' formula: 330 m to the rounding of its R.
        assert!((edge_m - 334.2).abs() < 0.1);
        let exact = Shadow::new(1.5, 8.0, edge_m, 500.0, 340.0);
        assert!((exact.radius_m - 3_400.0).abs() < 1e-6);
        assert!((exact.creeping_db_per_m(500.0) - 0.05646).abs() < 2e-5);
        assert!(
            (shadow.creeping_db_per_m(4_000.0) / shadow.creeping_db_per_m(500.0) - 2.0).abs()
                < 1e-12
        );
    }

    #[test]
    fn loss_grows_with_frequency_and_depth_up_to_the_cap() {
        let at = |range_m: f64, f: f64| Shadow::new(1.5, 8.0, 334.0, range_m, 340.0).loss_db(f);
        assert_eq!(at(600.0, 0.0), 0.0);
        assert!(at(340.0, 500.0) < 4.0);
        for range_m in [450.0, 600.0, 900.0] {
            let mut last = 0.0;
            for f in [63.0, 125.0, 250.0, 500.0, 1e3, 2e3, 4e3, 8e3] {
                let loss_db = at(range_m, f);
                assert!(
                    loss_db >= last - 1e-9 && loss_db <= DEEPEST_DB + 1e-9,
                    "{range_m} {f}"
                );
                last = loss_db;
            }
        }
        assert!(at(450.0, 500.0) < at(500.0, 500.0) && at(500.0, 500.0) < at(600.0, 500.0));
        assert!(at(3_000.0, 2_000.0) > 21.9);
    }
}
