//! How a value is refused: with the file, the field, what is wrong and what to write instead.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::error::SceneError;
use crate::point::Point;

/// Coordinates beyond this are a slip of units, metres.
pub(crate) const FARTHEST_M: f64 = 100_000.0;

/// Largest file that a scene may name.
const MOST_BYTES: u64 = 512 << 20;

/// The checks of one scene file.
pub(crate) struct Check<'a> {
    pub(crate) file: &'a str,
}

impl Check<'_> {
    pub(crate) fn refuse<T>(
        &self,
        field: impl Display,
        problem: impl Display,
        remedy: impl Display,
    ) -> Result<T, SceneError> {
        Err(SceneError::Field {
            file: self.file.to_owned(),
            line: None,
            field: field.to_string(),
            problem: problem.to_string(),
            remedy: remedy.to_string(),
        })
    }

    /// NaN is in no range.
    pub(crate) fn range(
        &self,
        field: impl Display,
        value: f64,
        low: f64,
        high: f64,
        unit: &str,
    ) -> Result<(), SceneError> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        let remedy = format!("give {low} to {high} {unit}");
        self.refuse(field, format!("{value} is out of range"), remedy)
    }

    pub(crate) fn level(&self, field: impl Display, value: f64) -> Result<(), SceneError> {
        self.range(field, value, -20.0, 200.0, "dB SPL")
    }

    pub(crate) fn rate(&self, field: impl Display, rate_hz: u32) -> Result<(), SceneError> {
        self.range(field, f64::from(rate_hz), 4_000.0, 192_000.0, "hertz")
    }

    pub(crate) fn point(&self, field: &str, position: Point) -> Result<(), SceneError> {
        for (axis, value) in [
            ("east", position.east),
            ("north", position.north),
            ("up", position.up),
        ] {
            let name = format!("{field}.{axis}");
            self.range(name, value, -FARTHEST_M, FARTHEST_M, "metres")?;
        }
        Ok(())
    }

    /// Where a file that the scene names lies: paths are relative to the scene file.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        let folder = Path::new(self.file).parent().unwrap_or(Path::new(""));
        folder.join(path)
    }

    /// The bytes of a file that the scene names at `field`.
    pub(crate) fn read_bytes(&self, field: &str, path: &str) -> Result<Vec<u8>, SceneError> {
        let found = self.beside(path);
        let refuse = |problem: String| {
            let remedy = "give a readable file, its path relative to the scene file";
            self.refuse(field, format!("{}: {problem}", found.display()), remedy)
        };
        match std::fs::metadata(&found) {
            Ok(file) if file.len() > MOST_BYTES => {
                return refuse(format!("{} bytes are more than {MOST_BYTES}", file.len()));
            }
            // A device may never end.
            Ok(file) if !file.is_file() => return refuse("is no file".to_owned()),
            Ok(_) => {}
            Err(error) => return refuse(error.to_string()),
        }
        std::fs::read(&found).or_else(|error| refuse(error.to_string()))
    }

    /// The text of a file that the scene names at `field`.
    pub(crate) fn read_text(&self, field: &str, path: &str) -> Result<String, SceneError> {
        let bytes = self.read_bytes(field, path)?;
        String::from_utf8(bytes).or_else(|_| {
            let remedy = "save it as UTF-8";
            self.refuse(field, format!("{path}: is not text"), remedy)
        })
    }
}
