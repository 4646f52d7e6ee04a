//! Files that hold one JSON value.

use std::path::Path;

use serde::de::DeserializeOwned;
use shotfix_datasets::Error;

/// Reads `path`.
///
/// # Errors
/// [`Error`], naming the file: it cannot be read or does not hold what it should.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|error| Error::Field {
        path: path.to_owned(),
        field: "JSON".to_owned(),
        reason: error.to_string(),
    })
}
