//! Writers of small audio files, byte by byte from the format descriptions and sharing no code
//! with the readers. Each test binary uses a part of them.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// A RIFF chunk with its pad byte.
pub(crate) fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    if body.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

/// The content of a 16-byte `fmt ` chunk.
pub(crate) fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits.div_ceil(8);
    let mut bytes = Vec::new();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((u32::from(block) * rate).to_le_bytes());
    bytes.extend(block.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes
}

/// A WAVE_FORMAT_EXTENSIBLE `fmt ` content around `tag`.
pub(crate) fn extensible(
    tag: u16,
    channels: u16,
    rate: u32,
    container_bits: u16,
    valid_bits: u16,
) -> Vec<u8> {
    let mut bytes = fmt(0xfffe, channels, rate, container_bits);
    bytes.extend(22_u16.to_le_bytes());
    bytes.extend(valid_bits.to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend(b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71");
    bytes
}

/// A RIFF/WAVE file of ready chunks.
pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body: Vec<u8> = chunks.concat();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((body.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(body);
    bytes
}

/// Mono 16-bit WAV with a ramp of `frames` samples, and further chunks after the data.
pub(crate) fn wav16(rate: u32, frames: usize, extra: &[Vec<u8>]) -> Vec<u8> {
    let data: Vec<u8> = (0..frames)
        .flat_map(|i| ((i % 1000) as i16).to_le_bytes())
        .collect();
    let mut chunks = vec![chunk(b"fmt ", &fmt(1, 1, rate, 16)), chunk(b"data", &data)];
    chunks.extend_from_slice(extra);
    riff(&chunks)
}

/// A `LIST` chunk with one comment.
pub(crate) fn comment(text: &str) -> Vec<u8> {
    let mut body = b"INFO".to_vec();
    body.extend(chunk(b"ICMT", text.as_bytes()));
    chunk(b"LIST", &body)
}

/// A `bext` chunk: ISO date and time, samples since midnight, recorder.
pub(crate) fn bext(date: &str, time: &str, reference: u64, originator_reference: &str) -> Vec<u8> {
    let mut body = vec![0; 602];
    body[288..288 + originator_reference.len()].copy_from_slice(originator_reference.as_bytes());
    body[320..330].copy_from_slice(date.as_bytes());
    body[330..338].copy_from_slice(time.as_bytes());
    body[338..346].copy_from_slice(&reference.to_le_bytes());
    chunk(b"bext", &body)
}

/// A FLAC stream of one mono 16-bit channel in verbatim subframes of 192 samples (RFC 9639).
pub(crate) fn flac(rate: u32, samples: &[i16]) -> Vec<u8> {
    const BLOCK: usize = 192;
    assert_eq!(samples.len() % BLOCK, 0);
    let mut bytes = b"fLaC".to_vec();
    // STREAMINFO, the last metadata block, 34 bytes.
    bytes.extend([0x80, 0, 0, 34]);
    bytes.extend((BLOCK as u16).to_be_bytes());
    bytes.extend((BLOCK as u16).to_be_bytes());
    bytes.extend([0; 6]);
    let packed = u64::from(rate) << 44 | 15 << 36 | samples.len() as u64;
    bytes.extend(packed.to_be_bytes());
    bytes.extend([0; 16]);
    for (n, block) in samples.chunks(BLOCK).enumerate() {
        assert!(n < 128, "frame numbers above 127 need UTF-8 coding");
        // Sync, fixed block size; 192 samples, rate from STREAMINFO; mono, 16 bits.
        let mut frame = vec![0xff, 0xf8, 0x10, 0x08, n as u8];
        frame.push(crc(&frame, 8, 0x07) as u8);
        frame.push(0b0000_0010);
        frame.extend(block.iter().flat_map(|s| s.to_be_bytes()));
        let check = crc(&frame, 16, 0x8005);
        frame.extend((check as u16).to_be_bytes());
        bytes.extend(frame);
    }
    bytes
}

pub(crate) fn crc(bytes: &[u8], width: u32, polynomial: u32) -> u32 {
    let (top, mask) = (1 << (width - 1), (1_u64 << width) as u32 - 1);
    bytes.iter().fold(0, |crc, byte| {
        let mixed = crc ^ u32::from(*byte) << (width - 8);
        (0..8).fold(mixed, |c, _| {
            (if c & top == 0 {
                c << 1
            } else {
                c << 1 ^ polynomial
            }) & mask
        })
    })
}

/// Writes a file and returns its path.
pub(crate) fn put(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}
