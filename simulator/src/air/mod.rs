//! The air between source and sensor.

mod absorption;
mod atmosphere;
mod column;
mod eigenray;
mod medium;
mod profile;
mod shadow;
mod spec;
mod speed;
mod trend;
mod turbulence;

pub use atmosphere::{Air, Travel};
pub use medium::Medium;
pub use profile::Profile;
pub use shadow::Shadow;
pub use spec::AirSpec;
pub use turbulence::{Turbulence, Wander};
