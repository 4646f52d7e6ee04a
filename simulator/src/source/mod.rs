//! What makes a sound, as pressure at 1 m.

mod blast;
mod firearm;

pub use blast::Blast;
pub(crate) use blast::{db_spl, pascals};
pub use firearm::{FIREARMS, Firearm};
