//! How a sound went before and after the front of an impulse, up to 640 ms away.

use crate::decibels::decibels;
use crate::envelope::{Envelope, PASS};
use crate::filter_bank::COURSE_BANDS;
use crate::spectrogram::Spectrogram;
use crate::tonality::Tonality;

/// Bins after the front until the last window ends.
pub(crate) const REACH_BINS: u64 = 640;
/// Bins after the front at which the windows after it begin and end.
const AFTER_BINS: [i64; AFTER + 1] = [10, 20, 40, 80, 160, 320, REACH_BINS as i64];
/// Bins before the front at which the windows before it begin and end.
const BEFORE_BINS: [i64; BEFORE + 1] = [REACH_BINS as i64, 320, 160, 80, 40, 20];
/// Windows after the front.
const AFTER: usize = 6;
/// Windows before the front.
const BEFORE: usize = 5;
/// How long before the peak magnitudes are told, seconds.
pub(crate) const RISE_S: [f32; RISE] = [0.2e-3, 0.5e-3, 1e-3, 2e-3, 5e-3];
const RISE: usize = 5;
/// Levels this far below their reference are silence.
const SILENCE_DB: f32 = -120.0;

/// Numbers of [`Course::vector`].
pub(crate) const N_COURSE: usize = BEFORE + AFTER + COURSE_BANDS * (2 + AFTER) + 4 + RISE + 6 + 8;

/// How the sound went before and after an impulse, and what else was heard.
///
/// Nothing here depends on gain. Levels are in dB over the loudest 2 ms of the impulse's first wave in the pass band
/// unless stated, at least -120; windows begin at the front, and their milliseconds are bins of about one. NaN is
/// unknown: no data, the end of the stream, a band beyond the sample rate. `==` compares bits, so the unknown equals
/// itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Course {
    /// Level 640-320, 320-160, 160-80, 80-40 and 40-20 ms before the front.
    pub before_db: [f32; BEFORE],
    /// Level 10-20, 20-40, 40-80, 80-160, 160-320 and 320-640 ms after the front.
    pub after_db: [f32; AFTER],
    /// Level of the first 10 ms by band: 30-200, 200-630, 630-2000 and above 2000 Hz.
    pub bands_db: [f32; COURSE_BANDS],
    /// Level by band in the windows of `after_db`, over the first 10 ms of the same band.
    pub bands_after_db: [[f32; AFTER]; COURSE_BANDS],
    /// Slope of the level by band as `slope_db_per_s`.
    pub bands_slope_db_per_s: [f32; COURSE_BANDS],
    /// Slope of a line through the levels of stretches of 10 ms from 10 ms after the front until they come within 6 dB
    /// of the background (320-20 ms before), dB/s: -60 over the reverberation time. Unknown if fewer than three do.
    pub slope_db_per_s: f32,
    /// Root mean square distance of those levels from the line, dB: echoes and later impulses make it uneven.
    pub unevenness_db: f32,
    /// How long that stretch is, seconds.
    pub tail_s: f32,
    /// Root mean square difference of the levels of neighbouring milliseconds 20 to 100 ms after the front, dB: about 3
    /// for noise in the whole band, near 0 for a tone.
    pub roughness_db: f32,
    /// Largest magnitude until 0.2, 0.5, 1, 2 and 5 ms before the largest within 30 ms, over that, dB, in the pass band.
    pub rise_db: [f32; RISE],
    /// Geometric over arithmetic mean of the spectrum 300-3800 Hz, 15-47 and 128-160 ms after the front, dB: -2.5 for
    /// white noise, far less for tones.
    pub flatness_db: [f32; 2],
    /// Share of the energy in about 60 Hz at the highest point of these spectra, dB.
    pub peak_share_db: [f32; 2],
    /// That point, hertz.
    pub peak_hz: [f32; 2],
    /// Onsets in the 1, 2 and 5 s before, of the last 32.
    pub onsets_before: [f32; 3],
    /// Since the onset before, seconds; unknown before the first.
    pub since_last_s: f32,
    /// Peak of the onset before over this one's, dB.
    pub last_over_db: f32,
    /// To the next onset if it is known by then, within about 0.6 s, seconds.
    pub to_next_s: f32,
    /// Peak of the next onset over this one's, dB.
    pub next_over_db: f32,
    /// Standard deviation of the peaks of this onset and of those in the 2 s before that are no more than 15 dB weaker
    /// or stronger, dB; unknown if there are none.
    pub peaks_spread_db: f32,
    /// All of it as a picture.
    pub spectrogram: Spectrogram,
}

impl PartialEq for Course {
    fn eq(&self, other: &Self) -> bool {
        self.vector().map(f32::to_bits) == other.vector().map(f32::to_bits)
            && self.spectrogram == other.spectrogram
    }
}

impl Course {
    /// All numbers in the order of their declaration, without the spectrogram.
    pub fn vector(&self) -> [f32; N_COURSE] {
        let mut all = [0.0; N_COURSE];
        let numbers = (self.before_db.iter())
            .chain(&self.after_db)
            .chain(&self.bands_db)
            .chain(self.bands_after_db.iter().flatten())
            .chain(&self.bands_slope_db_per_s)
            .chain([
                &self.slope_db_per_s,
                &self.unevenness_db,
                &self.tail_s,
                &self.roughness_db,
            ])
            .chain(&self.rise_db)
            .chain(&self.flatness_db)
            .chain(&self.peak_share_db)
            .chain(&self.peak_hz)
            .chain(&self.onsets_before)
            .chain([&self.since_last_s, &self.last_over_db, &self.to_next_s])
            .chain([&self.next_over_db, &self.peaks_spread_db]);
        for (slot, number) in all.iter_mut().zip(numbers) {
            *slot = *number;
        }
        all
    }
}

/// What is said of the course once everything up to [`REACH_BINS`] after the front has been heard.
pub(crate) struct Heard<'a> {
    pub envelope: &'a Envelope,
    /// Bin of the front.
    pub front: u64,
    /// Energy of the loudest 2 ms of the first wave.
    pub loudest: f32,
    /// Bands that the sample rate reaches.
    pub n_bands: usize,
    /// Length of a bin, seconds.
    pub bin_s: f32,
}

impl Heard<'_> {
    fn mean(&self, from: i64, to: i64, column: usize) -> f32 {
        let front = self.front.cast_signed();
        let mean = self.envelope.mean(front + from, front + to, column);
        if column == PASS || column < self.n_bands {
            mean.unwrap_or(f32::NAN)
        } else {
            f32::NAN
        }
    }

    /// Levels, slopes, roughness and the spectrogram; the rest of the course is left as it is.
    pub(crate) fn describe(&self, course: &mut Course) {
        let after = |column: usize, over: f32| {
            core::array::from_fn(|w| {
                over_db(self.mean(AFTER_BINS[w], AFTER_BINS[w + 1], column), over)
            })
        };
        course.before_db = core::array::from_fn(|w| {
            let mean = self.mean(-BEFORE_BINS[w], -BEFORE_BINS[w + 1], PASS);
            over_db(mean, self.loudest)
        });
        course.after_db = after(PASS, self.loudest);
        for band in 0..COURSE_BANDS {
            let first = self.mean(0, 10, band);
            course.bands_db[band] = over_db(first, self.loudest);
            course.bands_after_db[band] = after(band, first);
            course.bands_slope_db_per_s[band] = self.tail(band).slope_db_per_s;
        }
        let tail = self.tail(PASS);
        course.slope_db_per_s = tail.slope_db_per_s;
        course.unevenness_db = tail.unevenness_db;
        course.tail_s = tail.length_s;
        course.roughness_db = self.roughness_db();
        course.spectrogram = Spectrogram::of(self.envelope, self.front, self.loudest, self.n_bands);
    }

    /// The line through the levels after the front.
    fn tail(&self, column: usize) -> Tail {
        /// Bins of a stretch.
        const STRETCH: i64 = 10;
        /// The tail ends so far over the background: 6 dB.
        const OVER: f32 = 4.0;
        /// Where nothing was heard before, it ends so far below its first stretch: 60 dB.
        const FALLEN: f32 = 1e-6;
        let background = self.mean(-320, -20, column);
        let first = self.mean(STRETCH, 2 * STRETCH, column);
        let end = (OVER * background).max(FALLEN * first);
        let (mut n, mut sx, mut sy, mut sxx, mut sxy, mut syy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for k in 1..REACH_BINS as i64 / STRETCH {
            let energy = self.mean(k * STRETCH, (k + 1) * STRETCH, column);
            // Unknown levels end the tail too.
            if energy.is_nan() || energy <= end {
                break;
            }
            let x = n * STRETCH as f32 * self.bin_s;
            let y = over_db(energy, first);
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
            syy += y * y;
        }
        let length_s = n * STRETCH as f32 * self.bin_s;
        if n < 3.0 {
            return Tail {
                slope_db_per_s: f32::NAN,
                unevenness_db: f32::NAN,
                length_s,
            };
        }
        let (cxx, cxy, cyy) = (sxx - sx * sx / n, sxy - sx * sy / n, syy - sy * sy / n);
        Tail {
            slope_db_per_s: cxy / cxx,
            unevenness_db: libm::sqrtf((cyy - cxy * cxy / cxx).max(0.0) / n),
            length_s,
        }
    }

    fn roughness_db(&self) -> f32 {
        let level = |k: u64| self.envelope.at(self.front + k, PASS).map(decibels);
        let (mut n, mut squares) = (0.0_f32, 0.0);
        let mut last = level(20);
        for k in 21..100 {
            let now = level(k);
            if let (Some(a), Some(b)) = (last, now) {
                n += 1.0;
                squares += (b - a) * (b - a);
            }
            last = now;
        }
        if n >= 20.0 {
            libm::sqrtf(squares / n)
        } else {
            f32::NAN
        }
    }
}

struct Tail {
    slope_db_per_s: f32,
    unevenness_db: f32,
    length_s: f32,
}

/// Level of an energy over another, dB, at least [`SILENCE_DB`]; unknown if either is, or without a reference.
fn over_db(energy: f32, over: f32) -> f32 {
    if energy.is_nan() || over.is_nan() || over <= 0.0 {
        f32::NAN
    } else {
        (decibels(energy) - decibels(over)).max(SILENCE_DB)
    }
}

/// Columns of [`Course`] for an early and a late stretch.
pub(crate) fn set_tonality(course: &mut Course, heard: [Tonality; 2]) {
    course.flatness_db = heard.map(|t| t.flatness_db);
    course.peak_share_db = heard.map(|t| t.peak_share_db);
    course.peak_hz = heard.map(|t| t.peak_hz);
}
