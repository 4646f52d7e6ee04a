//! The table of `bench associate`.

use std::fmt::Write;

use super::peers::peers;
use super::score::Score;
use crate::cells::{number, percent};

/// One line a file, the peers below it.
pub fn table(scores: &[Score]) -> String {
    let mut out = format!(
        "{:<20} {:>5} {:>6} {:>7} {:>9} {:>6} {:>5} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8}\n",
        "file",
        "cases",
        "events",
        "recall",
        "precision",
        "F1",
        "false",
        "p50 m",
        "p90 m",
        "<=3.05",
        "in95",
        "ms mean",
        "ms max"
    );
    for s in scores {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<20} {:>5} {:>6} {:>7} {:>9} {:>6} {:>5} {:>7} {:>7} {:>7} {:>7} {:>8.2} {:>8.2}",
            s.name,
            s.cases,
            s.fired,
            number(s.recall, 3),
            number(s.precision, 3),
            number(s.f1, 3),
            s.false_shots,
            number(s.p50_m, 2),
            number(s.p90_m, 2),
            percent(s.within_3_05_m),
            percent(s.in_region95),
            s.mean_ms,
            s.max_ms,
        );
        for p in peers(&s.name) {
            let f1 = 2.0 * p.recall * p.precision / (p.recall + p.precision);
            let _ = writeln!(
                out,
                "{:<20} {:>5} {:>6} {:>7.3} {:>9.3} {:>6.3} {:>5} {:>7.2} {:>7.2} {:>7} {:>7} {:>8.0} {:>8}",
                format!("  {}", p.name),
                "",
                "",
                p.recall,
                p.precision,
                f1,
                "",
                p.p50_m,
                p.p90_m,
                "",
                "",
                1e3 * p.case_s,
                "",
            );
        }
    }
    out
}
