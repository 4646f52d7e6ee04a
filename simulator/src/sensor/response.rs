//! What a microphone makes of frequencies: its leak, its resonance, the filter before the ADC.

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

use super::spec::MicrophoneSpec;

/// Resonances from this share of the sample rate on have no poles of their own in the band.
const POLES_BELOW: f64 = 0.45;

/// Filters one after the other, of which an ideal microphone has none.
///
/// * `low_cut_hz`: the leak that lets slow changes of pressure past, a high-pass of first or second
///   order (Butterworth).
/// * `resonance_hz`: the Helmholtz resonance of port and cavity, `1/(1 - x^2 + i x/Q)` with
///   `x = f/f0`.
/// * `high_cut_hz`: a Butterworth low-pass of second order.
///
/// All have minimum phase: nothing comes out before it goes in. Analogue low-passes make low
/// frequencies late by `1/(2 pi f0 Q)`, 2.1 us for 25 kHz and Q 3. Here the phase is the one that
/// belongs to the level within the band, so that a resonance leads by up to half a sample as its
/// peak outweighs what is cut off above: at 48 kHz the same one makes low frequencies 3.6 us early,
/// a high cut at 15 kHz makes them 3.7 us late. The truth does not count that: its wavefronts
/// are those at the membrane. Not modelled: spread of the response between sensors, direction,
/// ageing.
#[derive(Clone, Debug)]
pub(super) struct Response {
    stages: Vec<Biquad>,
}

impl Response {
    pub(super) fn new(spec: &MicrophoneSpec, sample_rate_hz: f64) -> Self {
        let low_cut = spec
            .low_cut_hz
            .map(|f| Biquad::high_pass(f, spec.low_cut_order, sample_rate_hz));
        let resonance = spec
            .resonance_hz
            .map(|f| Biquad::low_pass(f, spec.resonance_q, sample_rate_hz));
        let high_cut = spec
            .high_cut_hz
            .map(|f| Biquad::low_pass(f, FRAC_1_SQRT_2, sample_rate_hz));
        let stages = [low_cut, resonance, high_cut];
        Self {
            stages: stages.into_iter().flatten().collect(),
        }
    }

    /// Filters a block, which follows the one before.
    pub(super) fn apply(&mut self, pressure_pa: &mut [f64]) {
        for stage in &mut self.stages {
            stage.apply(pressure_pa);
        }
    }
}

/// Two poles and two zeros, `y = b0 x + b1 x' + b2 x" - a1 y' - a2 y"`, as direct form II
/// transposed.
#[derive(Clone, Debug)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 2]) -> Self {
        Self {
            b,
            a,
            state: [0.0; 2],
        }
    }

    /// A Butterworth high-pass of order 1 or 2 by the bilinear transform, which is exact at the
    /// corner and far below the sample rate is so everywhere.
    fn high_pass(corner_hz: f64, order: u32, sample_rate_hz: f64) -> Self {
        let k = (PI * corner_hz / sample_rate_hz).tan();
        if order == 1 {
            let b = 1.0 / (1.0 + k);
            return Self::new([b, -b, 0.0], [(k - 1.0) / (k + 1.0), 0.0]);
        }
        let damping = std::f64::consts::SQRT_2 * k;
        let whole = 1.0 + damping + k * k;
        Self::new(
            [1.0 / whole, -2.0 / whole, 1.0 / whole],
            [2.0 * (k * k - 1.0) / whole, (1.0 - damping + k * k) / whole],
        )
    }

    /// `1/(1 - x^2 + i x/Q)` with `x = f/f0`.
    ///
    /// The bilinear transform would press resonances together near half the sample rate, where
    /// those of microphones lie. So the poles are where sampling puts them, and the zeros make
    /// the level right at 0, at half the sample rate and at the resonance. If the resonance is
    /// above the band, both poles are at `-r`, where they alone make the level right at a quarter
    /// of the sample rate: `(1 + r)^2/(1 + r^2)`. Up to 0.4 of the sample rate the level is within
    /// 2.1 dB, unless a resonance sharper than Q 8 falls close to half of it.
    ///
    /// # Source
    /// M. Vicanek, Matched Second Order Digital Filters, 2016.
    fn low_pass(resonance_hz: f64, q: f64, sample_rate_hz: f64) -> Self {
        let power = |frequency_hz: f64| {
            let x = frequency_hz / resonance_hz;
            1.0 / ((1.0 - x * x).powi(2) + (x / q).powi(2))
        };
        let in_band = resonance_hz < POLES_BELOW * sample_rate_hz;
        let quarter_hz = 0.25 * sample_rate_hz;
        let a = if in_band {
            let w = TAU * resonance_hz / sample_rate_hz;
            let decay = (-0.5 * w / q).exp();
            // q is at least 1/2: no real poles.
            let turn = w * (1.0 - 0.25 / (q * q)).max(0.0).sqrt();
            [-2.0 * decay * turn.cos(), decay * decay]
        } else {
            // rise = 2 r/(1 + r^2), solved for the r below 1.
            let rise = power(quarter_hz).sqrt() - 1.0;
            let r = rise / (1.0 + (1.0 - rise * rise).sqrt());
            [2.0 * r, r * r]
        };
        let poles = |cos: f64| {
            // |1 + a1 e^-iw + a2 e^-2iw|^2 with cos 2w = 2 cos^2 w - 1.
            let [a1, a2] = a;
            1.0 + a1 * a1
                + a2 * a2
                + 2.0 * a1 * (1.0 + a2) * cos
                + 2.0 * a2 * (2.0 * cos * cos - 1.0)
        };
        let middle_hz = if in_band { resonance_hz } else { quarter_hz };
        let cos = (TAU * middle_hz / sample_rate_hz).cos();
        let (low, high) = (0.5 * (1.0 + cos), 0.5 * (1.0 - cos));
        // |B|^2 = zero low + nyquist high + curve 4 low high, with low = cos^2 w/2.
        let (zero, nyquist) = (poles(1.0), poles(-1.0) * power(0.5 * sample_rate_hz));
        let curve =
            (poles(cos) * power(middle_hz) - zero * low - nyquist * high) / (4.0 * low * high);
        // The larger root for b0 has the zeros inside the circle: minimum phase.
        let mean = 0.5 * (zero.sqrt() + nyquist.sqrt());
        let b0 = 0.5 * (mean + (mean * mean + curve).max(0.0).sqrt());
        let b1 = 0.5 * (zero.sqrt() - nyquist.sqrt());
        Self::new([b0, b1, mean - b0], a)
    }

    fn apply(&mut self, samples: &mut [f64]) {
        let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
        let [mut s1, mut s2] = self.state;
        for sample in samples {
            let x = *sample;
            let y = b0 * x + s1;
            s1 = b1 * x - a1 * y + s2;
            s2 = b2 * x - a2 * y;
            *sample = y;
        }
        // Long silence must not end in denormal numbers, which are slow. What is dropped is far
        // below the least f32: where blocks end changes nothing.
        self.state = [s1, s2].map(|s| if s.abs() < 1e-200 { 0.0 } else { s });
    }
}

#[cfg(test)]
mod tests {
    use rustfft::num_complex::Complex64;

    use super::*;

    fn transfer(filter: &Biquad, frequency_hz: f64, sample_rate_hz: f64) -> Complex64 {
        let z = Complex64::from_polar(1.0, -TAU * frequency_hz / sample_rate_hz);
        let ([b0, b1, b2], [a1, a2]) = (filter.b, filter.a);
        (b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)
    }

    #[test]
    fn val_high_pass_against_the_analogue_one() {
        for (order, rate_hz) in [(1, 8_000.0), (2, 48_000.0)] {
            let filter = Biquad::high_pass(60.0, order, rate_hz);
            for f in [6.0, 30.0, 60.0, 200.0, 1_000.0] {
                let x: f64 = 60.0 / f;
                let expected = (1.0 + x.powi(2 * order as i32)).sqrt().recip();
                let got = transfer(&filter, f, rate_hz).norm();
                assert!((got / expected - 1.0).abs() < 0.01, "{f}: {got}");
            }
            assert!(transfer(&filter, 0.0, rate_hz).norm() < 1e-12);
        }
    }

    #[test]
    fn val_low_pass_against_the_analogue_one() {
        // In and above the band, sharp and flat, up to 0.4 of the sample rate.
        for (rate_hz, f0, q) in [
            (96_000.0, 25_000.0, 5.0),
            (48_000.0, 18_000.0, 3.0),
            (48_000.0, 22_000.0, 8.0),
            (48_000.0, 25_000.0, 3.0),
            (48_000.0, 35_000.0, 5.0),
            (48_000.0, 15_000.0, FRAC_1_SQRT_2),
            (12_000.0, 30_000.0, 4.0),
        ] {
            let filter = Biquad::low_pass(f0, q, rate_hz);
            for step in 1..=16 {
                let f = 0.025 * f64::from(step) * rate_hz;
                let x = f / f0;
                let expected = ((1.0 - x * x).powi(2) + (x / q).powi(2)).sqrt().recip();
                let error_db = 20.0 * (transfer(&filter, f, rate_hz).norm() / expected).log10();
                assert!(error_db.abs() < 2.1, "{f0} of {rate_hz} at {f}: {error_db}");
            }
        }
    }

    #[test]
    fn low_frequencies_move_by_less_than_half_a_sample() {
        for (rate_hz, f0, q) in [
            (48_000.0, 18_000.0, 3.0),
            (48_000.0, 25_000.0, 3.0),
            (48_000.0, 35_000.0, 5.0),
            (48_000.0, 15_000.0, FRAC_1_SQRT_2),
            (192_000.0, 25_000.0, 3.0),
            (12_000.0, 5_000.0, FRAC_1_SQRT_2),
        ] {
            let filter = Biquad::low_pass(f0, q, rate_hz);
            let late_s = -transfer(&filter, 400.0, rate_hz).arg() / (TAU * 400.0);
            assert!(late_s.abs() * rate_hz < 0.5, "{f0} of {rate_hz}: {late_s}");
        }
    }

    #[test]
    fn zeros_and_poles_are_inside_the_circle() {
        for rate_hz in [4_000.0, 12_000.0, 48_000.0, 192_000.0] {
            for f0 in [1_000.0, 1_790.0, 5_400.0, 21_500.0, 30_000.0, 90_000.0] {
                for q in [0.5, FRAC_1_SQRT_2, 3.0, 30.0] {
                    let filter = Biquad::low_pass(f0, q, rate_hz);
                    let [b0, b1, b2] = filter.b;
                    // Jury's test for z^2 + p z + r.
                    let inside =
                        |p: f64, r: f64| r.abs() <= 1.0 + 1e-9 && p.abs() <= 1.0 + r + 1e-9;
                    assert!(inside(filter.a[0], filter.a[1]), "{f0} {q} {rate_hz}");
                    assert!(
                        inside(b1 / b0, b2 / b0),
                        "{f0} {q} {rate_hz}: {:?}",
                        filter.b
                    );
                }
            }
        }
    }

    #[test]
    fn an_ideal_microphone_changes_nothing() {
        let mut response = Response::new(&MicrophoneSpec::default(), 48_000.0);
        let mut samples = vec![0.1, -0.3, 1e-12];
        response.apply(&mut samples);
        assert_eq!(samples, [0.1, -0.3, 1e-12]);
    }
}
