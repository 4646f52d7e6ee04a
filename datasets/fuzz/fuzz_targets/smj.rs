//! The zlib-JSON chunk of evidence files: compressed, and the JSON alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_datasets::parse::smj;

fuzz_target!(|bytes: &[u8]| {
    for evidence in [smj::parse(bytes), smj::parse_json(bytes)]
        .into_iter()
        .flatten()
    {
        assert!(evidence.position.latitude_deg.abs() <= 90.0);
        assert!(evidence.clock_error_s.is_none_or(|e| e >= 0.0));
    }
});
