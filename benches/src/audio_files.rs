//! Audio files by folder.

use std::path::{Path, PathBuf};

use shotfix_datasets::Error;

/// Endings of audio files.
const AUDIO: [&str; 4] = ["wav", "flac", "ogg", "oga"];

/// Adds the audio files below `dir`, outside the folders `tests`, in no order; `dir` may be a file.
///
/// # Errors
/// [`Error`], naming a folder that cannot be read.
pub(crate) fn below(dir: &Path, tests: &[PathBuf], files: &mut Vec<PathBuf>) -> Result<(), Error> {
    if tests.iter().any(|test| test == dir) {
        return Ok(());
    }
    if dir.is_file() {
        files.push(dir.to_owned());
        return Ok(());
    }
    let io = |source| Error::Io {
        path: dir.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if path.is_dir() {
            below(&path, tests, files)?;
        } else if AUDIO.iter().any(|known| ending.eq_ignore_ascii_case(known)) {
            files.push(path);
        }
    }
    Ok(())
}
