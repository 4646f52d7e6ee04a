//! The statistics of live fire on the five released positions that serve development.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests count as outside them.

mod support;

use shotfix_benches::validation::live_fire::{PUBLISHED, Statistics, read_released};
use support::data;

#[test]
fn val_five_positions_are_like_all_nine() {
    let Some(dir) = data("pittsburgh") else {
        return;
    };
    let observations = read_released(&dir).unwrap();
    let found = Statistics::of(&observations).unwrap();
    let names: Vec<&str> = observations.places.iter().map(|p| &*p.name).collect();
    println!("{}", found.measured_beside_published(&names));
    assert_eq!(observations.places.len(), 5);
    // Five of nine positions differ from all nine by as much as positions differ: residuals of
    // 6 to 9 ms each, and about thirty sensors a position in bins of two to six.
    let near = |a: f64, b: f64, within: f64| assert!((a - b).abs() <= within, "{a} {b}");
    let (delays, published) = (found.delays, PUBLISHED.delays);
    near(delays.residual_rms_s, published.residual_rms_s, 1e-3);
    near(delays.path_rms_s, published.path_rms_s, 1e-3);
    near(delays.jitter_68_s, published.jitter_68_s, 0.1e-3);
    near(delays.jitter_90_s, published.jitter_90_s, 1.1e-3);
    near(delays.beyond_5_ms, published.beyond_5_ms, 0.02);
    let (levels, published) = (found.levels, PUBLISHED.levels);
    near(levels.at_100_m_db_spl, published.at_100_m_db_spl, 1.0);
    near(levels.slope, published.slope, 0.2);
    near(levels.sigma_db, published.sigma_db, 1.0);
    near(found.of_shots, PUBLISHED.of_shots, 0.03);
    for (share, published) in found.participation.iter().zip(PUBLISHED.participation) {
        near(*share, published, 0.2);
    }
}
