//! Recordings of everyday sounds: none is gunfire.

use std::path::{Path, PathBuf};

use shotfix_core::classify::Class;
use shotfix_datasets::{Error, probe};

use super::gather::{Batch, Labelled, Listened, Origin, onsets};

/// Backgrounds are cut into stretches of this length, seconds, each a recording of its own.
const STRETCH_S: f64 = 60.0;

/// A file of sound.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    pub(super) path: PathBuf,
    pub(super) origin: Origin,
    pub(super) kind: String,
    pub(super) source: String,
}

/// All OGG and WAV files below `dir/esc10` (clips, by kind) and `dir/blanket` (backgrounds).
pub(super) fn find(dir: &Path) -> Result<Vec<Sound>, Error> {
    let mut files = Vec::new();
    collect(dir, &mut files)?;
    files.sort();
    let sounds = files.into_iter().filter_map(|path| {
        let stem = path.file_stem()?.to_str()?.to_owned();
        let folder = path.parent()?.file_name()?.to_str()?.to_owned();
        let is_clip = path.components().any(|c| c.as_os_str() == "esc10");
        Some(if is_clip {
            // FOLD-ORIGINAL-TAKE: takes of one original recording are one source.
            let original = stem.split('-').nth(1).unwrap_or(&stem).to_owned();
            Sound { path, origin: Origin::Clip, kind: folder, source: format!("clip {original}") }
        } else {
            let source = format!("background {stem}");
            Sound { path, origin: Origin::Background, kind: stem, source }
        })
    });
    Ok(sounds.collect())
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |source| Error::Io { path: dir.to_owned(), source };
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "ogg" || e == "wav") {
            files.push(path);
        }
    }
    Ok(())
}

/// Samples of the first channel.
pub(super) fn read(path: &Path) -> Result<(Vec<f32>, f64), Error> {
    let file = probe(path)?;
    let mut reader = file.open(0)?;
    let mut samples = Vec::new();
    let mut block = vec![0.0; 1 << 15];
    loop {
        match reader.read(&mut block)? {
            0 => return Ok((samples, file.sample_rate_hz)),
            n => samples.extend_from_slice(&block[..n]),
        }
    }
}

/// Hears one file as it lies.
pub(super) fn listen(sound: &Sound) -> Result<Batch, Error> {
    let (samples, rate_hz) = read(&sound.path)?;
    let stretch = match sound.origin {
        Origin::Background => (STRETCH_S * rate_hz) as usize,
        _ => samples.len().max(1),
    };
    let recordings = samples.chunks(stretch).map(|samples| {
        let labelled = onsets(samples, rate_hz).into_iter().map(|onset| Labelled {
            onset,
            class: Class::Other,
            kind: sound.kind.clone(),
            event: None,
        });
        let listened = Listened {
            origin: sound.origin,
            source: sound.source.clone(),
            name: sound.path.display().to_string(),
            kind: sound.kind.clone(),
            duration_s: samples.len() as f64 / rate_hz,
        };
        (listened, labelled.collect())
    });
    Ok(Batch { recordings: recordings.collect(), n_events: 0 })
}
