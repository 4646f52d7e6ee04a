//! Digital silence: recordings without noise, told from recordings of which something is missing.
//!
//! Both hold exact zeros. A sound that was computed comes out of them and falls back into them; one that was recorded
//! breaks off and goes on, and there is noise under it.

use crate::bins::Bins;
use crate::detector::{LOOK_AHEAD, QUANTUM, WideRing};

/// Bins before a gap in which a sound must have been much louder to have died away into it.
const ENDING_BINS: u64 = 30;
/// Bins within which a blast is loudest.
const BLAST_BINS: u64 = 6;
/// Share of its energy that a blast falls to within the look-ahead if it does not reach zero. Noise under a sound that
/// was going on already lies higher.
const CONTRAST: f32 = 1e-8;
/// Share of the largest sample, and of the largest step from one to the next, that the last millisecond stays below.
/// Rounding to whole steps ends the decay of a faint blast early; white noise looks so once in 10 000 times.
const LAST: f32 = 0.15;

/// The sound about a gap.
pub(crate) struct Silence<'a> {
    pub bins: &'a Bins,
    /// Audio before the high-pass, [`Silence::bin_len`] samples a bin.
    pub wide: &'a WideRing,
    pub bin_len: u64,
}

impl Silence<'_> {
    /// Does the sound that begins at bin `now` rise and fall like an impulse out of nothing? `end` is where the stream
    /// ends, if it does.
    pub(crate) fn is_lone_impulse(&self, now: u64, end: u64) -> bool {
        let later = now + LOOK_AHEAD as u64;
        let energy = |k: u64| self.bins.at(k).energy;
        let loudest = (now..now + BLAST_BINS).map(energy).fold(0.0, f32::max);
        if let Some(gap) = (now..later).find(|&k| self.bins.at(k).missing) {
            // Where the stream ends nobody knows whether the sound would have fallen.
            return loudest > QUANTUM && gap < end && self.dies_away(now, now + BLAST_BINS, gap);
        }
        let quietest = (now + BLAST_BINS..later)
            .map(energy)
            .fold(f32::INFINITY, f32::min);
        quietest < CONTRAST * loudest
    }

    /// Has what was heard before the gap at bin `gap` died away into it, or was nothing heard?
    pub(crate) fn is_died_into(&self, gap: u64) -> bool {
        self.dies_away(gap.saturating_sub(ENDING_BINS), gap, gap)
    }

    /// Has the sound before the gap at bin `gap` ended by itself, seen from what it was in bins `from..to`? Ambience, hum and
    /// rumble that break off have not.
    fn dies_away(&self, from: u64, to: u64, gap: u64) -> bool {
        let len = self.bin_len;
        let x = |i: u64| self.wide.at_or_zero(i);
        let sounding = (from * len..gap * len).rev().find(|&i| x(i) != 0.0);
        // Within the last millisecond that sounds, and before it.
        let Some(last) = sounding.and_then(|i| (i + 1).checked_sub(len)) else {
            return true;
        };
        let largest = |from: u64, to: u64| {
            (from..to).fold((0.0_f32, 0.0_f32), |(level, step), i| {
                (level.max(x(i).abs()), step.max((x(i + 1) - x(i)).abs()))
            })
        };
        let before = largest(from * len, last.min(to * len));
        let ending = largest(last, last + len - 1);
        let is_silent = ending.0 * ending.0 < QUANTUM;
        is_silent || ending.0 < LAST * before.0 && ending.1 < LAST * before.1
    }
}
