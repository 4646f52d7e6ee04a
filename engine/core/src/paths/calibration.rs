//! What shots at one known place have taught.

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::timestamp::Timestamp;
use crate::travel::Medium;

/// Delays from one place to the sensors that heard shots there.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// What to call it: a test, a street corner, a case number.
    pub name: String,
    /// The stated place, in the frame of the sensors.
    pub place: Enu,
    /// Standard deviation of each coordinate of the place, metres; 0 makes it the datum.
    pub place_sigma_m: f64,
    /// When. `None`: not known, the calibration does not age.
    pub time: Option<Timestamp>,
    /// The air that was assumed.
    pub medium: Medium,
    /// Standard deviation of its wind east, wind north and speed of sound, m/s.
    pub air_sigma_m_s: [f64; 3],
    /// Shots fired.
    pub shots: usize,
    /// One entry a sensor that heard any.
    pub paths: Vec<CalibratedPath>,
}

/// The delay from the place to one sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibratedPath {
    /// Index of the sensor.
    pub sensor: usize,
    /// Extra delay up to a constant that all sensors of the calibration share, seconds. Its sigma is
    /// that of measuring; what place and air add is not in it.
    pub delay_s: Uncertain,
    /// Shots heard.
    pub shots: usize,
}
