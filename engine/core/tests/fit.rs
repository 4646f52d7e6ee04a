//! The contract of `locate::fit`, against truth made without it.

mod common;

use common::{Dice, World, ring, round, travel_s};
use proptest::prelude::*;
use shotfix_core::locate::{Assumptions, Drift, Fix, SensorModel};
use shotfix_core::locate::{HeightPrior, Observation, ellipse, fit};
use shotfix_core::travel::Medium;
use shotfix_core::{Enu, Settings, Uncertain};

/// The first guess of the callers is a cell of the search map: within 25 m and 30 ms.
fn near(truth: Enu, dice: &mut Dice) -> Enu {
    Enu::new(
        truth.east_m + dice.uniform(-15.0, 15.0),
        truth.north_m + dice.uniform(-15.0, 15.0),
        0.0,
    )
}

/// Every other scene inside the ring, every other 100 m outside.
fn source(k: usize, radius_m: f64, dice: &mut Dice) -> Enu {
    let r = if k.is_multiple_of(2) {
        dice.uniform(0.0, 0.6 * radius_m)
    } else {
        1.1 * radius_m + 100.0
    };
    let (sin, cos) = dice.uniform(0.0, std::f64::consts::TAU).sin_cos();
    Enu::new(r * cos, r * sin, 1.5)
}

fn assert_near(name: &str, fix: &Fix, truth: Enu, limit_m: f64) {
    let off_m = fix.positions[0].horizontal_distance_m(truth);
    assert!(off_m < limit_m, "{name}: {off_m} m off");
}

#[test]
fn verif_noiseless_scenes_are_recovered() {
    let mut dice = Dice::new(1);
    let mut worst_m = 0.0_f64;
    for k in 0..400 {
        let n = 4 + k % 17;
        let mut world = World::new(ring(n, 350.0, &mut dice));
        world.medium = Medium {
            speed_m_s: dice.uniform(320.0, 355.0),
            wind_m_s: [dice.uniform(-10.0, 10.0), dice.uniform(-10.0, 10.0)],
        };
        // Four sensors 100 m from the hull see two places; the guess decides between them.
        let truth = source(k, 350.0, &mut dice);
        let time_s = dice.uniform(-2.0, 2.0);
        let start = near(truth, &mut dice);
        let guess_s = time_s + dice.uniform(-0.03, 0.03);
        let arrivals = world.arrivals(truth, time_s, 1e-4);
        let fix = world.fit(&[round(guess_s, arrivals)], start).unwrap();
        let off_m = fix.positions[0].horizontal_distance_m(truth);
        worst_m = worst_m.max(off_m);
        assert!(fix.converged, "scene {k} with {n} sensors: no end");
        assert!(off_m < 0.01, "scene {k} with {n} sensors: {off_m} m");
        assert!((fix.times_s[0] - time_s).abs() < 1e-4, "scene {k}: time");
        assert!(fix.direct[0].iter().all(|&p| p > 0.8), "scene {k}: direct");
    }
    println!("worst of 400 noiseless scenes: {worst_m:.1e} m");
}

#[test]
fn verif_noiseless_bursts_are_recovered() {
    let mut dice = Dice::new(2);
    for k in 0..40 {
        let mut world = World::new(ring(5 + k % 8, 350.0, &mut dice));
        world.wind_sigma_m_s = [2.0, 2.0];
        world.speed_sigma_m_s = 2.0;
        let truth = source(k, 350.0, &mut dice);
        let rounds: Vec<_> = (0..4)
            .map(|r| {
                let time_s = 0.3 * f64::from(r);
                round(time_s + 0.01, world.arrivals(truth, time_s, 1e-4))
            })
            .collect();
        let fix = world.fit(&rounds, near(truth, &mut dice)).unwrap();
        for r in 0..4 {
            let off_m = fix.positions[r].horizontal_distance_m(truth);
            assert!(off_m < 0.02, "scene {k}, round {r}: {off_m} m");
            assert!((fix.times_s[r] - 0.3 * r as f64).abs() < 2e-4);
        }
    }
}

#[test]
fn verif_the_order_of_sensors_is_irrelevant() {
    let mut dice = Dice::new(3);
    for _ in 0..50 {
        let world = World::new(ring(9, 300.0, &mut dice));
        let truth = source(0, 300.0, &mut dice);
        let mut arrivals = world.arrivals(truth, 0.0, 1e-4);
        for o in &mut arrivals {
            o.time_s += 0.008 * dice.normal();
        }
        let start = near(truth, &mut dice);
        let plain = world.fit(&[round(0.0, arrivals.clone())], start).unwrap();
        dice.shuffle(&mut arrivals);
        let shuffled = world.fit(&[round(0.0, arrivals)], start).unwrap();
        // Sums in another order: rounding only.
        assert_near("shuffled", &shuffled, plain.positions[0], 1e-6);
    }
}

#[test]
fn verif_a_moved_turned_or_mirrored_world_moves_the_fix() {
    let mut dice = Dice::new(4);
    for k in 0..100 {
        let mut world = World::new(ring(8, 300.0, &mut dice));
        world.medium.wind_m_s = [6.0, -3.0];
        world.wind_sigma_m_s = [1.0, 1.0];
        world.speed_sigma_m_s = 1.0;
        let truth = source(k, 300.0, &mut dice);
        let mut arrivals = world.arrivals(truth, 0.0, 1e-4);
        for o in &mut arrivals {
            o.time_s += 0.004 * dice.normal();
        }
        let start = near(truth, &mut dice);
        let (sin, cos) = dice.uniform(0.0, std::f64::consts::TAU).sin_cos();
        let flip = if k % 3 == 0 { -1.0 } else { 1.0 };
        let turn = |e: f64, n: f64| [cos * e - sin * flip * n, sin * e + cos * flip * n];
        let moved = |p: Enu| {
            let [e, n] = turn(p.east_m, p.north_m);
            Enu::new(e + 1_234.5, n - 987.6, p.up_m)
        };
        let mut other = world.clone();
        other.places = world.places.iter().map(|&p| moved(p)).collect();
        other.medium.wind_m_s = turn(6.0, -3.0);
        let here = world.fit(&[round(0.0, arrivals.clone())], start).unwrap();
        let there = other.fit(&[round(0.0, arrivals)], moved(start)).unwrap();
        // Both stop at a step of a centimetre; steps shrink by far more than tenfold.
        assert_near("moved", &there, moved(here.positions[0]), 1e-3);
        let trace = |f: &Fix| f.covariances_m2[0][0][0] + f.covariances_m2[0][1][1];
        assert!((trace(&here) / trace(&there) - 1.0).abs() < 1e-3);
    }
}

#[test]
fn verif_a_common_delay_changes_only_the_time() {
    let mut dice = Dice::new(5);
    for delay_s in [-3_600.0, -0.5, 1e-3, 7.0, 86_400.0] {
        let world = World::new(ring(7, 300.0, &mut dice));
        let truth = source(0, 300.0, &mut dice);
        let mut arrivals = world.arrivals(truth, 0.0, 1e-4);
        for o in &mut arrivals {
            o.time_s += 0.008 * dice.normal();
        }
        let late = arrivals
            .iter()
            .map(|o| Observation {
                time_s: o.time_s + delay_s,
                ..*o
            })
            .collect();
        let start = near(truth, &mut dice);
        let plain = world.fit(&[round(0.0, arrivals)], start).unwrap();
        let late = world.fit(&[round(delay_s, late)], start).unwrap();
        assert_near("delayed", &late, plain.positions[0], 1e-5);
        assert!((late.times_s[0] - plain.times_s[0] - delay_s).abs() < 1e-8);
    }
}

/// Squared error in units of the covariance.
fn nees(fix: &Fix, truth: Enu) -> f64 {
    let [[ee, en], [_, nn]] = fix.covariances_m2[0];
    let p = fix.positions[0];
    let (e, n) = (p.east_m - truth.east_m, p.north_m - truth.north_m);
    (nn * e * e - 2.0 * en * e * n + ee * n * n) / (ee * nn - en * en)
}

/// What scatters in a Monte Carlo run.
struct Spread {
    wind_m_s: f64,
    speed_m_s: f64,
    up_m: f64,
    late_share: f64,
}

/// Mean NEES, share inside the 95 % ellipse and median error of `n` scenes.
fn monte_carlo(n: usize, spread: &Spread, late_assumed: f64) -> (f64, f64, f64) {
    let mut dice = Dice::new(6);
    let (mut sum, mut inside, mut errors_m) = (0.0, 0.0, Vec::new());
    for k in 0..n {
        let mut world = World::new(ring(10, 350.0, &mut dice));
        world.wind_sigma_m_s = [spread.wind_m_s; 2];
        world.speed_sigma_m_s = spread.speed_m_s;
        world.up = Uncertain::new(1.5, spread.up_m);
        world.settings.late_share = late_assumed;
        let mut truth = source(0, 350.0, &mut dice);
        truth.up_m = 1.5 + spread.up_m * dice.normal();
        let medium = Medium {
            speed_m_s: 341.0 + spread.speed_m_s * dice.normal(),
            wind_m_s: [
                spread.wind_m_s * dice.normal(),
                spread.wind_m_s * dice.normal(),
            ],
        };
        let arrivals: Vec<_> = world
            .places
            .iter()
            .enumerate()
            .map(|(sensor, &place)| {
                let exact_s = travel_s(truth, place, medium.speed_m_s, medium.wind_m_s);
                let late_s = if dice.uniform(0.0, 1.0) < spread.late_share {
                    world.settings.late_mean_s * dice.exponential()
                } else {
                    0.0
                };
                Observation {
                    sensor,
                    time_s: exact_s + late_s + world.sigma_s(1e-3) * dice.normal(),
                    sigma_s: 1e-3,
                }
            })
            .collect();
        let start = near(truth, &mut dice);
        let fix = world.fit(&[round(0.0, arrivals)], start).expect("a fix");
        let e = nees(&fix, truth);
        assert!(e.is_finite(), "scene {k}");
        sum += e;
        inside += f64::from(u8::from(e <= ellipse::CHI2_95));
        errors_m.push(fix.positions[0].horizontal_distance_m(truth));
    }
    errors_m.sort_by(f64::total_cmp);
    (sum / n as f64, inside / n as f64, errors_m[n / 2])
}

#[test]
fn val_scatter_agrees_with_the_covariance() {
    let known = Spread {
        wind_m_s: 0.0,
        speed_m_s: 0.0,
        up_m: 0.0,
        late_share: 0.0,
    };
    let weather = Spread {
        wind_m_s: 2.0,
        speed_m_s: 1.5,
        up_m: 5.0,
        late_share: 0.0,
    };
    for (name, spread) in [("known air", &known), ("unknown air", &weather)] {
        let (mean, inside, p50_m) = monte_carlo(2_000, spread, 1e-9);
        println!("{name}: NEES {mean:.3}, inside 95 %: {inside:.4}, median error {p50_m:.2} m");
        // Standard error of the mean of 2 000 chi-square values with 2 degrees: 2 / sqrt(2 000)
        // = 0.045; of the share: sqrt(0.95 * 0.05 / 2 000) = 0.5 %. Three of each.
        assert!((mean - 2.0).abs() < 0.15, "{name}: NEES {mean}");
        assert!((0.93..=0.97).contains(&inside), "{name}: {inside}");
    }
    // The defaults on the world they describe: 15 % of arrivals late by 40 ms on average.
    let late = Spread {
        late_share: 0.15,
        ..weather
    };
    let (mean, inside, p50_m) = monte_carlo(2_000, &late, 0.15);
    println!("15 % late: NEES {mean:.3}, inside 95 %: {inside:.4}, median error {p50_m:.2} m");
    assert!(inside >= 0.90, "15 % late: {inside}");
}

#[test]
fn val_covariance_is_the_cramer_rao_bound() {
    let mut dice = Dice::new(7);
    for n in [4, 6, 12] {
        let mut world = World::new(ring(n, 300.0, &mut dice));
        for p in &mut world.places {
            p.up_m = 0.0;
        }
        world.up = Uncertain::new(0.0, 0.0);
        world.settings.late_share = 0.0;
        let truth = Enu::new(40.0, -25.0, 0.0);
        let fix = world
            .fit(&[round(0.0, world.arrivals(truth, 0.0, 0.0))], truth)
            .unwrap();
        // J = 1 / (c sigma)^2 [ sum u u^T - (sum u)(sum u)^T / N ], u from sensor to source.
        let (mut j, mut sum) = ([[0.0; 2]; 2], [0.0; 2]);
        for p in &world.places {
            let d = [truth.east_m - p.east_m, truth.north_m - p.north_m];
            let u = d.map(|x| x / d[0].hypot(d[1]));
            for a in 0..2 {
                sum[a] += u[a];
                for b in 0..2 {
                    j[a][b] += u[a] * u[b];
                }
            }
        }
        let noise_m = world.medium.speed_m_s * world.sigma_s(0.0);
        for a in 0..2 {
            for b in 0..2 {
                j[a][b] = (j[a][b] - sum[a] * sum[b] / n as f64) / (noise_m * noise_m);
            }
        }
        let det = j[0][0] * j[1][1] - j[0][1] * j[1][0];
        let bound = [
            [j[1][1] / det, -j[0][1] / det],
            [-j[1][0] / det, j[0][0] / det],
        ];
        for a in 0..2 {
            for b in 0..2 {
                let off = fix.covariances_m2[0][a][b] - bound[a][b];
                // The clutter of 1e-3 /s takes 2e-5 of every arrival's weight.
                assert!(off.abs() < 1e-4 * (bound[0][0] + bound[1][1]), "{n}: {off}");
            }
        }
    }
}

#[test]
fn verif_one_outlier_does_not_drag_the_fix() {
    let mut dice = Dice::new(8);
    let mut worst_m = [0.0_f64; 11];
    let mut dragged = Vec::new();
    for k in 0..600 {
        let n = 6 + k % 5;
        let world = World::new(ring(n, 300.0, &mut dice));
        let truth = source(0, 300.0, &mut dice);
        let mut arrivals = world.arrivals(truth, 0.0, 1e-4);
        for o in &mut arrivals {
            o.time_s += 0.003 * dice.normal();
        }
        let start = near(truth, &mut dice);
        let without = world
            .fit(&[round(0.0, arrivals[1..].to_vec())], start)
            .unwrap();
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        arrivals[0].time_s += sign * dice.uniform(0.06, 0.4);
        let with = world.fit(&[round(0.0, arrivals)], start).unwrap();
        let drag_m = with.positions[0].horizontal_distance_m(without.positions[0]);
        worst_m[n] = worst_m[n].max(drag_m);
        if drag_m > 3.0 || with.direct[0][0] > 0.05 {
            let p = with.direct[0][0];
            dragged.push(format!(
                "scene {k}: {n} sensors, sign {sign}: {drag_m:.1} m, p {p:.2}"
            ));
        }
    }
    println!(
        "worst drag by one outlier, 6 to 10 sensors, m: {:.3?}; dragged: {dragged:#?}",
        &worst_m[6..]
    );
    assert!(dragged.is_empty());
}

#[test]
fn verif_no_arrivals_and_open_geometry_are_errors() {
    let world = World::new(ring(6, 300.0, &mut Dice::new(9)));
    let arrivals = world.arrivals(Enu::new(10.0, 20.0, 1.5), 0.0, 1e-4);
    assert!(world.fit(&[], Enu::default()).is_err());
    assert!(world.fit(&[round(0.0, vec![])], Enu::default()).is_err());
    assert!(
        world
            .fit(&[round(0.0, arrivals[..2].to_vec())], Enu::default())
            .is_err(),
        "two arrivals leave the position open"
    );
}

/// Ordinary and absurd numbers.
fn wild(ordinary: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![
        60 => ordinary,
        1 => prop::sample::select(vec![
            0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e-300, 1e15,
        ]),
        1 => any::<f64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn verif_absurd_numbers_give_errors_never_nan(
        sensors in prop::collection::vec((wild(-500.0..500.0), wild(-500.0..500.0), wild(0.0..20.0), wild(0.0..1e-3)), 1..10),
        times in prop::collection::vec((0_usize..10, wild(-2.0..2.0), wild(0.0..1e-3)), 0..24),
        start in (wild(-500.0..500.0), wild(-500.0..500.0)),
        first_s in wild(-2.0..2.0),
        speed in wild(300.0..360.0),
        wind in (wild(-20.0..20.0), wild(-20.0..20.0)),
        sigmas in (wild(0.0..3.0), wild(0.0..3.0), wild(0.0..10.0)),
        up in wild(0.0..5.0),
        n_rounds in 1_usize..4,
    ) {
        let models: Vec<SensorModel> = sensors
            .iter()
            .map(|&(e, n, u, sigma_s)| SensorModel { position: Enu::new(e, n, u), sigma_s })
            .collect();
        let mut rounds = vec![round(first_s, vec![]); n_rounds];
        for (k, &(sensor, time_s, sigma_s)) in times.iter().enumerate() {
            let sensor = sensor % models.len();
            rounds[k % n_rounds].observations.push(Observation { sensor, time_s, sigma_s });
        }
        let flat = common::array(&[Enu::default()]);
        let height = HeightPrior::new(&flat, Some(Uncertain::new(up, sigmas.2)));
        let settings = Settings::default();
        let result = fit(&rounds, Enu::new(start.0, start.1, 0.0), &Assumptions {
            sensors: &models,
            medium: Medium { speed_m_s: speed, wind_m_s: [wind.0, wind.1] },
            speed_sigma_m_s: sigmas.0,
            wind_sigma_m_s: [sigmas.1; 2],
            height: &height,
            settings: &settings,
            paths: None,
                time: None,
                drift: Drift::STILL,
        });
        if let Ok(fix) = result {
            for p in &fix.positions {
                prop_assert!(p.east_m.is_finite() && p.north_m.is_finite() && p.up_m.is_finite());
            }
            let numbers = fix.covariances_m2.iter().flatten().flatten()
                .chain(&fix.times_s)
                .chain(&fix.time_sigmas_s)
                .chain(fix.residuals_s.iter().flatten())
                .chain(fix.direct.iter().flatten());
            for v in numbers {
                prop_assert!(v.is_finite(), "{fix:?}");
            }
            for [[ee, en], [ne, nn]] in &fix.covariances_m2 {
                prop_assert!(*ee >= 0.0 && *nn >= 0.0 && en == ne, "{fix:?}");
            }
        }
    }
}
