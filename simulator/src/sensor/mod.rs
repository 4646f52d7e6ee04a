//! The microphone, its noise, its converter and its clock.

mod chain;
mod noise;
mod recording;

pub(crate) use chain::Chain;
pub use recording::{Recording, Station};
pub(crate) use recording::{station, steps};
