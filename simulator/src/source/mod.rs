//! What makes a sound, as pressure at 1 m.

mod blast;
mod emission;
mod firearm;
mod resample;
mod sounds;

pub use blast::Blast;
pub(crate) use blast::{db_spl, pascals};
pub(crate) use emission::{Emission, Samples, Track, Waveform};
pub use firearm::{FIREARMS, Firearm};
pub(crate) use resample::resample;
#[allow(unused_imports)] // Until moving sources are resampled as the loops they are.
pub(crate) use resample::resample_loop;
pub use sounds::SoundSpec;
