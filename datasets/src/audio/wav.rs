//! WAV files: metadata by our own chunk walker, samples by `hound`.
//!
//! `hound` stops at odd chunks and lengths that lie. The walker finds format and samples; the
//! decoder is then handed a canonical header and exactly the bytes that are there.

use std::io::{BufReader, Chain, Cursor, Read, Seek, SeekFrom, Take};
use std::path::Path;

use super::{AudioFile, Container, Metadata};
use crate::error::Error;
use crate::parse::bext::Broadcast;
use crate::parse::wav_format::{Coding, WavFormat};
use crate::parse::{comment, riff, smj};

/// Reads what a WAV file says of itself from any stream; `path` is for messages and the time in
/// the name.
///
/// # Errors
/// As [`super::probe`].
pub fn probe_wav<R: Read + Seek>(file: &mut R, path: &Path) -> Result<AudioFile, Error> {
    let not_audio = |reason: &str| Error::NotAudio {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let riff = riff::walk(file)
        .map_err(|e| Error::io(path, e))?
        .ok_or_else(|| not_audio("it begins neither like WAV, FLAC nor OGG"))?;
    let fmt = riff
        .fmt
        .as_deref()
        .ok_or_else(|| not_audio("a WAV without a `fmt ` chunk"))?;
    let format = WavFormat::parse(fmt).map_err(|what| Error::Unsupported {
        path: path.to_owned(),
        what,
    })?;
    let frames = riff.data.map_or(0, |d| d.len / format.frame_bytes());
    let Some(data) = riff.data.filter(|_| frames > 0) else {
        return Err(Error::NoSamples {
            path: path.to_owned(),
        });
    };
    let name = path.display();
    let mut warnings: Vec<String> = riff
        .warnings
        .iter()
        .map(|w| format!("{name}: {w}"))
        .collect();
    if let Some(promised) = data.promised {
        warnings.push(format!(
            "{name}: truncated; {frames} of {} samples are there and are used",
            promised / format.frame_bytes()
        ));
    }
    let mut metadata = Metadata {
        broadcast: riff.chunk(b"bext").and_then(Broadcast::parse),
        ..Metadata::default()
    };
    if let Some(chunk) = riff.chunk(b"smj0").or_else(|| riff.chunk(b"smjx")) {
        match smj::parse(chunk) {
            Ok(evidence) => metadata.evidence = Some(evidence),
            Err(reason) => warnings.push(format!(
                "{name}: {reason}; its position and start time are not used"
            )),
        }
    }
    metadata.comment = riff
        .chunks
        .iter()
        .filter(|c| &c.id == b"LIST")
        .flat_map(|c| riff::info_comments(&c.bytes))
        .find_map(|text| comment::parse(&text));
    let mut audio = AudioFile {
        path: path.to_owned(),
        sample_rate_hz: f64::from(format.sample_rate_hz),
        channels: format.channels,
        frames: Some(frames),
        start: None,
        start_source: None,
        metadata,
        warnings,
        container: Container::Wav {
            format,
            offset: data.offset,
        },
    };
    audio.settle_start();
    Ok(audio)
}

/// The buffer is outermost: the decoder asks for two bytes at a time.
type Canonical<R> = BufReader<Chain<Cursor<Vec<u8>>, Take<R>>>;
/// Bytes read from the file at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// Most bytes handed to the decoder in one go: its lengths are 32 bits wide.
const SEGMENT_BYTES: u64 = 1 << 30;

/// The frames of a WAV file from its first to its last.
pub(super) struct WavFrames<R: Read> {
    format: WavFormat,
    /// The decoder of the current segment; `None` only while a new one is made or after an error.
    decoder: Option<hound::WavReader<Canonical<R>>>,
    /// Frames of the file after the current segment.
    later_frames: u64,
}

impl<R: Read + Seek> WavFrames<R> {
    pub(super) fn new(
        mut file: R,
        format: WavFormat,
        offset: u64,
        frames: u64,
    ) -> Result<Self, hound::Error> {
        file.seek(SeekFrom::Start(offset))?;
        let mut wav = Self {
            format,
            decoder: None,
            later_frames: frames,
        };
        wav.next_segment(file)?;
        Ok(wav)
    }
}

impl<R: Read> WavFrames<R> {
    fn next_segment(&mut self, file: R) -> Result<(), hound::Error> {
        let most = (SEGMENT_BYTES / self.format.frame_bytes()).max(1);
        let frames = self.later_frames.min(most);
        let bytes = frames * self.format.frame_bytes();
        let header = canonical_header(&self.format, bytes as u32);
        let stream = Cursor::new(header).chain(file.take(bytes));
        let stream = BufReader::with_capacity(BUFFER_BYTES, stream);
        self.decoder = Some(hound::WavReader::new(stream)?);
        self.later_frames -= frames;
        Ok(())
    }

    /// Reads whole frames into `out`, interleaved; returns how many samples. Full scale is 1.
    pub(super) fn read(&mut self, out: &mut [f32]) -> Result<usize, hound::Error> {
        let channels = usize::from(self.format.channels);
        let wanted = out.len() - out.len() % channels;
        let mut filled = 0;
        while filled < wanted {
            let Some(decoder) = self.decoder.as_mut() else {
                break;
            };
            let got = decode(decoder, &self.format, &mut out[filled..wanted])?;
            filled += got;
            if got == 0 {
                if self.later_frames == 0 {
                    break;
                }
                let rest = self.decoder.take().map(|d| d.into_inner());
                if let Some(rest) = rest {
                    // Every byte of the segment was decoded, so the buffer is empty.
                    self.next_segment(rest.into_inner().into_inner().1.into_inner())?;
                }
            }
        }
        Ok(filled - filled % channels)
    }
}

fn decode<R: Read>(
    decoder: &mut hound::WavReader<R>,
    format: &WavFormat,
    out: &mut [f32],
) -> Result<usize, hound::Error> {
    let mut filled = 0;
    match format.coding {
        Coding::Integer => {
            // -2^(bits - 1) is full scale. f64, because 32-bit samples have no exact f32.
            let scale = (-(f64::from(format.bits_per_sample) - 1.0)).exp2();
            for (slot, sample) in out.iter_mut().zip(decoder.samples::<i32>()) {
                *slot = (f64::from(sample?) * scale) as f32;
                filled += 1;
            }
        }
        Coding::Float => {
            for (slot, sample) in out.iter_mut().zip(decoder.samples::<f32>()) {
                *slot = sample?;
                filled += 1;
            }
        }
    }
    Ok(filled)
}

/// A 44-byte header for `bytes` of samples in `format`.
fn canonical_header(format: &WavFormat, bytes: u32) -> Vec<u8> {
    let frame_bytes = format.frame_bytes() as u16;
    let tag: u16 = match format.coding {
        Coding::Integer => 1,
        Coding::Float => 3,
    };
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF");
    header.extend(bytes.saturating_add(36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(tag.to_le_bytes());
    header.extend(format.channels.to_le_bytes());
    header.extend(format.sample_rate_hz.to_le_bytes());
    let byte_rate = u32::from(frame_bytes).wrapping_mul(format.sample_rate_hz);
    header.extend(byte_rate.to_le_bytes());
    header.extend(frame_bytes.to_le_bytes());
    header.extend(format.bits_per_sample.to_le_bytes());
    header.extend(b"data");
    header.extend(bytes.to_le_bytes());
    header
}
