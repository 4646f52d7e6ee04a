//! What really happened, as the file that results are scored against.

use serde::{Deserialize, Serialize};

use crate::point::Point;

/// The name and version of the format.
pub(crate) const SCHEMA: &str = "shotfix.truth/1";

/// Everything about a scene that a locator is not told.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Truth {
    /// `shotfix.truth/1`.
    pub schema: String,
    /// Name of the scene.
    pub scene: String,
    /// Seed of the scene.
    pub seed: u64,
    /// The air as it was.
    pub atmosphere: TruthAtmosphere,
    /// The sensors as they were.
    pub sensors: Vec<TruthSensor>,
    /// The shots in the order of time.
    pub shots: Vec<TruthShot>,
}

/// The air as it was, not as a weather station reports it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthAtmosphere {
    /// Degrees Celsius.
    pub temperature_c: f64,
    /// Percent.
    pub relative_humidity_percent: f64,
    /// Pascals.
    pub pressure_pa: f64,
    /// m/s towards the east.
    pub wind_east_m_s: f64,
    /// m/s towards the north.
    pub wind_north_m_s: f64,
    /// m/s in still air.
    pub speed_of_sound_m_s: f64,
}

/// A sensor as it was, not as it was surveyed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthSensor {
    /// Name.
    pub id: String,
    /// Where it is.
    pub position: Point,
    /// Seconds its clock is ahead of UTC.
    pub clock_offset_s: f64,
}

/// One shot.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthShot {
    /// UTC of the discharge, RFC 3339 with nanoseconds.
    pub time: String,
    /// Where.
    pub position: Point,
    /// Name of the firearm.
    pub firearm: String,
    /// One for every sensor, in their order.
    pub arrivals: Vec<TruthArrival>,
}

/// The direct sound of one shot at one sensor.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthArrival {
    /// Name of the sensor.
    pub sensor: String,
    /// UTC of the wavefront, RFC 3339 with nanoseconds. The sensor's clock shows
    /// `clock_offset_s` more.
    pub time: String,
    /// Seconds from the discharge to the wavefront.
    pub delay_s: f64,
    /// Peak level of the direct sound as sampled, before noise and clipping, dB SPL.
    pub level_db_spl: f64,
    /// Straight distance, metres.
    pub range_m: f64,
    /// Whether the wavefront lies within the recording.
    pub recorded: bool,
}
