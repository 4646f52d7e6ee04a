//! One shot from its arrival times, some of which are late.

mod places;
mod plain;
mod posterior;
mod problem;
mod readings;
mod refine;
mod scene;
mod small;
mod start;

pub use plain::maximum_likelihood;
pub use posterior::solve;
pub use problem::{Air, Dimensions, MAX_SENSORS, Problem, Settings, Solution, SolveError};
