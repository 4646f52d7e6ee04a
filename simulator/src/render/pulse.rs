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

use std::collections::HashMap;
use std::sync::Arc;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};

use crate::air::Medium;
use crate::render::filter::{self, PathFilter};
use crate::render::timeline::Timeline;

/// Images of the band summed on either side.
const IMAGES: i32 = 3;

/// Seconds of a pulse before its wavefront: room for what dispersion brings early.
const LEAD_S: f64 = 2e-3;

/// Seconds beyond the sound's own length: room for what dispersion and diffraction bring late.
const TAIL_S: f64 = 8e-3;

/// What air takes more of is left out: 100 dB, in nepers.
const SILENT_NEPERS: f64 = 11.5;

/// A sound as the renderer needs it: its spectrum, folded image by image, at one sample rate.
pub(crate) struct Wave {
    /// Samples of the pulse, a power of two.
    length: usize,
    images: Vec<Image>,
}

/// The part of the spectrum that one image of the band folds onto the bins.
struct Image {
    /// The frequency is that of the bin plus this many sample rates.
    order: i32,
    /// First bin that is not negligible.
    first_bin: usize,
    /// Pascals per hertz from the first bin on.
    spectrum: Vec<Complex64>,
}

impl Wave {
    /// A sound known at every frequency.
    ///
    /// # Arguments
    /// * `length_s` - seconds from its onset until nothing is left.
    /// * `spectrum` - Fourier transform at a frequency in hertz, pascals per hertz at 1 m; time 0
    ///   is the onset.
    pub(crate) fn new(
        sample_rate_hz: f64,
        length_s: f64,
        spectrum: impl Fn(f64) -> Complex64,
    ) -> Self {
        let needed = (length_s + TAIL_S + LEAD_S) * sample_rate_hz + 6.0;
        let length = (needed.ceil() as usize).next_power_of_two();
        let half = length / 2;
        let mut images: Vec<Image> = Vec::new();
        let mut strongest: f64 = 0.0;
        // The band itself first: what is negligible is measured against it.
        for order in [0].into_iter().chain((1..=IMAGES).flat_map(|k| [-k, k])) {
            // The Nyquist bin is left at zero: it is -16 dB down and its phase is not defined.
            let folded: Vec<Complex64> = (0..half)
                .map(|bin| {
                    let cycles = bin as f64 / length as f64 + f64::from(order);
                    spectrum(cycles * sample_rate_hz) * sinc(cycles).powi(4)
                })
                .collect();
            strongest = folded.iter().map(|x| x.norm()).fold(strongest, f64::max);
            let audible = |x: &Complex64| x.norm() > 1e-7 * strongest;
            if let Some(first_bin) = folded.iter().position(audible) {
                let spectrum = folded[first_bin..].to_vec();
                images.push(Image {
                    order,
                    first_bin,
                    spectrum,
                });
            }
        }
        Self { length, images }
    }

    /// A sound known by samples at the sample rate of the sensor, pascals at 1 m.
    ///
    /// It holds nothing above half that rate, so there is nothing to fold.
    pub(crate) fn from_samples(sample_rate_hz: f64, pressure_pa: &[f32]) -> Self {
        let extra = (TAIL_S + LEAD_S) * sample_rate_hz + 6.0;
        let length = (pressure_pa.len() + extra.ceil() as usize).next_power_of_two();
        let mut spectrum = vec![Complex64::default(); length];
        for (bin, sample) in spectrum.iter_mut().zip(pressure_pa) {
            bin.re = f64::from(*sample) / sample_rate_hz;
        }
        FftPlanner::new()
            .plan_fft_forward(length)
            .process(&mut spectrum);
        spectrum.truncate(length / 2);
        let band = Image {
            order: 0,
            first_bin: 0,
            spectrum,
        };
        Self {
            length,
            images: vec![band],
        }
    }
}

/// What happens to a pulse on its way, beyond its delay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'a> {
    /// Pressure at the receiver over pressure at 1 m, without what follows.
    pub(crate) gain: f64,
    /// Metres of air passed, for absorption.
    pub(crate) air_m: f64,
    /// Barriers, walls, shadows.
    pub(crate) filter: Option<&'a PathFilter>,
}

/// Renders pulses at one sample rate.
pub(crate) struct PulseRenderer {
    sample_rate_hz: f64,
    medium: Medium,
    planner: FftPlanner<f64>,
    bins: HashMap<usize, Arc<Bins>>,
    spectrum: Vec<Complex64>,
    scratch: Vec<Complex64>,
    pulse: Vec<f64>,
}

/// What depends on the length of a pulse alone.
struct Bins {
    inverse: Arc<dyn Fft<f64>>,
    /// Logarithm of what a metre of air does, at every bin of the band.
    air: Vec<Complex64>,
    /// Places of the bins in a [`PathFilter`].
    places: Vec<f64>,
}

impl PulseRenderer {
    pub(crate) fn new(sample_rate_hz: f64, medium: Medium) -> Self {
        Self {
            sample_rate_hz,
            medium,
            planner: FftPlanner::new(),
            bins: HashMap::new(),
            spectrum: Vec::new(),
            scratch: Vec::new(),
            pulse: Vec::new(),
        }
    }

    /// Adds a pulse whose wavefront arrives `arrival_s` seconds after sample 0 of the timeline.
    ///
    /// # Returns
    /// The largest pressure of the pulse's samples, pascals, whether in the recording or not.
    pub(crate) fn add(
        &mut self,
        timeline: &mut Timeline,
        wave: &Wave,
        passage: Passage<'_>,
        arrival_s: f64,
    ) -> f64 {
        let first = self.render(wave, passage, arrival_s);
        timeline.add(first, &self.pulse, 1.0);
        self.pulse
            .iter()
            .fold(0.0, |peak: f64, x| peak.max(x.abs()))
    }

    /// Adds copies of one pulse, each by a whole number of samples later and with its own gain:
    /// a cheap way to a dense tail.
    ///
    /// # Arguments
    /// * `taps` - samples after the wavefront at `arrival_s`, and gain on top of the passage's.
    pub(crate) fn add_copies(
        &mut self,
        timeline: &mut Timeline,
        wave: &Wave,
        passage: Passage<'_>,
        arrival_s: f64,
        taps: &[(u32, f32)],
    ) {
        let first = self.render(wave, passage, arrival_s);
        for (later, gain) in taps {
            timeline.add(first + i64::from(*later), &self.pulse, f64::from(*gain));
        }
    }

    /// Leaves the pulse in `self.pulse`; returns the number of its first sample.
    fn render(&mut self, wave: &Wave, passage: Passage<'_>, arrival_s: f64) -> i64 {
        let rate = self.sample_rate_hz;
        let length = wave.length;
        let bins = self.bins(length);
        let arrival = arrival_s * rate;
        let lead = (LEAD_S * rate).ceil().max(4.0);
        let first = arrival.floor() - lead;
        let onset = arrival - first;

        self.spectrum.clear();
        self.spectrum.resize(length, Complex64::default());
        let turn = Complex64::cis(-std::f64::consts::TAU * onset / length as f64);
        for image in &wave.images {
            self.fold(image, &bins, passage, onset, turn);
        }
        for bin in 1..length / 2 {
            self.spectrum[length - bin] = self.spectrum[bin].conj();
        }
        self.scratch
            .resize(bins.inverse.get_inplace_scratch_len(), Complex64::default());
        bins.inverse
            .process_with_scratch(&mut self.spectrum, &mut self.scratch);
        // A sum over bins approximates the integral over frequency with the step rate / length.
        let scale = passage.gain * rate / length as f64;
        self.pulse.clear();
        self.pulse
            .extend(self.spectrum.iter().map(|x| x.re * scale));
        first as i64
    }

    /// Adds one image of the spectrum to the bins.
    ///
    /// Bins are visited from the lowest frequency of the image up, whichever side of zero it is
    /// on: air absorbs the more, the higher the frequency, so the first silent bin is the end.
    fn fold(
        &mut self,
        image: &Image,
        bins: &Bins,
        passage: Passage<'_>,
        onset: f64,
        turn: Complex64,
    ) {
        let spacing_hz = self.sample_rate_hz / (2 * bins.air.len()) as f64;
        let order = f64::from(image.order);
        let count = image.spectrum.len();
        let upwards = image.order >= 0;
        let start = image.first_bin + if upwards { 0 } else { count - 1 };
        let step = if upwards { turn } else { turn.conj() };
        // exp(-2 pi i (bin / length + order) onset), from bin to bin by one multiplication.
        let mut phase = turn.powu(start as u32)
            * Complex64::cis(-std::f64::consts::TAU * (order * onset).fract());
        for visit in 0..count {
            let offset = if upwards { visit } else { count - 1 - visit };
            let bin = image.first_bin + offset;
            let frequency_hz = bin as f64 * spacing_hz + order * self.sample_rate_hz;
            let air = match image.order {
                0 => bins.air[bin],
                _ => per_metre(&self.medium, frequency_hz),
            };
            let loss = air.re * passage.air_m;
            if loss < -SILENT_NEPERS {
                return;
            }
            let mut factor = image.spectrum[offset] * phase;
            if air != Complex64::default() {
                factor *= Complex64::from_polar(loss.exp(), air.im * passage.air_m);
            }
            if let Some(filter) = passage.filter {
                factor *= match image.order {
                    0 => filter.between(bins.places[bin]),
                    _ => filter.at(frequency_hz),
                };
            }
            self.spectrum[bin] += factor;
            phase *= step;
        }
    }

    fn bins(&mut self, length: usize) -> Arc<Bins> {
        if let Some(bins) = self.bins.get(&length) {
            return Arc::clone(bins);
        }
        let spacing_hz = self.sample_rate_hz / length as f64;
        let half = length / 2;
        let bins = Arc::new(Bins {
            inverse: self.planner.plan_fft_inverse(length),
            air: (0..half)
                .map(|bin| per_metre(&self.medium, bin as f64 * spacing_hz))
                .collect(),
            places: filter::places(spacing_hz, half),
        });
        self.bins.insert(length, Arc::clone(&bins));
        bins
    }
}

/// Logarithm of what one metre of air does; the phase of a metre is far below half a turn.
fn per_metre(medium: &Medium, frequency_hz: f64) -> Complex64 {
    medium.transfer(frequency_hz, 1.0).ln()
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
    use crate::source::Blast;

    const BLAST: Blast = Blast {
        peak_pa: 200.0,
        positive_s: 0.4e-3,
        decay: 1.0,
    };

    /// A recording of one pulse, and its peak.
    fn play(medium: Medium, rate: f64, n: usize, delay_s: f64, air_m: f64) -> (Vec<f64>, f64) {
        let mut renderer = PulseRenderer::new(rate, medium);
        let wave = Wave::new(rate, BLAST.length_s(), |f| BLAST.spectrum(f));
        let passage = Passage {
            gain: 1.0,
            air_m,
            filter: None,
        };
        let mut timeline = Timeline::default();
        let peak = renderer.add(&mut timeline, &wave, passage, delay_s);
        let mut got = vec![0.0; n];
        timeline.take(&mut got);
        (got, peak)
    }

    fn lossless() -> Medium {
        Medium::new(15.0, 50.0, 101_325.0)
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
                let (got, _) = play(lossless(), rate, (0.02 * rate) as usize, delay_s, 0.0);
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
        let (got, _) = play(lossless(), rate, 2_000, 0.02, 0.0);
        // The front is at sample 960; 1e-4 of the peak is the error of the images left out.
        let early = got[..958].iter().map(|x| x.abs()).fold(0.0, f64::max);
        assert!(early < 1e-4 * BLAST.peak_pa, "{early}");
    }

    #[test]
    fn absorbing_air_smears_the_front_about_its_true_time() {
        let rate = 48_000.0;
        let air = Medium::new(10.0, 60.0, 101_325.0).with_absorption(10.0, 60.0, 101_325.0);
        let (got, peak) = play(air, rate, 2_000, 0.02, 1_000.0);
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
    fn a_pulse_of_the_past_or_the_future_is_not_in_the_block() {
        for delay_s in [-1.0, 1e3] {
            let (got, _) = play(lossless(), 8_000.0, 100, delay_s, 0.0);
            assert!(got.iter().all(|x| *x == 0.0));
        }
    }

    #[test]
    fn samples_come_through_as_they_are_at_a_whole_delay() {
        let rate = 16_000.0;
        // A smooth wave, so that nothing is lost at the end of the band.
        let wave: Vec<f32> = (0..64)
            .map(|n| (-((n as f32 - 32.0) / 6.0).powi(2)).exp())
            .collect();
        let mut renderer = PulseRenderer::new(rate, lossless());
        let passage = Passage {
            gain: 0.5,
            air_m: 0.0,
            filter: None,
        };
        let mut timeline = Timeline::default();
        let sampled = Wave::from_samples(rate, &wave);
        renderer.add(&mut timeline, &sampled, passage, 100.0 / rate);
        let mut got = vec![0.0; 300];
        timeline.take(&mut got);
        for (n, x) in got.iter().enumerate() {
            let expected = n.checked_sub(100).and_then(|k| wave.get(k)).unwrap_or(&0.0);
            assert!((x - 0.5 * f64::from(*expected)).abs() < 1e-4, "{n}: {x}");
        }
    }
}
