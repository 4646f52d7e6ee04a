//! A picture of an impulse: its levels by band and time.

use crate::course::REACH_BINS;
use crate::decibels::decibels;
use crate::envelope::{Envelope, PASS};
use crate::filter_bank::COURSE_BANDS;

/// Frames of a [`Spectrogram`]: 64 before the front, 80 after it.
pub const FRAMES: usize = FRONT + REACH_BINS as usize / FRAME_BINS as usize;
/// Levels of a frame: 30-200, 200-630, 630-2000 and above 2000 Hz, and the pass band.
pub const COLUMNS: usize = COURSE_BANDS + 1;
/// Bins of about a millisecond that a frame takes.
const FRAME_BINS: i64 = 8;
/// The frame that begins at the front.
pub const FRONT: usize = 64;
/// Least level, dB; steps are of half a decibel.
const LEAST_DB: f32 = -110.0;
const STEPS_PER_DB: f32 = 2.0;

/// Levels by frame of about 8 ms and band, from 512 ms before the front of an impulse to 640 ms after it.
///
/// In half decibels over the loudest 2 ms of the first wave in the pass band, so gain does not matter: 1 is -110 dB or less,
/// 255 is 17 dB or more, and 0 is unknown: no data, the end of the stream, a band beyond the sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spectrogram(pub [[u8; COLUMNS]; FRAMES]);

impl Default for Spectrogram {
    /// All unknown.
    fn default() -> Self {
        Self([[0; COLUMNS]; FRAMES])
    }
}

impl Spectrogram {
    /// Around the bin `front`; `loudest` is the energy that levels are over, `n_bands` are reached by the sample rate.
    pub(crate) fn of(envelope: &Envelope, front: u64, loudest: f32, n_bands: usize) -> Self {
        let mut all = Self::default();
        if loudest <= 0.0 {
            return all;
        }
        for (frame, levels) in all.0.iter_mut().enumerate() {
            let from = front.cast_signed() + FRAME_BINS * (frame as i64 - FRONT as i64);
            let Some(means) = envelope.means(from, from + FRAME_BINS) else {
                continue;
            };
            for (column, (level, mean)) in levels.iter_mut().zip(means).enumerate() {
                if column == PASS || column < n_bands {
                    *level = coded(mean / loudest);
                }
            }
        }
        all
    }

    /// A level, dB; `None` is unknown.
    pub fn level_db(level: u8) -> Option<f32> {
        (level > 0).then(|| f32::from(level - 1) / STEPS_PER_DB + LEAST_DB)
    }
}

/// An energy over another as a level.
fn coded(ratio: f32) -> u8 {
    let steps = STEPS_PER_DB * (decibels(ratio) - LEAST_DB);
    // From a float `as` saturates; what is not a number cannot come of energies.
    1 + (steps + 0.5).clamp(0.0, 254.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_means_about_the_front() {
        let mut envelope = Envelope::new();
        // Bins 0 to 511 are missing, then quiet, and from bin 1000 on loud for 16 bins.
        for bin in 0..1_400 {
            let energy = if (1_000..1_016).contains(&bin) {
                1e-2
            } else {
                1e-6
            };
            if bin < 512 {
                envelope.push_missing();
            } else {
                envelope.push([energy, 10.0 * energy, energy, energy], energy);
            }
        }
        let picture = Spectrogram::of(&envelope, 1_000, 1e-2, 3);
        let level = |frame: usize, column: usize| Spectrogram::level_db(picture.0[frame][column]);
        let near = |level: Option<f32>, db: f32| (level.unwrap() - db).abs() <= 0.26;
        assert!(near(level(FRONT, 0), 0.0) && near(level(FRONT + 1, PASS), 0.0));
        assert!(near(level(FRONT + 1, 1), 10.0));
        assert!(near(level(FRONT + 2, 0), -40.0) && near(level(FRONT - 1, 0), -40.0));
        // 512 bins before bin 1000 is bin 488: three frames without data.
        assert_eq!((level(0, 0), level(2, 0)), (None, None));
        assert!(near(level(3, 0), -40.0));
        // The stream ends 400 bins after the front, the fourth band is beyond the rate.
        assert!(near(level(FRONT + 49, 0), -40.0));
        assert_eq!((level(FRONT + 50, 0), level(FRONT, 3)), (None, None));
    }

    #[test]
    fn levels_beyond_the_scale_are_its_ends() {
        assert_eq!(coded(0.0), 1);
        assert_eq!(coded(1e30), 255);
        assert_eq!(Spectrogram::level_db(coded(1.0)), Some(0.0));
        assert_eq!(Spectrogram::level_db(0), None);
        assert_eq!(
            Spectrogram::of(&Envelope::new(), 0, 0.0, 4),
            Spectrogram::default()
        );
    }
}
