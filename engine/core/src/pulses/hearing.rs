//! How probable it is that a sensor reports a shot at some range.

/// Share of sensors that hear a shot, and how far that goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hearing {
    pub(super) near: f64,
    pub(super) reach_m: f64,
}

/// Width of the zone in which sensors begin to miss shots, as a fraction of the reach.
const ZONE: f64 = 0.1;

impl Hearing {
    pub(super) const USUAL: Self = Self {
        near: 0.65,
        reach_m: 850.0,
    };

    pub(super) fn at(&self, range_m: f64) -> f64 {
        let far = ((range_m - self.reach_m) / (ZONE * self.reach_m)).clamp(-30.0, 30.0);
        (self.near / (1.0 + far.exp())).clamp(0.005, 0.98)
    }
}
