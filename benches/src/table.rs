//! Figures as a table that a person can read.

use std::fmt::Write;

use crate::cells::{number, percent};
use crate::locate::{Figures, LocateBench};

/// The table of `bench locate`.
pub fn locate(bench: &LocateBench) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "shotfix {} bench locate {}",
        bench.version, bench.input
    );
    let _ = writeln!(
        out,
        "{:<10} {:>5} {:>6} {:>5} {:>5} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6} {:>8} {:>6} {:>6} {:>6} {:>7} {:>7}",
        "position",
        "tests",
        "rounds",
        "found",
        "false",
        "p50 m",
        "p90 m",
        "max m",
        "<=3.05",
        "<=5",
        "<=15",
        "<=25",
        "centroid",
        "sigma1",
        "sigma2",
        "in95",
        "run s",
        "x real"
    );
    for figures in bench.positions.iter().chain([&bench.all]) {
        let _ = writeln!(out, "{}", row(figures));
    }
    let f = &bench.all;
    if f.rounds > 0 {
        let percent = |n: usize| 100.0 * n as f64 / f.rounds as f64;
        let _ = writeln!(
            out,
            "{:.1} % of the rounds found, {:.1} false shots in 100 rounds",
            percent(f.found),
            percent(f.false_shots)
        );
    }
    if let (Some(p50), Some(share)) = (f.precision_p50_m, f.precision_within_3_05_m) {
        let _ = writeln!(
            out,
            "about the centroid of their firing position: median {p50:.2} m, {:.1} % within 3.05 m",
            100.0 * share
        );
    }
    for skipped in &bench.skipped {
        let _ = writeln!(out, "not scored: {skipped}");
    }
    out
}

fn row(f: &Figures) -> String {
    format!(
        "{:<10} {:>5} {:>6} {:>5} {:>5} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6} {:>8} {:>6} {:>6} {:>6} {:>7.2} {:>7.0}",
        f.name,
        f.tests,
        f.rounds,
        f.found,
        f.false_shots,
        number(f.p50_m, 2),
        number(f.p90_m, 2),
        number(f.max_m, 2),
        percent(f.within_3_05_m),
        percent(f.within_5_m),
        percent(f.within_15_m),
        percent(f.within_25_m),
        number(f.centroid_m, 2),
        number(f.sigma1_m, 2),
        number(f.sigma2_m, 2),
        percent(f.in_ellipse95),
        f.run_s,
        f.real_time_factor,
    )
}
