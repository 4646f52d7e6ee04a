//! What can be wrong with a city.

/// Why buildings or terrain are refused: where, what is wrong, and what to write instead.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub(crate) struct CityError {
    /// The value, such as `features[3].properties.height`; elements count from 0.
    pub(crate) place: String,
    /// What is wrong with it.
    pub(crate) problem: String,
    /// What to write instead.
    pub(crate) remedy: String,
}

impl CityError {
    pub(crate) fn new(
        place: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}
