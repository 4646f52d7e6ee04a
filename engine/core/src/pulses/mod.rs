//! Pulses of many sensors to shots, by what repeats.

mod burst;
mod echo;
mod explain;
mod hearing;
mod lags;
mod network;
mod place;
mod pulse;
mod scan;
mod scene;
mod settle;
mod stack;
mod stream;

pub use explain::{Shot, associate};
pub use network::Network;
pub use pulse::Pulse;
pub use stream::{Stream, StreamShot};
