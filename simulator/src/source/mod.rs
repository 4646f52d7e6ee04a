//! What makes a sound, as pressure at 1 m.

mod blast;
mod emission;
mod firearm;
mod resample;
mod sounds;

pub use blast::Blast;
pub(crate) use blast::{db_spl, pascals};
#[allow(unused_imports)] // Until scenes have other sounds.
pub(crate) use emission::{Emission, Samples, Track, Waveform};
pub use firearm::{FIREARMS, Firearm};
#[allow(unused_imports)] // Until scenes have other sounds.
pub(crate) use resample::{resample, resample_loop};
pub use sounds::SoundSpec;
