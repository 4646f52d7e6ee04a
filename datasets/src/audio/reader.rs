//! One channel of one file as a stream of samples.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::compressed::Packets;
use super::wav::WavFrames;
use super::{AudioFile, Container};
use crate::error::Error;

/// Frames decoded at a time. The file is never in memory as a whole.
const BLOCK_FRAMES: usize = 4096;

/// Reads one channel of a file from its first sample to its last.
pub struct AudioReader {
    path: PathBuf,
    channel: usize,
    channels: usize,
    source: Source,
    /// Interleaved samples of one block.
    block: Vec<f32>,
    non_finite: u64,
}

enum Source {
    Wav(Box<WavFrames<File>>),
    Compressed(Box<Packets>),
}

impl AudioReader {
    pub(super) fn open(audio: &AudioFile, channel: u16) -> Result<Self, Error> {
        let path = &audio.path;
        let no_channel = |channels| Error::NoChannel {
            path: path.clone(),
            channel,
            channels,
        };
        if channel >= audio.channels {
            return Err(no_channel(audio.channels));
        }
        let source = match audio.container {
            Container::Wav { format, offset } => {
                let file = File::open(path).map_err(|e| Error::io(path, e))?;
                let frames = audio.frames.unwrap_or(0);
                let wav = WavFrames::new(file, format, offset, frames);
                Source::Wav(Box::new(wav.map_err(|e| wav_error(path, e))?))
            }
            Container::Compressed => {
                let packets = Packets::open(path)?;
                // The file may have been replaced since it was looked at.
                if packets.channels() != audio.channels {
                    return Err(no_channel(packets.channels()));
                }
                Source::Compressed(Box::new(packets))
            }
        };
        Ok(Self {
            path: path.clone(),
            channel: channel.into(),
            channels: audio.channels.into(),
            source,
            block: Vec::new(),
            non_finite: 0,
        })
    }

    /// Fills `out` with the next samples of the channel and returns how many; fewer than
    /// `out.len()` only at the end, 0 after it. Full scale is +-1; float files may exceed it.
    ///
    /// A NaN or infinite sample is missing data: it reads as 0, like any digital silence, and
    /// is counted by [`AudioReader::non_finite`].
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read on, for example because it became shorter.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let mut filled = 0;
        for part in out.chunks_mut(BLOCK_FRAMES) {
            let got = self.read_block(part)?;
            filled += got;
            if got < part.len() {
                break;
            }
        }
        Ok(filled)
    }

    fn read_block(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        self.block.resize(out.len() * self.channels, 0.0);
        let got = match &mut self.source {
            Source::Wav(wav) => wav
                .read(&mut self.block)
                .map_err(|e| wav_error(&self.path, e))?,
            Source::Compressed(packets) => packets.read(&self.path, &mut self.block)?,
        };
        let frames = self.block[..got].chunks_exact(self.channels);
        let filled = frames.len();
        for (slot, frame) in out.iter_mut().zip(frames) {
            let sample = frame[self.channel];
            *slot = if sample.is_finite() {
                sample
            } else {
                self.non_finite += 1;
                0.0
            };
        }
        Ok(filled)
    }

    /// How many of the samples read so far were NaN or infinite.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// How many packets of a compressed file read so far were damaged; each reads as silence of
    /// its own length.
    pub fn damaged_packets(&self) -> u64 {
        match &self.source {
            Source::Wav(_) => 0,
            Source::Compressed(packets) => packets.damaged_packets,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn wav_error(path: &Path, error: hound::Error) -> Error {
    match error {
        hound::Error::IoError(e) => Error::io(path, e),
        other => Error::NotAudio {
            path: path.to_owned(),
            reason: other.to_string(),
        },
    }
}
