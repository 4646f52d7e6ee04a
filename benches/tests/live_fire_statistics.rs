//! The statistics of live fire on the five released positions that serve development.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests count as outside them.

use std::path::PathBuf;

use shotfix_benches::validation::live_fire::{PUBLISHED, Statistics, read_released};

/// The folder of the released set, or a clear word that it is missing.
fn pittsburgh() -> Option<PathBuf> {
    let root = std::env::var_os("SHOTFIX_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("pittsburgh");
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: {} is missing; set SHOTFIX_DATA to the recordings",
        path.display()
    );
    None
}

#[test]
fn val_five_positions_are_like_all_nine() {
    let Some(dir) = pittsburgh() else {
        return;
    };
    let observations = read_released(&dir).unwrap();
    let found = Statistics::of(&observations).unwrap();
    println!("{found:#?}");
}
