//! `simulate` beyond recordings of one scene: pictures, studies, arrivals.

use serde_json::Value;

use crate::run::{Run, shotfix};
use crate::scene::{SENSORS, toml};

/// A folder with `yard.toml`, a scene of half a second with `more` below it.
fn folder(more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let scene = toml(&SENSORS, more).replace("duration_s = 4.0", "duration_s = 2.5");
    std::fs::write(dir.path().join("yard.toml"), scene).unwrap();
    dir
}

fn lines(text: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).expect("every line is JSON");
    text.lines().map(line).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn a_scene_is_drawn_with_recordings_and_without() {
    let dir = folder("\n[city]\ngenerate = { extent_m = 300.0 }\n");
    let run = shotfix(dir.path(), "simulate yard.toml --plot map.png").done();
    assert_eq!(run.out, "");
    let png = std::fs::read(dir.path().join("map.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    // Width and height are the first fields of the first chunk.
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert!((1200..=4800).contains(&size(16)) && (800..=4800).contains(&size(20)));

    let run = shotfix(dir.path(), "simulate yard.toml -o set --plot map.svg").done();
    assert!(run.out.contains("6 recordings"), "{run:#?}");
    let svg = std::fs::read_to_string(dir.path().join("map.svg")).unwrap();
    for words in ["S06", "building height", "2 shots"] {
        assert!(svg.contains(words), "{words}");
    }
    shotfix(dir.path(), "simulate yard.toml --plot gone/map.png").failed(&["gone", "make it"]);
}

#[test]
fn a_study_writes_every_run_and_a_list_of_them() {
    let study = "\n[[vary]]\nkey = \"noise.ambient_db_spl\"\nvalues = [40.0, 60.0]\n\
                 [monte_carlo]\nruns = 2\n";
    let dir = folder(study);
    let run = shotfix(dir.path(), "simulate yard.toml -o study").done();
    assert!(run.out.contains("4 runs, 24 recordings"), "{run:#?}");
    let study = dir.path().join("study");
    let text = std::fs::read_to_string(study.join("study.json")).unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list["schema"], "shotfix.study/1");
    assert_eq!(list["file"], "yard.toml");
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 4);
    assert_eq!(runs[3]["name"], "004");
    assert_eq!(runs[3]["settings"]["noise.ambient_db_spl"], 60.0);
    assert_eq!((&runs[2]["seed"], &runs[3]["seed"]), (&1.into(), &2.into()));
    for name in ["001", "002", "003", "004"] {
        let files = std::fs::read_dir(study.join(name)).unwrap().count();
        assert_eq!(files, 8, "six recordings, array.toml, truth.json");
    }

    // A run that cannot be written does not keep the others from it.
    std::fs::remove_dir_all(&study).unwrap();
    std::fs::create_dir(&study).unwrap();
    std::fs::write(study.join("002"), "").unwrap();
    let run = shotfix(dir.path(), "simulate yard.toml -o study");
    let run = run.failed(&["run 002", "1 of 4 runs failed"]);
    assert_eq!(run.out, "");
    assert!(study.join("004/truth.json").is_file());
    let text = std::fs::read_to_string(study.join("study.json")).unwrap();
    assert!(text.contains("choose a directory"), "{text}");

    // Runs of a larger study would be read as this one's.
    std::fs::create_dir(study.join("009")).unwrap();
    shotfix(dir.path(), "simulate yard.toml -o study").failed(&["009", "another study"]);
}

#[test]
fn arrivals_are_cases_for_a_solver() {
    let dir = folder("");
    let run = shotfix(dir.path(), "simulate yard.toml --arrivals -o -").done();
    let cases = lines(&run.out);
    assert_eq!(cases.len(), 2, "one line a shot");
    let case = &cases[0];
    assert_eq!((&case["id"], &case["dim"]), (&"yard-1".into(), &3.into()));
    assert_eq!(case["t0"], 1.5);
    assert_eq!(numbers(&case["truth"])[..2], [30.0, -40.0]);
    let (sensors, toa) = (case["sensors"].as_array().unwrap(), numbers(&case["toa"]));
    assert!(sensors.len() == toa.len() && toa.len() >= 4, "{case}");
    for (sensor, toa) in sensors.iter().zip(toa) {
        let place = numbers(sensor);
        let range_m = (place[0] - 30.0).hypot(place[1] + 40.0);
        // Air of unknown weather, heights and a pick of a few milliseconds.
        let speed_m_s = range_m / (toa - 1.5);
        assert!((speed_m_s - 341.0).abs() < 0.1 * 341.0, "{speed_m_s}");
    }
    for key in ["ids", "path", "snr_db", "level_db_spl", "extra_s"] {
        assert_eq!(case[key].as_array().unwrap().len(), sensors.len(), "{key}");
    }
    assert!(case["weather"]["speed_of_sound"].as_f64().unwrap() > 300.0);

    let associate = "simulate yard.toml --arrivals --as associate -o -";
    let cases = lines(&shotfix(dir.path(), associate).done().out);
    assert_eq!(cases.len(), 1, "one line a scene");
    assert_eq!(cases[0]["events"].as_array().unwrap().len(), 2);
    let picks = cases[0]["picks"].as_array().unwrap();
    let time = |pick: &Value| pick["t"].as_f64().unwrap();
    assert!(picks.len() >= 8 && picks.windows(2).all(|two| time(&two[0]) <= time(&two[1])));
}

#[test]
fn drawn_shots_repeat_byte_for_byte_on_any_number_of_threads() {
    let dir = folder("\n[city]\ngenerate = { extent_m = 600.0 }\n[monte_carlo]\nruns = 2\n");
    let run = |threads: &str, out: &str| -> Run {
        let args = format!("simulate yard.toml --arrivals --shots 60 -o {out} --threads {threads}");
        shotfix(dir.path(), &args).done()
    };
    let one = run("1", "-").out;
    assert_eq!(one, run("2", "-").out);
    let cases = lines(&one);
    assert_eq!(cases.len(), 120, "60 for each of two seeds");
    assert_ne!(cases[0]["truth"], cases[60]["truth"]);
    let said = run("2", "cases.jsonl").out;
    assert!(said.starts_with("120 shots, "), "{said}");
    let file = std::fs::read_to_string(dir.path().join("cases.jsonl")).unwrap();
    assert_eq!(file, one);
}

#[test]
fn a_preset_can_be_printed_and_played() {
    let dir = tempfile::tempdir().unwrap();
    let printed = shotfix(dir.path(), "simulate quiet-night --print")
        .done()
        .out;
    std::fs::write(dir.path().join("mine.toml"), printed).unwrap();
    let cases = "simulate mine.toml --arrivals -o -";
    assert!(!shotfix(dir.path(), cases).done().out.is_empty());
    shotfix(dir.path(), "simulate moon --print").failed(&["moon", "quiet-night"]);
}

#[test]
fn what_does_not_go_together_is_wrong_usage() {
    let dir = folder("");
    for (args, words) in [
        ("yard.toml", "--out"),
        ("yard.toml --arrivals", "--out"),
        ("yard.toml --arrivals -o - --plot a.png", "--plot"),
        ("yard.toml --arrivals -o - --as detect", "solve, associate"),
        ("yard.toml --arrivals -o - --shots 0", "--shots"),
        ("yard.toml -o set --shots 5", "--arrivals"),
        ("yard.toml -o set --as solve", "--arrivals"),
        ("yard.toml -o -", "--arrivals"),
        ("yard.toml --plot a.gif", ".png or .svg"),
        ("quiet-night --print -o set", "--print"),
    ] {
        shotfix(dir.path(), &format!("simulate {args}")).wrong_usage(&[words]);
    }
    shotfix(dir.path(), "simulate yard.toml --arrivals -o gone/a.jsonl").failed(&["gone"]);
}
