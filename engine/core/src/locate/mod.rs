//! Where and when, from arrival times.
//!
//! [`fit()`] is maximum likelihood for the rounds of one burst; [`height`] supplies what is assumed
//! of the source's height, [`ellipse`] turns a covariance into a region on the map.

mod assumptions;
mod drift;
pub mod ellipse;
pub mod fit;
pub mod height;
pub(crate) mod likelihood;

pub use assumptions::{Assumptions, SensorModel};
pub use drift::Drift;
pub use ellipse::ellipse95;
pub use fit::{Fix, Observation, Round, fit};
pub use height::HeightPrior;
