//! Accuracy on the development cases, which lie outside the repository.

mod common;

use std::path::PathBuf;

use common::{World, round};
use serde_json::Value;
use shotfix_core::locate::{Fix, Observation};
use shotfix_core::travel::Medium;
use shotfix_core::{Enu, Uncertain};

fn data() -> PathBuf {
    std::env::var_os("SHOTFIX_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    )
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .map(|a| a.iter().filter_map(Value::as_f64).collect())
        .unwrap_or_default()
}

/// How badly a fix explains its arrivals, in its own terms.
fn misfit(fix: &Fix, sigma_s: f64) -> f64 {
    fix.residuals_s[0]
        .iter()
        .map(|r| (r / sigma_s).powi(2).min(25.0))
        .sum()
}

#[test]
fn val_clean_cases_reach_the_bound() {
    let file = data().join("cases/solve/clean2d_s1ms.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!(
            "skipped: no {}; SHOTFIX_DATA tells where the data lies",
            file.display()
        );
        return;
    };
    let (mut errors_m, mut squares, mut scored) = (Vec::new(), 0.0, 0.0);
    let (mut other, mut failed) = (0, 0);
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).expect("JSON lines");
        let places: Vec<Enu> = case["sensors"]
            .as_array()
            .expect("sensors")
            .iter()
            .map(|p| Enu::new(numbers(p)[0], numbers(p)[1], 0.0))
            .collect();
        let (toa, sigma_s) = (
            numbers(&case["toa"]),
            case["sigma"].as_f64().expect("sigma"),
        );
        let truth = numbers(&case["truth"]);
        let truth = Enu::new(truth[0], truth[1], 0.0);
        let mut world = World::new(places.clone());
        world.medium = Medium {
            speed_m_s: case["c"].as_f64().expect("c"),
            wind_m_s: [0.0, 0.0],
        };
        world.up = Uncertain::new(0.0, 0.0);
        world.settings.path_sigma_s = 1e-5;
        world.settings.jitter_sigma_s = sigma_s;
        world.settings.late_share = 1e-6;
        let n = places.len() as f64;
        let centroid = Enu::new(
            places.iter().map(|p| p.east_m).sum::<f64>() / n,
            places.iter().map(|p| p.north_m).sum::<f64>() / n,
            0.0,
        );
        let (earliest, first_s) = toa
            .iter()
            .copied()
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .expect("arrivals");
        let observations: Vec<_> = toa
            .iter()
            .enumerate()
            .map(|(sensor, &time_s)| Observation {
                sensor,
                time_s,
                sigma_s: 0.0,
            })
            .collect();
        let best = [centroid, places[earliest]]
            .into_iter()
            .filter_map(|start| {
                // The shot was fired before the first sensor heard it.
                let range_m = start.horizontal_distance_m(places[earliest]);
                let guess_s = first_s - range_m / world.medium.speed_m_s;
                world
                    .fit(&[round(guess_s, observations.clone())], start)
                    .ok()
            })
            .min_by(|a, b| misfit(a, sigma_s).total_cmp(&misfit(b, sigma_s)));
        let Some(fix) = best else {
            failed += 1;
            continue;
        };
        let error_m = fix.positions[0].horizontal_distance_m(truth);
        let bound_m = case["crlb_h"].as_f64().expect("crlb_h");
        errors_m.push(error_m);
        // Beyond four bounds it is another optimum, not scatter (a case in 3e-4); counted below.
        if error_m < 4.0 * bound_m {
            squares += (error_m / bound_m).powi(2);
            scored += 1.0;
        } else {
            other += 1;
        }
    }
    errors_m.sort_by(f64::total_cmp);
    let n = errors_m.len();
    let at = |q: f64| errors_m[((n - 1) as f64 * q) as usize];
    let efficiency = f64::sqrt(squares / scored);
    println!(
        "{n} cases fitted, {failed} not; error m: median {:.3}, 75 % {:.3}, 90 % {:.3}, 99 % {:.2}; \
         {other} at another optimum; RMSE / CRLB of the rest {efficiency:.3}",
        at(0.5),
        at(0.75),
        at(0.9),
        at(0.99),
    );
    assert!(at(0.5) <= 0.35);
    assert_eq!(failed, 0);
    // The bound is a bound on the RMS; 2 000 cases tell 1.00 to 1.5 %, and cutting at four bounds
    // takes off less than that.
    assert!((0.95..1.05).contains(&efficiency), "{efficiency}");
    assert!(other <= n / 50);
}
