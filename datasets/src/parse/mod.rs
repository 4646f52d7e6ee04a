//! Parsers of bytes that come from outside. Each takes a slice or a stream, allocates no more
//! than it was given, and never panics. Public so that the fuzz targets reach them.

pub mod bext;
pub mod comment;
pub mod filename;
pub mod riff;
pub mod smj;
pub mod wav_format;

use std::path::Path;

use shotfix_core::Timestamp;

pub use crate::audio::memory::{MemoryReader, compressed_samples, wav_samples};

/// Reads `text` in turn as an `array.toml`, an array CSV and every form of weather, and drops
/// what comes out.
pub fn array_text(text: &str) {
    let _ = crate::array_file::parse_toml(text);
    let _ = crate::array_csv::parse(text);
    let _ = crate::array_file::atmosphere_toml(text);
    let _ = crate::weather::parse_inline(text);
    let _ = crate::weather::Report::from_json(text).and_then(|r| r.atmosphere());
}

/// Parses `text` as a file of path terms.
pub fn path_terms_text(text: &str) {
    let _ = crate::path_terms::PathTermsFile::parse(text);
}

/// Reads `text` in turn as every table and JSON that may lie beside recordings: places of casings, of microphones, of
/// shots, and sidecars of live fire; drops what comes out.
pub fn beside_text(text: &str) {
    let path = Path::new("beside");
    let _ = crate::found::parse(text);
    for truth in [
        crate::truth::survey_of(text, path),
        crate::truth::truth_of(text, path),
    ] {
        let _ = truth.map(|truth| truth.resolve(None));
    }
    crate::layouts::beside_text(text);
}

/// A civil date and time, UTC, as an instant; `None` if there is no such date.
pub(crate) fn civil_utc(date: [u32; 3], time: [u32; 3], nanosecond: u32) -> Option<Timestamp> {
    let ([year, month, day], [hour, minute, second]) = (date, time);
    // The text is fixed-width only for four-digit years.
    if year > 9999 {
        return None;
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanosecond:09}Z")
        .parse()
        .ok()
}

/// A number of at most nine digits and nothing else.
pub(crate) fn digits(text: &str) -> Option<u32> {
    let plain = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Nanoseconds of a decimal fraction's digits: `"5"` is half a second.
pub(crate) fn fraction_ns(text: &str) -> Option<u32> {
    let value = digits(text)?;
    Some(value * 10_u32.pow(9 - text.len() as u32))
}

/// The first of `bytes` up to a NUL, as text; bytes that are no UTF-8 are replaced.
pub(crate) fn text_until_nul(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
}
