//! The samples of a file that is in memory, for the fuzz targets.

use std::io::{Cursor, Read, Seek};
use std::path::Path;

use super::compressed::Packets;
use super::wav::{WavFrames, probe_wav};
use super::{AudioFile, Container};
use crate::error::Error;

/// All channels of a WAV, interleaved.
pub struct MemoryReader<R: Read>(WavFrames<R>);

/// Opens the samples of a WAV stream.
///
/// # Errors
/// As [`probe_wav`].
pub fn wav_samples<R: Read + Seek>(mut file: R) -> Result<MemoryReader<R>, Error> {
    let path = Path::new("memory.wav");
    let audio: AudioFile = probe_wav(&mut file, path)?;
    let Container::Wav { format, offset } = audio.container else {
        return Err(Error::NoSamples {
            path: path.to_owned(),
        });
    };
    let frames = audio.frames.unwrap_or(0);
    let frames = WavFrames::new(file, format, offset, frames);
    frames.map(MemoryReader).map_err(|e| Error::NotAudio {
        path: path.to_owned(),
        reason: e.to_string(),
    })
}

/// Decodes FLAC or OGG Vorbis until its end or until `most` samples, all channels interleaved; returns how many.
///
/// # Errors
/// What opening or reading such a file gives.
pub fn compressed_samples(bytes: Vec<u8>, most: usize) -> Result<usize, Error> {
    let path = Path::new("memory.ogg");
    let mut packets = Packets::of(Box::new(Cursor::new(bytes)), path)?;
    let mut out = [0.0; 4096];
    let mut n = 0;
    while n < most {
        match packets.read(path, &mut out)? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

impl<R: Read> MemoryReader<R> {
    /// Fills `out` with samples; returns how many.
    ///
    /// # Errors
    /// The decoder's words.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, String> {
        self.0.read(out).map_err(|e| e.to_string())
    }
}
