//! What tests on outside recordings share.

use std::path::PathBuf;

/// The folder of outside recordings, or a clear word that it is missing.
pub(crate) fn data(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SHOTFIX_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: {} is missing; set SHOTFIX_DATA to the recordings",
        path.display()
    );
    None
}
