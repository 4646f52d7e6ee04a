//! The pressure wave of one discharge at 1 m, as a formula in time and in frequency.

use rustfft::num_complex::Complex64;

/// Reference pressure of dB SPL, pascals.
const REFERENCE_PA: f64 = 20e-6;

/// Peak or RMS pressure in pascals of a level in dB SPL re 20 uPa.
pub(crate) fn pascals(level_db_spl: f64) -> f64 {
    REFERENCE_PA * 10f64.powf(level_db_spl / 20.0)
}

/// Level in dB SPL re 20 uPa of a pressure in pascals.
pub(crate) fn db_spl(pressure_pa: f64) -> f64 {
    20.0 * (pressure_pa / REFERENCE_PA).log10()
}

/// A Friedlander wave, `p(t) = Ps (1 - t/T0) exp(-b t/T0)` for t >= 0 and 0 before.
///
/// Directivity, the growth of T0 with range and the reflections at the shooter are not modelled.
///
/// # Source
/// F. G. Friedlander, The diffraction of sound pulses, Proc. R. Soc. Lond. A 186, 1946.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blast {
    /// Ps: peak pressure at 1 m, pascals.
    pub peak_pa: f64,
    /// T0: duration of the positive phase, seconds.
    pub positive_s: f64,
    /// b: how fast the wave decays, no unit.
    pub decay: f64,
}

impl Blast {
    /// A blast with its peak level at 1 m in dB SPL, positive phase in seconds and decay.
    pub fn new(level_db_spl: f64, positive_s: f64, decay: f64) -> Self {
        Self {
            peak_pa: pascals(level_db_spl),
            positive_s,
            decay,
        }
    }

    /// Peak level at 1 m, dB SPL.
    pub fn level_db_spl(&self) -> f64 {
        db_spl(self.peak_pa)
    }

    /// Frequency at which its spectrum is strongest, Hz; 0 for shapes that have no such peak.
    pub fn peak_frequency_hz(&self) -> f64 {
        // |P(f)|^2 is proportional to ((b-1)^2 + x^2) / (b^2 + x^2)^2 with x = 2 pi f T0, which is
        // largest where x^2 = b^2 - 2 (b-1)^2 = 4b - 2 - b^2.
        let b = self.decay;
        let square = (4.0 * b - 2.0 - b * b).max(0.0);
        square.sqrt() / (std::f64::consts::TAU * self.positive_s)
    }

    /// Pressure in pascals at 1 m, `time_s` seconds after the wavefront.
    pub fn pressure(&self, time_s: f64) -> f64 {
        if time_s < 0.0 {
            return 0.0;
        }
        let x = time_s / self.positive_s;
        self.peak_pa * (1.0 - x) * (-self.decay * x).exp()
    }

    /// Fourier transform at `frequency_hz`, pascals per hertz:
    /// `Ps (1/(s + a) - 1/(T0 (s + a)^2))` with `s = 2 pi i f` and `a = b/T0`.
    pub fn spectrum(&self, frequency_hz: f64) -> Complex64 {
        let pole = Complex64::new(
            self.decay / self.positive_s,
            std::f64::consts::TAU * frequency_hz,
        )
        .inv();
        self.peak_pa * (pole - pole * pole / self.positive_s)
    }

    /// Seconds after which less than 1e-7 of the peak is left.
    pub(crate) fn length_s(&self) -> f64 {
        // (x - 1) exp(-x) < 1e-7 from x = 20 on.
        20.0 * self.positive_s / self.decay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_and_impulse_have_their_closed_form() {
        // 140 dB SPL is 20e-6 * 10^7 = 200 Pa.
        // The impulse is the integral: Ps T0 (1/b - 1/b^2), 0 for b = 1 and Ps T0 / 4 for b = 2.
        for (decay, impulse) in [(1.0, 0.0), (2.0, 200.0 * 0.5e-3 / 4.0)] {
            let blast = Blast::new(140.0, 0.5e-3, decay);
            assert!((blast.pressure(0.0) - 200.0).abs() < 1e-9);
            assert!(blast.pressure(0.5e-3).abs() < 1e-12);
            assert_eq!(blast.pressure(-1e-9), 0.0);
            let step = 1e-7;
            let sum: f64 = (0..200_000)
                .map(|i| blast.pressure((f64::from(i) + 0.5) * step) * step)
                .sum();
            assert!((sum - impulse).abs() < 1e-6, "b {decay}: {sum}");
            assert!((blast.spectrum(0.0).re - impulse).abs() < 1e-12);
        }
    }

    #[test]
    fn spectrum_is_the_transform_of_the_pressure() {
        let blast = Blast::new(140.0, 0.5e-3, 1.0);
        let step = 1e-7;
        for frequency_hz in [50.0, 318.0, 2_000.0] {
            let sum: Complex64 = (0..200_000)
                .map(|i| {
                    let t = (f64::from(i) + 0.5) * step;
                    blast.pressure(t)
                        * step
                        * Complex64::cis(-std::f64::consts::TAU * frequency_hz * t)
                })
                .sum();
            assert!((sum - blast.spectrum(frequency_hz)).norm() < 1e-6);
        }
    }

    #[test]
    fn nothing_is_left_at_the_stated_length() {
        let blast = Blast::new(140.0, 0.5e-3, 1.0);
        assert!(blast.pressure(blast.length_s()).abs() < 1e-7 * blast.peak_pa);
    }
}
