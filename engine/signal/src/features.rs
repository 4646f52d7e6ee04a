//! Shape and spectrum of an impulse, for whoever has to say what it was.

use crate::bins::Bins;
use crate::biquad::Biquad;
use crate::course::{Course, N_COURSE, RISE_S};
use crate::decibels::decibels;
use crate::detector::WideRing;
use crate::spectrum::{BANDS, EDGES_HZ, NOTHING, Spectrum};

/// Numbers before those of the bands.
const N_SCALARS: usize = 16;
/// Numbers of what lies within 60 ms.
pub(crate) const N_SHAPE: usize = N_SCALARS + 3 * BANDS;
/// Numbers in [`Features::vector`].
pub const N_FEATURES: usize = N_SHAPE + N_COURSE;

/// Shape and spectrum of an impulse. Levels are mean squares in dB re full scale; the envelope is that
/// of bins of about a millisecond in the pass band; "after" ends 60 ms after the trigger, but for the course.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// From onset to the largest magnitude within 30 ms, seconds.
    pub rise_s: f32,
    /// From the loudest 2 ms until the energy stays 20 dB below them, seconds, at most 60 ms.
    pub decay_s: f32,
    /// Time with more than a tenth of the energy of the loudest 2 ms, seconds, at most 60 ms.
    pub above_10_db_s: f32,
    /// Time with more than a hundredth of it, seconds, at most 60 ms.
    pub above_20_db_s: f32,
    /// Peak over RMS of the first 30 ms, dB.
    pub crest_db: f32,
    /// Half the rate of zero crossings in the first 5 ms, hertz.
    pub zero_crossing_hz: f32,
    /// Mean frequency of the first 9 ms weighted by energy, hertz, from the bands.
    pub centroid_hz: f32,
    /// Slope of the first 9 ms's spectrum, dB per octave of constant relative bandwidth.
    pub slope_db_per_octave: f32,
    /// Energy of the first 10 ms over that of the 40 ms after them, dB.
    pub early_late_db: f32,
    /// Maxima of the envelope within 20 dB of the loudest bin, each 3 dB over the valley before
    /// it, per second.
    pub echoes_per_s: f32,
    /// Level of the 20 ms before the onset, in the pass band.
    pub background_db: f32,
    /// Slope of the background's spectrum, dB per octave of constant relative bandwidth.
    pub background_slope_db_per_octave: f32,
    /// `(p - n) / (p + n)` of the largest pressure `p` and under-pressure `n` in the first 2 ms:
    /// above zero for a blast in the open, whose first half-wave is one of pressure. Raw audio.
    pub asymmetry: f32,
    /// 0 to 1: how much of the first 5 ms's energy lies in the first 0.7 ms, times how alike its
    /// pressure and under-pressure are. A shock wave of a bullet is short and an N; a blast is neither.
    pub n_wave: f32,
    /// Share of raw samples at the clip level in the first 8 ms.
    pub clipped_share: f32,
    /// Whitened energy of the 2 ms that triggered over the threshold of the moment, dB: how far from a
    /// false alarm. 0 for what came out of digital silence.
    pub margin_db: f32,
    /// Level by band, 40 to 4 ms before the onset; NaN where the sound began later. Bands: eight equal steps of a logarithm from
    /// 100 to 6400 Hz; -140 where the sample rate does not reach.
    pub before_db: [f32; BANDS],
    /// Level by band, 1 ms before the onset to 9 ms after.
    pub at_db: [f32; BANDS],
    /// Level by band, 10 to 46 ms after the onset.
    pub after_db: [f32; BANDS],
    /// The 640 ms before and after, and other onsets.
    pub course: Course,
}

impl Features {
    /// All of them in the order of their declaration, those of the course last.
    pub fn vector(&self) -> [f32; N_FEATURES] {
        let mut all = [0.0; N_FEATURES];
        let (shape, course) = all.split_at_mut(N_SHAPE);
        shape.copy_from_slice(&self.shape());
        course.copy_from_slice(&self.course.vector());
        all
    }

    /// The numbers before the course.
    pub(crate) fn shape(&self) -> [f32; N_SHAPE] {
        let mut all = [0.0; N_SHAPE];
        all[..N_SCALARS].copy_from_slice(&[
            self.rise_s,
            self.decay_s,
            self.above_10_db_s,
            self.above_20_db_s,
            self.crest_db,
            self.zero_crossing_hz,
            self.centroid_hz,
            self.slope_db_per_octave,
            self.early_late_db,
            self.echoes_per_s,
            self.background_db,
            self.background_slope_db_per_octave,
            self.asymmetry,
            self.n_wave,
            self.clipped_share,
            self.margin_db,
        ]);
        let bands = [self.before_db, self.at_db, self.after_db];
        for (slot, value) in all[N_SCALARS..].iter_mut().zip(bands.iter().flatten()) {
            *slot = *value;
        }
        all
    }

    /// The inverse of [`Features::shape`], and a course.
    pub(crate) fn new(shape: &[f32; N_SHAPE], course: Course) -> Self {
        let bands = |k: usize| core::array::from_fn(|band| shape[N_SCALARS + k * BANDS + band]);
        Self {
            rise_s: shape[0],
            decay_s: shape[1],
            above_10_db_s: shape[2],
            above_20_db_s: shape[3],
            crest_db: shape[4],
            zero_crossing_hz: shape[5],
            centroid_hz: shape[6],
            slope_db_per_octave: shape[7],
            early_late_db: shape[8],
            echoes_per_s: shape[9],
            background_db: shape[10],
            background_slope_db_per_octave: shape[11],
            asymmetry: shape[12],
            n_wave: shape[13],
            clipped_share: shape[14],
            margin_db: shape[15],
            before_db: bands(0),
            at_db: bands(1),
            after_db: bands(2),
            course,
        }
    }
}

/// Where an impulse lies and what surrounds it.
pub(crate) struct Place<'a> {
    pub bins: &'a Bins,
    /// Decimated raw audio.
    pub wide: &'a WideRing,
    /// What makes it the pass band.
    pub high_pass: &'a Biquad,
    /// Bin of the trigger.
    pub now: u64,
    /// First working sample of its sound.
    pub since: u64,
    /// Bins of future known.
    pub look_ahead: u64,
    /// First break, working samples.
    pub first: f64,
    /// Working samples per bin.
    pub bin_len: u64,
    /// Working samples per second.
    pub rate_hz: f32,
    /// Mean energy of the pass band just before.
    pub recent: f32,
    /// Over the threshold, dB.
    pub margin_db: f32,
    /// Squared response of the decimator by band.
    pub response: &'a [f32; BANDS],
}

impl Place<'_> {
    fn energy(&self, k: u64) -> f32 {
        self.bins.at(self.now + k).energy
    }

    /// Describes the impulse.
    pub(crate) fn features(&self) -> Features {
        let bin_s = self.bin_len as f32 / self.rate_hz;
        let pair = |k: u64| 0.5 * (self.energy(k) + self.energy(k + 1));
        let loudest = largest(0..8, pair);
        let loudest_energy = pair(loudest);
        let peak_bin = largest(0..30, |k| self.bins.at(self.now + k).peak);
        let peak = self.bins.at(self.now + peak_bin).peak;
        let over = |share: f32| {
            let louder = |k: &u64| self.energy(*k) > share * loudest_energy;
            (0..self.look_ahead).filter(louder).count() as f32 * bin_s
        };
        let decay_bins = (loudest..self.look_ahead)
            .rev()
            .find(|&k| self.energy(k) > 0.01 * loudest_energy)
            .map_or(0, |k| k - loudest + 1);
        let first = self.first as u64;
        let (before, at, after) = self.spectra(first);
        let mean = |from: u64, to: u64| {
            (from..to).map(|k| self.energy(k)).sum::<f32>() / (to - from) as f32
        };
        let (asymmetry, n_wave) = self.first_wave(first);
        let clipped: f32 = (0..8).map(|k| self.bins.at(self.now + k).clipped).sum();
        Features {
            rise_s: (peak_bin as f32 + 0.5) * bin_s
                - (self.first - (self.now * self.bin_len) as f64) as f32 / self.rate_hz,
            decay_s: decay_bins as f32 * bin_s,
            above_10_db_s: over(0.1),
            above_20_db_s: over(0.01),
            crest_db: decibels(peak * peak) - decibels(mean(0, 30)),
            zero_crossing_hz: self.zero_crossing_hz(first),
            centroid_hz: centroid_hz(&at),
            slope_db_per_octave: slope(&at),
            early_late_db: decibels(10.0 * mean(0, 10)) - decibels(40.0 * mean(10, 50)),
            echoes_per_s: self.echoes() as f32 / (self.look_ahead as f32 * bin_s),
            background_db: decibels(self.recent.max(NOTHING)),
            background_slope_db_per_octave: slope(&before),
            asymmetry,
            n_wave,
            clipped_share: clipped / 8.0,
            margin_db: self.margin_db,
            before_db: before.map(decibels),
            at_db: at.map(decibels),
            after_db: after.map(decibels),
            course: Course::default(),
        }
    }

    /// Runs samples `from..to` of the pass band by `each`, as far as they are held.
    ///
    /// The filter is let settle for 10 ms: by then a step has fallen to 1e-4.
    fn pass_band(&self, from: u64, to: u64, mut each: impl FnMut(u64, f32)) {
        let settle = libm::ceilf(0.01 * self.rate_hz) as u64;
        let start = from.saturating_sub(settle).max(self.wide.oldest());
        let mut state = self.high_pass.settled(self.wide.at_or_zero(start));
        for i in start..to.min(self.wide.len()) {
            let y = self.high_pass.process(&mut state, self.wide.at(i));
            if i >= from {
                each(i, y);
            }
        }
    }

    fn zero_crossing_hz(&self, first: u64) -> f32 {
        let (mut crossings, mut n, mut last) = (0, 0, None);
        self.pass_band(first, first + 5 * self.bin_len, |_, x| {
            crossings += u32::from(last.is_some_and(|last| last != (x < 0.0)));
            last = Some(x < 0.0);
            n += 1;
        });
        0.5 * crossings as f32 * self.rate_hz / (n - 1).max(1) as f32
    }

    /// Largest magnitudes until some time before the largest, over that, dB: [`RISE_S`].
    pub(crate) fn rise_db(&self) -> [f32; RISE_S.len()] {
        let first = self.first as u64;
        let samples = |s: f32| libm::roundf(s * self.rate_hz) as u64;
        let (mut peak_at, mut peak) = (first, 0.0);
        self.pass_band(first, first + 30 * self.bin_len, |i, x| {
            if x.abs() > peak {
                (peak_at, peak) = (i, x.abs());
            }
        });
        let mut tops = [0.0_f32; RISE_S.len()];
        self.pass_band(first.saturating_sub(samples(6e-3)), peak_at, |i, x| {
            for (top, s) in tops.iter_mut().zip(RISE_S) {
                if i + samples(s) <= peak_at {
                    *top = top.max(x.abs());
                }
            }
        });
        tops.map(|top| (decibels(top * top) - decibels(peak * peak)).clamp(-120.0, 0.0))
    }

    /// Mean square by band before, at and after the front; what is before is NaN where the sound began less than 40 ms ago.
    fn spectra(&self, first: u64) -> ([f32; BANDS], [f32; BANDS], [f32; BANDS]) {
        let ms = |t: f32| libm::roundf(t * 1e-3 * self.rate_hz) as u64;
        let stretch = |from: u64| move |i: usize| self.wide.at_or_zero(from + i as u64);
        let n = ms(16.0) as usize;
        // Three stretches of 16 ms that overlap by 6 ms; the middle one counts twice.
        let three = |from: u64| {
            let ends = Spectrum::of(n, true, stretch(from), stretch(from + ms(20.0)));
            let middle = stretch(from + ms(10.0));
            let middle = Spectrum::of(n, true, middle, middle).bands(self.rate_hz);
            let mut energy = ends.bands(self.rate_hz);
            for (e, middle) in energy.iter_mut().zip(middle) {
                *e = 0.5 * (*e + middle);
            }
            energy
        };
        let flat = |mut energy: [f32; BANDS]| {
            for ((e, response), edges) in energy
                .iter_mut()
                .zip(self.response)
                .zip(EDGES_HZ.windows(2))
            {
                let is_reached = edges[0] < 0.45 * self.rate_hz;
                *e = if is_reached {
                    (*e / response).max(NOTHING)
                } else {
                    NOTHING
                };
            }
            energy
        };
        let before = first
            .checked_sub(ms(40.0))
            .filter(|&from| from >= self.since);
        let before = before.map_or([f32::NAN; BANDS], |from| flat(three(from)));
        let after = three(first + ms(10.0));
        let at = stretch(first.saturating_sub(ms(1.0)));
        let at = Spectrum::of(ms(10.0) as usize, false, at, at).bands(self.rate_hz);
        (before, flat(at), flat(after))
    }

    /// Asymmetry and evidence of an N-wave.
    fn first_wave(&self, first: u64) -> (f32, f32) {
        let samples = |t: f32| libm::ceilf(t * 1e-3 * self.rate_hz) as u64;
        let quiet = first.saturating_sub(samples(2.0))..first.saturating_sub(samples(0.5));
        let n = (quiet.end - quiet.start).max(1) as f32;
        let base = quiet.map(|i| self.wide.at_or_zero(i)).sum::<f32>() / n;
        let extremes = |ms: f32| {
            (first..first + samples(ms)).fold((1e-9_f32, 1e-9_f32), |(up, down), i| {
                let x = self.wide.at_or_zero(i) - base;
                (up.max(x), down.max(-x))
            })
        };
        let (up, down) = extremes(2.0);
        let (n_up, n_down) = extremes(0.7);
        let energy = |ms: f32| {
            let mut sum = 0.0;
            self.pass_band(first, first + samples(ms), |_, x| sum += x * x);
            sum
        };
        let early = energy(0.7) / energy(5.0).max(1e-30);
        (
            (up - down) / (up + down),
            early.min(1.0) * n_up.min(n_down) / n_up.max(n_down),
        )
    }

    /// Maxima of the envelope after the trigger.
    fn echoes(&self) -> u32 {
        /// A maximum stands so far over the valley before it: 3 dB.
        const STEP: f32 = 2.0;
        let loudest = (0..self.look_ahead)
            .map(|k| self.energy(k))
            .fold(0.0, f32::max);
        let (mut valley, mut top, mut is_rising, mut n) = (f32::INFINITY, 0.0_f32, false, 0);
        for k in 0..self.look_ahead {
            let energy = self.energy(k);
            if is_rising {
                top = top.max(energy);
                if energy * STEP < top {
                    n += u32::from(top > 0.01 * loudest);
                    (is_rising, valley) = (false, energy);
                }
            } else {
                valley = valley.min(energy);
                if energy > STEP * valley {
                    (is_rising, top) = (true, energy);
                }
            }
        }
        n
    }
}

/// The index with the largest value.
fn largest(range: core::ops::Range<u64>, value: impl Fn(u64) -> f32) -> u64 {
    range
        .max_by(|&a, &b| value(a).total_cmp(&value(b)))
        .unwrap_or(0)
}

/// Middle of a band on a logarithmic scale, hertz.
pub(crate) fn middle_hz(band: usize) -> f32 {
    libm::sqrtf(EDGES_HZ[band] * EDGES_HZ[band + 1])
}

fn centroid_hz(energy: &[f32; BANDS]) -> f32 {
    let total: f32 = energy.iter().sum();
    let moment: f32 = (0..BANDS).map(|b| energy[b] * middle_hz(b)).sum();
    moment / total
}

/// Slope of a line through the levels of the bands that the sample rate reaches, dB per octave.
fn slope(energy: &[f32; BANDS]) -> f32 {
    // Six octaves in eight bands.
    const OCTAVES: f32 = 6.0 / BANDS as f32;
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (band, &e) in energy.iter().enumerate() {
        if e > NOTHING {
            let (x, y) = (band as f32 * OCTAVES, decibels(e));
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
    }
    let spread = n * sxx - sx * sx;
    if spread > 0.0 {
        (n * sxy - sx * sy) / spread
    } else {
        0.0
    }
}
