//! From emissions to samples.

pub(crate) mod barrier;
mod filter;
mod moving;
mod path;
mod paths;
mod pulse;
mod simulate;
mod tail;
mod timeline;

pub use path::{Path, PathKind};
pub(crate) use paths::{Detail, kind, paths};
pub(crate) use pulse::{Passage, PulseRenderer, Wave};
pub use simulate::{Simulation, simulate};
pub(crate) use simulate::{reported_air, truth};
pub use tail::TailSpec;
pub(crate) use timeline::Timeline;
