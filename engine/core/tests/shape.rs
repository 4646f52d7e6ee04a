//! Ellipses and the grouping of shots into incidents.

mod common;

use common::Dice;
use proptest::prelude::*;
use shotfix_core::group::group;
use shotfix_core::locate::ellipse95;
use shotfix_core::{Atmosphere, ClassPosterior, Enu, Incident, Seconds, Settings, Shot, Timestamp};

fn shot(time_s: f64, east_m: f64, north_m: f64, sigma_m: f64) -> Shot {
    let covariance_m2 = [[sigma_m * sigma_m, 0.0], [0.0, sigma_m * sigma_m]];
    Shot {
        time: Timestamp::from_unix_ns(1_700_000_000_000_000_000) + Seconds(time_s),
        time_sigma: Seconds(0.005),
        position: Enu::new(east_m, north_m, 1.5),
        covariance_m2,
        ellipse95: ellipse95(covariance_m2),
        atmosphere: Atmosphere::default(),
        arrivals: Vec::new(),
        trajectory: None,
        aloft: None,
        class: ClassPosterior {
            gunfire: 0.7,
            firework: 0.2,
            other: 0.1,
            unknown: 0.3,
        },
    }
}

#[test]
fn val_the_ellipse_holds_95_percent() {
    let mut dice = Dice::new(1);
    for _ in 0..5 {
        // x = L z with z standard normal has the covariance L L^T.
        let l = [
            [dice.uniform(0.5, 5.0), 0.0],
            [dice.uniform(-4.0, 4.0), dice.uniform(0.5, 5.0)],
        ];
        let en = l[0][0] * l[1][0];
        let nn = l[1][0] * l[1][0] + l[1][1] * l[1][1];
        let e = ellipse95([[l[0][0] * l[0][0], en], [en, nn]]);
        let (sin, cos) = e.azimuth_deg.to_radians().sin_cos();
        let n = 20_000;
        let inside = (0..n)
            .filter(|_| {
                let (a, b) = (dice.normal(), dice.normal());
                let (east, north) = (l[0][0] * a, l[1][0] * a + l[1][1] * b);
                let along = east * sin + north * cos;
                let across = east * cos - north * sin;
                (along / e.semi_major_m).powi(2) + (across / e.semi_minor_m).powi(2) <= 1.0
            })
            .count();
        let share = inside as f64 / f64::from(n);
        // Three standard errors of 20 000 draws: 3 sqrt(0.95 * 0.05 / 20 000) = 0.46 %.
        assert!((share - 0.95).abs() < 0.0047, "{share}");
    }
}

#[test]
fn verif_no_shots_no_incident() {
    assert_eq!(group(Vec::new(), &Settings::default()), []);
}

#[test]
fn verif_steady_fast_rounds_are_automatic() {
    let burst = |gap_s: f64| {
        let shots: Vec<Shot> = (0..5)
            .map(|k| shot(gap_s * f64::from(k), 0.0, 0.0, 5.0))
            .collect();
        group(shots, &Settings::default())[0].kinds()
    };
    assert_eq!(burst(0.075), ["automatic"]);
    assert!(burst(0.4).is_empty());
}

#[test]
fn verif_rounds_join_by_time_and_place() {
    let settings = Settings::default();
    let counts = |shots: Vec<Shot>| -> Vec<usize> {
        group(shots, &settings)
            .iter()
            .map(|i| i.shots.len())
            .collect()
    };
    // A chain of gaps below 3 s is one incident, however long.
    let chain = (0..8)
        .map(|k| shot(2.9 * f64::from(k), 0.0, 0.0, 2.0))
        .collect();
    assert_eq!(counts(chain), [8]);
    let pause = vec![shot(0.0, 0.0, 0.0, 2.0), shot(3.1, 0.0, 0.0, 2.0)];
    assert_eq!(counts(pause), [1, 1]);
    let apart = vec![shot(0.0, 0.0, 0.0, 2.0), shot(0.5, 61.0, 0.0, 2.0)];
    assert_eq!(counts(apart), [1, 1]);
    // Two shooters who take turns stay two incidents.
    let turns = (0..6)
        .map(|k| shot(0.5 * f64::from(k), 300.0 * f64::from(k % 2), 0.0, 2.0))
        .collect();
    assert_eq!(counts(turns), [3, 3]);
}

#[test]
fn verif_the_better_round_weighs_more() {
    let incidents = group(
        vec![shot(0.0, 0.0, 0.0, 1.0), shot(0.3, 10.0, 0.0, 3.0)],
        &Settings::default(),
    );
    // Weights 1 and 1/9.
    assert!((incidents[0].position.east_m - 1.0).abs() < 1e-9);
    assert_eq!(incidents[0].ellipse95, incidents[0].shots[0].ellipse95);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verif_ellipses_are_ordered_and_turn_with_the_world(
        a in 0.01..50.0_f64, b in 0.01..50.0_f64, r in -0.99..0.99_f64, turn_deg in 0.0..180.0_f64,
    ) {
        let [[ee, en], [_, nn]] = [[a * a, r * a * b], [r * a * b, b * b]];
        let plain = ellipse95([[ee, en], [en, nn]]);
        prop_assert!(plain.semi_major_m >= plain.semi_minor_m && plain.semi_minor_m > 0.0);
        prop_assert!((0.0..180.0).contains(&plain.azimuth_deg));
        // The area is that of the determinant.
        let area = plain.semi_major_m * plain.semi_minor_m;
        let expected = -2.0 * 0.05_f64.ln() * (ee * nn - en * en).sqrt();
        prop_assert!((area / expected - 1.0).abs() < 1e-6);
        // Turned clockwise by an angle, so is its azimuth.
        let (s, c) = turn_deg.to_radians().sin_cos();
        let turned = ellipse95([
            [c * c * ee + 2.0 * c * s * en + s * s * nn, (c * c - s * s) * en + c * s * (nn - ee)],
            [(c * c - s * s) * en + c * s * (nn - ee), s * s * ee - 2.0 * c * s * en + c * c * nn],
        ]);
        prop_assert!((turned.semi_major_m / plain.semi_major_m - 1.0).abs() < 1e-6);
        if plain.semi_major_m > 1.01 * plain.semi_minor_m {
            let off = (turned.azimuth_deg - plain.azimuth_deg - turn_deg).rem_euclid(180.0);
            prop_assert!(off.min(180.0 - off) < 1e-3, "{plain:?} {turned:?}");
        }
    }

    #[test]
    fn verif_absurd_covariances_do_not_panic(c in prop::array::uniform3(any::<f64>())) {
        let e = ellipse95([[c[0], c[1]], [c[1], c[2]]]);
        prop_assert!(!(e.semi_major_m < 0.0 || e.semi_minor_m < 0.0));
    }

    #[test]
    fn verif_grouping_loses_nothing_and_ignores_order(
        raw in prop::collection::vec((0_u32..4_000, -200.0..200.0_f64, -200.0..200.0_f64, 0.5..20.0_f64), 0..30),
        seed in 0_u64..1_000,
    ) {
        // Different times: of two shots at one nanosecond neither is the first.
        let mut shots: Vec<Shot> = raw
            .iter()
            .enumerate()
            .map(|(k, &(centi, e, n, sigma))| shot(0.01 * f64::from(centi) + 1e-5 * k as f64, e, n, sigma))
            .collect();
        let settings = Settings::default();
        let incidents = group(shots.clone(), &settings);
        Dice::new(seed).shuffle(&mut shots);
        prop_assert_eq!(&incidents, &group(shots.clone(), &settings));

        let n: usize = incidents.iter().map(|i| i.shots.len()).sum();
        prop_assert_eq!(n, shots.len());
        prop_assert!(incidents.windows(2).all(|w| w[0].time <= w[1].time));
        for i in &incidents {
            check(i, &settings)?;
        }
    }
}

fn check(incident: &Incident, settings: &Settings) -> Result<(), TestCaseError> {
    let shots = &incident.shots;
    prop_assert!(!shots.is_empty());
    prop_assert_eq!(incident.time, shots[0].time);
    for pair in shots.windows(2) {
        let gap_s = pair[1].time.since(pair[0].time).0;
        prop_assert!((0.0..=settings.burst_gap_s).contains(&gap_s));
        let step_m = pair[1].position.horizontal_distance_m(pair[0].position);
        prop_assert!(step_m <= settings.incident_radius_m);
    }
    let c = incident.class;
    prop_assert!((c.gunfire + c.firework + c.other - 1.0).abs() < 1e-9);
    let within = |f: fn(&Shot) -> f64, v: f64| {
        let low = shots.iter().map(f).fold(f64::INFINITY, f64::min);
        let high = shots.iter().map(f).fold(f64::NEG_INFINITY, f64::max);
        (low - 1e-9..=high + 1e-9).contains(&v)
    };
    prop_assert!(within(|s| s.position.east_m, incident.position.east_m));
    prop_assert!(within(|s| s.position.north_m, incident.position.north_m));
    Ok(())
}
