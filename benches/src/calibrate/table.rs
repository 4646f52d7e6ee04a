//! The table of `bench calibrate`.

use std::fmt::Write;

use super::held_out::Row;

/// One line for each split, site and way.
pub fn table(rows: &[Row]) -> String {
    let mut out = format!(
        "{:<20} {:<12} {:<9} {:>6} {:>7} {:>7} {:>7} {:>6} {:>7} {:>6}\n",
        "split", "site", "paths", "shots", "p50 m", "p90 m", "<=3.05", ">100m", "in95", "NEES"
    );
    for row in rows {
        let metres = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
        let percent =
            |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{:.1}%", 100.0 * v));
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<20} {:<12} {:<9} {:>6} {:>7} {:>7} {:>7} {:>6} {:>7} {:>6}",
            row.split,
            row.site,
            row.way,
            row.shots,
            metres(row.p50_m),
            metres(row.p90_m),
            percent(row.within_3_05_m),
            row.beyond_100_m,
            percent(row.in_region95),
            metres(row.nees),
        );
    }
    out
}
