//! How a source moves, in the JSON of `locate`.

use serde::Serialize;
use shotfix_core::motion::Motion;
use shotfix_core::track::Track;

use super::numbers::{round, seconds};

/// Speed and direction over the ground; degrees clockwise from north.
#[derive(Serialize)]
pub(super) struct MotionJson {
    speed_m_s: f64,
    speed_sigma_m_s: f64,
    azimuth_deg: f64,
    azimuth_sigma_deg: f64,
    of: usize,
    over_s: f64,
    words: String,
}

impl From<&Motion> for MotionJson {
    fn from(motion: &Motion) -> Self {
        let (speed, azimuth) = (motion.speed_m_s(), motion.azimuth_deg());
        Self {
            speed_m_s: round(speed.mean, 2),
            speed_sigma_m_s: round(speed.sigma, 2),
            azimuth_deg: round(azimuth.mean, 1),
            azimuth_sigma_deg: round(azimuth.sigma, 1),
            of: motion.of,
            over_s: seconds(motion.over.0),
            words: motion.words(),
        }
    }
}

/// The way of several incidents.
#[derive(Serialize)]
pub(super) struct TrackJson {
    motion: MotionJson,
    interval_s: f64,
    steady: bool,
    words: String,
}

impl From<&Track> for TrackJson {
    fn from(track: &Track) -> Self {
        Self {
            motion: (&track.motion).into(),
            interval_s: seconds(track.rhythm.interval.0),
            steady: track.rhythm.steady,
            words: track.words(),
        }
    }
}
