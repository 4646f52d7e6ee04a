//! The N-shaped pressure wave that a supersonic bullet drags along.

use rustfft::num_complex::Complex64;

/// Mean free path of the molecules of air, metres: the thickness of a strong shock.
const FREE_PATH_M: f64 = 6.8e-8;

/// Pressure that rises to `peak_pa`, falls evenly to `-peak_pa` and rises back to nothing.
///
/// Both shocks are straight ramps of `rise_s`. Time 0 is the middle of the first, so the wave
/// begins half a rise earlier. Asymmetry of the two halves, the wave of the bullet's wake and
/// the rounding of the ramps are not modelled.
///
/// # Source
/// G. B. Whitham, The flow pattern of a supersonic projectile, Comm. Pure Appl. Math. 5, 1952,
/// with the constants of a slender bullet as in J. Sallai et al., Weapon classification and
/// shooter localization using distributed multichannel acoustic sensors, J. Syst. Archit. 57,
/// 2011.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NWave {
    /// Pressure behind the first shock, pascals.
    pub peak_pa: f64,
    /// From the middle of the first shock to the middle of the second, seconds.
    pub duration_s: f64,
    /// How long a shock takes, seconds.
    pub rise_s: f64,
}

/// What the shape of the wave depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Passage {
    /// Speed of the bullet over that of sound, above 1.
    pub(crate) mach: f64,
    /// Distance from the trajectory, metres.
    pub(crate) miss_m: f64,
    pub(crate) diameter_m: f64,
    pub(crate) length_m: f64,
    /// How far the wave has come over the radius to which the slowing of the bullet bends it
    /// lengthwise; 0 for a bullet that keeps its speed.
    pub(crate) bend: f64,
}

impl NWave {
    /// The wave of a bullet that passes.
    ///
    /// Peak `0.53 P0 (M^2 - 1)^(1/8) d / (b^(3/4) l^(1/4))`, duration
    /// `1.82 M b^(1/4) d / (c (M^2 - 1)^(3/8) l^(1/4))`, rise `(lambda / c) P0 / peak`.
    ///
    /// That holds for a straight cone, whose rays part as `r`. Those of a slowing bullet part as
    /// `r (1 + r/R)`, which matters where it is nearly as slow as sound: without it a 9 mm would be
    /// 35 dB above its own blast 300 m ahead. By the theory of weak shocks the duration goes as the
    /// square root of the integral of `1/sqrt(area)` along the ray and the peak as that
    /// `1/sqrt(area)` over the duration: a factor of `sqrt(q)` and one of
    /// `1/sqrt((1 + r/R) q)`, with `q = asinh(sqrt(r/R)) / sqrt(r/R)`.
    pub(crate) fn whitham(passage: &Passage, c_m_s: f64, pressure_pa: f64) -> Self {
        let Passage {
            mach,
            miss_m,
            diameter_m,
            length_m,
            bend,
        } = *passage;
        let square = mach * mach - 1.0;
        let slender = diameter_m / length_m.powf(0.25);
        let straight_pa = 0.53 * pressure_pa * square.powf(0.125) * slender / miss_m.powf(0.75);
        let straight_s = 1.82 * mach * miss_m.powf(0.25) * slender / (c_m_s * square.powf(0.375));
        let q = match bend.sqrt() {
            // The next term is -bend/6.
            root if root < 1e-6 => 1.0,
            root => root.asinh() / root,
        };
        let peak_pa = straight_pa / ((1.0 + bend) * q).sqrt();
        Self {
            peak_pa,
            duration_s: straight_s * q.sqrt(),
            rise_s: FREE_PATH_M / c_m_s * pressure_pa / peak_pa,
        }
    }

    /// Pressure in pascals, `time_s` seconds after the middle of the first shock.
    pub fn pressure(&self, time_s: f64) -> f64 {
        // The sharp N averaged over one rise, from its integral P (t - t^2/T).
        let integral = |time_s: f64| {
            let t = time_s.clamp(0.0, self.duration_s);
            self.peak_pa * t * (1.0 - t / self.duration_s)
        };
        let half_s = 0.5 * self.rise_s;
        (integral(time_s + half_s) - integral(time_s - half_s)) / self.rise_s
    }

    /// Fourier transform at `frequency_hz`, pascals per hertz:
    /// `i P T j1(pi f T) exp(-i pi f T) sin(pi f tr) / (pi f tr)`, with the spherical Bessel
    /// function `j1` of the sharp N and the ramps `tr`.
    pub fn spectrum(&self, frequency_hz: f64) -> Complex64 {
        let x = std::f64::consts::PI * frequency_hz * self.duration_s;
        let ramp = sinc(std::f64::consts::PI * frequency_hz * self.rise_s);
        Complex64::i() * Complex64::cis(-x) * (self.peak_pa * self.duration_s * j1(x) * ramp)
    }

    /// Seconds after the middle of the first shock at which it is over.
    #[allow(dead_code)] // Until shock waves are rendered.
    pub(crate) fn length_s(&self) -> f64 {
        self.duration_s + 0.5 * self.rise_s
    }
}

/// `sin x / x`.
fn sinc(x: f64) -> f64 {
    match x.abs() < 1e-4 {
        // The next term is x^4/120, below 1e-18.
        true => 1.0 - x * x / 6.0,
        false => x.sin() / x,
    }
}

/// Spherical Bessel function of order 1, `sin x / x^2 - cos x / x`.
fn j1(x: f64) -> f64 {
    match x.abs() < 0.01 {
        // The next term is x^5/840, below 1e-12 of the first; the closed form loses 1e-12 too.
        true => x / 3.0 - x * x * x / 30.0,
        false => (x.sin() / x - x.cos()) / x,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rifle of R. C. Maher's recordings of 2006: 831.5 m/s at c = 328 m/s, 3.7 m aside.
    const MAHER: Passage = Passage {
        mach: 831.5 / 328.0,
        miss_m: 3.7,
        diameter_m: 7.82e-3,
        length_m: 28.4e-3,
        bend: 0.0,
    };

    #[test]
    fn val_a_rifle_bullet_has_the_level_and_length_worked_out_by_hand() {
        // M = 2.535, M^2 - 1 = 5.427, ^(1/8) = 1.2354, ^(3/8) = 1.8857; b^(3/4) = 2.668,
        // b^(1/4) = 1.3869; l^(1/4) = 0.41052.
        // Peak: 0.53 * 101325 * 1.2354 * 0.00782 / (2.668 * 0.41052) = 473.7 Pa.
        // Length: 1.82 * 2.535 * 1.3869 * 0.00782 / (328 * 1.8857 * 0.41052) = 197.1 us;
        // recordings show 200 us and less for small arms.
        // Rise: 6.8e-8 / 328 * 101325 / 473.7 = 44.3 ns.
        let wave = NWave::whitham(&MAHER, 328.0, 101_325.0);
        assert!((wave.peak_pa - 473.7).abs() < 0.5, "{}", wave.peak_pa);
        assert!((wave.duration_s - 197.1e-6).abs() < 0.2e-6);
        assert!((wave.rise_s - 44.3e-9).abs() < 0.1e-9);
    }

    #[test]
    fn val_the_wave_lengthens_as_weak_shocks_do() {
        // A shock of pressure P runs faster than sound by (g + 1)/(4 g) P/P0, g = 1.4. The two
        // shocks of an N part by twice that over every metre of way. That theory knows nothing
        // of 0.53 and 1.82, nor of why the wave weakens.
        let step_m = 1e-4;
        for mach in [1.02, 1.2, 2.0, 3.0] {
            for way_m in [1.0, 10.0, 50.0] {
                for radius_m in [3.0, 300.0, f64::INFINITY] {
                    let at = |way_m: f64| {
                        let passage = Passage {
                            mach,
                            miss_m: way_m * (mach * mach - 1.0f64).sqrt() / mach,
                            bend: way_m / radius_m,
                            ..MAHER
                        };
                        NWave::whitham(&passage, 340.0, 101_325.0)
                    };
                    let grown_s = at(way_m + step_m).duration_s - at(way_m).duration_s;
                    let strength = at(way_m + 0.5 * step_m).peak_pa / 101_325.0;
                    let expected_s = 2.4 / 2.8 * strength * step_m / 340.0;
                    // The constants are given to three digits.
                    let off = grown_s / expected_s - 1.0;
                    assert!(off.abs() < 0.005, "{mach} {way_m} {radius_m}: {off}");
                }
            }
        }
    }

    #[test]
    fn a_wave_is_finite_however_slow_the_bullet_that_sent_it() {
        // Far ahead of a bullet that slows by k the Mach number of what is heard tends to 1 and
        // its radius, (M^2 - 1) c/k, to 0. The peak then tends to
        // 0.53 P0 d/l^(1/4) (c/k)^(1/4) / (r sqrt(ln(2 sqrt(r/R)))): it spreads as a sphere.
        let (way_m, c_over_k_m) = (300.0, 400.0);
        for square in [1e-4f64, 1e-6, 1e-8] {
            let mach = (1.0 + square).sqrt();
            let bend = way_m / (square * c_over_k_m);
            let passage = Passage {
                mach,
                miss_m: way_m * square.sqrt() / mach,
                bend,
                ..MAHER
            };
            let peak_pa = NWave::whitham(&passage, 340.0, 101_325.0).peak_pa;
            let log = (2.0 * bend.sqrt()).ln();
            let expected_pa = 0.53 * 101_325.0 * 7.82e-3 / 28.4e-3f64.powf(0.25)
                * c_over_k_m.powf(0.25)
                / (way_m * log.sqrt());
            assert!((peak_pa / expected_pa - 1.0).abs() < 1e-3, "{square}");
        }
    }

    #[test]
    fn val_the_short_form_of_the_length_agrees() {
        // `1.82 (d/c) (M b/l)^(1/4)`, in use where the Mach number is not known well: from Mach 2
        // to 3 it is 5 to 11 % shorter, as M^(3/4) / (M^2 - 1)^(3/8) = (1 - 1/M^2)^(-3/8) says.
        for (mach, percent) in [(2.0f64, 11.4), (3.0, 4.5)] {
            let wave = NWave::whitham(&Passage { mach, ..MAHER }, 340.0, 101_325.0);
            let short_s = 1.82 * 7.82e-3 / 340.0 * (mach * 3.7 / 28.4e-3).powf(0.25);
            let longer = 100.0 * (wave.duration_s / short_s - 1.0);
            assert!((longer - percent).abs() < 0.1, "{longer}");
        }
    }

    #[test]
    fn the_first_shock_stands_half_way_up_at_its_time() {
        let wave = NWave {
            peak_pa: 100.0,
            duration_s: 200e-6,
            rise_s: 2e-6,
        };
        // The ramp itself loses what the N falls in a quarter of a rise, 0.25 %.
        assert!((wave.pressure(0.0) - 50.0).abs() < 0.3);
        assert!((wave.pressure(1e-6) - 99.0).abs() < 1e-9);
        assert!(wave.pressure(100e-6).abs() < 1e-9);
        assert!((wave.pressure(150e-6) + 50.0).abs() < 1e-9);
        assert_eq!(wave.pressure(-1.01e-6), 0.0);
        assert_eq!(wave.pressure(wave.length_s() + 1e-9), 0.0);
    }

    #[test]
    fn spectrum_is_the_transform_of_the_pressure() {
        let step_s = 1e-9;
        for rise_s in [1e-6, 50e-6, 300e-6] {
            let wave = NWave {
                peak_pa: 100.0,
                duration_s: 200e-6,
                rise_s,
            };
            let (from_s, steps) = (-0.5 * rise_s, ((200e-6 + rise_s) / step_s) as usize);
            for frequency_hz in [0.0, 0.1, 15.0, 17.0, 1_000.0, 5_000.0, 40_000.0] {
                let sum: Complex64 = (0..steps)
                    .map(|i| {
                        let t = from_s + (i as f64 + 0.5) * step_s;
                        let turn = -std::f64::consts::TAU * frequency_hz * t;
                        wave.pressure(t) * step_s * Complex64::cis(turn)
                    })
                    .sum();
                // Against P T = 0.02 Pa/Hz.
                let off = (sum - wave.spectrum(frequency_hz)).norm();
                assert!(off < 1e-8, "{rise_s} {frequency_hz}: {off}");
            }
        }
    }
}
