//! How well a network tells bursts in the air from shots in the street, by arrival times alone.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests fail by panicking, and show what they measured.

mod support;

use serde_json::Value;
use shotfix_benches::city_trial::{AloftRow, aloft_study};
use shotfix_benches::stats::quantile;
use shotfix_core::aloft::Aloft;
use shotfix_core::locate::HeightPrior;
use shotfix_core::solve::{Air, Dimensions, Problem};
use shotfix_core::{Enu, Seconds, Uncertain, Wind};

/// Cities and winds of the simulator; the locator knows neither their houses nor their hills.
#[test]
fn val_shells_are_told_and_shots_in_streets_are_not() {
    let heights_m = [0.0, 30.0, 60.0, 100.0, 150.0, 200.0];
    println!("sensors/km2  height m  sources  heard by  aloft told %  height off m, median");
    for density_per_km2 in [6.0, 10.0, 20.0] {
        let cities: Vec<Vec<AloftRow>> = [1, 2]
            .map(|seed| aloft_study(seed, density_per_km2, &heights_m, 300).unwrap())
            .to_vec();
        for (k, height_m) in heights_m.into_iter().enumerate() {
            let told: Vec<(usize, Aloft)> = (cities.iter())
                .flat_map(|rows| rows[k].told.iter().copied())
                .collect();
            let n = told.len();
            let n_told = told.iter().filter(|(_, a)| a.is_told()).count();
            let median = |of: &dyn Fn(&(usize, Aloft)) -> f64| {
                quantile(&told.iter().map(of).collect::<Vec<_>>(), 0.5).unwrap()
            };
            println!(
                "{density_per_km2:>11} {height_m:>9} {n:>8} {:>9} {:>13.1} {:>21.1}",
                median(&|(heard, _)| *heard as f64),
                100.0 * n_told as f64 / n as f64,
                median(&|(_, a)| (a.over_ground_m.mean - height_m).abs()),
            );
            assert!(n > 500);
            if height_m == 0.0 {
                assert_eq!(n_told, 0, "a shot in a street was put into the air");
            }
            if height_m >= 150.0 {
                assert!(n_told as f64 > 0.95 * n as f64, "{n_told} of {n}");
            }
        }
    }
}

/// Chosen pulses of live fire, 4 to 20 sensors each, on hills; every shot was fired in a street.
#[test]
fn val_live_fire_is_on_the_ground() {
    let Some(path) = support::data("cases/solve/pittsburgh_tuples.jsonl") else {
        return;
    };
    let mut told = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let numbers = |v: &Value| -> Vec<f64> {
            let all = v.as_array().unwrap().iter();
            all.map(|v| v.as_f64().unwrap()).collect()
        };
        let places = case["sensors"].as_array().unwrap().iter();
        let sensors: Vec<Enu> = (places.zip(numbers(&case["sensors_z"])))
            .map(|(at, up)| Enu::new(at[0].as_f64().unwrap(), at[1].as_f64().unwrap(), up))
            .collect();
        let arrivals: Vec<Seconds> = numbers(&case["toa"]).into_iter().map(Seconds).collect();
        let truth = numbers(&case["truth"]);
        let problem = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds(0.0086),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: Air {
                speed_m_s: Uncertain::new(case["c"].as_f64().unwrap(), 0.6),
                wind: Wind::from_report(0.0, 0.0, 1.0),
            },
            up_m: None,
            paths: &[],
        };
        let ground = HeightPrior::around(sensors.clone(), None).at(truth[0], truth[1]);
        told.extend(Aloft::of(&problem, ground));
    }
    let odds: Vec<f64> = told.iter().map(|a| a.log_odds).collect();
    println!(
        "{} shots, log odds for the air: median {:.1}, most {:.1}",
        told.len(),
        quantile(&odds, 0.5).unwrap(),
        quantile(&odds, 1.0).unwrap()
    );
    assert!(told.len() > 170);
    assert!(told.iter().all(|a| !a.is_told()));
}
