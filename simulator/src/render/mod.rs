//! From emissions to samples.

mod barrier;
mod filter;
mod moving;
mod propagate;
mod pulse;
mod simulate;
mod tail;
mod timeline;

pub(crate) use propagate::paths;
pub(crate) use pulse::{Passage, PulseRenderer, Wave};
pub use simulate::{Simulation, simulate};
pub(crate) use simulate::{reported_air, truth};
pub(crate) use timeline::Timeline;
