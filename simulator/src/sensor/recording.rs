//! One sensor's recording: everything that reaches the microphone, as its converter stores it.

use jiff::Timestamp;

use crate::point::Point;
use crate::scene::SceneSensor;

/// What is known of a sensor, and what only the simulator knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Station {
    /// Name.
    pub id: String,
    /// Where it is.
    pub position: Point,
    /// Where the survey says it is.
    pub surveyed: Point,
    /// Standard deviation of the survey, each coordinate, metres.
    pub position_sigma_m: f64,
    /// Seconds its clock is ahead of UTC at the scene's start.
    pub clock_offset_s: f64,
    /// Standard deviation of such offsets, seconds.
    pub clock_sigma_s: f64,
    /// Peak level of a sample of 1.0, dB SPL, at the nominal sensitivity.
    pub full_scale_db_spl: f64,
    /// Standard deviation of the sensitivity, dB.
    pub sensitivity_sigma_db: f64,
}

/// The samples of one sensor.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The sensor.
    pub station: Station,
    /// Time of the first sample on the sensor's clock.
    pub start: Timestamp,
    /// Hz.
    pub sample_rate_hz: u32,
    /// Pressure over full scale, exactly as the file format holds it.
    pub samples: Vec<f32>,
    /// How many samples were cut at full scale.
    pub clipped: usize,
}

pub(crate) fn station(sensor: &SceneSensor) -> Station {
    Station {
        id: sensor.id.clone(),
        position: sensor.position,
        surveyed: sensor.surveyed,
        position_sigma_m: sensor.position_sigma_m,
        clock_offset_s: sensor.clock_offset_s,
        clock_sigma_s: sensor.clock_sigma_s,
        full_scale_db_spl: sensor.full_scale_db_spl,
        sensitivity_sigma_db: sensor.microphone.sensitivity_sigma_db,
    }
}
