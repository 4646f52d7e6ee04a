//! Streaming onset detector: audio in blocks of any size in, onsets out.

use crate::background::{NoiseFloor, Tail};
use crate::bins::{Bin, Bins};
use crate::biquad::{Biquad, BiquadState};
use crate::config::{DetectorConfig, DetectorError};
use crate::course::{Heard, REACH_BINS};
use crate::decibels::decibels;
use crate::envelope::Envelope;
use crate::features::{Features, Place, middle_hz};
use crate::filter_bank::FilterBank;
use crate::hann::{HannDecimator, MAX_BLOCK};
use crate::lanes::{LANES, dot, largest};
use crate::onset::RawOnset;
use crate::pending::{Pending, STRETCH_BINS, TONALITY_BINS, Waiting};
use crate::ring::Ring;
use crate::silence::Silence;
use crate::spectrum::BANDS;
use crate::timing::first_break;
use crate::tonality::Tonality;
use crate::whiten::{PAST, Whitener};

/// An onset comes out so long after it happened at the latest, seconds: the course of the sound after it is part of it.
pub const LATENCY_S: f64 = 0.75;
/// In the first so many seconds of a stream, and of the sound after a gap of 10 ms or more, only what is evident is told:
/// an impulse 20 dB over all that was heard since the start, which is at least 4 ms.
///
/// Half of it is the background that an impulse is measured against, the other half what whitening takes before that. A
/// recording that begins in the middle of a sound so has no onset at its start.
pub const WARM_UP_S: f64 = 0.04;
/// Bins since the start before the front of an impulse that is evident in the warm-up.
const LEAST_BINS: u64 = 4;
/// How far it stands over the loudest of them, dB.
const EVIDENT_DB: f32 = 20.0;
/// Bins of future that a decision waits for: peak, decay and the proof that it is an impulse.
pub(crate) const LOOK_AHEAD: usize = 60;
/// Bins without data that end a stream: the front of an onset lies fewer than 12 after its trigger.
const END_BINS: u64 = REACH_BINS + 12;
/// Bins of the recent background, before a guard of [`GUARD_BINS`].
const RECENT_BINS: u64 = 20;
/// Bins between the background and the onset; a slow rise must not count as background.
const GUARD_BINS: u64 = 2;
/// Bins before the trigger in which the first break is sought.
const PRE_BINS: u64 = 12;
/// Bins in which the loudest 2 ms of the first wave lie: not those of a later echo.
const FIRST_BINS: u64 = 8;
/// Bins after a trigger in which nothing triggers again.
const DEAD_BINS: u64 = 8;
/// First breaks nearer than this are one and the same, seconds.
const SAME_BREAK_S: f64 = 0.002;
/// Nearest to a break that an earlier one is sought, seconds: the criterion's own width.
const GUARD_S: f64 = 0.3e-3;
/// How early a front is seen, seconds and input samples: the middle between a converter that takes
/// means, whose fronts are seen on time, and one whose filter rings before them.
const EARLY_S: f64 = 5e-6;
const EARLY_SAMPLES: f64 = 0.25;
/// Half the difference between the two and what the shape of a front adds: never known better.
const FRONT_SIGMA_S: f64 = 30e-6;
const FRONT_SIGMA_SAMPLES: f64 = 0.4;
/// Bins of exact zeros that make a gap. Real microphones are never silent for 10 ms.
const GAP_BINS: u32 = 10;
/// Most working samples in a bin: working rates lie below 32 kHz.
const MOST_IN_BIN: usize = 32;
/// Decimated audio from 40 ms (41 bins) before the earliest front to the end of the look-ahead.
pub(crate) type WideRing = Ring<{ (41 + PRE_BINS as usize + LOOK_AHEAD + 1) * MOST_IN_BIN }>;
/// Whitened audio in which the first break is sought.
type WhiteRing = Ring<{ (PRE_BINS as usize + LOOK_AHEAD + 1) * MOST_IN_BIN }>;
/// Most input samples in a bin: 1 ms at 400 kHz, and some for rounding.
const MAX_INPUT: usize = 448;
/// Samples beyond this many times full scale are cut: squares of more leave the range of `f32`.
const LOUDEST: f32 = 1e6;
/// Square of half a 16-bit step: quieter than that, silence is not to be told from silence.
pub(crate) const QUANTUM: f32 = 1.0 / (65_536.0 * 65_536.0);
/// Square of a 24-bit step, which keeps the variance of digital silence finite.
const LEAST_VARIANCE: f32 = 1.0 / (8_388_608.0 * 8_388_608.0);

/// Finds onsets in one sensor's audio. Any cutting of the stream into blocks gives the same
/// onsets; work per sample is bounded; no heap.
///
/// Audio is band-passed, decimated, whitened against the background of the last seconds, and its
/// energy gathered in bins of about 1 ms. A bin pair that stands over the bins just before it by
/// a threshold that the background hardly ever passes, and over the noise floor, is an onset; the
/// Akaike criterion on the samples about it gives the time. Exact zeros are missing data: neither
/// their end nor the stream's start is an onset, and of the first [`WARM_UP_S`] of sound only what is
/// evident is told, or an impulse that comes out of digital silence and falls back to nothing (a
/// synthetic recording without noise).
pub struct Detector {
    config: DetectorConfig,
    decimator: HannDecimator,
    high_pass: Biquad,
    high_state: BiquadState,
    whitener: Whitener,
    /// Input samples per working sample.
    step: usize,
    /// Working samples per bin.
    bin_len: usize,
    /// How long after a front its first working sample comes on average, input samples.
    delay_samples: f64,
    /// Variance of onsets that no SNR takes away, squared input samples.
    front_variance: f64,
    /// Squared response of the decimator by band of the features.
    response: [f32; BANDS],
    /// Input samples of the bin, and how many there are so far.
    block: [f32; MAX_INPUT],
    filled: usize,
    settled: bool,
    /// [`PAST`] past samples of the pass band, then the bin.
    band_bin: [f32; PAST + MAX_BLOCK],

    wide: WideRing,
    white: WhiteRing,
    bins: Bins,
    bank: FilterBank,
    envelope: Envelope,
    pending: Pending,

    floor: NoiseFloor,
    tail: Tail,
    /// Bins in [`WARM_UP_S`].
    warm_up_bins: u64,
    /// Bins with sound since the start or the last gap, as the trigger (not the input) sees them.
    warm: u64,
    /// Missing bins in a row, as the trigger sees them.
    silent: u32,
    /// The gap is digital silence: nothing was heard before it, or what was died away into it.
    faded: bool,
    /// Bins of the stream, once it has ended.
    end: u64,
    /// Bins below this index do not trigger: they belong to the last onset.
    blocked_until: u64,
    /// First break of the last onset, input samples.
    last_break: f64,
}

/// Bound of the firmware: a tenth of the memory of a common microcontroller.
const _: () = assert!(size_of::<Detector>() <= 64 * 1024);

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
        // The band is narrow: from 32 kHz on every second, third ... sample suffices.
        let step = libm::floor(rate_hz / 16_000.0).max(1.0) as usize;
        let working_rate_hz = rate_hz / step as f64;
        let bin_len = libm::round(working_rate_hz / 1_000.0) as usize;
        let decimator = HannDecimator::new(high_hz, rate_hz, step);
        let mut response = [1.0; BANDS];
        for (band, power) in response.iter_mut().enumerate() {
            *power = decimator.power_at(f64::from(middle_hz(band)), rate_hz);
        }
        Ok(Self {
            config,
            delay_samples: decimator.first_motion_samples() - EARLY_SAMPLES - EARLY_S * rate_hz,
            front_variance: libm::pow(FRONT_SIGMA_S * rate_hz, 2.0)
                + FRONT_SIGMA_SAMPLES * FRONT_SIGMA_SAMPLES,
            response,
            decimator,
            high_pass: Biquad::high_pass(config.low_hz, working_rate_hz),
            high_state: BiquadState::default(),
            whitener: Whitener::new(working_rate_hz),
            step,
            bin_len,
            block: [0.0; MAX_INPUT],
            filled: 0,
            settled: false,
            band_bin: [0.0; PAST + MAX_BLOCK],
            wide: Ring::new(),
            white: Ring::new(),
            bins: Bins::new(),
            bank: FilterBank::new(working_rate_hz, bin_len),
            envelope: Envelope::new(),
            pending: Pending::new(),
            floor: NoiseFloor::new(-120.0),
            tail: Tail::new(),
            warm_up_bins: libm::ceil(WARM_UP_S * working_rate_hz / bin_len as f64) as u64,
            warm: 0,
            silent: 0,
            faded: true,
            end: u64::MAX,
            blocked_until: 0,
            last_break: f64::NEG_INFINITY,
        })
    }

    /// Takes the next samples (full scale is +-1) and hands out the onsets that became certain.
    /// NaN and infinities count as missing data.
    pub fn process(&mut self, samples: &[f32], mut emit: impl FnMut(RawOnset)) {
        let n = self.step * self.bin_len;
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(n - self.filled));
            let block = &mut self.block[self.filled..n];
            for (slot, &x) in block.iter_mut().zip(now) {
                // NaN is no sound, and one of it would stay in the filters for ever.
                let x = if x.abs() < f32::INFINITY { x } else { 0.0 };
                *slot = x.clamp(-LOUDEST, LOUDEST);
            }
            self.filled += now.len();
            rest = later;
            if self.filled == n {
                self.filled = 0;
                let bin = self.finish_bin(n);
                self.push_bin(bin, &mut emit);
            }
        }
    }

    /// Ends the stream: hands out what the look-ahead still held back.
    pub fn finish(&mut self, mut emit: impl FnMut(RawOnset)) {
        self.end = self.bins.len();
        for _ in 0..END_BINS {
            self.envelope.push_missing();
            self.push_bin(Bin::MISSING, &mut emit);
        }
    }

    /// Filters the `n` input samples of a bin.
    fn finish_bin(&mut self, n: usize) -> Bin {
        let clip_level = self.config.clip_level;
        let block = &mut self.block[..n];
        let loudest = largest(block);
        if loudest == 0.0 {
            // Forget the sound before the gap, so that its ringing does not meet what follows.
            self.settled = false;
            let nothing = [0.0; MAX_BLOCK];
            self.wide.extend(&nothing[..self.bin_len]);
            self.white.extend(&nothing[..self.bin_len]);
            self.envelope.push_missing();
            return Bin::MISSING;
        }
        let clipped = if loudest >= clip_level {
            block.iter().filter(|x| x.abs() >= clip_level).count() as f32 / n as f32
        } else {
            0.0
        };
        if !self.settled {
            // A recording that starts on an offset has always been there.
            let start = block.iter().position(|&x| x != 0.0).unwrap_or(0);
            let offset = block[start];
            block[..start].fill(offset);
            self.decimator.settle(offset);
            self.high_state = self.high_pass.settled(offset);
            self.bank.settle(offset);
            self.band_bin.fill(0.0);
            self.settled = true;
        }
        let len = self.bin_len;
        let mut wide = [0.0; MAX_BLOCK];
        self.decimator.run(block, &mut wide);
        self.band_bin.copy_within(len..len + PAST, 0);
        for (slot, &x) in self.band_bin[PAST..PAST + len].iter_mut().zip(&wide) {
            *slot = self.high_pass.process(&mut self.high_state, x);
        }
        let mut white = [0.0; MAX_BLOCK];
        let padded = len.next_multiple_of(LANES);
        self.whitener.run(&self.band_bin, &mut white[..padded]);
        let (wide, white) = (&wide[..len], &white[..len]);
        self.whitener.learn(&self.band_bin[..PAST + len]);
        let band = &self.band_bin[PAST..PAST + len];
        self.wide.extend(wide);
        self.white.extend(white);
        let energy = dot(band, band) / len as f32;
        self.envelope.push(self.bank.run(wide), energy);
        Bin {
            energy,
            white: dot(white, white) / len as f32,
            peak: largest(band),
            clipped,
            missing: false,
        }
    }

    fn push_bin(&mut self, bin: Bin, emit: &mut impl FnMut(RawOnset)) {
        self.bins.push(bin);
        if self.bins.len() > LOOK_AHEAD as u64 {
            let now = self.bins.len() - 1 - LOOK_AHEAD as u64;
            if let Some(onset) = self.judge(now) {
                if self.pending.is_full() {
                    self.release(true, emit);
                }
                self.pending.push(onset);
            }
        }
        while let Some(front) = self.pending.late_look(self.bins.len()) {
            self.pending
                .set_late(self.tonality(front + TONALITY_BINS[1]));
        }
        self.release(false, emit);
    }

    /// Tonality of the stretch from bin `from` on; unknown with a hole in it.
    fn tonality(&self, from: u64) -> Tonality {
        if (from..from + STRETCH_BINS).any(|k| self.bins.at(k).missing) {
            return Tonality::UNKNOWN;
        }
        let rate_hz = (self.config.rate_hz / self.step as f64) as f32;
        let x = |i: u64| self.wide.at_or_zero(i);
        Tonality::of(x, from * self.bin_len as u64, rate_hz)
    }

    /// Hands out the onsets whose course is known, and the oldest in any case if `at_once`.
    fn release(&mut self, at_once: bool, emit: &mut impl FnMut(RawOnset)) {
        let (n_bins, rate_hz) = (self.bins.len(), self.config.rate_hz);
        let mut at_once = at_once;
        while let Some((onset, mut course)) = self.pending.pop(n_bins, at_once, rate_hz) {
            at_once = false;
            let heard = Heard {
                envelope: &self.envelope,
                front: onset.front,
                loudest: onset.loudest,
                n_bands: self.bank.n_bands(),
                bin_s: (self.bin_len * self.step) as f32 / rate_hz as f32,
            };
            heard.describe(&mut course);
            emit(RawOnset {
                sample: onset.sample,
                sigma_samples: onset.sigma_samples,
                peak: onset.peak,
                snr_db: onset.snr_db,
                clipped: onset.clipped,
                features: Features::new(&onset.shape, course),
            });
        }
    }

    /// Looks at bin `now` with [`LOOK_AHEAD`] bins of future known.
    fn judge(&mut self, now: u64) -> Option<Waiting> {
        if self.bins.at(now).missing {
            self.silent += 1;
            if self.silent == GAP_BINS {
                let gap = now + 1 - u64::from(GAP_BINS);
                self.faded = self.silence().is_died_into(gap);
                self.warm = 0;
            }
            return None;
        }
        let silent = core::mem::take(&mut self.silent);
        self.warm += 1;
        if self.warm == 1 {
            self.floor = NoiseFloor::new(self.level_after_gap(now));
            // What comes out of digital silence counts only if it falls back into it.
            let is_silence = silent >= GAP_BINS && self.faded;
            if !is_silence || !self.silence().is_lone_impulse(now, self.end) {
                return None;
            }
            let onset = self.measure(now, now.saturating_sub(PRE_BINS + 1), 0.0, 0.0)?;
            self.warm = self.warm_up_bins;
            self.blocked_until = now + RECENT_BINS;
            return Some(onset);
        }
        let pair_db = decibels(self.bins.pair(now));
        self.floor.update(self.bins.white_db(now));
        // The first bin of the sound.
        let since = (now + 1).saturating_sub(self.warm);
        let until = now.saturating_sub(GUARD_BINS);
        if self.warm <= self.warm_up_bins && !self.is_evident(now, since, until) {
            return None;
        }
        let from = until.saturating_sub(RECENT_BINS);
        let rise_db = pair_db - self.bins.mean_white_db(from, until);
        let threshold_db =
            (self.tail.threshold_db(self.config.tail_excesses)).max(self.config.trigger_db);
        self.tail.update(rise_db);
        if now < self.blocked_until
            || rise_db < threshold_db
            || pair_db < self.floor.level_db() + self.config.floor_db
        {
            return None;
        }
        self.blocked_until = now + DEAD_BINS;
        let recent = self.bins.mean_energy(from, until);
        let onset = self.measure(now, since, recent, rise_db - threshold_db)?;
        if onset.front + self.warm <= now + self.warm_up_bins {
            let quiet = until.min(onset.front.saturating_sub(GUARD_BINS));
            if !self.is_evident(now, since, quiet) {
                // It may be a bin later, when all of its front is in.
                self.blocked_until = now;
                return None;
            }
        }
        // A sound that swells triggers again, and its first break is found again.
        let same_s = SAME_BREAK_S * self.config.rate_hz;
        if onset.sample - self.last_break < same_s {
            return None;
        }
        self.last_break = onset.sample;
        Some(onset)
    }

    /// Does what triggered at bin `now` stand far over all of bins `since..until`, and are they enough to say so?
    fn is_evident(&self, now: u64, since: u64, until: u64) -> bool {
        let before = (since..until).map(|k| self.bins.white_db(k));
        let loudest_db = before.fold(f32::NEG_INFINITY, f32::max);
        until >= since + LEAST_BINS && decibels(self.bins.pair(now)) >= loudest_db + EVIDENT_DB
    }

    /// Median level of the bins with sound after the start or a gap, dB: where the noise floor starts.
    fn level_after_gap(&self, now: u64) -> f32 {
        let mut levels = [0.0_f32; LOOK_AHEAD];
        let mut n = 0;
        for k in (now..now + LOOK_AHEAD as u64).filter(|&k| !self.bins.at(k).missing) {
            levels[n] = self.bins.white_db(k);
            n += 1;
        }
        levels[..n].sort_unstable_by(f32::total_cmp);
        levels[n / 2]
    }

    /// What is known of the silence about a gap.
    fn silence(&self) -> Silence<'_> {
        Silence {
            bins: &self.bins,
            wide: &self.wide,
            bin_len: self.bin_len as u64,
        }
    }

    /// Time and shape of the impulse that triggered at bin `now`; bins before `since` are not of its sound.
    fn measure(&self, now: u64, since: u64, recent: f32, margin_db: f32) -> Option<Waiting> {
        let white = |k: u64| self.bins.pair(now + k);
        let loudest = (0..FIRST_BINS).max_by(|&a, &b| white(a).total_cmp(&white(b)))?;
        let bin_len = self.bin_len as u64;
        // The first bin of a sound may hold zeros of the gap.
        let from = now.saturating_sub(PRE_BINS).max(since + 1) * bin_len;
        let to = ((now + loudest + 2) * bin_len).min(self.white.len());
        let rate_hz = self.config.rate_hz / self.step as f64;
        let x = |i: u64| self.white.at(i);
        let from = from.max(self.white.oldest());
        let (first, sigma) = first_break(
            x,
            from,
            to,
            LEAST_VARIANCE,
            libm::ceil(GUARD_S * rate_hz) as u64,
        )?;
        let front = first.max(0.0) as u64 / bin_len;
        let place = Place {
            bins: &self.bins,
            wide: &self.wide,
            high_pass: &self.high_pass,
            now,
            since: since * bin_len,
            look_ahead: LOOK_AHEAD as u64,
            first,
            bin_len,
            rate_hz: rate_hz as f32,
            recent,
            margin_db,
            response: &self.response,
        };
        let energy =
            |k: u64| 0.5 * (self.bins.at(now + k).energy + self.bins.at(now + k + 1).energy);
        let strongest = (0..FIRST_BINS).map(energy).fold(0.0, f32::max);
        let peak = (0..30)
            .map(|k| self.bins.at(now + k).peak)
            .fold(0.0, f32::max);
        let step = self.step as f64;
        Some(Waiting {
            // Working sample i ends with input sample (i + 1) * step - 1.
            sample: (first + 1.0) * step - 1.0 - self.delay_samples,
            sigma_samples: libm::sqrt((sigma * step) * (sigma * step) + self.front_variance),
            peak,
            snr_db: decibels(strongest) - decibels(recent.max(QUANTUM)),
            clipped: (0..FIRST_BINS).any(|k| self.bins.at(now + k).clipped > 0.0),
            front,
            loudest: strongest,
            shape: place.features().shape(),
            rise_db: place.rise_db(),
            early: self.tonality(front + TONALITY_BINS[0]),
            late: Tonality::UNKNOWN,
        })
    }
}
