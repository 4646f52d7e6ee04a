//! Scene files: what is accepted, and how the rest is refused.

#![allow(clippy::unwrap_used)] // Helpers of tests count as outside them.

use proptest::prelude::*;
use shotfix_simulator::{Scene, simulate};

const SENSOR: &str = "[[sensor]]\nid = \"A\"\neast = 100.0\nnorth = 0.0\n";
const SHOT: &str = "[[shot]]\ntime_s = 1.0\neast = 0.0\nnorth = 0.0\n";

fn refusal(text: &str) -> String {
    Scene::from_toml(text, "night.toml")
        .unwrap_err()
        .to_string()
}

#[test]
fn a_bad_scene_is_refused_with_file_field_and_remedy() {
    let sensor_and_shot = format!("{SENSOR}{SHOT}");
    let with = |top: &str| format!("{top}\n{sensor_and_shot}");
    let after = |more: &str| format!("{sensor_and_shot}{more}\n");
    let cases: Vec<(String, Vec<&str>)> = vec![
        (with("sede = 3"), vec!["line 1", "sede", "seed"]),
        (after("calibre = 9"), vec!["calibre", "line 9"]),
        (with("seed = \"x\""), vec!["line 1", "invalid type"]),
        (with("start = 7"), vec!["line 1", "start is a integer"]),
        ("seed = ".into(), vec!["line 1"]),
        (SHOT.into(), vec!["sensor", "no sensors", "[layout]"]),
        (with("duration_s = -1.0"), vec!["duration_s", "-1"]),
        (with("duration_s = nan"), vec!["duration_s", "NaN"]),
        (
            with("sample_rate_hz = 0"),
            vec!["sample_rate_hz", "4000 to 192000"],
        ),
        (
            with("sample_rate_hz = -8000"),
            vec!["line 1", "sample_rate_hz"],
        ),
        (
            with("start = \"yesterday\""),
            vec!["start", "RFC 3339", "2026-06-01"],
        ),
        (
            with("start = \"2026-06-01T02:00:00.0001Z\""),
            vec!["start", "millisecond"],
        ),
        (
            with("start = \"-009999-01-02T01:59:59Z\""),
            vec!["start", "absurd"],
        ),
        (with("format = \"mp3\""), vec!["line 1", "mp3", "pcm16"]),
        (with("noise = \"some\""), vec!["line 1", "none"]),
        (
            with("origin = { latitude = 91.0, longitude = 0.0, height = 0.0 }"),
            vec!["origin.latitude", "-90 to 90 degrees"],
        ),
        (
            after("[atmosphere]\ntemperature_c = 300.0"),
            vec!["atmosphere.temperature_c", "-60 to 60"],
        ),
        (
            after("[atmosphere]\nwind_east_m_s = 340.0"),
            vec!["atmosphere.wind_east_m_s"],
        ),
        (
            after("[atmosphere]\nrelative_humidity_percent = -1.0"),
            vec!["humidity"],
        ),
        (
            after("[microphone]\nfull_scale_db_spl = 400.0"),
            vec!["microphone.full_scale_db_spl", "40 to 200 dB SPL"],
        ),
        (
            after("[[sensor]]\nid = \"a\"\neast = 5.0\nnorth = 9.0"),
            vec!["sensor[1].id", "taken"],
        ),
        (
            after("[[sensor]]\nid = \"../a\"\neast = 5.0\nnorth = 9.0"),
            vec!["sensor[1].id", "file name"],
        ),
        (
            after("[[sensor]]\nid = \"B\"\neast = inf\nnorth = 9.0"),
            vec!["sensor[1].east", "inf"],
        ),
        (
            after("[[shot]]\ntime_s = 2.0\neast = nan\nnorth = 9.0"),
            vec!["shot[1].east"],
        ),
        (
            after("[[shot]]\ntime_s = 20.0\neast = 5.0\nnorth = 9.0"),
            vec!["shot[1].time_s", "outside the recording", "duration_s"],
        ),
        (
            after("[[shot]]\ntime_s = 2.0\neast = 5.0\nnorth = 9.0\nfirearm = \"musket\""),
            vec!["shot[1].firearm", "musket", "9mm", "12-gauge"],
        ),
        (
            after("[[shot]]\ntime_s = 2.0\neast = 99.5\nnorth = 0.0\nup = 0.0"),
            vec!["0.50 m from sensor A"],
        ),
        (
            after("[[burst]]\ntime_s = 8.0\nrounds = 9\ninterval_s = 0.5\neast = 1.0\nnorth = 2.0"),
            vec!["burst[0].time_s", "outside"],
        ),
        (
            after("[[burst]]\ntime_s = 8.0\nrounds = 0\ninterval_s = 0.5\neast = 1.0\nnorth = 2.0"),
            vec!["burst[0].rounds"],
        ),
        (
            after(
                "[[burst]]\ntime_s = 8.0\nrounds = 99999999999\ninterval_s = 0.5\n\
                 east = 1.0\nnorth = 2.0",
            ),
            vec!["too many"],
        ),
        (
            after("up = 1.0\n[ground]\nup_m = 3.0"),
            vec!["line 5: shot[0]", "below the ground", "raise it to 3.00 m"],
        ),
        (
            format!("{SENSOR}up = -0.5\n{SHOT}[ground]\n"),
            vec![
                "line 1: sensor[0]",
                "below the ground",
                "raise it to 0.00 m",
            ],
        ),
        (
            after("up = 1.0\nheight_m = 1.0"),
            vec!["shot[0]", "given twice"],
        ),
        (
            // The middle of the only house of a hamlet that is all house.
            format!(
                "{SENSOR}{SHOT}[city.generate]\nextent_m = 400.0\nempty_share = 0.0\n\
                 [[sound]]\nkind = \"hammer\"\ntime_s = 1.0\neast = -180.0\nnorth = -153.0\nup = 1.0\n"
            ),
            vec!["line 12: sound[0]", "inside a building", "up to its roof"],
        ),
        (
            after("[layout]\ncount = 3\nside_m = 90.0\non_roofs = true"),
            vec!["layout.on_roofs", "no roofs", "geojson"],
        ),
        (
            after(
                "[[burst]]\ntime_s = 1.0\nrounds = 3\nrate_rpm = -600.0\neast = 1.0\nnorth = 2.0",
            ),
            vec!["line 12: burst[0].rate_rpm", "-600", "30 to 1500"],
        ),
        (
            after("[[sound]]\nkind = \"traffic\"\neast = 9.0\nnorth = 9.0\nper_minute = -2.0"),
            vec!["line 13: sound[0].per_minute", "-2"],
        ),
        (
            after("[losses]\ndrop_rate_per_hour = -1.0"),
            vec!["line 10: losses.drop_rate_per_hour", "-1"],
        ),
        (
            after("[clock]\noutage = [[5.0, 2.0]]"),
            vec!["line 10: clock.outage"],
        ),
        (
            after("[ground]\nreflection = 1.5"),
            vec!["ground.reflection"],
        ),
        (after("[echoes]\ncount_min = 5"), vec!["echoes.count_min"]),
        (
            after("[layout]\ncount = 4"),
            vec!["layout", "side_m", "density_per_km2"],
        ),
        (
            after("[layout]\ncount = 4\nside_m = -3.0"),
            vec!["layout.side_m"],
        ),
        (
            with("duration_s = 1e6"),
            vec!["duration_s", "samples in all", "shorten"],
        ),
    ];
    for (text, fragments) in cases {
        let message = refusal(&text);
        assert!(message.starts_with("night.toml: "), "{message}");
        for fragment in fragments {
            assert!(message.contains(fragment), "no {fragment:?} in: {message}");
        }
    }
}

#[test]
fn the_least_scene_needs_one_sensor() {
    let scene = Scene::from_toml(SENSOR, "least.toml").unwrap();
    assert_eq!(scene.name(), "least");
    let simulation = simulate(&scene);
    assert!(simulation.truth.shots.is_empty());
    // No shot, no noise: silence.
    assert!(simulation.recordings[0].samples.iter().all(|x| *x == 0.0));
}

#[test]
fn a_start_may_be_a_toml_date() {
    let text = format!("start = 2026-06-01T04:00:00+02:00\n{SENSOR}");
    let scene = Scene::from_toml(&text, "s.toml").unwrap();
    assert_eq!(scene.start().to_string(), "2026-06-01T02:00:00Z");
}

#[test]
fn files_and_presets_load_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("corner.toml");
    std::fs::write(&path, SENSOR).unwrap();
    assert_eq!(Scene::load(&path).unwrap().name(), "corner");
    assert_eq!(Scene::load("neighbourhood").unwrap().shots().len(), 4);
    let message = Scene::load("no-such-file.toml").unwrap_err().to_string();
    assert!(message.contains("no-such-file.toml") && message.contains("quiet-night"));
}

#[test]
fn a_burst_keeps_its_cadence_and_the_demo_its_promises() {
    let scene = Scene::preset("neighbourhood").unwrap();
    assert_eq!(scene.sensors().len(), 12);
    for pair in scene.shots().windows(2) {
        let interval_s = pair[1].time_s - pair[0].time_s;
        assert!((0.25..=0.4).contains(&interval_s), "{interval_s}");
        assert_eq!(pair[0].position, pair[1].position);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}") {
        let _ = Scene::from_toml(&text, "any.toml");
    }

    #[test]
    fn no_number_makes_the_checks_panic(
        key in prop::sample::select(vec![
            "duration_s", "sample_rate_hz", "seed", "atmosphere.temperature_c",
            "atmosphere.pressure_pa", "microphone.clock_sigma_s", "microphone.noise_db_spl",
            "layout.count", "layout.side_m", "layout.jitter", "echoes.count_max",
            "echoes.delay_mean_s", "ground.up_m", "noise.ambient_db_spl",
        ]),
        value in prop_oneof![
            any::<f64>().prop_map(|x| format!("{x:?}")),
            any::<i64>().prop_map(|x| x.to_string()),
            (-20i64..20).prop_map(|x| x.to_string()),
            Just("nan".to_owned()),
            Just("-inf".to_owned()),
        ],
    ) {
        let text = format!("{key} = {value}\n{SENSOR}{SHOT}");
        let _ = Scene::from_toml(&text, "any.toml");
    }
}

#[test]
fn rounds_of_one_box_differ_a_little() {
    let burst = |sigma: &str| {
        let text = format!(
            "duration_s = 100.0\n{SENSOR}[[burst]]\ntime_s = 1.0\nrounds = 400\nrate_rpm = 600\n\
             east = 0.0\nnorth = 0.0\n{sigma}"
        );
        let scene = Scene::from_toml(&text, "box.toml").unwrap();
        let levels = scene.shots().iter().map(|shot| shot.blast.level_db_spl());
        levels.collect::<Vec<f64>>()
    };
    assert!(burst("").iter().all(|level| (level - 153.0).abs() < 1e-9));
    let levels = burst("level_sigma_db = 1.5\n");
    let mean = levels.iter().sum::<f64>() / 400.0;
    let sigma = (levels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 400.0).sqrt();
    // Standard errors: 1.5/20 = 0.075 of the mean, 0.053 of the deviation; four of each.
    assert!(
        (mean - 153.0).abs() < 0.3 && (sigma - 1.5).abs() < 0.22,
        "{mean} {sigma}"
    );
}
