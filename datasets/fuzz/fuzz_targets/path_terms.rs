//! Files of learned path terms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        parse::path_terms_text(text);
    }
});
