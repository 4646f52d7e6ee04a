//! One shot from its arrival times, some of which are late.
//!
//! `locate` fits the rounds of a burst that association has found; this solves for a single shot
//! with nothing but sensors, times and a stated sigma, over 20 000 a second and core on the map alone.
//!
//! # Model
//! An arrival is on time with a normal error, or late: an echo or a wave bent round a building. None
//! is early. The share of late ones has a beta prior, lateness a broad one ([`Settings`]). Sound
//! travels straight in uniformly moving air; wind and speed of sound are unknowns where they are
//! uncertain, the height is one in three dimensions. All errors may be larger than stated.
//!
//! # Way
//! 1. Three arrivals fix one or two places in closed form (`start`). Up to 64 triples are
//!    intersected, each place rated by all arrivals, the best eight kept that lie apart.
//! 2. Each climbs to a maximum of the posterior, noise lowered on the way: expectation-maximisation
//!    for who is late, Newton for the rest (`refine`); one that comes to where an earlier one was at the same step
//!    need not go on (`trails`). Maxima are weighed by Laplace's method.
//! 3. The answer is the place of least expected error over all maxima; the covariance also counts
//!    the readings in which one arrival is late after all (`readings`), and is scaled so that its
//!    95 % ellipse holds 95 % of the probability (`places`).
//!
//! Nothing allocates; the order of the sensors does not change a byte.
//!
//! # Limits
//! With four arrivals and one late, or sensors that leave a mirror place, two places may be equally
//! probable; the answer is at one of them and the covariance reaches to the other.
//!
//! ```
//! use shotfix_core::solve::{Air, Dimensions, Problem, Settings, solve};
//! use shotfix_core::{Enu, Seconds, Uncertain, Wind};
//!
//! let sensors = [(0.0, 0.0), (700.0, 40.0), (650.0, 620.0), (60.0, 580.0), (330.0, 300.0), (350.0, -200.0)]
//!     .map(|(e, n)| Enu::new(e, n, 0.0));
//! let shooter = Enu::new(220.0, 410.0, 0.0);
//! let mut arrivals = sensors.map(|s| Seconds(7.0 + s.distance_m(shooter) / 343.0));
//! arrivals[2].0 += 0.040; // An echo.
//! let problem = Problem {
//!     sensors: &sensors,
//!     arrivals: &arrivals,
//!     sigma: Seconds(0.001),
//!     survey_sigma_m: 0.0,
//!     dimensions: Dimensions::Two,
//!     air: Air { speed_m_s: Uncertain::new(343.0, 0.0), wind: Wind::default() },
//!     up_m: None,
//!     paths: &[],
//! };
//! let found = solve(&problem, &Settings::default())?;
//! assert!(found.position.horizontal_distance_m(shooter) < 0.5);
//! assert!(!found.used(2) && found.used(1));
//! # Ok::<(), shotfix_core::solve::SolveError>(())
//! ```

#![allow(clippy::needless_range_loop)] // Matrices of fixed size read best by their indices.

mod alternatives;
mod contour;
mod density;
mod lattice;
mod map;
mod places;
mod plain;
mod posterior;
mod problem;
mod readings;
mod refine;
mod residuals;
mod rifle;
mod scene;
mod small;
mod start;
mod trails;

pub use alternatives::{Candidate, candidates};
pub use contour::Polygon;
pub use map::{ProbabilityMap, Region, probability_map};
pub(crate) use places::joint_covariance_m2;
pub use plain::maximum_likelihood;
pub use posterior::solve;
pub use problem::{Air, Dimensions, MAX_SENSORS, Problem, Settings, Solution, SolveError};
pub use rifle::{Bullet, Heard, RifleFix, RifleProblem, Wave, locate_rifle};
