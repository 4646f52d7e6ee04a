//! A whole WAV from memory: chunks, format, metadata, start.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::{parse, probe_wav};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(riff)) = parse::riff::walk(&mut Cursor::new(bytes))
        && let Some(data) = riff.data
    {
        assert!(data.offset + data.len <= bytes.len() as u64);
    }
    if let Ok(audio) = probe_wav(
        &mut Cursor::new(bytes),
        Path::new("S1_20181219T004926.000Z.wav"),
    ) {
        assert!(
            audio
                .frames
                .is_some_and(|n| n > 0 && n <= bytes.len() as u64)
        );
        assert!(audio.channels > 0 && audio.sample_rate_hz >= 1000.0);
    }
    // Reads the samples too.
    let mut out = [0.0; 64];
    if let Ok(mut reader) = parse::wav_samples(Cursor::new(bytes)) {
        while reader.read(&mut out).is_ok_and(|n| n == out.len()) {}
    }
});
