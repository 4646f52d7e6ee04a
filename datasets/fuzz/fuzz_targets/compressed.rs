//! FLAC and OGG Vorbis from memory, decoded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse;

/// More only takes longer.
const MOST_SAMPLES: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let _ = parse::compressed_samples(bytes.to_vec(), MOST_SAMPLES);
});
