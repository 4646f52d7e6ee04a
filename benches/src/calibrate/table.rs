//! The table of `bench calibrate`.

use std::fmt::Write;

use super::held_out::Row;
use crate::cells::{number, percent};

/// One line for each split, site and way.
pub fn table(rows: &[Row]) -> String {
    let mut out = format!(
        "{:<20} {:<12} {:<9} {:>6} {:>7} {:>7} {:>7} {:>6} {:>7} {:>6}\n",
        "split", "site", "paths", "shots", "p50 m", "p90 m", "<=3.05", ">100m", "in95", "NEES"
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<20} {:<12} {:<9} {:>6} {:>7} {:>7} {:>7} {:>6} {:>7} {:>6}",
            row.split,
            row.site,
            row.way,
            row.shots,
            number(row.p50_m, 2),
            number(row.p90_m, 2),
            percent(row.within_3_05_m),
            row.beyond_100_m,
            percent(row.in_region95),
            number(row.nees, 2),
        );
    }
    out
}
