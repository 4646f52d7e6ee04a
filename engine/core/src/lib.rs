#![doc = include_str!("../README.md")]

pub mod air_filter;
pub mod aloft;
mod arrivals;
pub mod associate;
pub mod atmosphere;
mod ballistic;
pub mod cadence;
mod carried_air;
pub mod classify;
pub mod correlate;
pub mod detect;
pub mod engine;
pub mod explain;
mod exponential;
pub mod geodesy;
pub mod group;
mod hearing;
pub mod incident;
pub mod locate;
mod median;
mod memory;
pub mod motion;
mod normal;
pub mod onset;
pub mod paths;
pub mod pulses;
pub mod repetition;
pub mod report;
pub mod rhythm;
pub mod sensor;
pub mod settings;
pub mod solve;
pub mod timestamp;
pub mod track;
pub mod travel;
pub mod units;

pub use atmosphere::{Atmosphere, Uncertain, Wind};
pub use detect::OnsetDetector;
pub use engine::{Engine, EngineError};
pub use geodesy::{Enu, Geodetic, LocalFrame};
pub use incident::{
    ArrivalStatus, Class, ClassPosterior, Ellipse, Incident, Shot, ShotArrival, Trajectory,
};
pub use onset::{Onset, OnsetFeatures};
pub use report::{FileImpulses, Impulse, LocateReport};
pub use sensor::{Array, ArrayError, Sensor, SensorIdx};
pub use settings::Settings;
pub use timestamp::{Timestamp, TimestampError};
pub use units::{Hertz, Metres, MetresPerSecond, Seconds};
