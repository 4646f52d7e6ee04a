//! How probable it is that a sensor reports a shot at some range.

/// Share of sensors that hear a shot, and how far that goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hearing {
    pub(super) near: f64,
    pub(super) reach_m: f64,
}

/// Width of the zone in which sensors begin to miss shots, as a fraction of the reach.
const ZONE: f64 = 0.1;

/// Reaches that are tried, metres.
const REACHES_M: [f64; 5] = [420.0, 600.0, 850.0, 1200.0, 1700.0];
/// Reports that the usual share is worth.
const USUAL_WEIGHT: f64 = 20.0;

impl Hearing {
    pub(super) const USUAL: Self = Self {
        near: 0.65,
        reach_m: 850.0,
    };

    /// Of sensors at `ranges_m` that heard `heard` of `rounds` rounds each.
    pub(super) fn fit(ranges_m: &[f64], heard: &[usize], rounds: usize) -> Self {
        let mut best = (f64::NEG_INFINITY, Self::USUAL);
        for reach_m in REACHES_M {
            let mut trial = Self { near: 1.0, reach_m };
            // What is usual counts as much as some sensors.
            let (mut yes, mut all) = (Self::USUAL.near * USUAL_WEIGHT, USUAL_WEIGHT);
            for (&range_m, &n) in ranges_m.iter().zip(heard) {
                if range_m < (1.0 - 2.0 * ZONE) * reach_m {
                    yes += n as f64;
                    all += rounds as f64;
                }
            }
            trial.near = yes / all;
            // Evidence of so many usual sensors that the usual reach is right.
            let mut sum = -2.0 * (reach_m / Self::USUAL.reach_m).ln().powi(2);
            for (&range_m, &n) in ranges_m.iter().zip(heard) {
                let p = trial.at(range_m);
                sum += n as f64 * p.ln() + (rounds.max(n) - n) as f64 * (1.0 - p).ln();
            }
            if sum > best.0 {
                best = (sum, trial);
            }
        }
        best.1
    }

    pub(super) fn at(&self, range_m: f64) -> f64 {
        let far = ((range_m - self.reach_m) / (ZONE * self.reach_m)).clamp(-30.0, 30.0);
        (self.near / (1.0 + far.exp())).clamp(0.005, 0.98)
    }
}
