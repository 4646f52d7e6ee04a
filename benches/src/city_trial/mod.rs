//! Learned paths and a learned wind in simulated cities (`shotfix bench calibrate --cities`).
//!
//! Arrivals come from the simulator, whose ways round houses, air and picks share no code with the
//! locator.

mod aloft;
mod bound;
mod city;
mod distance;
mod moving;
mod page;
mod ten_feet;

pub use aloft::{AloftRow, aloft_study};
pub use distance::{DistanceRow, gain_with_distance};
pub use moving::{Drive, moving_study};
pub use page::markdown;
pub use ten_feet::{TenFeetRow, ten_feet};

/// Ten feet, metres.
pub const TEN_FEET_M: f64 = 3.05;
