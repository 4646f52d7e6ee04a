//! Maximum likelihood when every arrival is on time.

use super::problem::{Problem, Settings, Solution, SolveError};

/// Placeholder.
///
/// # Errors
/// As [`super::solve`].
pub fn maximum_likelihood(problem: &Problem<'_>, settings: &Settings) -> Result<Solution, SolveError> {
    super::solve(problem, settings)
}
