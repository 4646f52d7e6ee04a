//! Onsets that wait until the course of the sound after them has been heard.

use crate::course::{Course, REACH_BINS, set_tonality};
use crate::decibels::decibels;
use crate::features::N_SHAPE;
use crate::tonality::Tonality;

/// Onsets that can wait. More within 0.6 s are not heard in practice; then the oldest comes out with what is known of it.
const MOST: usize = 48;
/// Onsets remembered after they came out.
const REMEMBERED: usize = 32;
/// Bins after the front at which the stretches begin whose tonality is told.
pub(crate) const TONALITY_BINS: [u64; 2] = [15, 128];
/// Bins that such a stretch of 32 ms takes; some are of 0.9 ms.
pub(crate) const STRETCH_BINS: u64 = 37;
/// Times before an onset in which others are counted, seconds.
const COUNTED_S: [f64; 3] = [1.0, 2.0, 5.0];
/// Peaks of onsets of this time, seconds, and within so many dB, are compared.
const COMPARED: (f64, f32) = (2.0, 15.0);

/// An onset and what is known of it at first.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    pub sample: f64,
    pub sigma_samples: f64,
    pub peak: f32,
    pub snr_db: f32,
    pub clipped: bool,
    /// Bin of the front.
    pub front: u64,
    /// Energy of the loudest 2 ms of the first wave.
    pub loudest: f32,
    pub shape: [f32; N_SHAPE],
    pub rise_db: [f32; 5],
    pub early: Tonality,
    pub late: Tonality,
}

impl Waiting {
    const NONE: Self = Self {
        sample: 0.0,
        sigma_samples: 0.0,
        peak: 0.0,
        snr_db: 0.0,
        clipped: false,
        front: 0,
        loudest: 0.0,
        shape: [0.0; N_SHAPE],
        rise_db: [0.0; 5],
        early: Tonality::UNKNOWN,
        late: Tonality::UNKNOWN,
    };
}

/// First in, first out; and the last that came out.
pub(crate) struct Pending {
    waiting: [Waiting; MOST],
    /// Counts onsets taken in, looked at again, and handed out.
    taken: usize,
    looked_at: usize,
    out: usize,
    /// Sample and peak of those handed out.
    past: [(f64, f32); REMEMBERED],
}

impl Pending {
    pub(crate) const fn new() -> Self {
        Self {
            waiting: [Waiting::NONE; MOST],
            taken: 0,
            looked_at: 0,
            out: 0,
            past: [(0.0, 0.0); REMEMBERED],
        }
    }

    /// Is there room for another?
    pub(crate) const fn is_full(&self) -> bool {
        self.taken - self.out == MOST
    }

    /// Takes an onset, for which there must be room.
    pub(crate) fn push(&mut self, onset: Waiting) {
        self.waiting[self.taken % MOST] = onset;
        self.taken += 1;
    }

    /// Front of the next onset whose late stretch has been heard after `n_bins`; [`Pending::set_late`] must follow.
    pub(crate) fn late_look(&mut self, n_bins: u64) -> Option<u64> {
        self.looked_at = self.looked_at.max(self.out);
        let front = self.waiting[self.looked_at % MOST].front;
        let is_heard = front + TONALITY_BINS[1] + STRETCH_BINS <= n_bins;
        (self.looked_at < self.taken && is_heard).then_some(front)
    }

    /// What was heard in that stretch.
    pub(crate) fn set_late(&mut self, heard: Tonality) {
        self.waiting[self.looked_at % MOST].late = heard;
        self.looked_at += 1;
    }

    /// The oldest once `n_bins` reach its end, or `at_once`, and what of its course needs no envelope.
    pub(crate) fn pop(
        &mut self,
        n_bins: u64,
        at_once: bool,
        rate_hz: f64,
    ) -> Option<(Waiting, Course)> {
        if self.out == self.taken {
            return None;
        }
        let onset = self.waiting[self.out % MOST];
        if !at_once && onset.front + REACH_BINS > n_bins {
            return None;
        }
        let mut course = Course {
            rise_db: onset.rise_db,
            ..Course::default()
        };
        set_tonality(&mut course, [onset.early, onset.late]);
        self.set_company(&mut course, &onset, rate_hz);
        self.past[self.out % REMEMBERED] = (onset.sample, onset.peak);
        self.out += 1;
        Some((onset, course))
    }

    /// What was heard before and after `onset`, the oldest that waits.
    fn set_company(&self, course: &mut Course, onset: &Waiting, rate_hz: f64) {
        let over_db = |peak: f32| decibels(peak * peak) - decibels(onset.peak * onset.peak);
        let before = (self.out.saturating_sub(REMEMBERED)..self.out)
            .rev()
            .map(|k| {
                let (sample, peak) = self.past[k % REMEMBERED];
                ((onset.sample - sample) / rate_hz, over_db(peak))
            });
        course.onsets_before = COUNTED_S.map(|limit_s| {
            before
                .clone()
                .filter(|(age_s, _)| *age_s <= limit_s)
                .count() as f32
        });
        (course.since_last_s, course.last_over_db) = match before.clone().next() {
            Some((age_s, over_db)) => (age_s as f32, over_db),
            None => (f32::NAN, f32::NAN),
        };
        (course.to_next_s, course.next_over_db) = (f32::NAN, f32::NAN);
        if self.out + 1 < self.taken {
            let next = &self.waiting[(self.out + 1) % MOST];
            course.to_next_s = ((next.sample - onset.sample) / rate_hz) as f32;
            course.next_over_db = over_db(next.peak);
        }
        let alike = before
            .take_while(|(age_s, _)| *age_s <= COMPARED.0)
            .filter(|(_, over_db)| over_db.abs() <= COMPARED.1);
        // The onset itself is 0 dB over itself.
        let (n, sum, squares) = alike.fold((1.0_f32, 0.0, 0.0), |(n, sum, squares), (_, db)| {
            (n + 1.0, sum + db, squares + db * db)
        });
        course.peaks_spread_db = if n > 1.0 {
            libm::sqrtf(((squares - sum * sum / n) / n).max(0.0))
        } else {
            f32::NAN
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn onset(front: u64) -> Waiting {
        Waiting {
            sample: front as f64 * 10.0,
            peak: 0.5,
            front,
            ..Waiting::NONE
        }
    }

    #[test]
    fn waits_for_the_course_unless_there_is_no_room() {
        let mut pending = Pending::new();
        for k in 0..MOST as u64 {
            assert!(!pending.is_full());
            pending.push(onset(100 + 8 * k));
        }
        assert!(pending.is_full());
        assert!(pending.pop(100 + REACH_BINS - 1, false, 10_000.0).is_none());
        let (first, course) = pending.pop(500, true, 10_000.0).unwrap();
        assert_eq!(first.front, 100);
        assert!(course.since_last_s.is_nan() && (course.to_next_s - 0.008).abs() < 1e-6);
        assert!(!pending.is_full());
        let (second, course) = pending.pop(108 + REACH_BINS, false, 10_000.0).unwrap();
        assert_eq!((second.front, course.onsets_before), (108, [1.0; 3]));
        assert!((course.since_last_s - 0.008).abs() < 1e-6 && course.last_over_db.abs() < 1e-3);
    }

    #[test]
    fn every_onset_is_looked_at_again_once_and_in_turn() {
        let mut pending = Pending::new();
        pending.push(onset(10));
        pending.push(onset(20));
        let heard_at = |front: u64| front + TONALITY_BINS[1] + STRETCH_BINS;
        assert_eq!(pending.late_look(heard_at(10) - 1), None);
        assert_eq!(pending.late_look(heard_at(10)), Some(10));
        let heard = Tonality {
            peak_hz: 440.0,
            ..Tonality::UNKNOWN
        };
        pending.set_late(heard);
        assert_eq!(pending.late_look(heard_at(10)), None);
        let (_, course) = pending.pop(10 + REACH_BINS, false, 10_000.0).unwrap();
        assert_eq!(course.peak_hz[1], 440.0);
        assert_eq!(pending.late_look(heard_at(20)), Some(20));
    }
}
