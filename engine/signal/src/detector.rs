//! Streaming onset detector: audio in blocks of any size in, onsets out.

use crate::aic;
use crate::background::NoiseFloor;
use crate::biquad::{Biquad, BiquadState};

/// Samples of band-passed audio kept to time an onset. At the working rate of at most 48 kHz this
/// is 85 ms, more than [`LOOK_AHEAD`] + [`PRE_BINS`] bins.
const RING: usize = 4096;
/// Energy bins kept.
const BINS: usize = 128;
/// Bins of future an onset waits for: its peak, its decay and the proof that it is an impulse.
const LOOK_AHEAD: usize = 60;
/// Bins of the recent background, before a guard of [`GUARD_BINS`].
const RECENT_BINS: usize = 20;
/// Bins between the background and the onset; a slow rise must not count as background.
const GUARD_BINS: usize = 2;
/// Bins before the trigger in which the first break is sought.
const PRE_BINS: usize = 12;
/// Bins that must be heard after a gap before anything may trigger.
const WARM_UP_BINS: u32 = 40;
/// First breaks nearer than this are one and the same, seconds.
const SAME_BREAK_S: f64 = 0.002;
/// Bins of exact zeros that make a gap. Real microphones are never silent for 10 ms.
const GAP_BINS: u32 = 10;

/// Samples beyond this many times full scale are cut: squares of more leave the range of `f32`.
const LOUDEST: f32 = 1e6;

/// What the detector is asked to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectorConfig {
    /// Sample rate of the input, hertz; 4 kHz to 400 kHz.
    pub rate_hz: f64,
    /// Lower corner of the pass band, hertz. Wind and traffic lie below it.
    pub low_hz: f64,
    /// Upper corner of the pass band, hertz; lowered to 0.45 of the rate where needed. Muzzle
    /// blasts have lost what lies above after a hundred metres.
    pub high_hz: f64,
    /// Least energy over the recent background (22 ms to 2 ms before), dB.
    pub trigger_db: f32,
    /// Least energy over the noise floor (lower quartile of seconds), dB.
    pub floor_db: f32,
    /// A raw sample at or above this fraction of full scale counts as clipped.
    pub clip_level: f32,
}

impl DetectorConfig {
    /// Defaults for audio at `rate_hz`.
    pub const fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            low_hz: 200.0,
            high_hz: 4_000.0,
            trigger_db: 7.0,
            floor_db: 10.0,
            clip_level: 0.97,
        }
    }
}

/// Why a [`DetectorConfig`] cannot be run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DetectorError {
    /// The sample rate is NaN or outside 4 kHz to 400 kHz.
    Rate {
        /// The rate asked for, hertz.
        rate_hz: f64,
    },
    /// The pass band is empty or NaN.
    Band {
        /// Lower corner, hertz.
        low_hz: f64,
        /// Upper corner after it was lowered for the rate, hertz.
        high_hz: f64,
    },
}

impl core::fmt::Display for DetectorError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Rate { rate_hz } => {
                write!(
                    f,
                    "a sample rate of {rate_hz} Hz is outside 4000 to 400000 Hz"
                )
            }
            Self::Band { low_hz, high_hz } => {
                write!(f, "the pass band from {low_hz} to {high_hz} Hz is empty")
            }
        }
    }
}

impl core::error::Error for DetectorError {}

/// An impulse, in samples of the stream and fractions of full scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawOnset {
    /// Index of the first wave front in the stream, fractional.
    pub sample: f64,
    /// Standard deviation of `sample` by noise and sampling.
    pub sigma_samples: f64,
    /// Largest band-passed magnitude in the 30 ms after the onset; 1 is full scale.
    pub peak: f32,
    /// Energy of the loudest 2 ms over the recent background, dB.
    pub snr_db: f32,
    /// Raw audio reached the clip level in the bins of the impulse.
    pub clipped: bool,
    /// From onset to peak, seconds.
    pub rise_s: f32,
    /// From peak until the energy stays 20 dB below it, seconds, at most 60 ms.
    pub decay_s: f32,
    /// Mean frequency of the first 5 ms by zero crossings, hertz.
    pub centroid_hz: f32,
}

#[derive(Clone, Copy)]
struct Bin {
    /// Mean square of the band-passed audio.
    energy: f32,
    /// Largest band-passed magnitude.
    peak: f32,
    /// Every raw sample was exactly zero: no data.
    missing: bool,
    clipped: bool,
}

const NO_BIN: Bin = Bin {
    energy: 0.0,
    peak: 0.0,
    missing: true,
    clipped: false,
};

/// Finds onsets in one sensor's audio. Any cutting of the stream into blocks gives the same
/// onsets; work per sample is bounded; no heap.
///
/// Audio is band-passed and its energy gathered in bins of about 1 ms. A bin pair that stands
/// `trigger_db` over the bins just before it and `floor_db` over the noise floor is an onset; the
/// Akaike criterion on the samples about it gives the time. Exact zeros are missing data: neither
/// their end nor the stream's start is an onset, unless what follows is itself an impulse that
/// falls back to near nothing (a synthetic recording without noise).
pub struct Detector {
    config: DetectorConfig,
    high_pass: Biquad,
    low_pass: Biquad,
    high_state: BiquadState,
    low_state: BiquadState,
    /// Input samples per working sample.
    decimation: u32,
    /// Working samples per bin.
    bin_len: u32,
    /// How long after a front its first working sample comes on average, input samples. The
    /// filters begin to move at once: their group delay is that of a peak, not of a first break.
    delay_samples: f64,
    decimation_phase: u32,
    settled: bool,

    ring: [f32; RING],
    /// Working samples written so far.
    written: u64,
    bins: [Bin; BINS],
    /// Bins finished so far.
    n_bins: u64,
    energy: f32,
    peak: f32,
    any_sound: bool,
    clipped: bool,
    in_bin: u32,

    floor: NoiseFloor,
    /// Bins with sound since the last gap, as the trigger (not the input) sees them.
    warm: u32,
    /// Missing bins in a row, as the trigger sees them.
    silent: u32,
    /// Bins below this index do not trigger: they belong to the last onset.
    blocked_until: u64,
    /// First break of the last onset, input samples.
    last_break: f64,
}

impl Detector {
    /// A detector for a stream that starts now.
    ///
    /// # Errors
    /// [`DetectorError`] when the rate or the pass band is unusable.
    pub fn try_new(config: DetectorConfig) -> Result<Self, DetectorError> {
        let rate_hz = config.rate_hz;
        if !(4_000.0..=400_000.0).contains(&rate_hz) {
            return Err(DetectorError::Rate { rate_hz });
        }
        let high_hz = config.high_hz.min(0.45 * rate_hz);
        if !(config.low_hz > 0.0 && config.low_hz < high_hz) {
            return Err(DetectorError::Band {
                low_hz: config.low_hz,
                high_hz,
            });
        }
        // The band is narrow: above 32 kHz every second, third ... sample suffices.
        let decimation = libm::floor(rate_hz / 16_000.0).max(1.0) as u32;
        let working_rate_hz = rate_hz / f64::from(decimation);
        let bin_len = libm::round(working_rate_hz / 1_000.0) as u32;
        Ok(Self {
            config,
            high_pass: Biquad::high_pass(config.low_hz, rate_hz),
            low_pass: Biquad::low_pass(high_hz, rate_hz),
            high_state: BiquadState::default(),
            low_state: BiquadState::default(),
            decimation,
            bin_len,
            delay_samples: 0.5 * f64::from(decimation - 1),
            decimation_phase: 0,
            settled: false,
            ring: [0.0; RING],
            written: 0,
            bins: [NO_BIN; BINS],
            n_bins: 0,
            energy: 0.0,
            peak: 0.0,
            any_sound: false,
            clipped: false,
            in_bin: 0,
            floor: NoiseFloor::new(-120.0),
            warm: 0,
            silent: GAP_BINS,
            blocked_until: 0,
            last_break: f64::NEG_INFINITY,
        })
    }

    /// Takes the next samples (full scale is +-1) and hands out the onsets that became certain.
    /// NaN and infinities count as missing data.
    pub fn process(&mut self, samples: &[f32], mut emit: impl FnMut(RawOnset)) {
        for &x in samples {
            // NaN is no sound, and one of it would stay in the filters for ever.
            let x = if x.is_finite() {
                x.clamp(-LOUDEST, LOUDEST)
            } else {
                0.0
            };
            if !self.settled && x != 0.0 {
                self.high_state = self.high_pass.settled(x);
                self.low_state = BiquadState::default();
                self.settled = true;
            }
            self.any_sound |= x != 0.0;
            self.clipped |= x.abs() >= self.config.clip_level;
            let y = self.high_pass.process(&mut self.high_state, x);
            let y = self.low_pass.process(&mut self.low_state, y);
            self.decimation_phase += 1;
            if self.decimation_phase < self.decimation {
                continue;
            }
            self.decimation_phase = 0;
            self.ring[(self.written % RING as u64) as usize] = y;
            self.written += 1;
            self.energy += y * y;
            self.peak = self.peak.max(y.abs());
            self.in_bin += 1;
            if self.in_bin == self.bin_len {
                self.finish_bin(&mut emit);
            }
        }
    }

    /// Ends the stream: hands out what the look-ahead still held back.
    pub fn finish(&mut self, mut emit: impl FnMut(RawOnset)) {
        for _ in 0..LOOK_AHEAD {
            self.push_bin(NO_BIN, &mut emit);
        }
    }

    fn finish_bin(&mut self, emit: &mut impl FnMut(RawOnset)) {
        let bin = Bin {
            energy: self.energy / self.bin_len as f32,
            peak: self.peak,
            missing: !self.any_sound,
            clipped: self.clipped,
        };
        if bin.missing {
            // Forget the sound before the gap, so that its ringing does not meet what follows.
            self.settled = false;
        }
        (self.energy, self.peak, self.in_bin) = (0.0, 0.0, 0);
        (self.any_sound, self.clipped) = (false, false);
        self.push_bin(bin, emit);
    }

    fn push_bin(&mut self, bin: Bin, emit: &mut impl FnMut(RawOnset)) {
        self.bins[(self.n_bins % BINS as u64) as usize] = bin;
        self.n_bins += 1;
        if self.n_bins > LOOK_AHEAD as u64 {
            let now = self.n_bins - 1 - LOOK_AHEAD as u64;
            if let Some(onset) = self.judge(now) {
                emit(onset);
            }
        }
    }

    fn bin(&self, index: u64) -> Bin {
        self.bins[(index % BINS as u64) as usize]
    }

    /// Looks at bin `now` with [`LOOK_AHEAD`] bins of future known.
    fn judge(&mut self, now: u64) -> Option<RawOnset> {
        let bin = self.bin(now);
        if bin.missing {
            self.silent += 1;
            if self.silent >= GAP_BINS {
                self.warm = 0;
            }
            return None;
        }
        let after_gap = self.silent >= GAP_BINS;
        self.silent = 0;
        if after_gap {
            // What comes out of silence counts only if it falls back into it.
            self.floor = NoiseFloor::new(self.level_after_gap(now));
            let onset = self
                .is_lone_impulse(now)
                .then(|| self.measure(now, 0.0))
                .flatten();
            if onset.is_some() {
                self.warm = WARM_UP_BINS;
                self.blocked_until = now + RECENT_BINS as u64;
            }
            return onset;
        }
        let pair = 0.5 * (self.energy_off_edge(now) + self.energy_off_edge(now + 1));
        self.floor.update(decibels(bin.energy));
        self.warm = self.warm.saturating_add(1);
        if self.warm < WARM_UP_BINS || now < self.blocked_until {
            return None;
        }
        let recent = self.recent_energy(now);
        if decibels(pair) < self.floor.level_db() + self.config.floor_db
            || decibels(pair) < decibels(recent) + self.config.trigger_db
        {
            return None;
        }
        self.blocked_until = now + (GUARD_BINS + 8) as u64;
        let onset = self.measure(now, recent)?;
        // A sound that swells triggers again, and its first break is found again.
        let same_s = SAME_BREAK_S * self.config.rate_hz;
        if onset.sample - self.last_break < same_s {
            return None;
        }
        self.last_break = onset.sample;
        Some(onset)
    }

    /// Mean energy of the bins with sound just before `now`.
    fn recent_energy(&self, now: u64) -> f32 {
        let (mut sum, mut n) = (0.0_f32, 0.0_f32);
        let end = now.saturating_sub(GUARD_BINS as u64);
        for index in end.saturating_sub(RECENT_BINS as u64)..end {
            let bin = self.bin(index);
            if !bin.missing {
                sum += bin.energy;
                n += 1.0;
            }
        }
        if n > 0.0 { sum / n } else { 0.0 }
    }

    /// Median level of the bins after a gap, dB: where the noise floor starts.
    fn level_after_gap(&self, now: u64) -> f32 {
        let mut levels = [0.0_f32; LOOK_AHEAD];
        for (k, level) in levels.iter_mut().enumerate() {
            *level = decibels(self.bin(now + k as u64).energy);
        }
        levels.sort_unstable_by(f32::total_cmp);
        levels[LOOK_AHEAD / 2]
    }

    /// Energy of a bin; zero for the last before a gap, where an offset or hum breaks off.
    fn energy_off_edge(&self, index: u64) -> f32 {
        if self.bin(index + 1).missing {
            0.0
        } else {
            self.bin(index).energy
        }
    }

    /// Does the sound that begins at `now` rise and fall like an impulse out of nothing?
    fn is_lone_impulse(&self, now: u64) -> bool {
        /// Ambience fluctuates by far less than this within 60 ms.
        const CONTRAST: f32 = 1e-4;
        /// Bins within which a blast is loudest.
        const BLAST_BINS: u64 = 6;
        /// Shorter sounds between zeros have no decay to look at: a blast rounded to 16 bits.
        const SHORT_BINS: u64 = 12;
        /// What the bins before a gap must have fallen to; rounding to whole steps ends a decay
        /// early, ambience that breaks off stays within a third of its loudest bin.
        const ENDING: f32 = 1e-2;
        let energy = |k: u64| self.bin(now + k).energy;
        let look_ahead = LOOK_AHEAD as u64;
        let sounding = (0..look_ahead)
            .find(|k| self.bin(now + k).missing)
            .unwrap_or(look_ahead);
        let loudest = (0..BLAST_BINS).map(energy).fold(0.0, f32::max);
        if sounding <= SHORT_BINS {
            return true;
        }
        if sounding < look_ahead {
            // The last bin is cut by the gap.
            let ending = (sounding - 4..sounding - 1).map(energy).sum::<f32>() / 3.0;
            return ending < ENDING * loudest;
        }
        let quietest = (BLAST_BINS..look_ahead)
            .map(energy)
            .fold(f32::INFINITY, f32::min);
        quietest < CONTRAST * loudest
    }

    /// Time and shape of the impulse that triggered at bin `now`.
    fn measure(&self, now: u64, recent: f32) -> Option<RawOnset> {
        let pair = |k: u64| 0.5 * (self.bin(now + k).energy + self.bin(now + k + 1).energy);
        // Loudest 2 ms within 8 ms: the first lobe, not a later echo.
        let loudest = (0..8).max_by(|&a, &b| pair(a).total_cmp(&pair(b)))?;
        let loudest_energy = pair(loudest);
        let bin_len = u64::from(self.bin_len);
        let from = (now * bin_len).saturating_sub(PRE_BINS as u64 * bin_len);
        let to = ((now + loudest + 2) * bin_len).min(self.written);
        let oldest = self.written.saturating_sub(RING as u64);
        let from = from.max(oldest);
        let n = to.checked_sub(from)? as usize;
        let sample_at = |i: u64| self.ring[(i % RING as u64) as usize];
        // Half a 16-bit step: quieter than that, silence is not to be told from silence.
        const QUANTUM: f32 = 1.0 / 65_536.0;
        let (offset, sigma) = aic::onset((from..to).map(sample_at), n, QUANTUM * QUANTUM)?;
        let onset = from as f64 + f64::from(offset);

        let peak_bin = (0..30)
            .max_by(|&a, &b| self.bin(now + a).peak.total_cmp(&self.bin(now + b).peak))
            .unwrap_or(0);
        let peak = self.bin(now + peak_bin).peak;
        let first = onset as u64;
        let last = (first + 5 * bin_len).min(self.written);
        let crossings = (first.max(oldest) + 1..last)
            .filter(|&i| (sample_at(i) < 0.0) != (sample_at(i - 1) < 0.0))
            .count();
        let decay_bins = (loudest..LOOK_AHEAD as u64)
            .rev()
            .find(|&k| self.bin(now + k).energy > 0.01 * loudest_energy)
            .map_or(0, |k| k - loudest + 1);
        let bin_s = bin_len as f32 * self.decimation as f32 / self.config.rate_hz as f32;
        let step = f64::from(self.decimation);
        let clipped = (0..8).any(|k| self.bin(now + k).clipped);
        Some(RawOnset {
            // Working sample i is input sample (i + 1) * decimation - 1.
            sample: (onset + 1.0) * step - 1.0 - self.delay_samples,
            sigma_samples: f64::from(sigma) * step,
            peak,
            snr_db: decibels(loudest_energy) - decibels(recent.max(QUANTUM * QUANTUM)),
            clipped,
            rise_s: (peak_bin as f32 + 0.5) * bin_s
                - (onset - (now * bin_len) as f64) as f32 * bin_s / bin_len as f32,
            decay_s: decay_bins as f32 * bin_s,
            centroid_hz: crossings as f32
                / 2.0
                / ((last - first).max(1) as f32 / bin_len as f32 * bin_s),
        })
    }
}

/// `10 log10` of an energy, finite for zero.
fn decibels(energy: f32) -> f32 {
    10.0 * libm::log10f(energy.max(1e-20))
}
