//! How well the engine follows and tells a shooter who walks or drives while firing.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests fail by panicking, and show what they measured.

use shotfix_benches::city_trial::{Drive, moving_study};
use shotfix_benches::stats::quantile;

/// Cities of which none was looked at when thresholds were set.
const SEEDS: [u64; 2] = [11, 12];
const SPEEDS_M_S: [f64; 4] = [0.0, 3.0, 8.0, 15.0];

fn percent(n: usize, of: usize) -> f64 {
    100.0 * n as f64 / of as f64
}

/// Prints a line and returns how many of the drives were told to move.
fn line(speed_m_s: f64, rounds: usize, drives: &[Drive]) -> usize {
    let errors_m: Vec<f64> = drives.iter().flat_map(Drive::errors_m).collect();
    let off: Vec<[f64; 2]> = drives.iter().filter_map(Drive::motion_off).collect();
    let heard = drives.iter().map(|d| d.heard).sum::<usize>() as f64 / drives.len() as f64;
    let of = |part: usize, share: f64| {
        let all: Vec<f64> = off.iter().map(|o| o[part]).collect();
        quantile(&all, share).map_or("-".to_owned(), |q| format!("{q:.1}"))
    };
    println!(
        "{speed_m_s:>4} {rounds:>7} {:>7} {heard:>6.1} {:>7.1} {:>6.1} {:>6.1} {:>7.1} {:>5} / {:<5} {:>5} / {:<5}",
        drives.len(),
        percent(errors_m.len(), drives.len() * rounds),
        quantile(&errors_m, 0.5).unwrap(),
        quantile(&errors_m, 0.9).unwrap(),
        percent(off.len(), drives.len()),
        of(0, 0.5),
        of(0, 0.9),
        of(1, 0.5),
        of(1, 0.9),
    );
    off.len()
}

/// Eight sensors on roofs of simulated cities; arrivals round houses, jitter and echoes of each path.
#[test]
fn val_who_drives_is_told_and_who_stands_is_not() {
    println!(" m/s  rounds  bursts  heard  found%  p50 m  p90 m   told%  m/s off      deg off");
    for (rounds, n) in [(5, 12), (10, 6), (20, 3)] {
        for speed_m_s in SPEEDS_M_S {
            let drives: Vec<Drive> = (SEEDS.iter())
                .flat_map(|&seed| moving_study(seed, speed_m_s, rounds, n).unwrap())
                .collect();
            let n_told = line(speed_m_s, rounds, &drives);
            if speed_m_s == 0.0 {
                assert_eq!(n_told, 0, "a shooter who stands was told to move");
            }
            if speed_m_s == 8.0 {
                assert!(
                    4 * n_told >= 3 * drives.len(),
                    "{n_told} of {}",
                    drives.len()
                );
            }
        }
    }
}
