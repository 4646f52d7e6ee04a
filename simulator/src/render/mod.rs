//! From emissions to samples.

mod propagate;
mod pulse;
mod simulate;

pub(crate) use propagate::paths;
pub(crate) use pulse::PulseRenderer;
pub use simulate::{Simulation, simulate};
pub(crate) use simulate::{reported_air, truth};
