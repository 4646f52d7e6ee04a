//! From emissions to samples.

mod agenda;
pub(crate) mod barrier;
mod crack;
mod filter;
mod heard;
mod listener;
mod moving;
mod passer;
mod path;
mod paths;
mod peak;
mod pulse;
mod simulate;
mod stage;
mod stream;
mod tail;
mod timeline;

pub(crate) use agenda::Event;
pub(crate) use heard::Heard;
pub use path::{Path, PathKind};
pub(crate) use paths::{Detail, kind, paths};
pub(crate) use peak::PeakLoss;
pub(crate) use simulate::BLOCK;
pub use simulate::{Simulation, simulate, simulate_some};
pub(crate) use stage::Stage;
pub use stream::{Block, Stream};
pub(crate) use stream::{SensorStream, length};
pub use tail::TailSpec;
