//! Statistics of recorded live fire, and the same of simulated: one estimator for both.

mod delays;
mod fit;
mod levels;
mod observations;
mod participation;
mod picker;
mod read;
mod statistics;
mod trial;

pub use delays::Delays;
pub use levels::Levels;
pub use observations::{Observations, ObservedArrival, ObservedPlace, ObservedShot};
pub use read::{PulseTest, ReleasedPulse, median, read_pulses, read_released};
pub use statistics::{PUBLISHED, Statistics};
pub use trial::Trial;

/// Levels from here on are clipped, dB SPL: full scale is about 93 dB peak.
pub(crate) const CLIP_DB_SPL: f64 = 92.0;
