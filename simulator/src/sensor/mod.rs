//! The microphone, its noise, its converter and its clock.

mod noise;
mod recording;

pub(crate) use recording::{DirectSound, record, station, steps};
pub use recording::{Recording, Station};
