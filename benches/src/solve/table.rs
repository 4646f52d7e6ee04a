//! The table of `bench solve`.

use std::fmt::Write;

use super::peers::best_peer;
use super::score::Score;
use crate::cells::{number, percent};

/// One line a file, the best peer beside it.
pub fn table(scores: &[Score]) -> String {
    let mut out = format!(
        "{:<20} {:>5} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>7} {:>6} {:>9}   {}\n",
        "file",
        "cases",
        "p50 m",
        "p90 m",
        "p99 m",
        "<=3.05",
        ">100m",
        "/CRLB",
        "in95",
        "NEES",
        "solves/s",
        "best peer: p50 / p90 m, /CRLB, solves/s"
    );
    for s in scores {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{:<20} {:>5} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>7} {:>6} {:>9.0}",
            s.name,
            s.cases,
            number(s.p50_m, 3),
            number(s.p90_m, 3),
            number(s.p99_m, 2),
            percent(s.within_3_05_m),
            s.gross + s.no_answer,
            number(s.over_bound, 3),
            percent(s.in_region95),
            number(s.nees, 2),
            s.per_second,
        );
        if let Some(peer) = best_peer(&s.name) {
            let _ = write!(
                out,
                "   {}: {:.2} / {:.2}, {}, {:.0}",
                peer.name,
                peer.p50_m,
                peer.p90_m,
                number(peer.over_bound, 2),
                peer.per_second
            );
        }
        out.push('\n');
    }
    out
}
