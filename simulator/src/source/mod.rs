//! What makes a sound, as pressure at 1 m; of a bullet, as pressure where it is heard.

mod aim;
mod blast;
mod bullet;
mod check;
mod directivity;
mod emission;
mod firearm;
mod resample;
mod shock;
mod sounds;
mod spec;

pub use aim::Aim;
pub use blast::Blast;
pub(crate) use blast::{db_spl, pascals};
pub use bullet::{Bullet, Shock};
pub use directivity::Directivity;
pub(crate) use emission::{Emission, Samples, Track, Waveform};
pub use firearm::{FIREARMS, Firearm, FirearmClass};
pub(crate) use resample::resample;
#[allow(unused_imports)] // Until moving sources are resampled as the loops they are.
pub(crate) use resample::resample_loop;
pub use shock::NWave;
pub use sounds::SoundSpec;
pub use spec::{BurstMode, BurstSpec, ShotSpec, WalkSpec};
