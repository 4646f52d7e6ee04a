//! `bench solve`: good and bad case files, fresh cases, the same bytes every time.

use serde_json::Value;

use crate::run::shotfix;

const CASE: &str = r#"{"id":"a","dim":2,"c":343.0,"sigma":0.001,"sensors":[[0,0],[600,0],[0,600],[600,600],[300,250]],"toa":[2.0,2.1,2.2,2.25,1.5]}"#;

#[test]
fn answers_come_in_order_and_bad_lines_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let line = CASE.replace(
        "[600,0],[0,600],[600,600],[300,250]",
        "[1,0],[2,0],[3,0],[4,0]",
    );
    let second = line.replace("\"a\"", "\"b\"");
    let text = format!("{CASE}\nno case\n{second}\n");
    std::fs::write(dir.path().join("cases.jsonl"), text).unwrap();
    for threads in [1, 2] {
        let args = format!("bench solve cases.jsonl --out {threads}.jsonl --threads {threads}");
        let run = shotfix(dir.path(), &args);
        assert_eq!(run.code, Some(0), "{run:#?}");
        assert!(run.err.contains("cases.jsonl:2: no case"), "{run:#?}");
    }
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("1.jsonl"), read("2.jsonl"));
    let answers: Vec<Value> = read("1.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["id"], "a");
    assert_eq!(answers[0]["position"].as_array().unwrap().len(), 2);
    assert_eq!(answers[0]["covariance"][1].as_array().unwrap().len(), 2);
    assert_eq!(answers[0]["used"].as_array().unwrap().len(), 5);
    // Sensors on one line leave two places; nothing is invented.
    assert!(answers[1]["error"].as_str().unwrap().contains("line"));
}

#[test]
fn fresh_cases_need_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let run = shotfix(dir.path(), "bench solve --generate clean2d_s1ms --seed 3");
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.out.contains("clean2d_s1ms") && run.out.contains("2100"),
        "{run:#?}"
    );
}

#[test]
fn nothing_to_solve_fails_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let run = shotfix(dir.path(), "bench solve .");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("*.jsonl"), "{run:#?}");
    assert_eq!(shotfix(dir.path(), "bench solve").code, Some(2));
}
