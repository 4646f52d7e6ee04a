//! `calibrate` and `bench calibrate`: a file that reads back, casings found, and refusals.

use crate::run::shotfix;
use crate::scene::Yard;

/// Shots of three pistols at eight places, heard by named sensors.
fn cases() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    shotfix(
        dir.path(),
        "simulate pittsburgh-like --arrivals -o cases.jsonl",
    )
    .done();
    dir
}

#[test]
fn known_shots_become_terms_that_are_kept_when_more_come() {
    let dir = cases();
    let args = "calibrate cases.jsonl --out terms.toml --place-sigma 0.5";
    let run = shotfix(dir.path(), args).done();
    assert_eq!(run.out.lines().count(), 8, "{run:#?}");
    let count = || {
        let text = std::fs::read_to_string(dir.path().join("terms.toml")).unwrap();
        text.matches("[[calibration]]").count()
    };
    assert_eq!(count(), 8);
    shotfix(dir.path(), args).done();
    assert_eq!(count(), 16);
}

#[test]
fn shots_that_taught_nothing_are_found_better_where_others_did() {
    let dir = cases();
    let run = shotfix(dir.path(), "bench calibrate cases.jsonl --out rows.jsonl").done();
    let text = std::fs::read_to_string(dir.path().join("rows.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = (text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let p50_m = |way: &str| {
        let row = rows.iter().find(|row| row["way"] == way);
        row.and_then(|row| row["p50_m"].as_f64()).unwrap()
    };
    assert_eq!(rows.len(), run.out.lines().count() - 1);
    assert!(p50_m("learned") < 0.6 * p50_m("prior"), "{text}");
}

#[test]
fn inputs_that_teach_nothing_and_files_that_are_none_are_refused() {
    let dir = cases();
    std::fs::write(dir.path().join("empty.jsonl"), "").unwrap();
    let run = shotfix(dir.path(), "calibrate empty.jsonl --out terms.toml");
    assert!(
        run.code == Some(1) && run.err.contains("a case needs truth"),
        "{run:#?}"
    );
    std::fs::write(
        dir.path().join("old.toml"),
        "schema = \"shotfix.path-terms/0\"\n",
    )
    .unwrap();
    let run = shotfix(dir.path(), "calibrate cases.jsonl --out old.toml");
    assert!(
        run.code == Some(1) && run.err.contains("old.toml: schema"),
        "{run:#?}"
    );
    let run = shotfix(dir.path(), "locate . --path-terms missing.toml");
    assert!(
        run.code == Some(1) && run.err.contains("missing.toml"),
        "{run:#?}"
    );
    shotfix(dir.path(), "bench calibrate").wrong_usage(&["<INPUT>"]);
}

/// A yard whose shots are located in `shots.json`, and the place of the first.
fn located() -> (Yard, [f64; 2]) {
    let yard = Yard::new();
    let run = yard.run("locate set --format json").done();
    std::fs::write(yard.dir().join("shots.json"), &run.out).unwrap();
    let place = first_place(&run.out);
    (yard, place)
}

/// Latitude and longitude of the first shot.
fn first_place(json: &str) -> [f64; 2] {
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    let position = &report["incidents"][0]["shots"][0]["position"];
    ["latitude", "longitude"].map(|key| position[key].as_f64().unwrap())
}

#[test]
fn casings_found_become_the_place_that_later_shots_are_relative_to() {
    let (yard, [latitude, longitude]) = located();
    // Found 4 m north of where the shots were placed, noted half a minute late.
    let found = latitude + 4.0 / 111_035.0;
    let table = format!(
        "time,latitude,longitude,sigma_m\n2026-06-01T02:00:30Z,{found},{longitude},0\n\
         2026-06-01T05:00:00Z,{found},{longitude},0\n"
    );
    std::fs::write(yard.dir().join("casings.csv"), table).unwrap();
    let run = yard.run("calibrate shots.json --found casings.csv --out terms.toml");
    let run = run.done_with_warning(&["casings.csv: line 3", "check its time zone"]);
    assert!(run.out.contains("2 shots, 6 sensors"), "{run:#?}");
    let terms = std::fs::read_to_string(yard.dir().join("terms.toml")).unwrap();
    assert!(
        terms.contains("[frame]\norigin = { latitude = 40.44,"),
        "{terms}"
    );
    let run = yard
        .run("locate set --path-terms terms.toml --format json")
        .done();
    let [there, east] = first_place(&run.out);
    // Two rounds may both have been echoes, so they are believed by half.
    let north_m = 111_035.0 * (there - latitude);
    assert!((1.0..4.5).contains(&north_m), "{north_m}");
    assert!(84_800.0 * (east - longitude).abs() < 1.0, "{east}");
}

#[test]
fn tables_of_casings_that_fit_nothing_are_refused() {
    let (yard, _) = located();
    let refused = |table: &str, words: &[&str]| {
        std::fs::write(yard.dir().join("casings.csv"), table).unwrap();
        let run = yard.run("calibrate shots.json --found casings.csv --out terms.toml");
        run.failed(words);
        assert!(!yard.dir().join("terms.toml").exists());
    };
    let far = "time,east,north,sigma_m\n2026-06-01T02:00:01Z,900,0,0.5\n";
    refused(far, &["casings.csv: no line is near a shot of shots.json"]);
    let bad = "time,east,north,sigma_m\n2026-06-01T02:00:01Z,30,-40,\n";
    refused(
        bad,
        &["casings.csv: line 2, column `sigma_m`: give how well"],
    );
    std::fs::write(yard.dir().join("shots.json"), "{\"schema\": 1}").unwrap();
    refused(
        far,
        &[
            "shots.json",
            "give the output of `shotfix locate --format json`",
        ],
    );
    let both = "calibrate shots.json --found casings.csv --place-sigma 1 --out terms.toml";
    yard.run(both).wrong_usage(&["--place-sigma", "--found"]);
}
