//! Recordings, array and truth as files.

mod array_file;
mod truth;
mod write;

pub(crate) use truth::SCHEMA;
pub use truth::{Truth, TruthArrival, TruthAtmosphere, TruthSensor, TruthShot};
pub use write::{Written, simulate_to_dir, write};
