//! How regularly incidents follow each other: machines keep time, people hardly do.

use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// Largest departure of a steady interval from the median or from twice that (one was missed), as a share of it. Of
/// random (exponential) intervals a seventh are so near; three beside the median are by a chance of 1 in 350.
const STEADY: f64 = 0.1;

/// The times between incidents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Median time from one to the next.
    pub interval: Seconds,
    /// Are all intervals the median one, or two of it, to a tenth?
    pub steady: bool,
}

impl Rhythm {
    /// Of times in order; `None` of fewer than two.
    pub(crate) fn of(times: &[Timestamp]) -> Option<Self> {
        let gaps = times.windows(2).map(|pair| pair[1].since(pair[0]).0);
        let gaps: Vec<f64> = gaps.collect();
        // The lower of two: one missed makes a gap longer, nothing makes it shorter.
        let mut sorted = gaps.clone();
        sorted.sort_by(f64::total_cmp);
        let interval_s = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        let is_near = |gap: f64, times: f64| (gap / (times * interval_s) - 1.0).abs() <= STEADY;
        Some(Self {
            interval: Seconds(interval_s),
            steady: gaps.iter().all(|&g| is_near(g, 1.0) || is_near(g, 2.0)),
        })
    }

    /// Log odds of gunfire against all else of an incident that goes on so for minutes, from one place or along one way. Set
    /// by hand and bounded, like those of [`network`](crate::classify::network): no recordings of half an hour with a
    /// network's answers exist here.
    pub(crate) fn for_gunfire(&self) -> f64 {
        if self.steady { -2.0 } else { -1.0 }
    }

    /// `every 260 s: {steady}`, or `irregularly: rather {otherwise} than gunfire`.
    pub(crate) fn words(&self, steady: &str, otherwise: &str) -> String {
        if self.steady {
            format!("every {:.0} s: {steady}", self.interval.0)
        } else {
            format!("irregularly: rather {otherwise} than gunfire")
        }
    }
}
