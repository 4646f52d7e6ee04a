//! What is normal just now: the slow noise floor of one sensor, and how rough it is.

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

/// The upper tail of a statistic of the background, followed over half a minute, and the threshold
/// that it passes at a constant rate: constant false alarm rate.
///
/// Beyond a high quantile `u` tails of the energies of sound fall off about exponentially, so two
/// numbers hold them: `u` and the mean excess `s` over it. `P(x > u + k s) = P(x > u) exp(-k)`.
/// J. Pickands, Statistical inference using extreme order statistics, Ann. Statist. 3(1), 1975.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    quantile_db: f32,
    excess_db: f32,
}

/// One bin of so many lies above the quantile.
const ABOVE: f32 = 0.05;
/// Step of the quantile per bin, dB; it moves by 1 dB in some seconds.
const QUANTILE_STEP_DB: f32 = 0.006;
/// Weight of a new excess. At 50 excesses a second this is a memory of about 40 s.
const EXCESS_WEIGHT: f32 = 5e-4;
/// No single excess counts for more, in mean excesses: real impulses are not the background.
const EXCESS_LIMIT: f32 = 3.0;
/// White noise in 2 ms of the pass band.
const WHITE: Tail = Tail {
    quantile_db: 2.8,
    excess_db: 0.65,
};

impl Tail {
    /// Starts as the tail of white noise.
    pub(crate) const fn new() -> Self {
        WHITE
    }

    /// Takes one bin into account.
    pub(crate) fn update(&mut self, x_db: f32) {
        let excess_db = x_db - self.quantile_db;
        if excess_db > 0.0 {
            let capped_db = excess_db.min(EXCESS_LIMIT * self.excess_db);
            self.excess_db += EXCESS_WEIGHT * (capped_db - self.excess_db);
            self.quantile_db += QUANTILE_STEP_DB * (1.0 - ABOVE);
        } else {
            self.quantile_db -= QUANTILE_STEP_DB * ABOVE;
        }
    }

    /// What the background passes with probability `ABOVE exp(-k)` a bin.
    pub(crate) fn threshold_db(self, k: f32) -> f32 {
        self.quantile_db + k * self.excess_db
    }
}
