//! What is normal just now: the slow noise floor of one sensor.

/// Tracks a low quantile of bin energies in decibels, from a silent field to a highway.
///
/// A quantile, not a mean, so that seconds of reverberation or a burst of fire hardly lift it:
/// the estimate moves up by a small step when a bin is louder and down by a larger one when it is
/// quieter; it rests where `P(quieter) = up / (up + down)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoiseFloor {
    level_db: f32,
}

/// Rise per bin, dB. At 1 ms bins the floor can rise by 6 dB a second: a passing train lifts it,
/// a three-second echo tail hardly does.
const UP_DB: f32 = 0.006;
/// Fall per bin, dB: three times as fast, so that the floor rests at the lower quartile.
const DOWN_DB: f32 = 0.018;

impl NoiseFloor {
    /// Starts at `level_db`.
    pub(crate) const fn new(level_db: f32) -> Self {
        Self { level_db }
    }

    /// Takes one bin into account.
    pub(crate) fn update(&mut self, bin_db: f32) {
        if bin_db > self.level_db {
            self.level_db += UP_DB;
        } else {
            self.level_db -= DOWN_DB;
        }
    }

    /// The floor, dB.
    pub(crate) const fn level_db(self) -> f32 {
        self.level_db
    }
}
