//! The microphone, its noise, its converter, its clock and its failures.

mod chain;
mod clock;
mod clock_spec;
mod converter;
mod losses;
mod noise;
mod recording;
mod response;
mod spec;

pub(crate) use chain::{Chain, ambient_db_spl, losses, sensor_truth};
pub(crate) use clock::Clock;
pub use clock_spec::ClockSpec;
pub(crate) use converter::steps;
pub use losses::LossSpec;
pub(crate) use losses::Losses;
pub use noise::{NoiseSpec, Place};
pub(crate) use recording::station;
pub use recording::{Recording, Station};
pub use spec::{MicrophoneSpec, SensorSpec};
