//! What an array observed of shots whose truth is known, recorded or simulated.

use shotfix_core::Timestamp;

/// Observations of a whole trial.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// Places that were fired from.
    pub places: Vec<ObservedPlace>,
    /// Pulses that the sensors reported, of shots or not.
    pub pulses: usize,
    /// Levels from here on are those of a full converter, dB SPL.
    pub clip_db_spl: f64,
}

/// What was fired from one place and which sensors listened. Coordinates are metres east, north
/// and up about an origin of its own.
#[derive(Clone, Debug, Default)]
pub struct ObservedPlace {
    /// Name.
    pub name: String,
    /// Where the survey puts the muzzle.
    pub truth_m: [f64; 3],
    /// Sensors that listened, whether they heard a shot or not.
    pub sensors_m: Vec<[f64; 3]>,
    /// Their names, where they have any.
    pub ids: Vec<String>,
    /// Shots, in any order.
    pub shots: Vec<ObservedShot>,
}

/// One shot.
#[derive(Clone, Debug, Default)]
pub struct ObservedShot {
    /// The test it was fired in.
    pub test: String,
    /// What was fired, empty where that is not known.
    pub firearm: String,
    /// When, to the minute, where that is known.
    pub time: Option<Timestamp>,
    /// Speed of sound by the weather report, m/s.
    pub speed_m_s: f64,
    /// Pulses that belong to it, at most one a sensor.
    pub arrivals: Vec<ObservedArrival>,
}

/// A pulse of a shot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedArrival {
    /// Index among the sensors of the place.
    pub sensor_idx: usize,
    /// Seconds after an instant common to the shot.
    pub time_s: f64,
    /// Level, dB SPL.
    pub level_db_spl: f64,
}

impl ObservedPlace {
    /// Distance of a sensor from the muzzle, metres.
    pub(super) fn range_m(&self, sensor_idx: usize) -> f64 {
        let (a, b) = (self.truth_m, self.sensors_m[sensor_idx]);
        (a[0] - b[0]).hypot(a[1] - b[1]).hypot(a[2] - b[2])
    }
}

impl Observations {
    /// Shots with their places.
    pub(super) fn shots(&self) -> impl Iterator<Item = (&ObservedPlace, &ObservedShot)> {
        (self.places.iter()).flat_map(|place| place.shots.iter().map(move |shot| (place, shot)))
    }

    /// Pulses of shots.
    pub(super) fn arrivals(&self) -> usize {
        self.shots().map(|(_, shot)| shot.arrivals.len()).sum()
    }
}
