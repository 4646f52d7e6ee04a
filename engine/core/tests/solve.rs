//! The solver for one shot, from outside.

// Tests fail loudly.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use shotfix_core::solve::{
    Air, Dimensions, MAX_SENSORS, Problem, Settings, Solution, SolveError, maximum_likelihood,
    solve,
};
use shotfix_core::{Enu, Seconds, Uncertain, Wind};

const SPEED_M_S: f64 = 343.0;

fn sensors() -> Vec<Enu> {
    [
        (0.0, 0.0, 8.0),
        (700.0, 40.0, 14.0),
        (650.0, 620.0, 22.0),
        (60.0, 580.0, 5.0),
        (330.0, 300.0, 17.0),
        (350.0, -200.0, 11.0),
        (-150.0, 270.0, 25.0),
    ]
    .map(|(e, n, u)| Enu::new(e, n, u))
    .to_vec()
}

/// Arrivals in still air, computed here.
fn arrivals(sensors: &[Enu], source: Enu, three: bool) -> Vec<Seconds> {
    let range_m = |s: &Enu| {
        let (e, n) = (s.east_m - source.east_m, s.north_m - source.north_m);
        let u = if three { s.up_m - source.up_m } else { 0.0 };
        (e * e + n * n + u * u).sqrt()
    };
    let at = |s: &Enu| Seconds(3.0 + range_m(s) / SPEED_M_S);
    sensors.iter().map(at).collect()
}

fn problem<'a>(sensors: &'a [Enu], arrivals: &'a [Seconds], dimensions: Dimensions) -> Problem<'a> {
    Problem {
        sensors,
        arrivals,
        sigma: Seconds(0.001),
        survey_sigma_m: 0.0,
        dimensions,
        air: Air {
            speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
            wind: Wind::default(),
        },
        up_m: None,
        paths: &[],
    }
}

fn run(sensors: &[Enu], arrivals: &[Seconds]) -> Solution {
    solve(
        &problem(sensors, arrivals, Dimensions::Two),
        &Settings::default(),
    )
    .unwrap()
}

/// Small errors and one late arrival, so that nothing is recovered by symmetry.
fn disturbed(sensors: &[Enu], source: Enu) -> Vec<Seconds> {
    let mut times = arrivals(sensors, source, false);
    for (k, t) in times.iter_mut().enumerate() {
        t.0 += 1e-3 * (k as f64 * 2.3).sin();
    }
    times[3].0 += 0.031;
    times
}

#[test]
fn a_noiseless_shot_is_recovered_by_both_solvers() {
    let sensors = sensors();
    for (e, n) in [
        (200.0, 300.0),
        (400.0, 100.0),
        (650.0, 300.0),
        (-100.0, 500.0),
    ] {
        let source = Enu::new(e, n, 3.0);
        for three in [false, true] {
            let times = arrivals(&sensors, source, three);
            let dimensions = if three {
                Dimensions::Three
            } else {
                Dimensions::Two
            };
            let problem = problem(&sensors, &times, dimensions);
            for solver in [solve, maximum_likelihood] {
                let found = solver(&problem, &Settings::default()).unwrap();
                let error_m = found.position.horizontal_distance_m(source);
                // In two dimensions only the priors pull, by less than a hundredth of the 0.3 m of
                // noise; in three that of the height by about as much as it is off.
                let limit_m = if three { 0.15 } else { 0.01 };
                assert!(error_m < limit_m, "{e} {n} {three}: {error_m}");
                assert!((found.t0.0 - 3.0).abs() < 1e-3);
                assert_eq!(found.on_time, 0b111_1111);
            }
        }
    }
}

#[test]
fn a_late_arrival_is_named_and_left_out() {
    let sensors = sensors();
    let source = Enu::new(220.0, 330.0, 0.0);
    for late in 0..sensors.len() {
        let mut times = arrivals(&sensors, source, false);
        times[late].0 += 0.045;
        let found = run(&sensors, &times);
        assert!(found.position.horizontal_distance_m(source) < 0.3, "{late}");
        assert_eq!(found.on_time, 0b111_1111 ^ 1 << late);
    }
}

#[test]
fn the_order_of_the_sensors_changes_nothing() {
    let sensors = sensors();
    let times = disturbed(&sensors, Enu::new(220.0, 330.0, 0.0));
    let found = run(&sensors, &times);
    let order = [4, 1, 6, 0, 3, 5, 2];
    let turned = run(&order.map(|k| sensors[k]), &order.map(|k| times[k]));
    assert_eq!(turned.position, found.position);
    assert_eq!(turned.covariance_m2, found.covariance_m2);
    for (k, from) in order.iter().enumerate() {
        assert_eq!(turned.used(k), found.used(*from));
    }
}

#[test]
fn moved_and_turned_sensors_move_and_turn_the_fix() {
    let sensors = sensors();
    let times = disturbed(&sensors, Enu::new(220.0, 330.0, 0.0));
    let found = run(&sensors, &times).position;
    let (sin, cos) = 0.7_f64.sin_cos();
    let turn = |p: Enu| {
        Enu::new(
            5000.0 + cos * p.east_m - sin * p.north_m,
            -3000.0 + sin * p.east_m + cos * p.north_m,
            p.up_m,
        )
    };
    let turned: Vec<Enu> = sensors.iter().map(|s| turn(*s)).collect();
    let other = run(&turned, &times).position;
    // The same climb, stopped within a hundredth of the 0.3 m of noise.
    assert!(other.horizontal_distance_m(turn(found)) < 3e-3);
}

#[test]
fn a_common_delay_moves_the_time_alone() {
    let sensors = sensors();
    let times = disturbed(&sensors, Enu::new(220.0, 330.0, 0.0));
    let found = run(&sensors, &times);
    let later: Vec<Seconds> = times.iter().map(|t| Seconds(t.0 + 100.0)).collect();
    let other = run(&sensors, &later);
    assert!(other.position.horizontal_distance_m(found.position) < 1e-6);
    assert!((other.t0.0 - found.t0.0 - 100.0).abs() < 1e-8);
}

#[test]
fn what_cannot_be_solved_is_named() {
    let settings = Settings::default();
    let sensors = sensors();
    let times = arrivals(&sensors, Enu::new(220.0, 330.0, 0.0), false);
    let two = |sensors, times| solve(&problem(sensors, times, Dimensions::Two), &settings);
    assert_eq!(
        two(&sensors[..3], &times[..3]),
        Err(SolveError::TooFew { need: 4, got: 3 })
    );
    assert_eq!(
        two(&sensors, &times[..5]),
        Err(SolveError::Mismatch {
            sensors: 7,
            arrivals: 5
        })
    );
    let line: Vec<Enu> = (0..5)
        .map(|k| Enu::new(100.0 * f64::from(k), 0.0, 0.0))
        .collect();
    let heard = arrivals(&line, Enu::new(150.0, 200.0, 0.0), false);
    assert_eq!(two(&line, &heard), Err(SolveError::Degenerate));
    let many = vec![Enu::default(); MAX_SENSORS + 1];
    let at_once = vec![Seconds(0.0); MAX_SENSORS + 1];
    let mut broken = times.clone();
    broken[2] = Seconds(f64::NAN);
    assert_eq!(
        two(&many, &at_once),
        Err(SolveError::TooMany {
            max: MAX_SENSORS,
            got: MAX_SENSORS + 1
        })
    );
    assert_eq!(two(&sensors, &broken), Err(SolveError::NotUsable));
}

#[test]
fn four_sensors_and_a_mirror_place_widen_the_region_to_both() {
    // Three sensors in a row but for metres and one beside them: a source behind the row has a
    // mirror place that differs by less than 3 ms of noise.
    let sensors = [
        Enu::new(0.0, 0.0, 0.0),
        Enu::new(300.0, 4.0, 0.0),
        Enu::new(600.0, -3.0, 0.0),
        Enu::new(900.0, 2.0, 0.0),
    ];
    let source = Enu::new(400.0, 150.0, 0.0);
    let times = arrivals(&sensors, source, false);
    let mut problem = problem(&sensors, &times, Dimensions::Two);
    problem.sigma = Seconds(0.003);
    let found = solve(&problem, &Settings::default()).unwrap();
    let north = found.position.north_m;
    assert!(
        (north.abs() - 150.0).abs() < 30.0 || north.abs() < 150.0,
        "{north}"
    );
    assert!(found.places > 1);
    let reach_m = 2.45 * found.covariance_m2[1][1].sqrt();
    assert!(
        (source.north_m - north).abs() < reach_m,
        "{north} {reach_m}"
    );
}

proptest! {
    #[test]
    fn no_arrivals_make_it_panic_or_answer_nonsense(
        times in prop::collection::vec(-1e3..1e3_f64, 7), sigma in 1e-6..1.0_f64, three: bool,
    ) {
        let times: Vec<Seconds> = times.into_iter().map(Seconds).collect();
        let sensors = sensors();
        let dimensions = if three { Dimensions::Three } else { Dimensions::Two };
        let mut problem = problem(&sensors, &times, dimensions);
        problem.sigma = Seconds(sigma);
        problem.air.wind.east = Uncertain::new(2.0, 3.0);
        for solver in [solve, maximum_likelihood] {
            if let Ok(found) = solver(&problem, &Settings::default()) {
                prop_assert!(found.position.east_m.is_finite() && found.t0.0.is_finite());
                prop_assert!(found.covariance_m2[0][0] > 0.0);
            }
        }
    }
}

#[test]
fn stated_path_delays_are_taken_off_and_poor_paths_count_less() {
    let (sensors, source) = (sensors(), Enu::new(420.0, 260.0, 0.0));
    // Each path is late by its own constant, up to 20 ms; the last by 60 ms more than anyone knows.
    let extra_s: Vec<f64> = (0..sensors.len())
        .map(|k| 0.01 + 0.01 * (k as f64).cos())
        .collect();
    let mut times = arrivals(&sensors, source, false);
    for (time, extra_s) in times.iter_mut().zip(&extra_s) {
        time.0 += extra_s;
    }
    let paths: Vec<Uncertain> = extra_s.iter().map(|s| Uncertain::new(*s, 1e-3)).collect();
    let settings = Settings::default();
    let stated = Problem {
        paths: &paths,
        ..problem(&sensors, &times, Dimensions::Two)
    };
    let found = solve(&stated, &settings).unwrap();
    assert!(found.position.horizontal_distance_m(source) < 0.01);
    assert!((found.t0.0 - 3.0).abs() < 1e-4);
    // 1 ms of jitter and 1 ms of path: twice the variance of known paths, but for the weak priors.
    let known: Vec<Uncertain> = extra_s.iter().map(|s| Uncertain::new(*s, 0.0)).collect();
    let known = solve(
        &Problem {
            paths: &known,
            ..stated
        },
        &settings,
    )
    .unwrap();
    let ratio = found.covariance_m2[0][0] / known.covariance_m2[0][0];
    assert!((1.5..2.5).contains(&ratio), "{ratio}");
    assert!(known.log_evidence > found.log_evidence);
    let few = Problem {
        paths: &paths[1..],
        ..stated
    };
    let refused = Err(SolveError::PathMismatch {
        sensors: 7,
        paths: 6,
    });
    assert_eq!(solve(&few, &settings), refused);
    // An error within a poor path's sigma hardly moves the place, though nobody is taken as late.
    let mut poor = paths.clone();
    poor[6].sigma = 0.1;
    let mut off = times.clone();
    off[6].0 -= 0.06;
    let poor = Problem {
        paths: &poor,
        ..problem(&sensors, &off, Dimensions::Two)
    };
    let found = solve(&poor, &settings).unwrap();
    assert!(
        found.position.horizontal_distance_m(source) < 0.1,
        "{found:?}"
    );
    assert!(found.used(6));
}

#[test]
fn a_stated_height_replaces_the_guess() {
    // Sensors near the shooter feel the height; it is 40 m above the lowest of them.
    let sensors = sensors();
    let source = Enu::new(340.0, 290.0, 45.0);
    let times = arrivals(&sensors, source, true);
    let guessed = problem(&sensors, &times, Dimensions::Three);
    let stated = Problem {
        up_m: Some(Uncertain::new(45.0, 0.1)),
        ..guessed
    };
    let found = solve(&stated, &Settings::default()).unwrap();
    assert!(found.position.distance_m(source) < 0.1, "{found:?}");
    assert!(found.covariance_m2[2][2] < 0.02);
}
