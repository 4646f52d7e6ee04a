//! What goes into a solution and what comes out.

use crate::atmosphere::{Atmosphere, Uncertain, Wind};
use crate::geodesy::Enu;
use crate::travel::Medium;
use crate::units::Seconds;

/// More sensors than this hear no shot; arrays on the stack have this size.
pub const MAX_SENSORS: usize = 64;

/// What is solved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimensions {
    /// East and north; source and sensors share one height.
    Two,
    /// East, north and up. Up has a prior from the heights of the sensors, see [`Settings`].
    Three,
}

/// The air, as far as travel times need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Air {
    /// Speed of sound in still air, m/s.
    pub speed_m_s: Uncertain,
    /// Wind, the direction it blows towards.
    pub wind: Wind,
}

impl Air {
    /// The air of `atmosphere`.
    pub fn of(atmosphere: &Atmosphere) -> Self {
        Self {
            speed_m_s: Uncertain::new(
                atmosphere.speed_of_sound().0,
                atmosphere.speed_of_sound_sigma().0,
            ),
            wind: atmosphere.wind,
        }
    }

    /// What is expected of it.
    pub fn medium(&self) -> Medium {
        Medium {
            speed_m_s: self.speed_m_s.mean,
            wind_m_s: [self.wind.east.mean, self.wind.north.mean],
        }
    }
}

/// The arrival times of one shot.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Sensors, all different, at most [`MAX_SENSORS`].
    pub sensors: &'a [Enu],
    /// One arrival a sensor, after any common epoch.
    pub arrivals: &'a [Seconds],
    /// Stated standard deviation of an arrival that is on time.
    pub sigma: Seconds,
    /// Standard deviation of each coordinate of the sensors, metres.
    pub survey_sigma_m: f64,
    /// What is solved for.
    pub dimensions: Dimensions,
    /// The air.
    pub air: Air,
    /// Height of the source in the frame of the sensors, metres, where terrain or a witness tells it;
    /// `None` is the guess of [`Settings::below_sensors_m`]. Only in three dimensions.
    pub up_m: Option<Uncertain>,
    /// Extra delay of the path to each sensor beyond the straight line, seconds, each normal with its
    /// sigma and independent of the others; empty where nothing is known of paths, which stands
    /// for 0 +- 0. The prior of a city is +-7.4 ms, that of a learned path 1 to 2 ms.
    pub paths: &'a [Uncertain],
}

/// What is assumed beside the problem: one set for all data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Beta prior of the share of late arrivals.
    pub late_share: [f64; 2],
    /// Lateness of a late arrival: Erlang of order 2, for no detour is very short, its rate unknown
    /// and gamma-distributed with shape 2, which integrates to `p(l) = 6 l / s^2 (1 + l / s)^-4`.
    /// This is `s`, seconds; most late arrivals are late by `s / 3`, a fifth by more than `2 s`.
    pub lateness_s: f64,
    /// Odds by which nobody being late is more probable than the share alone says.
    pub all_on_time: f64,
    /// A source in three dimensions lies so far below the mean of the sensors, metres.
    pub below_sensors_m: Uncertain,
    /// Arrivals may scatter more than stated: factors on sigma and their prior probability.
    pub noise_scales: [(f64, f64); 3],
    /// A source that enough sensors heard lies among them or not far outside: its standard
    /// deviation about their mean, in units of theirs.
    pub reach: f64,
}

impl Default for Settings {
    /// A third of the arrivals late, by some 15 ms to 100 ms: echoes in streets and courts. Sensors
    /// stand on roofs and poles. Scatter is as stated in nine of ten cases.
    fn default() -> Self {
        Self {
            late_share: [2.0, 4.0],
            lateness_s: 0.045,
            all_on_time: 8.0,
            below_sensors_m: Uncertain::new(12.0, 7.0),
            noise_scales: [(1.0, 0.93), (2.0, 0.05), (4.0, 0.02)],
            reach: 1.1,
        }
    }
}

/// Where and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solution {
    /// Position; up is 0 in two dimensions.
    pub position: Enu,
    /// Time of firing on the scale of the arrivals.
    pub t0: Seconds,
    /// Covariance of (east, north, up), square metres; zeros for a height not solved for.
    pub covariance_m2: [[f64; 3]; 3],
    /// Bit i: arrival i is on time, not late.
    pub on_time: u64,
    /// How many separate places the arrivals allow.
    pub places: usize,
    /// Probability of the place that `position` is at.
    pub probability: f64,
    /// Log of the density of these arrivals under everything assumed, up to a constant of the sensors
    /// and the air. Of two descriptions of the same arrivals, such as path delays learned here or
    /// there, the likelier has the greater.
    pub log_evidence: f64,
}

impl Solution {
    /// Was arrival `sensor_idx` taken as on time?
    pub fn used(&self, sensor_idx: usize) -> bool {
        sensor_idx < MAX_SENSORS && self.on_time >> sensor_idx & 1 == 1
    }
}

/// Why there is no solution.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// Fewer arrivals than unknowns.
    #[error("{got} arrivals, {need} are needed")]
    TooFew {
        /// Arrivals needed.
        need: usize,
        /// Arrivals given.
        got: usize,
    },
    /// More sensors than [`MAX_SENSORS`].
    #[error("{got} sensors, {max} at most")]
    TooMany {
        /// Sensors at most.
        max: usize,
        /// Sensors given.
        got: usize,
    },
    /// Not one arrival for each sensor.
    #[error("{sensors} sensors but {arrivals} arrivals")]
    Mismatch {
        /// Sensors given.
        sensors: usize,
        /// Arrivals given.
        arrivals: usize,
    },
    /// Path delays are given, but not one for each sensor.
    #[error("{sensors} sensors but {paths} path delays; give one each or none")]
    PathMismatch {
        /// Sensors given.
        sensors: usize,
        /// Path delays given.
        paths: usize,
    },
    /// A number that is not finite, or a sigma or speed that is not positive.
    #[error("a position, time, delay, sigma or speed is not a usable number")]
    NotUsable,
    /// The geometry leaves the position open, such as sensors on one line.
    #[error("the sensors leave the position open: they stand on one line or in one place")]
    Degenerate,
}
