//! What can be wrong with a recording set. Every error names the file and what to do about it.

use std::path::{Path, PathBuf};

/// Why a file or a set of recordings cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing at this path.
    #[error("{}: no such file or folder; check the spelling", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: cannot be read ({source})", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder without audio.
    #[error("{}: holds no audio; expected WAV, FLAC or OGG files", path.display())]
    NoAudio {
        /// The folder.
        path: PathBuf,
    },
    /// A file whose name says audio and whose content does not.
    #[error("{}: is no audio file that can be read ({reason}); convert it to WAV or FLAC, or leave it out", path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// An audio file in a coding this crate does not decode.
    #[error("{}: {what} is not supported; convert it to 16- or 24-bit WAV or FLAC, or leave it out", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The coding found.
        what: String,
    },
    /// An audio file without a single sample.
    #[error("{}: holds no samples (only a header); record it again or leave it out", path.display())]
    NoSamples {
        /// The file.
        path: PathBuf,
    },
    /// A channel the file does not have.
    #[error("{}: has {channels} channel(s), so no channel {channel} (channels count from 0)", path.display())]
    NoChannel {
        /// The file.
        path: PathBuf,
        /// The channel asked for.
        channel: u16,
        /// How many there are.
        channels: u16,
    },
    /// A text file that does not hold what it should.
    #[error("{}: {field}: {reason}", path.display())]
    Field {
        /// The file, or the option on the command line.
        path: PathBuf,
        /// Which field, with its line where the format tells it.
        field: String,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// A recording whose first sample has no known time.
    #[error("{}: no start time; name it like S01_20181219T004926.000Z.wav or give `start` in the array file", path.display())]
    NoStart {
        /// The audio file.
        path: PathBuf,
    },
    /// A recording that belongs to no sensor of the array.
    #[error("{}: belongs to no sensor of {}; name it ID_TIME.wav with one of the ids {known}, or add the sensor", path.display(), array.display())]
    UnknownSensor {
        /// The audio file.
        path: PathBuf,
        /// The array file.
        array: PathBuf,
        /// The sensors there are.
        known: String,
    },
    /// Recordings without sensor positions.
    #[error("{}: no sensor positions; put an array.toml beside the audio or give one with --array ({hint})", path.display())]
    NoPositions {
        /// The set.
        path: PathBuf,
        /// What was looked for.
        hint: String,
    },
    /// A folder of several tests, each with a truth of its own.
    #[error("{}: holds {tests} tests, and each is a recording set of its own; give one of them, such as {}, or measure all with `shotfix bench locate {}`", path.display(), first.display(), path.display())]
    SeveralTests {
        /// The folder.
        path: PathBuf,
        /// How many.
        tests: usize,
        /// The first of them.
        first: PathBuf,
    },
    /// Recordings that never overlap in time.
    #[error("{}: only {sensors} of {given} sensors overlap in time; check the start times ({detail})", path.display())]
    NoOverlap {
        /// The set.
        path: PathBuf,
        /// Sensors in the largest group of recordings that overlap.
        sensors: usize,
        /// Sensors with a recording.
        given: usize,
        /// Which recordings lie where.
        detail: String,
    },
    /// Every single recording was bad.
    #[error("{}: no recording can be used: {}", path.display(), reasons.join("; "))]
    NothingUsable {
        /// The set.
        path: PathBuf,
        /// One reason per recording.
        reasons: Vec<String>,
    },
}

impl Error {
    pub(crate) fn field(path: &Path, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Field {
            path: path.to_owned(),
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// Sorts "not found" from the other refusals of the system.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::NotFound {
            Self::Missing {
                path: path.to_owned(),
            }
        } else {
            Self::Io {
                path: path.to_owned(),
                source,
            }
        }
    }

    /// The file or folder this is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::Io { path, .. }
            | Self::NoAudio { path }
            | Self::NotAudio { path, .. }
            | Self::Unsupported { path, .. }
            | Self::NoSamples { path }
            | Self::NoChannel { path, .. }
            | Self::Field { path, .. }
            | Self::NoStart { path }
            | Self::UnknownSensor { path, .. }
            | Self::NoPositions { path, .. }
            | Self::SeveralTests { path, .. }
            | Self::NoOverlap { path, .. }
            | Self::NothingUsable { path, .. } => path,
        }
    }
}

/// Longest text file read whole, bytes: arrays, weather and truth are far smaller.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// Reads a text file whole; a byte order mark at its start is dropped.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    use std::io::Read;
    let file = std::fs::File::open(path).map_err(|e| Error::io(path, e))?;
    let mut bytes = Vec::new();
    file.take(MAX_TEXT_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::io(path, e))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        Error::field(
            path,
            "text",
            format!("is not UTF-8 ({e}); save it as UTF-8"),
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or(text.clone(), str::to_owned))
}
