//! Array files as TOML and CSV, weather as text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        parse::array_text(text);
    }
});
