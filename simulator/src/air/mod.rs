//! The air between source and sensor.

mod medium;

pub use medium::Medium;
