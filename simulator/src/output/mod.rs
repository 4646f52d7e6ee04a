//! Recordings, array and truth as files.

mod array_file;
mod report;
mod truth;
mod write;

pub(crate) use report::{reported_air, truth};
pub use truth::{
    Truth, TruthArrival, TruthAtmosphere, TruthCrack, TruthEcho, TruthSensor, TruthShot, TruthSound,
};
pub use write::{Written, simulate_to_dir, simulate_to_dir_with, write};
