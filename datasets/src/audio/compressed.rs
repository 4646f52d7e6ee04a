//! FLAC and OGG Vorbis by `symphonia`.
//!
//! A damaged packet becomes silence of its own length, so that what follows keeps its time.

use std::fs::File;
use std::path::Path;

use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::{AudioFile, Container, Metadata};
use crate::error::Error;
use crate::parse::comment;

/// Longest hole between packets that is filled with silence, frames. What is longer is a
/// damaged time stamp.
const MAX_HOLE_FRAMES: u64 = 1 << 26;

/// Why a FLAC file with a [`wide_side`] cannot be read.
const WIDE_SIDE: &str = "FLAC of 32 bits that stores the difference of its channels";

/// A compressed file being read from its start.
pub(super) struct Packets {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Bits a sample that the head of a FLAC stream tells, 0 where it does not; `None` for other
    /// codings.
    flac_bits: Option<u32>,
    channels: u16,
    sample_rate_hz: u32,
    promised_frames: Option<u64>,
    /// Decoded samples, interleaved; those before `used` were handed out.
    block: Vec<f32>,
    used: usize,
    /// Samples of silence due before `block`.
    silence: u64,
    /// Frames before the end of `block`.
    position: u64,
    /// Packets that could not be decoded.
    pub(super) damaged_packets: u64,
}

fn failure(path: &Path, error: Failure) -> Error {
    match error {
        Failure::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => Error::io(path, e),
        Failure::Unsupported(what) => Error::Unsupported {
            path: path.to_owned(),
            what: what.to_owned(),
        },
        other => Error::NotAudio {
            path: path.to_owned(),
            reason: other.to_string(),
        },
    }
}

impl Packets {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        Self::of(Box::new(file), path)
    }

    /// Reads `source`; `path` names it in errors.
    pub(super) fn of(source: Box<dyn MediaSource>, path: &Path) -> Result<Self, Error> {
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(
                &Hint::new(),
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|e| failure(path, e))?;
        let unsupported = |what: &str| Error::Unsupported {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| unsupported("a file without an audio track"))?;
        let params = track
            .codec_params
            .as_ref()
            .and_then(|p| p.audio())
            .ok_or_else(|| unsupported("an audio coding other than FLAC and Vorbis"))?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|_| unsupported("an audio coding other than FLAC and Vorbis"))?;
        let channels = params.channels.as_ref().map_or(0, |c| c.count());
        let sample_rate_hz = params.sample_rate.filter(|r| *r > 0);
        let (Ok(channels @ 1..), Some(sample_rate_hz)) = (u16::try_from(channels), sample_rate_hz)
        else {
            return Err(unsupported("a file that names no channels or sample rate"));
        };
        Ok(Self {
            track: track.id,
            flac_bits: (params.codec == CODEC_ID_FLAC).then(|| params.bits_per_sample.unwrap_or(0)),
            channels,
            sample_rate_hz,
            promised_frames: track.num_frames.filter(|n| *n > 0),
            decoder,
            format,
            block: Vec::new(),
            used: 0,
            silence: 0,
            position: 0,
            damaged_packets: 0,
        })
    }

    /// Reads whole frames into `out`, interleaved; returns how many samples.
    pub(super) fn read(&mut self, path: &Path, out: &mut [f32]) -> Result<usize, Error> {
        let wanted = out.len() - out.len() % usize::from(self.channels);
        let mut filled = 0;
        while filled < wanted {
            let room = &mut out[filled..wanted];
            if self.silence > 0 {
                let n = room
                    .len()
                    .min(usize::try_from(self.silence).unwrap_or(usize::MAX));
                room[..n].fill(0.0);
                self.silence -= n as u64;
                filled += n;
            } else if self.used < self.block.len() {
                let n = room.len().min(self.block.len() - self.used);
                room[..n].copy_from_slice(&self.block[self.used..self.used + n]);
                self.used += n;
                filled += n;
            } else if !self.next_block(path)? {
                break;
            }
        }
        Ok(filled)
    }

    /// Decodes the next packet; `false` at the end. A broken stream ends where it breaks.
    fn next_block(&mut self, path: &Path) -> Result<bool, Error> {
        let packet = loop {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => break packet,
                Ok(Some(_)) => {}
                Ok(None) | Err(Failure::ResetRequired) => return Ok(false),
                Err(Failure::IoError(e)) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
                    return Err(Error::io(path, e));
                }
                Err(_) => {
                    self.damaged_packets += 1;
                    return Ok(false);
                }
            }
        };
        self.check(&packet.data, path)?;
        let due = u64::try_from(packet.pts.get()).unwrap_or(0);
        let mut hole = due.saturating_sub(self.position);
        if hole > MAX_HOLE_FRAMES {
            hole = 0;
        }
        self.block.clear();
        self.used = 0;
        let frames = match self.decoder.decode(&packet) {
            Ok(audio) if audio.spec().channels().count() == usize::from(self.channels) => {
                self.block.resize(audio.samples_interleaved(), 0.0);
                audio.copy_to_slice_interleaved(&mut self.block);
                audio.frames() as u64
            }
            Ok(_) | Err(_) => {
                self.damaged_packets += 1;
                let lost = packet.dur.get().min(MAX_HOLE_FRAMES);
                hole += lost;
                0
            }
        };
        self.silence = hole * u64::from(self.channels);
        self.position += hole + frames;
        Ok(true)
    }

    /// Refuses what would be decoded into other samples than were stored.
    fn check(&self, packet: &[u8], path: &Path) -> Result<(), Error> {
        if self.flac_bits.is_some_and(|bits| wide_side(packet, bits)) {
            return Err(Error::Unsupported {
                path: path.to_owned(),
                what: WIDE_SIDE.to_owned(),
            });
        }
        Ok(())
    }

    pub(super) fn channels(&self) -> u16 {
        self.channels
    }
}

/// Whether a FLAC frame stores the difference of two channels of 32 bits, which needs 33
/// (RFC 9639, section 4.2); `symphonia` keeps 32 of them and would return noise. `stream_bits`
/// holds where the frame does not tell its own.
fn wide_side(frame: &[u8], stream_bits: u32) -> bool {
    let sync = frame
        .windows(4)
        .find(|head| head[0] == 0xff && head[1] & 0xfc == 0xf8);
    sync.is_some_and(|head| {
        let difference = (8..=10).contains(&(head[3] >> 4));
        let bits = match head[3] >> 1 & 7 {
            0 => stream_bits,
            7 => 32,
            _ => 0,
        };
        difference && bits == 32
    })
}

/// Reads what the file says of itself and walks its packets, without decoding them, to learn
/// how long it really is.
pub(super) fn probe(path: &Path) -> Result<AudioFile, Error> {
    let mut packets = Packets::open(path)?;
    let mut comment = None;
    let log = packets.format.metadata();
    if let Some(revision) = log.current() {
        let tags = revision
            .media
            .tags
            .iter()
            .chain(revision.per_track.iter().flat_map(|t| &t.metadata.tags));
        comment = tags
            .filter_map(|tag| comment::parse(&tag.raw.value.to_string()))
            .next();
    }
    let mut frames = 0_u64;
    while let Ok(Some(packet)) = packets.format.next_packet() {
        if packet.track_id == packets.track {
            packets.check(&packet.data, path)?;
            frames = frames.saturating_add(packet.dur.get());
        }
    }
    if frames == 0 {
        return Err(Error::NoSamples {
            path: path.to_owned(),
        });
    }
    let mut warnings = Vec::new();
    if let Some(promised) = packets.promised_frames.filter(|p| *p > frames) {
        warnings.push(format!(
            "{}: truncated; {frames} of {promised} samples are there and are used",
            path.display()
        ));
    }
    let mut audio = AudioFile {
        path: path.to_owned(),
        sample_rate_hz: f64::from(packets.sample_rate_hz),
        channels: packets.channels,
        frames: Some(frames),
        start: None,
        start_source: None,
        metadata: Metadata {
            comment,
            ..Metadata::default()
        },
        warnings,
        container: Container::Compressed,
    };
    audio.settle_start();
    Ok(audio)
}
