//! `bench associate`: good and bad case files, fresh cases, the same bytes every time.

use serde_json::{Value, json};

use crate::run::shotfix;

/// Five sensors hear two rounds from (220, 310).
fn case(id: &str) -> String {
    let sensors = [
        [0.0, 0.0],
        [600.0, 0.0],
        [0.0, 600.0],
        [600.0, 600.0],
        [300.0, 250.0],
        [100.0, 350.0],
    ];
    let mut picks = Vec::new();
    for fired_s in [1.0, 1.4] {
        for (k, [x, y]) in sensors.iter().enumerate() {
            let range_m = f64::hypot(x - 220.0, y - 310.0);
            picks.push(json!({"s": k, "t": fired_s + range_m / 343.0, "snr": 25.0}));
        }
    }
    json!({"id": id, "c": 343.0, "sensors": sensors, "picks": picks}).to_string()
}

#[test]
fn answers_come_in_order_and_bad_lines_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let unknown = case("b").replace("\"s\":5", "\"s\":6");
    let text = format!("{}\nno case\n{unknown}\n{}\n", case("a"), case("c"));
    std::fs::write(dir.path().join("cases.jsonl"), text).unwrap();
    for threads in [1, 2] {
        let args = format!("bench associate cases.jsonl --out {threads}.jsonl --threads {threads}");
        let run = shotfix(dir.path(), &args);
        assert_eq!(run.code, Some(0), "{run:#?}");
        assert!(run.err.contains("cases.jsonl:2: no case"), "{run:#?}");
        assert!(run.err.contains("of sensor 6, there are 6"), "{run:#?}");
    }
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("1.jsonl"), read("2.jsonl"));
    let answers: Vec<Value> = read("1.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(
        (&answers[0]["id"], &answers[1]["id"]),
        (&json!("a"), &json!("c"))
    );
    let shots = answers[0]["shots"].as_array().unwrap();
    assert_eq!(shots.len(), 2);
    assert!((shots[1]["t0"].as_f64().unwrap() - 1.4).abs() < 0.002);
    assert!((shots[0]["position"][0].as_f64().unwrap() - 220.0).abs() < 1.0);
    assert_eq!(shots[0]["picks"].as_array().unwrap().len(), 6);
    assert_eq!(shots[0]["covariance"][1].as_array().unwrap().len(), 2);
}

#[test]
fn fresh_cases_need_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let run = shotfix(dir.path(), "bench associate --generate A1 --seed 3");
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.out.contains("A1_semi") && run.out.contains("PyOcto"),
        "{run:#?}"
    );
}

#[test]
fn nothing_to_associate_fails_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let run = shotfix(dir.path(), "bench associate .");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("*.jsonl"), "{run:#?}");
    assert_eq!(shotfix(dir.path(), "bench associate").code, Some(2));
}
