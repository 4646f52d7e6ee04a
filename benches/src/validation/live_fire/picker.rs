//! The published pulse picker: where the envelope of a recording steps up.

use std::f32::consts::{PI, TAU};

/// Pulses of one sensor's samples, which come in blocks of any length.
///
/// The envelope is that of the analytic signal in a band; it is convolved with the kernel
/// `g(t) = t/tau + 1` for `-tau < t <= 0` and `-1/2` for `0 < t <= tau`, which compares what comes
/// within tau = 50 ms with what was there before, and a pulse begins where the result is greatest.
/// Times are rounded to milliseconds, as they are released; the published error of an onset,
/// 0.1 ms and 0.3 ms that all pulses share, is below that.
///
/// The band, the neighbourhood of a maximum and both thresholds are not published: the thresholds
/// are the lowest values among the released pulses, the others are *estimated*.
///
/// # Source
/// R. B. Calhoun et al., Precision and accuracy of acoustic gunshot location in an urban
/// environment, arXiv 2108.07377, eq. 1 and 2.
pub(super) struct Picker {
    sample_rate_hz: f64,
    full_scale_db_spl: f64,
    taps: [Vec<f32>; 2],
    /// The latest samples, and the number of the first of them in the recording.
    samples: Vec<f32>,
    first: usize,
    /// Earlier maxima have been judged, samples.
    judged: usize,
}

/// A pulse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pulse {
    /// Seconds after the first sample.
    pub(super) time_s: f64,
    /// Peak of the 50 ms after it, dB SPL.
    pub(super) level_db_spl: f64,
}

/// The kernel's tau, seconds.
const TAU_S: f64 = 0.05;

/// Band of the envelope, Hz: shots and their echoes, without traffic and wind.
const BAND_HZ: [f32; 2] = [150.0, 3_000.0];

/// Length of the filter on either side, samples.
const HALF: usize = 80;

/// The envelope is taken at every fourth sample, a third of the millisecond that is released.
const STEP: usize = 4;

/// A pulse is the greatest within this much on either side, seconds.
const ALONE_S: f64 = 0.01;

/// Least signal-to-noise ratio: the step of the mean envelope over what was before, dB.
const LEAST_SNR_DB: f64 = 2.0;

/// Least level, dB SPL.
const LEAST_DB_SPL: f64 = 59.0;

impl Picker {
    pub(super) fn new(sample_rate_hz: f64, full_scale_db_spl: f64) -> Self {
        Self {
            sample_rate_hz,
            full_scale_db_spl,
            taps: taps(sample_rate_hz as f32),
            samples: Vec::new(),
            first: 0,
            judged: 0,
        }
    }

    /// Adds the next samples to those heard; the pulses that they decide go to `found`. The last
    /// tenth of a second of a recording has none.
    pub(super) fn hear(&mut self, block: &[f32], found: &mut Vec<Pulse>) {
        self.samples.extend_from_slice(block);
        let steps = |seconds: f64| (seconds * self.sample_rate_hz).round() as usize / STEP;
        let (tau, alone) = (steps(TAU_S), steps(ALONE_S));
        let margin = tau + alone;
        let envelope = self.envelope();
        if envelope.len() <= 2 * margin {
            return;
        }
        let rises = Rises::new(&envelope, tau);
        for at in margin..envelope.len() - margin {
            // The middle of the filter that gives the envelope.
            let sample = at * STEP + HALF;
            if self.first + sample < self.judged {
                continue;
            }
            let height = rises.height(at);
            let higher = |other: usize| other != at && rises.height(other) >= height;
            let is_pulse = height > 0.0
                && rises.snr_db(at) >= LEAST_SNR_DB
                && !(at - alone..=at + alone).any(higher);
            if is_pulse {
                let level_db_spl = self.level_db_spl(sample, tau * STEP);
                if level_db_spl >= LEAST_DB_SPL {
                    let time_s = (self.first + sample) as f64 / self.sample_rate_hz;
                    found.push(Pulse {
                        time_s: (1e3 * time_s).round() / 1e3,
                        level_db_spl,
                    });
                }
            }
        }
        self.judged = self.first + (envelope.len() - margin) * STEP + HALF;
        // What is still needed lies within two margins of the end; whole steps keep the grid.
        let spare = (envelope.len() - 2 * margin) * STEP;
        self.samples.drain(..spare);
        self.first += spare;
    }

    /// The envelope at every [`STEP`]th sample from [`HALF`] on.
    fn envelope(&self) -> Vec<f32> {
        let windows = self.samples.windows(2 * HALF + 1).step_by(STEP);
        let part = |window: &[f32], k: usize| dot(window, &self.taps[k]);
        windows.map(|w| part(w, 0).hypot(part(w, 1))).collect()
    }

    fn level_db_spl(&self, from: usize, length: usize) -> f64 {
        let peak =
            (self.samples[from..].iter().take(length)).fold(0f32, |peak, x| peak.max(x.abs()));
        self.full_scale_db_spl + 20.0 * f64::from(peak).log10()
    }
}

/// The kernel at every place of an envelope, from sums of the envelope and sums of those.
struct Rises {
    tau: usize,
    sums: Vec<f64>,
    sums_of_sums: Vec<f64>,
}

impl Rises {
    fn new(envelope: &[f32], tau: usize) -> Self {
        let running = |sum: &mut f64, x: f64| {
            *sum += x;
            Some(*sum)
        };
        let start = [0.0].into_iter();
        let values = envelope.iter().map(|x| f64::from(*x));
        let sums: Vec<f64> = start.chain(values.scan(0.0, running)).collect();
        let sums_of_sums = sums.iter().copied().scan(0.0, running).collect();
        Self {
            tau,
            sums,
            sums_of_sums,
        }
    }

    /// Sum of the envelope from `at` on, with weights that fall from 1 to nothing.
    fn after(&self, at: usize) -> f64 {
        let boxes = self.sums_of_sums[at + self.tau] - self.sums_of_sums[at];
        boxes / self.tau as f64 - self.sums[at]
    }

    fn before(&self, at: usize) -> f64 {
        self.sums[at] - self.sums[at - self.tau]
    }

    fn height(&self, at: usize) -> f64 {
        self.after(at) - 0.5 * self.before(at)
    }

    fn snr_db(&self, at: usize) -> f64 {
        // Lost samples are zeros, and what follows them is no pulse.
        let before = self.before(at);
        if before <= 0.0 {
            return f64::NEG_INFINITY;
        }
        20.0 * (2.0 * self.height(at) / before).log10()
    }
}

/// Real and imaginary part of a filter that passes the positive frequencies of the band alone: a
/// low-pass of half its width under a Hann window, moved up to its middle.
fn taps(sample_rate_hz: f32) -> [Vec<f32>; 2] {
    let [low, high] = BAND_HZ.map(|hz| hz / sample_rate_hz);
    let (half_width, middle) = (0.5 * (high - low), 0.5 * (high + low));
    let tap = |n: usize| {
        let n = n as f32 - HALF as f32;
        let window = 0.5 + 0.5 * (PI * n / (HALF as f32 + 1.0)).cos();
        let sinc = match n == 0.0 {
            true => 2.0 * half_width,
            false => (TAU * half_width * n).sin() / (PI * n),
        };
        // Twice: the negative frequencies hold half of a real signal.
        (2.0 * window * sinc, TAU * middle * n)
    };
    let of = |part: fn(f32) -> f32| {
        (0..=2 * HALF)
            .map(|n| tap(n).0 * part(tap(n).1))
            .collect::<Vec<f32>>()
    };
    [of(f32::cos), of(f32::sin)]
}

/// Eight sums side by side, which a processor adds at once; always in the same order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 12_000.0;

    /// Faint noise of a fixed pattern, with pulses of 1 kHz that last some milliseconds.
    fn recording(onsets_s: &[f64]) -> Vec<f32> {
        let mut state = 1u32;
        (0..36_000)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = 0.002 * (state as f32 / u32::MAX as f32 - 0.5);
                let pulses: f64 = (onsets_s.iter())
                    .map(|onset_s| n as f64 / RATE_HZ - onset_s)
                    .filter(|age_s| *age_s >= 0.0)
                    .map(|age_s| 0.5 * (-age_s / 4e-3).exp() * (6_283.0 * age_s).cos())
                    .sum();
                noise + pulses as f32
            })
            .collect()
    }

    fn picked(samples: &[f32], block: usize) -> Vec<Pulse> {
        let mut picker = Picker::new(RATE_HZ, 93.0);
        let mut found = Vec::new();
        for block in samples.chunks(block) {
            picker.hear(block, &mut found);
        }
        found
    }

    #[test]
    fn val_onsets_within_the_published_error() {
        let onsets_s = [0.7, 1.25, 2.0];
        let found = picked(&recording(&onsets_s), 10_000);
        assert_eq!(found.len(), 3, "{found:?}");
        for (pulse, onset_s) in found.iter().zip(onsets_s) {
            // 0.3 ms that all pulses share, half of the millisecond and a step.
            assert!((pulse.time_s - onset_s).abs() < 1.2e-3, "{found:?}");
            // Half of full scale.
            assert!((pulse.level_db_spl - 87.0).abs() < 0.5, "{found:?}");
        }
    }

    #[test]
    fn blocks_do_not_matter_and_silence_has_no_pulses() {
        let samples = recording(&[0.7, 0.76, 1.9]);
        assert_eq!(picked(&samples, 36_000), picked(&samples, 997));
        assert!(picked(&recording(&[]), 5_000).is_empty());
        assert!(picked(&[0.0; 30_000], 5_000).is_empty());
    }
}
