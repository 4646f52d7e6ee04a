//! Which files a set consists of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Deepest folder looked into below a set that has no audio at its top.
const MAX_DEPTH: usize = 8;

/// The files of a set, each list sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// The first path as given: names the set in messages.
    pub(crate) root: PathBuf,
    /// Files that audio is expected in.
    pub(crate) audio: Vec<PathBuf>,
    /// Everything beside them.
    pub(crate) others: Vec<PathBuf>,
}

impl Files {
    /// The other files whose name is `name`, whatever its case.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a PathBuf> {
        self.others
            .iter()
            .filter(move |p| file_name(p).eq_ignore_ascii_case(name))
    }

    /// The other files whose name ends in `suffix`, whatever its case.
    pub(crate) fn ending<'a>(&'a self, suffix: &'a str) -> impl Iterator<Item = &'a PathBuf> {
        self.others
            .iter()
            .filter(move |p| file_name(p).to_ascii_lowercase().ends_with(suffix))
    }
}

/// The last part of a path; names that are no text get replacement characters.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

pub(crate) fn is_audio(path: &Path) -> bool {
    path.extension().is_some_and(|e| {
        ["wav", "wave", "flac", "ogg", "oga"]
            .iter()
            .any(|known| e.eq_ignore_ascii_case(known))
    })
}

/// Gathers the files of `paths`.
///
/// A folder with audio at its top is that folder alone; otherwise its subfolders belong to it.
/// A file brings what lies beside it (positions, weather), but no other audio.
pub(crate) fn gather(paths: &[PathBuf]) -> Result<Files, Error> {
    let root = paths.first().cloned().unwrap_or_default();
    let mut all = BTreeSet::new();
    let mut beside = BTreeSet::new();
    for path in paths {
        let kind = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
        if kind.is_dir() {
            let (files, folders) = list(path)?;
            let flat = files.iter().any(|f| is_audio(f));
            all.extend(files);
            if !flat {
                for folder in folders {
                    descend(&folder, MAX_DEPTH, &mut all)?;
                }
            }
        } else {
            all.insert(path.clone());
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
            let (files, _) = list(parent.unwrap_or(Path::new(".")))?;
            beside.extend(files.into_iter().filter(|f| !is_audio(f)));
        }
    }
    // A file that was named outright is taken for audio unless it clearly is something else.
    let data = |p: &Path| {
        p.extension().is_some_and(|e| {
            ["json", "toml", "csv", "txt", "md"]
                .iter()
                .any(|known| e.eq_ignore_ascii_case(known))
        })
    };
    let (audio, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|p| is_audio(p) || (paths.contains(p) && p.is_file() && !data(p)));
    let mut others: BTreeSet<_> = others.into_iter().collect();
    others.extend(beside);
    if audio.is_empty() {
        return Err(Error::NoAudio { path: root });
    }
    Ok(Files {
        root,
        audio,
        others: others.into_iter().collect(),
    })
}

/// Files and folders directly in `folder`, sorted, hidden ones left out.
pub(crate) fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    let io = |e| Error::io(folder, e);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if file_name(&path).starts_with('.') {
            continue;
        }
        if path.is_dir() {
            folders.push(path);
        } else {
            files.push(path);
        }
    }
    files.sort();
    folders.sort();
    Ok((files, folders))
}

fn descend(folder: &Path, depth: usize, all: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    let (files, folders) = list(folder)?;
    all.extend(files);
    if depth > 0 {
        for folder in folders {
            descend(&folder, depth - 1, all)?;
        }
    }
    Ok(())
}

/// Folders below `dir`, itself included, that hold a scored test: audio and a
/// `*.survey.json` or `truth.json`. Sorted.
///
/// # Errors
/// [`Error::Missing`] or [`Error::Io`] for a folder that cannot be listed.
pub fn find_tests(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut pending = vec![(dir.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        let (files, folders) = list(&folder)?;
        let truth = |p: &Path| {
            let name = file_name(p).to_ascii_lowercase();
            name == "truth.json" || name.ends_with(".survey.json")
        };
        if files.iter().any(|f| truth(f)) && files.iter().any(|f| is_audio(f)) {
            found.push(folder);
        }
        if depth < MAX_DEPTH {
            pending.extend(folders.into_iter().map(|f| (f, depth + 1)));
        }
    }
    found.sort();
    Ok(found)
}
