//! `bench classify`: a small training is the same for any number of threads; folders that hold nothing.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::shotfix;

/// A handful of files of the outside recordings laid out as all of them are, if they are there.
fn some_data(into: &Path) -> Option<()> {
    let root = std::env::var_os("SHOTFIX_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if !root.join("pittsburgh").exists() {
        println!("skipped: {} is missing; set SHOTFIX_DATA", root.display());
        return None;
    }
    let copy = |part: PathBuf, most: usize| {
        let folder = into.join("data").join(&part);
        std::fs::create_dir_all(&folder).unwrap();
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join(&part))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in files.iter().take(most) {
            std::fs::copy(file, folder.join(file.file_name().unwrap())).unwrap();
        }
    };
    for position in ["FP1", "FP4"] {
        let mut tests: Vec<_> = std::fs::read_dir(root.join("pittsburgh").join(position))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        tests.sort();
        copy(
            Path::new("pittsburgh").join(position).join(&tests[0]),
            usize::MAX,
        );
    }
    copy(PathBuf::from("sounds/esc10/dog-bark"), 3);
    copy(PathBuf::from("sounds/esc10/clock-tick"), 3);
    Some(())
}

#[test]
fn a_small_training_is_scored_and_the_same_on_one_thread_and_two() {
    let dir = tempfile::tempdir().unwrap();
    if some_data(dir.path()).is_none() {
        return;
    }
    let mut models = Vec::new();
    for threads in [1, 2] {
        let run = shotfix(
            dir.path(),
            &format!(
                "bench classify data --made 4 --scenes 2 --chains 1 --trees 8 --steps 10 --train m{threads}.bin \
                 --out r.json --plot . --threads {threads}"
            ),
        )
        .done();
        for words in [
            "fold 0: live fire",
            "clips that pass",
            "calibration",
            "model: ",
        ] {
            assert!(run.out.contains(words), "{words}: {run:#?}");
        }
        models.push((
            std::fs::read(dir.path().join(format!("m{threads}.bin"))).unwrap(),
            run.out,
        ));
    }
    assert!(
        models[0] == models[1],
        "threads change the model or its scores"
    );
    let card = std::fs::read_to_string(dir.path().join("m1.md")).unwrap();
    assert!(card.contains("CC BY 4.0") && card.contains("--trees 8"));
    let text = std::fs::read_to_string(dir.path().join("r.json")).unwrap();
    let scores: Value = serde_json::from_str(&text).unwrap();
    assert!(scores["shots"].as_u64().unwrap() > 0);
    assert!(
        std::fs::read(dir.path().join("classify.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn folders_that_hold_nothing_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["data/pittsburgh", "data/sounds"] {
        std::fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    let run = shotfix(dir.path(), "bench classify data");
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert!(run.err.contains("holds neither live fire"), "{run:#?}");
    let run = shotfix(dir.path(), "bench classify data --plot nowhere");
    assert!(
        run.err.contains("nowhere: the folder does not exist"),
        "{run:#?}"
    );
}
