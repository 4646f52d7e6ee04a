//! Tables and JSON beside recordings: casings, microphones, surveys, truth, sidecars.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        parse::beside_text(text);
    }
});
