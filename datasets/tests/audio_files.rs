//! Single files of every coding and with every kind of damage.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use shotfix_datasets::{AudioFile, Error, StartSource, probe};
use support::{bext, chunk, comment, crc, extensible, flac, fmt, put, riff, wav16};
use tempfile::{TempDir, tempdir};

fn samples(audio: &AudioFile, channel: u16) -> Vec<f32> {
    let mut reader = audio.open(channel).unwrap();
    let mut all = Vec::new();
    // An odd block size, so that blocks and frames never line up.
    let mut block = [0.0; 37];
    loop {
        let n = reader.read(&mut block).unwrap();
        all.extend(&block[..n]);
        if n < block.len() {
            break all;
        }
    }
}

/// A file and the folder it lies in, which goes when this is dropped.
struct Kept {
    audio: AudioFile,
    _dir: TempDir,
}

impl std::ops::Deref for Kept {
    type Target = AudioFile;
    fn deref(&self) -> &AudioFile {
        &self.audio
    }
}

fn one(bytes: &[u8]) -> Result<Kept, Error> {
    let dir = tempdir().unwrap();
    let audio = probe(put(dir.path(), "a.wav", bytes))?;
    Ok(Kept { audio, _dir: dir })
}

#[test]
fn every_bit_depth_has_full_scale_one() {
    let le = |values: &[i32], bytes: usize| -> Vec<u8> {
        values
            .iter()
            .flat_map(|v| v.to_le_bytes()[..bytes].to_vec())
            .collect()
    };
    let floats: Vec<u8> = [-1.0_f32, 0.5, 0.0]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let top = |bits: u32| [-(1_i64 << (bits - 1)) as i32, 1 << (bits - 2), 0];
    let cases = [
        ("u8", fmt(1, 1, 8000, 8), vec![0, 192, 128]),
        ("i16", fmt(1, 1, 8000, 16), le(&top(16), 2)),
        ("i24", fmt(1, 1, 8000, 24), le(&top(24), 3)),
        ("i32", fmt(1, 1, 8000, 32), le(&top(32), 4)),
        ("f32", fmt(3, 1, 8000, 32), floats.clone()),
        (
            "i24 extensible",
            extensible(1, 1, 8000, 24, 24),
            le(&top(24), 3),
        ),
        // Valid bits are the high ones of the container.
        (
            "i24 in i32",
            extensible(1, 1, 8000, 32, 24),
            le(&top(32), 4),
        ),
        ("f32 extensible", extensible(3, 1, 8000, 32, 32), floats),
    ];
    // Three bytes in four without the extensible header: the low ones hold the sample.
    let mut padded = fmt(1, 1, 8000, 24);
    padded[8..14].copy_from_slice(&[0x00, 0x7d, 0, 0, 4, 0]);
    let cases = cases
        .into_iter()
        .chain([("i24 in four bytes", padded, le(&top(24), 4))]);
    for (name, format, data) in cases {
        let audio = one(&riff(&[chunk(b"fmt ", &format), chunk(b"data", &data)])).unwrap();
        assert_eq!(samples(&audio, 0), [-1.0, 0.5, 0.0], "{name}");
    }
}

#[test]
fn channels_are_told_apart_across_blocks() {
    let frames = 10_000_i16;
    let data: Vec<u8> = (0..frames)
        .flat_map(|i| [i, -i, 7].map(i16::to_le_bytes).concat())
        .collect();
    let audio = one(&riff(&[
        chunk(b"fmt ", &fmt(1, 3, 96_000, 16)),
        chunk(b"data", &data),
    ]))
    .unwrap();
    assert_eq!(
        (audio.channels, audio.frames, audio.sample_rate_hz),
        (3, Some(10_000), 96_000.0)
    );
    let second = samples(&audio, 1);
    assert_eq!(second.len(), 10_000);
    assert!(
        second
            .iter()
            .enumerate()
            .all(|(i, s)| *s == -(i as f32) / 32768.0)
    );
    assert!(matches!(
        audio.open(3),
        Err(Error::NoChannel {
            channel: 3,
            channels: 3,
            ..
        })
    ));
}

#[test]
fn odd_chunks_hide_no_samples() {
    let data: Vec<u8> = [1_i16, 2, 3].iter().flat_map(|s| s.to_le_bytes()).collect();
    let padded = chunk(b"junk", b"odd");
    let bare = padded[..padded.len() - 1].to_vec();
    for odd in [padded, bare] {
        let audio = one(&riff(&[
            odd.clone(),
            chunk(b"fmt ", &fmt(1, 1, 12_000, 16)),
            odd,
            chunk(b"data", &data),
        ]))
        .unwrap();
        assert_eq!(samples(&audio, 0).len(), 3);
        assert!(audio.warnings.is_empty());
    }
}

#[test]
fn data_lengths_that_lie_are_read_to_the_end() {
    let good = wav16(12_000, 1000, &[]);
    // The data length is at bytes 40 to 44 of a plain file.
    for (length, warned) in [
        (0_u32, false),
        (u32::MAX, false),
        (0x7fff_ffff, false),
        (100_000, true),
    ] {
        let mut bytes = good.clone();
        bytes[40..44].copy_from_slice(&length.to_le_bytes());
        let audio = one(&bytes).unwrap();
        assert_eq!(samples(&audio, 0).len(), 1000, "{length}");
        assert_eq!(
            audio.warnings.len(),
            usize::from(warned),
            "{:?}",
            audio.warnings
        );
    }
    let cut = one(&good[..good.len() - 501]).unwrap();
    assert_eq!(cut.frames, Some(749));
    assert!(
        cut.warnings[0].contains("truncated; 749 of 1000"),
        "{}",
        cut.warnings[0]
    );
    assert_eq!(samples(&cut, 0).len(), 749);
}

#[test]
fn rf64_takes_its_length_from_ds64() {
    let mut bytes = riff(&[
        chunk(
            b"ds64",
            &[0_u64, 6, 3, 0].map(u64::to_le_bytes).concat()[..28],
        ),
        chunk(b"fmt ", &fmt(1, 1, 12_000, 16)),
        chunk(b"data", &[1, 0, 2, 0, 3, 0]),
        comment("Recorded at 13:12:00 05/10/2021 (UTC) by AudioMoth 24E1440360369B6C at"),
    ]);
    bytes[..4].copy_from_slice(b"RF64");
    let at = bytes.windows(4).position(|w| w == b"data").unwrap();
    bytes[at + 4..at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    let audio = one(&bytes).unwrap();
    assert_eq!(audio.frames, Some(3));
    assert_eq!(audio.start_source, Some(StartSource::Comment));
}

#[test]
fn missing_samples_are_zero_and_counted() {
    let data: Vec<u8> = [0.5, f32::NAN, f32::INFINITY, -0.25]
        .iter()
        .flat_map(|s: &f32| s.to_le_bytes())
        .collect();
    let audio = one(&riff(&[
        chunk(b"fmt ", &fmt(3, 1, 8000, 32)),
        chunk(b"data", &data),
    ]))
    .unwrap();
    let mut reader = audio.open(0).unwrap();
    let mut out = [9.0; 8];
    assert_eq!(reader.read(&mut out).unwrap(), 4);
    assert_eq!(out[..4], [0.5, 0.0, 0.0, -0.25]);
    assert_eq!(reader.non_finite(), 2);
    assert_eq!(reader.read(&mut out).unwrap(), 0);
}

#[test]
fn what_is_no_audio_says_so() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "empty"),
        (b"I am a text, not a recording.", "neither like WAV"),
        (b"RIFF\x00\x00\x00\x00WAVE", "without a `fmt `"),
        (&wav16(8000, 0, &[]), "holds no samples"),
        (
            &riff(&[chunk(b"fmt ", &fmt(2, 1, 8000, 4)), chunk(b"data", b"abcd")]),
            "ADPCM",
        ),
        (b"fLaC\x00\x00\x00\x22", "a.wav"),
    ];
    for (bytes, word) in cases {
        let error = one(bytes).err().unwrap();
        let text = error.to_string();
        assert!(text.contains(word) && text.contains("a.wav"), "{text}");
        assert!(error.path().ends_with("a.wav"));
    }
    assert!(matches!(probe("no/such.wav"), Err(Error::Missing { .. })));
    assert!(matches!(probe(Path::new(".")), Err(Error::NotAudio { .. })));
}

#[test]
fn flac_is_read_and_a_cut_one_warns() {
    let ramp: Vec<i16> = (0..1920).map(|i| i as i16 * 16 - 15_000).collect();
    let bytes = flac(48_000, &ramp);
    let audio = one(&bytes).unwrap();
    assert_eq!(
        (audio.frames, audio.sample_rate_hz, audio.channels),
        (Some(1920), 48_000.0, 1)
    );
    let expected: Vec<f32> = ramp.iter().map(|s| f32::from(*s) / 32768.0).collect();
    assert_eq!(samples(&audio, 0), expected);
    let cut = one(&bytes[..bytes.len() - 500]).unwrap();
    let frames = cut.frames.unwrap();
    assert!((1536..1920).contains(&frames), "{frames}");
    assert!(cut.warnings[0].contains("truncated"), "{:?}", cut.warnings);
    assert_eq!(samples(&cut, 0)[..1536], expected[..1536]);
}

#[test]
fn a_damaged_flac_frame_does_not_shift_what_follows() {
    let ramp: Vec<i16> = (0..1920).map(|i| i as i16 * 16 - 15_000).collect();
    let mut bytes = flac(48_000, &ramp);
    // 42 bytes of header; every frame has 7 + 384 + 2 bytes. Damage the fourth one's samples.
    let at = 42 + 3 * 393 + 100;
    bytes[at..at + 8].fill(0x55);
    let audio = one(&bytes).unwrap();
    let heard = samples(&audio, 0);
    assert_eq!(heard.len(), 1920);
    let last = |s: &[i16]| f32::from(s[1919]) / 32768.0;
    assert_eq!(heard[1919], last(&ramp));
    assert_eq!(heard[4 * 192], f32::from(ramp[4 * 192]) / 32768.0);
}

#[test]
fn flac_with_a_side_channel_of_33_bits_is_refused() {
    // By the reference encoder, `flac` 1.4.2: 32 samples of two nearly equal channels, 32 bits.
    let wide =
        b"\x66\x4c\x61\x43\x80\x00\x00\x22\x10\x00\x10\x00\x00\x00\x2f\x00\x00\x2f\x0b\xb8\x03\xf0\
        \x00\x00\x00\x20\x75\xea\xa6\x54\x90\x90\xd0\x25\xc7\xc9\x96\xda\x1e\xbd\x54\x20\xff\xf8\
        \x6a\x8e\x00\x1f\x0c\x14\xc0\x00\x00\x00\xc3\x93\x87\x01\x00\x3f\xff\xff\xff\x10\x00\xe1\
        \xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa2\xe1\xa0\xa2\
        \x3e";
    let error = one(wide).err().unwrap().to_string();
    assert!(
        error.contains("32 bits") && error.contains("a.wav"),
        "{error}"
    );
    // Left and side become two channels of their own, which 32 bits hold.
    let (mut plain, frame, end) = (wide.to_vec(), 42, wide.len() - 2);
    plain[frame + 3] = 0x1e;
    plain[frame + 6] = crc(&plain[frame..frame + 6], 8, 0x07) as u8;
    let check = crc(&plain[frame..end], 16, 0x8005) as u16;
    plain[end..].copy_from_slice(&check.to_be_bytes());
    assert_eq!(one(&plain).unwrap().channels, 2);
}

#[test]
fn the_best_source_of_the_start_wins() {
    let dir = tempdir().unwrap();
    let moth = comment(
        "Recorded at 14:12:00 05/10/2021 (UTC+1) by AudioMoth 24E1440360369B6C at medium gain",
    );
    // 47532.25 s after midnight, that is 13:12:12.25.
    let broadcast = bext("2021-10-05", "13:12:12", 47_532_250 * 8, "R7");
    for (name, extra, start, source) in [
        (
            "X_20211005T131300.500Z.wav",
            vec![],
            "2021-10-05T13:13:00.5Z",
            StartSource::Name,
        ),
        (
            "20211005_131300.WAV",
            vec![moth.clone()],
            "2021-10-05T13:12:00Z",
            StartSource::Comment,
        ),
        (
            "b.wav",
            vec![broadcast.clone()],
            "2021-10-05T13:12:12.25Z",
            StartSource::Broadcast,
        ),
        (
            "c.wav",
            vec![broadcast, moth],
            "2021-10-05T13:12:00Z",
            StartSource::Comment,
        ),
    ] {
        let audio = probe(put(dir.path(), name, wav16(8000, 10, &extra))).unwrap();
        assert_eq!(audio.start, Some(start.parse().unwrap()), "{name}");
        assert_eq!(audio.start_source, Some(source));
    }
    let plain = probe(put(dir.path(), "plain.wav", wav16(8000, 10, &[]))).unwrap();
    assert_eq!(plain.start, None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn damaged_flac_never_panics(at in 0_usize..4000, value: u8, cut in 0_usize..4000) {
        let ramp: Vec<i16> = (0..1920).collect();
        let mut bytes = flac(48_000, &ramp);
        let n = bytes.len();
        bytes[at % n] = value;
        bytes.truncate(n.saturating_sub(cut / 2).max(1));
        let dir = tempdir().unwrap();
        let audio = probe(put(dir.path(), "a.flac", &bytes));
        if let Ok(mut reader) = audio.and_then(|a| a.open(0)) {
            let mut out = [0.0; 512];
            while reader.read(&mut out).is_ok_and(|n| n == out.len()) {}
        }
    }
}
