//! Statistics of recorded live fire, and the same of simulated: one estimator for both.

mod delays;
mod fit;
mod levels;
mod observations;
mod participation;
mod read;
mod statistics;

pub use delays::Delays;
pub use levels::Levels;
pub use observations::{Observations, ObservedArrival, ObservedPlace, ObservedShot};
pub use read::read_released;
pub use statistics::{PUBLISHED, Statistics};
