//! Runs that work: every command and format, and the same bytes every time.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::run::{Run, shotfix};
use crate::scene::Yard;

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).expect("stdout is JSON and nothing else")
}

/// The keys of `value`, whose type is one of an object.
#[track_caller]
fn has_keys(value: &Value, keys: &str) {
    let found: BTreeSet<_> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected: BTreeSet<_> = keys.split(' ').collect();
    assert_eq!(found, expected);
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap();
    // RFC 3339, UTC, microseconds.
    text.len() == "2026-06-01T02:00:01.500000Z".len() && text.ends_with('Z')
}

#[test]
fn locate_prints_a_table() {
    let run = Yard::new().run("locate set").done().located();
    assert!(run.out.contains("gunfire") && run.out.contains("6 of 6 sensors"));
    assert!(
        run.out.lines().all(|line| line.chars().count() <= 80),
        "{run:#?}"
    );
}

#[test]
fn locate_writes_the_promised_json() {
    let report = json(&Yard::new().run("locate set --format json").done());
    has_keys(&report, "schema incidents warnings array");
    assert_eq!(report["schema"], "shotfix.incidents/1");
    assert_eq!(report["warnings"], Value::Array(vec![]));
    let incident = &report["incidents"][0];
    has_keys(
        incident,
        "id time class rounds position ellipse95 ellipse50 shots",
    );
    has_keys(&incident["class"], "label probability");
    has_keys(&incident["position"], "latitude longitude height");
    has_keys(
        &incident["ellipse95"],
        "semi_major_m semi_minor_m azimuth_deg",
    );
    assert_eq!(incident["class"]["label"], "gunfire");
    assert_eq!(incident["rounds"], 2);
    assert!(is_time(&incident["time"]));
    let shots = incident["shots"].as_array().unwrap();
    assert_eq!(shots.len(), 2);
    for shot in shots {
        // A map is there only where the ellipse does not tell the place.
        let map = shot
            .get("probability_map")
            .map_or("", |_| " probability_map");
        let keys = "time time_sigma_s class position covariance_m2 ellipse95 ellipse50 atmosphere arrivals";
        has_keys(shot, &format!("{keys}{map}"));
        assert!(is_time(&shot["time"]));
        has_keys(&shot["position"], "latitude longitude height");
        assert!((shot["position"]["latitude"].as_f64().unwrap() - 40.43964).abs() < 5e-5);
        assert!((shot["position"]["longitude"].as_f64().unwrap() + 79.98965).abs() < 5e-5);
        assert_eq!(shot["covariance_m2"][0][1], shot["covariance_m2"][1][0]);
        has_keys(
            &shot["atmosphere"],
            "temperature_c relative_humidity_percent pressure_pa wind_east_m_s wind_north_m_s speed_of_sound_m_s",
        );
        let arrivals = shot["arrivals"].as_array().unwrap();
        assert_eq!(arrivals.len(), 6);
        for arrival in arrivals {
            has_keys(arrival, "sensor time residual_s status reason level_db_spl");
            assert!(is_time(&arrival["time"]));
            let status = arrival["status"].as_str().unwrap();
            assert!(["used", "rejected", "missing"].contains(&status));
        }
    }
}

#[test]
fn json_of_a_local_array_has_east_and_north() {
    let yard = Yard::new();
    yard.edit_array(|text| {
        text.split_once("[atmosphere]")
            .unwrap()
            .1
            .replacen("", "[atmosphere]", 1)
    });
    let report = json(&yard.run("locate set --format json").done());
    has_keys(&report["incidents"][0]["position"], "east north up");
    yard.run("locate set --format kml")
        .failed(&["local coordinates only", "[frame] origin"]);
}

#[test]
fn locate_writes_csv() {
    let run = Yard::new().run("locate set --format csv").done();
    let mut reader = csv::Reader::from_reader(run.out.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2, "one row a shot");
    let column = header.iter().position(|name| name == "latitude").unwrap();
    assert!(rows[0][column].starts_with("40.4396"), "{run:#?}");
}

#[test]
fn locate_writes_geojson() {
    let collection = json(&Yard::new().run("locate set --format geojson").done());
    assert_eq!(collection["type"], "FeatureCollection");
    let kinds = |kind: &str| {
        let all = collection["features"].as_array().unwrap();
        all.iter()
            .filter(|f| f["properties"]["kind"] == kind)
            .count()
    };
    assert_eq!(
        (kinds("incident"), kinds("shot"), kinds("sensor")),
        (1, 2, 6)
    );
}

#[test]
fn locate_writes_kml() {
    let run = Yard::new().run("locate set --format kml").done();
    assert!(run.out.starts_with("<?xml"), "{run:#?}");
    assert!(run.out.trim_end().ends_with("</kml>"), "{run:#?}");
}

#[test]
fn locate_draws() {
    let yard = Yard::new();
    let plain = yard.run("locate set").done();
    let picture = |name: &str| {
        let run = yard.run(&format!("locate set --plot {name}")).done();
        assert_eq!(run.out, plain.out, "a picture changes nothing else");
        std::fs::read(yard.dir().join(name)).unwrap()
    };
    assert!(picture("map.png").starts_with(b"\x89PNG"));
    let svg = picture("map.svg");
    assert!(svg.starts_with(b"<svg"));
    assert_eq!(svg, picture("again.svg"));
}

#[test]
fn locate_takes_files_an_array_and_weather() {
    let yard = Yard::new();
    let array = yard.dir().join("array.toml");
    std::fs::rename(yard.dir().join("set/array.toml"), array).unwrap();
    let files: Vec<String> = (1..=6).map(|n| yard.wav(n).display().to_string()).collect();
    let args = format!(
        "locate {} --array array.toml --weather T=15,wind=0",
        files.join(" ")
    );
    yard.run(&args).done().located();
}

#[test]
fn locate_finds_nothing_in_silence_and_says_so() {
    let yard = Yard::of(&crate::scene::toml(&crate::scene::SENSORS, "").replace(
        "time_s = 1.5\neast = 30.0",
        "level_db_spl = 1.0\ntime_s = 1.5\neast = 30.0",
    ));
    let run = yard.run("locate set").done();
    assert_eq!(run.out, "No shots found.\n");
    let report = json(&yard.run("locate set --format json").done());
    assert_eq!(report["incidents"], Value::Array(vec![]));
    yard.run("locate set --plot map.png").done();
}

#[test]
fn locate_says_why_it_found_nothing_in_noise() {
    let yard = Yard::new();
    // The rounds as heard by one sensor only, the others far from any.
    for n in 2..=6 {
        let length = yard.bytes(n).len() - 44;
        let mut bytes = yard.bytes(n)[..44].to_vec();
        bytes.extend((0..length).map(|k| (k * k % 5) as u8 * u8::from(k % 2 == 0)));
        yard.put(n, &bytes);
    }
    let run = yard.run("locate set").done_with_warning(&[
        "no shots",
        "come from no common place",
        "shotfix analyze",
    ]);
    assert_eq!(run.out, "No shots found.\n");
}

#[test]
fn locate_measures_delays() {
    let run = Yard::new().run("locate set --delays").done();
    assert_eq!(run.out.lines().count(), 7, "{run:#?}");
    assert!(run.out.contains("S05") && run.out.contains("+0.00"));
}

#[test]
fn analyze_prints_a_table_and_draws() {
    let yard = Yard::new();
    let file = "set/S05_20260601T020000.000Z.wav";
    let run = yard.run(&format!("analyze {file}")).done();
    assert!(
        run.out.contains(file) && run.out.contains("+0.400"),
        "{run:#?}"
    );
    assert!(run.out.contains("gunfire"), "{run:#?}");
    for (name, magic) in [("s.png", &b"\x89PNG"[..]), ("s.svg", b"<svg")] {
        let drawn = yard.run(&format!("analyze {file} --plot {name}")).done();
        assert_eq!(drawn.out, run.out);
        assert!(
            std::fs::read(yard.dir().join(name))
                .unwrap()
                .starts_with(magic)
        );
    }
}

#[test]
fn analyze_writes_the_promised_json() {
    let yard = Yard::new();
    let files = [
        "set/S05_20260601T020000.000Z.wav",
        "set/S01_20260601T020000.000Z.wav",
    ];
    let found = json(
        &yard
            .run(&format!("analyze {} --format json", files.join(" ")))
            .done(),
    );
    has_keys(&found, "schema files warnings");
    assert_eq!(found["schema"], "shotfix.impulses/1");
    for (file, name) in found["files"].as_array().unwrap().iter().zip(files) {
        has_keys(
            file,
            "file channel sample_rate_hz duration_s impulses bursts",
        );
        assert_eq!(file["file"], name);
        assert_eq!(file["sample_rate_hz"], 12000.0);
        assert_eq!(file["duration_s"], 4.0);
        assert!(file["impulses"].as_array().unwrap().len() >= 2);
        for impulse in file["impulses"].as_array().unwrap() {
            has_keys(
                impulse,
                "time_s time sigma_s level_db_spl snr_db clipped class reason",
            );
            has_keys(&impulse["class"], "label probabilities unknown");
            has_keys(&impulse["class"]["probabilities"], "gunfire firework other");
            assert!(is_time(&impulse["time"]));
        }
    }
}

#[test]
fn simulate_writes_a_set_and_lists_presets() {
    let yard = Yard::new();
    let list = yard.run("simulate --list").done();
    for preset in ["free-field", "quiet-night", "neighbourhood"] {
        assert!(list.out.contains(preset), "{list:#?}");
    }
    let truth = std::fs::read_to_string(yard.dir().join("set/truth.json")).unwrap();
    let truth: Value = serde_json::from_str(&truth).unwrap();
    assert_eq!(truth["schema"], "shotfix.truth/1");
    assert_eq!(truth["shots"].as_array().unwrap().len(), 2);
    for n in 1..=6 {
        assert_eq!(yard.bytes(n).len(), 44 + 2 * 4 * 12_000);
    }
}

#[test]
fn simulate_replaces_its_own_recordings_and_no_others() {
    let yard = Yard::of(&crate::scene::toml(&crate::scene::SENSORS, ""));
    let before = yard.bytes(3);
    yard.run("simulate yard.toml -o set").done();
    assert_eq!(yard.bytes(3), before, "the same scene, the same bytes");
    let other = crate::scene::toml(&crate::scene::SENSORS, "").replace("T02:00", "T03:00");
    std::fs::write(yard.dir().join("other.toml"), other).unwrap();
    yard.run("simulate other.toml -o set").failed(&[
        "set/S01_20260601T020000.000Z.wav",
        "no recording of this scene",
        "choose another folder",
    ]);
    yard.run("locate set").done().located();
}

#[test]
fn bench_scores_a_folder_of_tests() {
    let yard = Yard::new();
    let run = yard.run("bench locate . --out result.json").done();
    assert!(run.out.contains("100.0 % of the rounds found"), "{run:#?}");
    let result = std::fs::read_to_string(yard.dir().join("result.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    assert_eq!(result["schema"], "shotfix.bench.locate/1");
    assert_eq!(result["all"]["found"], 2);
}

#[test]
fn the_demo_runs_again_into_its_own_folder() {
    let dir = tempfile::tempdir().unwrap();
    let first = shotfix(dir.path(), "demo --out city").done();
    assert!(first.out.contains("inside its 95 % ellipse"), "{first:#?}");
    assert!(dir.path().join("city/demo.png").is_file());
    let second = shotfix(dir.path(), "demo --out city").done();
    assert_eq!(first.out, second.out);
}

#[test]
fn the_same_bytes_every_time_on_any_number_of_threads() {
    let yard = Yard::new();
    for args in [
        "locate set --format json",
        "locate set --format kml",
        "analyze set/S01_20260601T020000.000Z.wav set/S02_20260601T020000.000Z.wav --format json",
    ] {
        let first = yard.run(args).done().out;
        for threads in [1, 2, 5] {
            let again = yard.run(&format!("{args} --threads {threads}")).done().out;
            assert_eq!(first, again, "{args} on {threads}");
        }
    }
}
