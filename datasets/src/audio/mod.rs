//! Single audio files: what they are, when they began, and their samples.

mod compressed;
pub(crate) mod memory;
mod reader;
mod wav;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use shotfix_core::{Seconds, Timestamp};

use crate::error::Error;
use crate::parse::bext::Broadcast;
use crate::parse::filename::{NamedStart, start_in_name};
use crate::parse::smj::Evidence;
use crate::parse::{comment, riff, wav_format::WavFormat};

pub use reader::AudioReader;
pub use wav::probe_wav;

/// What is known of one audio file without reading its samples.
#[derive(Clone, Debug)]
pub struct AudioFile {
    /// The file.
    pub path: PathBuf,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// Interleaved channels, at least one.
    pub channels: u16,
    /// Samples of each channel that are really there; `None` if only decoding tells.
    pub frames: Option<u64>,
    /// Time of the first sample, if the file or its name tells.
    pub start: Option<Timestamp>,
    /// Who told it.
    pub start_source: Option<StartSource>,
    /// Everything else the file says of itself.
    pub metadata: Metadata,
    /// What was mended or is missing, each naming the file.
    pub warnings: Vec<String>,
    pub(crate) container: Container,
}

/// Where a start time was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartSource {
    /// The zlib-JSON chunk of an evidence file.
    Evidence,
    /// An AudioMoth or OpenSoundscape comment.
    Comment,
    /// The Broadcast WAV chunk, the recorder's clock taken as UTC.
    Broadcast,
    /// The file's name, taken as UTC.
    Name,
}

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// The zlib-JSON chunk `smj0`/`smjx`.
    pub evidence: Option<Evidence>,
    /// The Broadcast WAV chunk.
    pub broadcast: Option<Broadcast>,
    /// The first comment that holds a start time.
    pub comment: Option<comment::Comment>,
    /// The time in the file's name.
    pub named: Option<NamedStart>,
}

/// How to get at the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// WAV: the format and where the samples lie.
    Wav { format: WavFormat, offset: u64 },
    /// Something that is decoded packet by packet.
    Compressed,
}

impl AudioFile {
    /// Opens one channel, counted from zero, for reading from its first sample.
    ///
    /// # Errors
    /// [`Error::NoChannel`], or what opening the file gives.
    pub fn open(&self, channel: u16) -> Result<AudioReader, Error> {
        AudioReader::open(self, channel)
    }

    /// Length; `None` if only decoding tells.
    pub fn duration(&self) -> Option<Seconds> {
        self.frames.map(|n| Seconds(n as f64 / self.sample_rate_hz))
    }

    /// Peak level of a full-scale sample of a channel, dB SPL, if the file tells.
    pub fn full_scale_db_spl(&self, channel: u16) -> Option<f64> {
        let told = &self.metadata.evidence.as_ref()?.full_scale_db_spl;
        told.iter().find(|(c, _)| *c == channel).map(|(_, db)| *db)
    }

    /// Fills in the start from the metadata, best source first: a chunk made for the purpose,
    /// a comment that names its time zone, a recorder's clock of unknown zone, the name.
    fn settle_start(&mut self) {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        self.metadata.named = start_in_name(&stem);
        let told = &self.metadata;
        let broadcast = told
            .broadcast
            .as_ref()
            .and_then(|b| b.start(self.sample_rate_hz));
        let candidates = [
            (
                told.evidence.as_ref().map(|e| e.start),
                StartSource::Evidence,
            ),
            (told.comment.as_ref().map(|c| c.start), StartSource::Comment),
            (broadcast, StartSource::Broadcast),
            (told.named.as_ref().map(|n| n.start), StartSource::Name),
        ];
        let found = candidates.into_iter().find_map(|(t, s)| Some((t?, s)));
        self.start = found.map(|(t, _)| t);
        self.start_source = found.map(|(_, s)| s);
    }
}

/// Reads what a WAV, FLAC or OGG file says of itself.
///
/// # Errors
/// [`Error::Missing`], [`Error::Io`], [`Error::NotAudio`], [`Error::Unsupported`] or
/// [`Error::NoSamples`], each with the path. A truncated file is no error but a warning.
pub fn probe(path: impl AsRef<Path>) -> Result<AudioFile, Error> {
    let path = path.as_ref();
    let io = |e| Error::io(path, e);
    if std::fs::metadata(path).map_err(io)?.is_dir() {
        return Err(Error::NotAudio {
            path: path.to_owned(),
            reason: "it is a folder".to_owned(),
        });
    }
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let mut head = Vec::new();
    file.by_ref().take(12).read_to_end(&mut head).map_err(io)?;
    file.rewind().map_err(io)?;
    let not_audio = |reason: &str| Error::NotAudio {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    if head.is_empty() {
        return Err(not_audio("the file is empty"));
    }
    if riff::is_riff(&head) {
        return probe_wav(&mut file, path);
    }
    if head.starts_with(b"RIFX") {
        return Err(Error::Unsupported {
            path: path.to_owned(),
            what: "big-endian WAV (RIFX)".to_owned(),
        });
    }
    if head.starts_with(b"fLaC") || head.starts_with(b"OggS") {
        return compressed::probe(path);
    }
    Err(not_audio("it begins neither like WAV, FLAC nor OGG"))
}
