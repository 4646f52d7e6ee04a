//! Second-order filter sections.

use core::f64::consts::PI;

/// Coefficients of one second-order section, normalised so that `a0 = 1`.
///
/// Fixed configuration; the memory is a [`BiquadState`] that the caller owns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Biquad {
    pub(crate) b: [f32; 3],
    pub(crate) a: [f32; 2],
}

/// Memory of one [`Biquad`] (transposed direct form II).
#[derive(Clone, Copy, Debug, Default)]
pub struct BiquadState {
    z: [f32; 2],
}

impl Biquad {
    /// Passes everything unchanged.
    pub const IDENTITY: Self = Self {
        b: [1.0, 0.0, 0.0],
        a: [0.0, 0.0],
    };

    /// Butterworth high-pass with corner `corner_hz`, for input at `rate_hz`.
    ///
    /// Bilinear transform with pre-warped corner; S. J. Orfanidis, Introduction to Signal
    /// Processing, 1996, section 11.3. `corner_hz` must lie below `rate_hz / 2`.
    pub fn high_pass(corner_hz: f64, rate_hz: f64) -> Self {
        let (k, norm) = Self::prototype(corner_hz, rate_hz);
        Self::new([norm, -2.0 * norm, norm], k, norm)
    }

    /// Butterworth low-pass with corner `corner_hz`, for input at `rate_hz`; see
    /// [`Biquad::high_pass`].
    pub fn low_pass(corner_hz: f64, rate_hz: f64) -> Self {
        let (k, norm) = Self::prototype(corner_hz, rate_hz);
        let gain = k * k * norm;
        Self::new([gain, 2.0 * gain, gain], k, norm)
    }

    /// Pre-warped frequency `tan(pi f / fs)` and the normalisation by `a0`.
    fn prototype(corner_hz: f64, rate_hz: f64) -> (f64, f64) {
        let k = libm::tan(PI * corner_hz / rate_hz);
        (k, 1.0 / (1.0 + core::f64::consts::SQRT_2 * k + k * k))
    }

    fn new(b: [f64; 3], k: f64, norm: f64) -> Self {
        let a = [
            2.0 * (k * k - 1.0) * norm,
            (1.0 - core::f64::consts::SQRT_2 * k + k * k) * norm,
        ];
        Self {
            b: b.map(|v| v as f32),
            a: a.map(|v| v as f32),
        }
    }

    /// One sample through the section.
    #[inline]
    pub fn process(&self, state: &mut BiquadState, x: f32) -> f32 {
        let y = self.b[0] * x + state.z[0];
        state.z[0] = self.b[1] * x - self.a[0] * y + state.z[1];
        state.z[1] = self.b[2] * x - self.a[1] * y;
        y
    }

    /// The state in which a constant input `x` has always been applied, so that a recording
    /// that starts on a DC offset starts without a click.
    pub fn settled(&self, x: f32) -> BiquadState {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let y = x * (b0 + b1 + b2) / (1.0 + a1 + a2);
        BiquadState {
            z: [y - b0 * x, b2 * x - a2 * y],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steady-state gain at `f_hz`, measured.
    fn gain(section: &Biquad, f_hz: f64, rate_hz: f64) -> f64 {
        let mut state = BiquadState::default();
        let n = (rate_hz * 0.5) as usize;
        let mut peak = 0.0_f32;
        for i in 0..n {
            let x = libm::sin(2.0 * PI * f_hz * i as f64 / rate_hz) as f32;
            let y = section.process(&mut state, x);
            if i > n / 2 {
                peak = peak.max(y.abs());
            }
        }
        f64::from(peak)
    }

    #[test]
    fn butterworth_response() {
        // |H|^2 = 1 / (1 + (f / fc)^4) for the low-pass, exact at the pre-warped corner.
        for rate in [12_000.0, 48_000.0] {
            let low = Biquad::low_pass(1_000.0, rate);
            assert!((gain(&low, 1_000.0, rate) - 0.707).abs() < 0.005);
            assert!((gain(&low, 50.0, rate) - 1.0).abs() < 0.005);
            let high = Biquad::high_pass(1_000.0, rate);
            assert!((gain(&high, 1_000.0, rate) - 0.707).abs() < 0.005);
            assert!(gain(&high, 50.0, rate) < 0.004);
        }
    }

    #[test]
    fn settled_state_is_silent_on_dc() {
        let high = Biquad::high_pass(200.0, 12_000.0);
        let mut state = high.settled(0.25);
        for _ in 0..1_000 {
            assert!(high.process(&mut state, 0.25).abs() < 1e-6);
        }
        let low = Biquad::low_pass(4_000.0, 12_000.0);
        let mut state = low.settled(0.25);
        for _ in 0..1_000 {
            assert!((low.process(&mut state, 0.25) - 0.25).abs() < 1e-6);
        }
    }
}
