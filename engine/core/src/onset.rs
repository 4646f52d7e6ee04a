//! What a detector reports of one impulse on one sensor.

pub use shotfix_signal::Features as OnsetFeatures;

use crate::sensor::SensorIdx;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// An impulse in one sensor's audio.
#[derive(Clone, Debug, PartialEq)]
pub struct Onset {
    /// Which sensor heard it.
    pub sensor: SensorIdx,
    /// When the first wave front arrived.
    pub time: Timestamp,
    /// Standard deviation of `time` from noise and sampling alone.
    pub sigma: Seconds,
    /// Peak of the band-passed pressure relative to full scale, dB (0 is a full-scale sample).
    pub peak_dbfs: f64,
    /// Peak level in dB SPL re 20 uPa, if the sensor is calibrated. A lower bound if `clipped`.
    pub level_db_spl: Option<f64>,
    /// Peak over the noise just before the onset, dB.
    pub snr_db: f64,
    /// The audio reached full scale near the onset.
    pub clipped: bool,
    /// Shape and spectrum of the impulse.
    pub features: OnsetFeatures,
}
