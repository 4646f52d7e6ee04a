//! Filters, resampling and convolution for making recordings out of others.

use std::f64::consts::{PI, TAU};

use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;
use shotfix_datasets::{AudioReader, Error};

/// Sound of one microphone.
#[derive(Clone, Debug)]
pub(super) struct Audio {
    pub(super) samples: Vec<f32>,
    pub(super) rate_hz: f64,
}

impl Audio {
    /// All that `reader` gives.
    pub(super) fn read(mut reader: AudioReader, rate_hz: f64) -> Result<Self, Error> {
        let mut samples = Vec::new();
        let mut block = vec![0.0; 1 << 15];
        loop {
            match reader.read(&mut block)? {
                0 => return Ok(Self { samples, rate_hz }),
                n => samples.extend_from_slice(&block[..n]),
            }
        }
    }

    pub(super) fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / self.rate_hz
    }

    /// Largest magnitude, at least the least that is not nothing.
    pub(super) fn peak(&self) -> f32 {
        let peak = self.samples.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
        peak.max(f32::MIN_POSITIVE)
    }

    pub(super) fn scale(&mut self, gain: f32) {
        for x in &mut self.samples {
            *x *= gain;
        }
    }

    /// The same sound at another rate: a sinc under a Hann window of 16 crossings on each side, which
    /// passes up to 0.9 of the lower Nyquist frequency. Times of fronts stay.
    pub(super) fn at_rate(&self, to_hz: f64) -> Self {
        const CROSSINGS: f64 = 16.0;
        /// Entries of the kernel's table; its nearest entry is off by at most 0.4 % of the peak.
        const ENTRIES: usize = 16_384;
        if (to_hz - self.rate_hz).abs() < 1e-9 {
            return self.clone();
        }
        let step = self.rate_hz / to_hz;
        let cutoff = 0.92 * (1.0 / step).min(1.0);
        let half = CROSSINGS / cutoff;
        let kernel: Vec<f32> = (0..=ENTRIES)
            .map(|k| {
                let part = k as f64 / ENTRIES as f64;
                let phase = PI * CROSSINGS * part;
                let sinc = if k == 0 { 1.0 } else { phase.sin() / phase };
                (cutoff * sinc * (0.5 + 0.5 * (PI * part).cos())) as f32
            })
            .collect();
        let n = (self.samples.len() as f64 / step) as usize;
        let scale = ENTRIES as f64 / half;
        let samples = (0..n).map(|k| {
            let at = k as f64 * step;
            let from = (at - half).ceil().max(0.0) as usize;
            let to = ((at + half) as usize).min(self.samples.len() - 1);
            let taps = self.samples[from..=to].iter().enumerate();
            taps.map(|(i, &x)| {
                let entry = (((from + i) as f64 - at).abs() * scale) as usize;
                x * kernel[entry.min(ENTRIES)]
            })
            .sum()
        });
        Self {
            samples: samples.collect(),
            rate_hz: to_hz,
        }
    }
}

/// A filter of second order, direct form I.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    b: [f64; 3],
    a: [f64; 2],
}

/// R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients, 2005.
impl Filter {
    /// A bell of `gain_db` and quality `q` about `hz`.
    pub(super) fn bell(hz: f64, gain_db: f64, q: f64, rate_hz: f64) -> Self {
        let w = TAU * hz / rate_hz;
        let amplitude = 10f64.powf(gain_db / 40.0);
        let alpha = w.sin() / (2.0 * q);
        let a0 = 1.0 + alpha / amplitude;
        Self::normalised(
            [
                1.0 + alpha * amplitude,
                -2.0 * w.cos(),
                1.0 - alpha * amplitude,
            ],
            [a0, -2.0 * w.cos(), 1.0 - alpha / amplitude],
        )
    }

    pub(super) fn low_pass(hz: f64, q: f64, rate_hz: f64) -> Self {
        let w = TAU * hz / rate_hz;
        let alpha = w.sin() / (2.0 * q);
        let b = (1.0 - w.cos()) / 2.0;
        Self::normalised([b, 2.0 * b, b], [1.0 + alpha, -2.0 * w.cos(), 1.0 - alpha])
    }

    pub(super) fn high_pass(hz: f64, q: f64, rate_hz: f64) -> Self {
        let w = TAU * hz / rate_hz;
        let alpha = w.sin() / (2.0 * q);
        let b = f64::midpoint(1.0, w.cos());
        Self::normalised([b, -2.0 * b, b], [1.0 + alpha, -2.0 * w.cos(), 1.0 - alpha])
    }

    fn normalised(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|x| x / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
        }
    }

    pub(super) fn run(&self, samples: &mut [f32]) {
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in samples {
            let x = f64::from(*sample);
            let y =
                self.b[0] * x + self.b[1] * x1 + self.b[2] * x2 - self.a[0] * y1 - self.a[1] * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            *sample = y as f32;
        }
    }
}

/// `sound` through the impulse response `response`, as long as `sound`.
pub(super) fn convolve(sound: &[f32], response: &[f32]) -> Vec<f32> {
    let n = (sound.len() + response.len()).next_power_of_two();
    let mut planner = FftPlanner::new();
    // Two real signals in one transform would save a third; this runs a thousand times in all.
    let spectrum = |x: &[f32], planner: &mut FftPlanner<f32>| {
        let mut z: Vec<Complex32> = x.iter().map(|&re| Complex32::new(re, 0.0)).collect();
        z.resize(n, Complex32::default());
        planner.plan_fft_forward(n).process(&mut z);
        z
    };
    let mut product = spectrum(sound, &mut planner);
    for (p, r) in product.iter_mut().zip(spectrum(response, &mut planner)) {
        *p *= r;
    }
    planner.plan_fft_inverse(n).process(&mut product);
    product[..sound.len()]
        .iter()
        .map(|z| z.re / n as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate_hz: f64, n: usize) -> Audio {
        let at = |k: usize| (TAU * hz * k as f64 / rate_hz).sin() as f32;
        Audio {
            samples: (0..n).map(at).collect(),
            rate_hz,
        }
    }

    fn rms(x: &[f32]) -> f32 {
        (x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_level_at_another_rate() {
        let down = sine(1000.0, 48_000.0, 9600).at_rate(12_000.0);
        assert_eq!(down.samples.len(), 2400);
        let same = sine(1000.0, 12_000.0, 2400);
        for (a, b) in down.samples.iter().zip(&same.samples).skip(100).take(2200) {
            assert!((a - b).abs() < 0.01);
        }
        // What the lower rate cannot hold is gone, not folded.
        let gone = sine(9000.0, 48_000.0, 9600).at_rate(12_000.0);
        assert!(rms(&gone.samples[100..2300]) < 0.01);
    }

    #[test]
    fn bell_and_passes_have_their_gains() {
        let through = |filter: Filter, hz: f64| {
            let mut tone = sine(hz, 48_000.0, 48_000);
            filter.run(&mut tone.samples);
            20.0 * (rms(&tone.samples[24_000..]) * std::f32::consts::SQRT_2).log10()
        };
        assert!((through(Filter::bell(1000.0, 6.0, 1.0, 48_000.0), 1000.0) - 6.0).abs() < 0.1);
        // Butterworth: 3 dB at the corner, 12 dB an octave.
        let low = Filter::low_pass(1000.0, 0.5f64.sqrt(), 48_000.0);
        assert!((through(low, 1000.0) + 3.0).abs() < 0.1);
        assert!((through(low, 4000.0) + 24.0).abs() < 0.7);
        let high = Filter::high_pass(1000.0, 0.5f64.sqrt(), 48_000.0);
        assert!((through(high, 250.0) + 24.0).abs() < 0.7);
    }

    #[test]
    fn convolution_adds_delayed_copies() {
        let out = convolve(&[1.0, 2.0, 0.0, 0.0], &[1.0, 0.0, 0.5]);
        for (a, b) in out.iter().zip([1.0, 2.0, 0.5, 1.0]) {
            assert!((a - b).abs() < 1e-6);
        }
    }
}
