//! What a microphone hears when nobody shoots: the place, the wind, itself.

mod ambient;
mod bank;
mod own;
mod slow;
mod spec;
mod wind;

pub(crate) use ambient::{Ambient, level_db_spl};
pub(crate) use own::White;
pub use spec::{NoiseSpec, Place};
pub(crate) use wind::{Wind, WindAt};
