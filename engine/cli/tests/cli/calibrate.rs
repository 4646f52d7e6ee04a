//! `calibrate` and `bench calibrate`: a file that reads back, and refusals.

use crate::run::shotfix;

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
