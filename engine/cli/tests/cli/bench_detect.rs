//! `bench detect`: scenes and backgrounds side by side, and folders that hold nothing.

use serde_json::Value;

use crate::run::shotfix;

/// A second before the shot for the detector to know the noise.
const SCENE: &str = r#"
name = "yard"
seed = 3
duration_s = 3.0
sample_rate_hz = 12000
[microphone]
full_scale_db_spl = 130.0
[noise]
ambient_db_spl = 50.0
[layout]
count = 4
side_m = 300.0
[[shot]]
time_s = 1.0
east = 20.0
north = 10.0
"#;

#[test]
fn scenes_are_scored_and_other_audio_is_background() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("yard.toml"), SCENE).unwrap();
    shotfix(dir.path(), "simulate yard.toml -o in/yard").done();
    let quiet = SCENE.split("[[shot]]").next().unwrap();
    std::fs::write(dir.path().join("quiet.toml"), quiet).unwrap();
    shotfix(dir.path(), "simulate quiet.toml -o quiet").done();
    let one = std::fs::read_dir(dir.path().join("quiet"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "wav"))
        .unwrap();
    std::fs::create_dir(dir.path().join("in/street")).unwrap();
    std::fs::copy(one, dir.path().join("in/street/calm.wav")).unwrap();

    let run = shotfix(dir.path(), "bench detect in --out r.json --plot r.svg").done();
    assert!(run.out.contains("calm"), "{run:#?}");
    let text = std::fs::read_to_string(dir.path().join("r.json")).unwrap();
    let result: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(result["schema"], "shotfix.bench.detect/1");
    assert_eq!(result["groups"][0]["name"], "yard");
    assert_eq!(result["groups"][0]["arrivals"], 4);
    // Within 5 ms.
    assert_eq!(result["groups"][0]["recall"][3], 1.0);
    let picture = std::fs::read_to_string(dir.path().join("r.svg")).unwrap();
    assert!(picture.contains("Recall as the thresholds move"));
}

#[test]
fn a_folder_with_nothing_to_hear_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    let run = shotfix(dir.path(), "bench detect empty");
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert!(run.err.contains("holds nothing to hear"), "{run:#?}");
}
