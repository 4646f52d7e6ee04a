//! The ways recordings lie on disk. A layout is one file here and one line in [`TABLE`].

mod array;
mod audiomoth;
mod broadcast;
mod coordinates;
mod live_fire;
mod placed;
mod self_describing;

use std::fmt;
use std::str::FromStr;

use crate::assemble::Draft;
use crate::audio::{self, AudioFile};
use crate::collect::Files;
use crate::error::Error;
use crate::set::OpenOptions;

/// How a recording set lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// `*.audio.ID.wav` with `*.audio.ID.json`, as in the Pittsburgh live-fire set.
    LiveFire,
    /// AudioMoth recordings, positions from an array file.
    AudioMoth,
    /// Broadcast WAV recordings, positions from an array file.
    Broadcast,
    /// An array file and audio that names its sensor and start.
    Array,
    /// WAVs that hold position, start and weather themselves.
    SelfDescribing,
    /// A table of `file,x,y,z` and audio that holds its start.
    Coordinates,
}

/// What a layout does.
struct Entry {
    layout: Layout,
    name: &'static str,
    /// Whether the files look like it. Cheap; the first that says yes is taken.
    recognise: fn(&Files, &OpenOptions) -> bool,
    read: fn(&Files, &OpenOptions) -> Result<Draft, Error>,
}

/// Every layout, the most telling first.
static TABLE: [Entry; 6] = [
    live_fire::ENTRY,
    audiomoth::ENTRY,
    broadcast::ENTRY,
    array::ENTRY,
    self_describing::ENTRY,
    coordinates::ENTRY,
];

impl Layout {
    /// Every layout.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|e| e.layout)
    }

    /// The names `--layout` takes, in the order in which layouts are looked for.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|e| e.name)
    }

    /// The name `--layout` takes.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    fn entry(self) -> &'static Entry {
        let found = TABLE.iter().find(|e| e.layout == self);
        // A unit test holds the table complete; the fallback only avoids a panic here.
        found.unwrap_or(&TABLE[0])
    }

    pub(crate) fn read(self, files: &Files, options: &OpenOptions) -> Result<Draft, Error> {
        (self.entry().read)(files, options)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A layout name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("layout `{name}` is unknown; known are {}", Layout::names().collect::<Vec<_>>().join(", "))]
pub struct UnknownLayout {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(name: &str) -> Result<Self, UnknownLayout> {
        Self::all()
            .find(|l| l.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownLayout {
                name: name.to_owned(),
            })
    }
}

/// The layout that `files` look like.
pub(crate) fn recognise(files: &Files, options: &OpenOptions) -> Result<Layout, Error> {
    if let Some(entry) = TABLE.iter().find(|e| (e.recognise)(files, options)) {
        return Ok(entry.layout);
    }
    // Nothing fits. If not one file is readable, that is the news; else positions are missing.
    let mut reasons = Vec::new();
    for path in &files.audio {
        match audio::probe(path) {
            Ok(_) => {
                return Err(Error::NoPositions {
                    path: files.root.clone(),
                    hint: format!(
                        "found neither an array file, nor `*.audio.ID.json`, nor a table file,x,y,z, nor WAVs that hold their position; layouts: {}",
                        Layout::names().collect::<Vec<_>>().join(", ")
                    ),
                });
            }
            Err(error) => reasons.push(error.to_string()),
        }
    }
    Err(Error::NothingUsable {
        path: files.root.clone(),
        reasons,
    })
}

/// Looks at every audio file; what cannot be read becomes a warning.
fn probe_all(files: &Files, warnings: &mut Vec<String>) -> Vec<AudioFile> {
    let mut good = Vec::with_capacity(files.audio.len());
    for path in &files.audio {
        match audio::probe(path) {
            Ok(file) => good.push(file),
            Err(error) => warnings.push(error.to_string()),
        }
    }
    good
}

/// The first audio file that can be read, for layouts known by what the files say.
fn first_readable(files: &Files) -> Option<AudioFile> {
    files.audio.iter().find_map(|path| audio::probe(path).ok())
}

/// Reads `text` as what layouts find beside audio, and drops what comes out.
pub(crate) fn beside_text(text: &str) {
    live_fire::sidecar_text(text);
    coordinates::table_text(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for layout in Layout::all() {
            assert_eq!(layout.name().parse(), Ok(layout));
        }
        let error = "zip".parse::<Layout>().unwrap_err().to_string();
        assert!(
            error.contains("`zip`") && error.contains("live-fire"),
            "{error}"
        );
    }

    #[test]
    fn the_table_is_complete() {
        use Layout::*;
        for layout in [
            LiveFire,
            AudioMoth,
            Broadcast,
            Array,
            SelfDescribing,
            Coordinates,
        ] {
            assert_eq!(layout.entry().layout, layout);
        }
    }
}
