//! The page of the study.

use std::fmt::Write;

use super::distance::DistanceRow;
use super::ten_feet::TenFeetRow;

/// Both tables as `docs/ten-feet.md`.
pub fn markdown(ten_feet: &[TenFeetRow], distance: &[DistanceRow], seeds: &[u64]) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "x {} {} {}",
        ten_feet.len(),
        distance.len(),
        seeds.len()
    );
    out
}
