//! A recording set: sensors, their recordings, the air and, for tests, the truth.

use std::path::PathBuf;

use shotfix_core::{Array, Atmosphere, Seconds, SensorIdx, Timestamp};

use crate::assemble;
use crate::audio::{AudioFile, AudioReader};
use crate::collect::{find_tests, gather};
use crate::error::Error;
use crate::layouts::{self, Layout};
use crate::truth::Truth;
use crate::weather::WeatherSource;

/// Recordings of one array that belong together.
#[derive(Clone, Debug)]
pub struct RecordingSet {
    /// Name of the folder or first file.
    pub name: String,
    /// How the set is laid out on disk.
    pub layout: Layout,
    /// All sensors the set describes, also those without a recording.
    pub array: Array,
    /// The recordings by sensor, those of one sensor in order of time.
    pub recordings: Vec<Recording>,
    /// The air, if anything tells it.
    pub atmosphere: Option<Atmosphere>,
    /// Where the shots were, for scored tests.
    pub truth: Option<Truth>,
    /// What a person should know: files left out and why, defaults assumed.
    pub warnings: Vec<String>,
}

/// One channel of one file, heard by one sensor.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Whose it is, in the set's array.
    pub sensor: SensorIdx,
    /// The file.
    pub path: PathBuf,
    /// The channel, counted from zero.
    pub channel: u16,
    /// Time of the first sample.
    pub start: Timestamp,
    /// Samples per second.
    pub sample_rate_hz: f64,
    /// How many samples there are.
    pub frames: u64,
    pub(crate) file: AudioFile,
}

impl Recording {
    /// Opens the recording for reading from its first sample.
    ///
    /// # Errors
    /// What opening the file gives.
    pub fn open(&self) -> Result<AudioReader, Error> {
        self.file.open(self.channel)
    }

    /// Length.
    pub fn duration(&self) -> Seconds {
        Seconds(self.frames as f64 / self.sample_rate_hz)
    }

    /// Time just after the last sample.
    pub fn end(&self) -> Timestamp {
        self.start + self.duration()
    }
}

/// How to open a set.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Forces the layout instead of finding it by looking.
    pub layout: Option<Layout>,
    /// Sensor positions: an `array.toml` or its CSV.
    pub array: Option<PathBuf>,
    /// The air, in place of what the set says.
    pub weather: Option<WeatherSource>,
}

/// Opens one set made of all `paths`: folders, files or both.
///
/// One bad file among several becomes a warning. A recording that no two other sensors overlap
/// in time is left out with a warning, if the others suffice to locate. The caller checks
/// whether the sensors that remain are enough for what it wants.
///
/// # Errors
/// [`Error`] when nothing is left to use, or when the set as a whole is unclear: a path that is
/// missing, no audio, no positions, an array file that cannot be read, or start times so far
/// apart that fewer than three of at least three sensors overlap.
pub fn open_set(paths: &[PathBuf], options: &OpenOptions) -> Result<RecordingSet, Error> {
    // Positions given for all tests join them to one set; their own would contradict each other.
    if let ([dir], None) = (paths, &options.array)
        && dir.is_dir()
        && let tests = find_tests(dir)?
        && let [first, _, ..] = &tests[..]
    {
        return Err(Error::SeveralTests {
            path: dir.clone(),
            tests: tests.len(),
            first: first.clone(),
        });
    }
    let files = gather(paths)?;
    let layout = match options.layout {
        Some(layout) => layout,
        None => layouts::recognise(&files, options)?,
    };
    let draft = layout.read(&files, options)?;
    assemble::finish(&files.root, layout, draft, options)
}
