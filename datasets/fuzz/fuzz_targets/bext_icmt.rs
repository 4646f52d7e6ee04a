//! Start times: the Broadcast WAV chunk, comments, names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse::{bext::Broadcast, comment, filename, riff};

fuzz_target!(|bytes: &[u8]| {
    if let Some(broadcast) = Broadcast::parse(bytes) {
        let _ = broadcast.start(48_000.0);
        let _ = broadcast.start(1_000.0);
    }
    for text in riff::info_comments(bytes) {
        let _ = comment::parse(&text);
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = comment::parse(&text);
    if let Some(named) = filename::start_in_name(&text) {
        assert!(named.prefix.len() < text.len());
    }
});
