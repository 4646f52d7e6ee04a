//! What the truth says of one sound at one sensor.

use crate::output::TruthCrack;
use crate::render::agenda::Event;
use crate::render::path::PathKind;

/// One sound at one sensor.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) event: Event,
    /// Straight distance, metres.
    pub(crate) range_m: f64,
    /// Along the straight line in the mean air, whatever stands in it, seconds.
    pub(crate) straight_s: f64,
    /// Held up by gusts, seconds.
    pub(crate) late_s: f64,
    /// Swollen by gusts, dB.
    pub(crate) swell_db: f64,
    /// Every way, the earliest first.
    pub(crate) paths: Vec<HeardPath>,
    /// The bullet, where its cone passes.
    pub(crate) crack: Option<TruthCrack>,
}

/// One way of one sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HeardPath {
    pub(crate) kind: PathKind,
    pub(crate) off_ground: bool,
    /// Seconds from emission to the wavefront.
    pub(crate) delay_s: f64,
    /// Peak as sampled, before noise and clipping, dB SPL.
    pub(crate) level_db_spl: f64,
}

impl Heard {
    pub(crate) fn swell(&self) -> f64 {
        10f64.powf(self.swell_db / 20.0)
    }
}
