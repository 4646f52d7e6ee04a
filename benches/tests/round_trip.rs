//! Simulated recordings through the whole chain, back to the simulated truth.
// Helpers of tests may fail a test as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write;

use proptest::prelude::*;
use shotfix_core::{LocateReport, Settings};
use shotfix_datasets::{OpenOptions, RecordingSet, locate, open_set};
use shotfix_simulator::{Scene, simulate_to_dir};

/// A noise-free scene: `sensors` and one shot as (east, north, up), air as (C, wind east, wind north).
fn scene(
    rate_hz: u32,
    sensors: &[(f64, f64, f64)],
    shot: (f64, f64),
    air: (f64, f64, f64),
) -> String {
    let mut text = format!(
        "name = \"trip\"\nseed = 1\nduration_s = 6.0\nstart = \"2026-06-01T02:00:00.000Z\"\n\
         sample_rate_hz = {rate_hz}\nformat = \"float32\"\nnoise = \"none\"\nechoes = \"none\"\nground = \"none\"\n\
         [atmosphere]\ntemperature_c = {}\nrelative_humidity_percent = 50.0\nabsorption = false\n\
         wind_east_m_s = {}\nwind_north_m_s = {}\ntemperature_sigma_c = 0.0\nwind_sigma_m_s = 0.0\n\
         [microphone]\nposition_sigma_m = 0.0\nclock_sigma_s = 0.0\nfull_scale_db_spl = 140.0\n",
        air.0, air.1, air.2
    );
    for (k, (east, north, up)) in sensors.iter().enumerate() {
        let _ = write!(
            text,
            "[[sensor]]\nid = \"S{k:02}\"\neast = {east}\nnorth = {north}\nup = {up}\n"
        );
    }
    let _ = write!(
        text,
        "[[shot]]\ntime_s = 1.5\neast = {}\nnorth = {}\nup = 1.5\nfirearm = \"9mm\"\n",
        shot.0, shot.1
    );
    text
}

fn run(text: &str) -> (RecordingSet, LocateReport) {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::from_toml(text, "trip.toml").unwrap_or_else(|e| panic!("{e}\n{text}"));
    simulate_to_dir(&scene, dir.path()).unwrap();
    let set = open_set(&[dir.path().to_owned()], &OpenOptions::default()).unwrap();
    let report = locate(&set, Settings::default(), &|_| ()).unwrap();
    (set, report)
}

/// Distance of the one shot from the truth, metres.
fn miss_m(report: &LocateReport, shot: (f64, f64)) -> f64 {
    assert_eq!(report.incidents.len(), 1, "{:?}", report.warnings);
    assert_eq!(report.incidents[0].shots.len(), 1);
    let p = report.incidents[0].shots[0].position;
    (p.east_m - shot.0).hypot(p.north_m - shot.1)
}

/// Sensors about a circle, pushed about by `jitter` (two numbers in -1..1 a sensor).
fn ring(jitter: &[(f64, f64)]) -> Vec<(f64, f64, f64)> {
    let n = jitter.len() as f64;
    jitter
        .iter()
        .enumerate()
        .map(|(k, &(a, b))| {
            let angle = std::f64::consts::TAU * (k as f64 + 0.3 * a) / n;
            let radius_m = 300.0 + 80.0 * b;
            (
                radius_m * angle.cos(),
                radius_m * angle.sin(),
                8.0 + 3.0 * a,
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn val_noise_free_shots_come_back_to_a_tenth_of_a_metre(
        rate_hz in prop::sample::select(vec![8_000_u32, 11_025, 12_000, 16_000, 22_050, 32_000, 44_100, 48_000]),
        jitter in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 4..=20),
        radius in 0.0..180.0_f64,
        angle in 0.0..std::f64::consts::TAU,
        temperature in -15.0..40.0_f64,
        wind in (-8.0..8.0_f64, -8.0..8.0_f64),
    ) {
        let shot = (radius * angle.cos(), radius * angle.sin());
        let (_, report) = run(&scene(rate_hz, &ring(&jitter), shot, (temperature, wind.0, wind.1)));
        let miss_m = miss_m(&report, shot);
        prop_assert!(miss_m < 0.1, "{miss_m} m with {} sensors at {rate_hz} Hz", jitter.len());
    }

    #[test]
    fn verif_a_turned_and_moved_array_turns_and_moves_the_shot(
        jitter in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 5..=9),
        turn in 0.0..std::f64::consts::TAU,
        east in -5_000.0..5_000.0_f64,
        north in -5_000.0..5_000.0_f64,
    ) {
        let (s, c) = turn.sin_cos();
        let place = |x: f64, y: f64| (c * x - s * y + east, s * x + c * y + north);
        let sensors = ring(&jitter);
        let moved: Vec<_> = sensors.iter().map(|&(x, y, z)| { let (x, y) = place(x, y); (x, y, z) }).collect();
        let (shot, wind) = ((40.0, -70.0), (3.0, 1.0));
        let air = (12.0, c * wind.0 - s * wind.1, s * wind.0 + c * wind.1);
        let (_, report) = run(&scene(12_000, &moved, place(shot.0, shot.1), air));
        prop_assert!(miss_m(&report, place(shot.0, shot.1)) < 0.1);
    }

    #[test]
    fn verif_the_order_of_the_sensors_is_irrelevant(
        jitter in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 5..=9),
        by in 1_usize..4,
    ) {
        let sensors = ring(&jitter);
        let mut turned = sensors.clone();
        turned.rotate_left(by);
        let air = (15.0, 2.0, -1.0);
        let one = run(&scene(12_000, &sensors, (30.0, 90.0), air)).1;
        let two = run(&scene(12_000, &turned, (30.0, 90.0), air)).1;
        let (a, b) = (&one.incidents[0].shots[0], &two.incidents[0].shots[0]);
        // The same sums in another order: rounding only.
        prop_assert!(a.position.distance_m(b.position) < 1e-3);
        prop_assert!(a.time.since(b.time).0.abs() < 1e-6);
    }
}

/// How six sensors are pushed about.
const SIX: [(f64, f64); 6] = [
    (0.1, 0.4),
    (-0.6, 0.2),
    (0.3, -0.9),
    (0.8, 0.5),
    (-0.2, -0.1),
    (0.0, 0.7),
];

#[test]
fn verif_delaying_all_clocks_alike_only_delays_the_shot() {
    let sensors = ring(&SIX);
    let early = scene(12_000, &sensors, (30.0, 90.0), (15.0, 2.0, -1.0));
    let late = early.replace("02:00:00.000Z", "02:00:37.250Z");
    let (a, b) = (run(&early).1, run(&late).1);
    let (a, b) = (&a.incidents[0].shots[0], &b.incidents[0].shots[0]);
    assert_eq!(a.position, b.position);
    assert_eq!(b.time.unix_ns() - a.time.unix_ns(), 37_250_000_000);
    assert_eq!(a.covariance_m2, b.covariance_m2);
}

#[test]
fn val_wind_and_temperature_of_the_scene_are_honoured() {
    // 8 m/s of wind and 35 degrees unaccounted for would move the shot by metres: dt = r v / c^2.
    let sensors = ring(&SIX);
    let (_, report) = run(&scene(48_000, &sensors, (90.0, 100.0), (35.0, 8.0, 0.0)));
    assert!(miss_m(&report, (90.0, 100.0)) < 0.1);
}

#[test]
fn val_the_demo_scene_is_located_within_three_metres() {
    let dir = tempfile::tempdir().unwrap();
    simulate_to_dir(&Scene::preset("neighbourhood").unwrap(), dir.path()).unwrap();
    let set = open_set(&[dir.path().to_owned()], &OpenOptions::default()).unwrap();
    let report = locate(&set, Settings::default(), &|_| ()).unwrap();
    let truth = set.truth.as_ref().unwrap();
    assert_eq!(report.incidents.len(), 1);
    assert_eq!(report.incidents[0].shots.len(), truth.rounds.len());
    for (shot, round) in report.incidents[0].shots.iter().zip(&truth.rounds) {
        assert!(shot.position.horizontal_distance_m(round.position) < 3.0);
    }
}

#[test]
fn val_a_shooter_in_a_car_moves_from_round_to_round() {
    let sensors = ring(&[&SIX[..], &[(0.4, -0.3), (-0.5, 0.1)]].concat());
    let still = scene(12_000, &sensors, (30.0, 90.0), (15.0, 2.0, -1.0));
    let at = still.find("[[shot]]").unwrap();
    let burst = |walk: &str| {
        format!(
            "{}[[burst]]\ntime_s = 1.5\nrounds = 6\ninterval_s = 0.4\ninterval_spread_s = 0.1\n\
             east = 30.0\nnorth = 90.0\nup = 1.5\n{walk}",
            &still[..at]
        )
    };
    let (_, stands) = run(&burst(""));
    assert_eq!(stands.incidents[0].shots.len(), 6);
    assert_eq!(stands.incidents[0].motion, None);
    let (_, drives) = run(&burst("walk = { east_m_s = -12.0, north_m_s = -5.0 }\n"));
    assert_eq!(drives.incidents.len(), 1);
    assert_eq!(drives.incidents[0].shots.len(), 6);
    let motion = drives.incidents[0].motion.unwrap();
    // Exact arrivals: what is off is the change of directions over 24 m of way.
    assert!((motion.speed_m_s().mean - 13.0).abs() < 0.3, "{motion:?}");
    assert!((motion.velocity_m_s[0] + 12.0).abs() < 0.3, "{motion:?}");
}
