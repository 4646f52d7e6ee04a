//! Samples of a blast at a receiver, exact in time whatever the sample rate.
//!
//! The blast, the air and the delay are known as formulas of frequency. The anti-alias filter is
//! the cubic B-spline: its kernel is four samples long, symmetric and nowhere negative. So
//!
//! * the wavefront is delayed by nothing and stands half-way up at its true time;
//! * nothing happens earlier than two samples before it, and nothing ever rings: an onset picker
//!   meets no precursor, as it would with the long linear-phase filter of a sharp cut-off;
//! * what aliases is weak: the response `sinc^4(f / fs)` is -4 dB at fs/4, -16 dB at fs/2 and
//!   below -41 dB where it folds back into the lower half of the band.
//!
//! Sampling is folding in frequency, so the images of the spectrum are summed before one inverse
//! FFT. What is left out, images beyond the third, is below 1e-4 of the peak.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use crate::air::Medium;
use crate::render::propagate::Path;
use crate::source::Blast;

/// Images of the band summed on either side.
const IMAGES: i32 = 3;

/// Seconds of a pulse before its wavefront: room for what dispersion brings early.
const LEAD_S: f64 = 2e-3;

/// Seconds beyond the blast's own length: room for what dispersion brings late.
const TAIL_S: f64 = 8e-3;

/// Renders pulses at one sample rate.
pub(crate) struct PulseRenderer {
    sample_rate_hz: f64,
    medium: Medium,
    planner: FftPlanner<f64>,
}

impl PulseRenderer {
    pub(crate) fn new(sample_rate_hz: f64, medium: Medium) -> Self {
        Self {
            sample_rate_hz,
            medium,
            planner: FftPlanner::new(),
        }
    }

    /// Adds `blast`, arrived by `path`, to a recording.
    ///
    /// # Arguments
    /// * `pressure_pa` - the recording, pascals. What falls outside it is left out.
    /// * `emission_s` - when the blast leaves, seconds after the first sample.
    ///
    /// # Returns
    /// The largest pressure of the pulse's samples, pascals, whether in the recording or not.
    pub(crate) fn add(
        &mut self,
        pressure_pa: &mut [f64],
        blast: &Blast,
        path: &Path,
        emission_s: f64,
    ) -> f64 {
        let arrival = (emission_s + path.delay_s) * self.sample_rate_hz;
        let lead = (LEAD_S * self.sample_rate_hz).ceil().max(4.0);
        let first = arrival.floor() - lead;
        let pulse = self.samples(blast, path, arrival - first);
        for (index, sample) in pulse.iter().enumerate() {
            let at = first + index as f64;
            if at >= 0.0 && at < pressure_pa.len() as f64 {
                pressure_pa[at as usize] += sample;
            }
        }
        pulse.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()))
    }

    /// The pulse with its wavefront `onset` samples after the first.
    fn samples(&mut self, blast: &Blast, path: &Path, onset: f64) -> Vec<f64> {
        let rate = self.sample_rate_hz;
        let needed = onset + (blast.length_s() + TAIL_S) * rate;
        let length = (needed.ceil() as usize).next_power_of_two();
        let mut spectrum = vec![Complex64::default(); length];
        // The Nyquist bin is left at zero: it is -16 dB down and its phase is not defined.
        for bin in 0..length / 2 {
            let mut sum = Complex64::default();
            for image in -IMAGES..=IMAGES {
                let cycles = bin as f64 / length as f64 + f64::from(image);
                let frequency_hz = cycles * rate;
                sum += blast.spectrum(frequency_hz)
                    * self.medium.transfer(frequency_hz, path.air_m)
                    * sinc(cycles).powi(4)
                    * Complex64::cis(-std::f64::consts::TAU * cycles * onset);
            }
            spectrum[bin] = sum;
            if bin > 0 {
                spectrum[length - bin] = sum.conj();
            }
        }
        self.planner.plan_fft_inverse(length).process(&mut spectrum);
        // A sum over bins approximates the integral over frequency with the step rate / length.
        let scale = path.gain * rate / length as f64;
        spectrum.iter().map(|x| x.re * scale).collect()
    }
}

/// `sin(pi x) / (pi x)`.
fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle.abs() < 1e-9 {
        1.0
    } else {
        angle.sin() / angle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLAST: Blast = Blast {
        peak_pa: 200.0,
        positive_s: 0.4e-3,
        decay: 1.0,
    };

    fn path(delay_s: f64, air_m: f64) -> Path {
        Path {
            delay_s,
            gain: 1.0,
            air_m,
        }
    }

    /// The cubic B-spline, support 4, integral 1.
    fn spline(x: f64) -> f64 {
        let x = x.abs();
        if x < 1.0 {
            2.0 / 3.0 - x * x + 0.5 * x * x * x
        } else if x < 2.0 {
            (2.0 - x).powi(3) / 6.0
        } else {
            0.0
        }
    }

    /// The filtered blast at `time_s` by quadrature in time, which shares nothing with the FFT.
    fn reference(rate: f64, time_s: f64) -> f64 {
        let steps = 4_000;
        // Only where the blast has begun; the step at its front is an end of the interval.
        let low = -2.0;
        let high = f64::min(2.0, time_s * rate);
        if high <= low {
            return 0.0;
        }
        let step = (high - low) / f64::from(steps);
        (0..steps)
            .map(|i| {
                let x = low + (f64::from(i) + 0.5) * step;
                spline(x) * BLAST.pressure(time_s - x / rate) * step
            })
            .sum()
    }

    #[test]
    fn val_samples_and_onset_time_against_quadrature() {
        for rate in [8_000.0, 12_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0] {
            for delay_s in [0.010_000_0, 0.010_013_7, 0.010_051_1] {
                let mut renderer = PulseRenderer::new(rate, Medium::new(15.0, 50.0, 101_325.0));
                let mut got = vec![0.0; (0.02 * rate) as usize];
                renderer.add(&mut got, &BLAST, &path(delay_s, 0.0), 0.0);
                let expected: Vec<f64> = (0..got.len())
                    .map(|n| reference(rate, n as f64 / rate - delay_s))
                    .collect();
                let worst = got
                    .iter()
                    .zip(&expected)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f64::max);
                assert!(worst < 1e-3 * BLAST.peak_pa, "{rate} Hz: {worst} Pa");
                // A shift d changes the samples by -d x'; least squares over the samples.
                let (mut shift, mut weight) = (0.0, 0.0);
                for n in 1..got.len() - 1 {
                    let slope = (expected[n + 1] - expected[n - 1]) * rate / 2.0;
                    shift -= (got[n] - expected[n]) * slope;
                    weight += slope * slope;
                }
                let error_s = shift / weight;
                assert!(
                    error_s.abs() < 1e-7,
                    "{rate} Hz {delay_s} s: {error_s} s off"
                );
            }
        }
    }

    #[test]
    fn nothing_comes_before_the_front() {
        let rate = 48_000.0;
        let mut renderer = PulseRenderer::new(rate, Medium::new(15.0, 50.0, 101_325.0));
        let mut got = vec![0.0; 2_000];
        renderer.add(&mut got, &BLAST, &path(0.02, 0.0), 0.0);
        // The front is at sample 960; 1e-4 of the peak is the error of the images left out.
        let early = got[..958].iter().map(|x| x.abs()).fold(0.0, f64::max);
        assert!(early < 1e-4 * BLAST.peak_pa, "{early}");
    }

    #[test]
    fn absorbing_air_smears_the_front_about_its_true_time() {
        let rate = 48_000.0;
        let air = Medium::new(10.0, 60.0, 101_325.0).with_absorption(10.0, 60.0, 101_325.0);
        let mut renderer = PulseRenderer::new(rate, air);
        let mut got = vec![0.0; 2_000];
        let peak = renderer.add(&mut got, &BLAST, &path(0.02, 1_000.0), 0.0);
        assert!(peak > 0.2 * BLAST.peak_pa && peak < 0.9 * BLAST.peak_pa);
        // The front is smeared over some 0.2 ms; half a millisecond before it is still silence.
        let early = got[..960 - 24].iter().map(|x| x.abs()).fold(0.0, f64::max);
        assert!(early < 0.005 * peak, "{early} of {peak}");
        let half = got.iter().position(|x| *x > 0.5 * peak).unwrap();
        let crossing =
            (half - 1) as f64 + (0.5 * peak - got[half - 1]) / (got[half] - got[half - 1]);
        // The smearing lowers the peak, so half of it is met early: by 75 us, 2.5 cm, here.
        let early_s = 0.02 - crossing / rate;
        assert!((0.0..1e-4).contains(&early_s), "{early_s}");
    }

    #[test]
    fn a_pulse_outside_the_recording_is_left_out() {
        let mut renderer = PulseRenderer::new(8_000.0, Medium::new(15.0, 50.0, 101_325.0));
        let mut got = vec![0.0; 100];
        for emission_s in [-1.0, 1e9] {
            renderer.add(&mut got, &BLAST, &path(0.5, 0.0), emission_s);
        }
        assert!(got.iter().all(|x| *x == 0.0));
    }
}
