//! Every scene of a study into a folder of its own, and a list of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;
use shotfix_simulator::Run;

use super::recordings::Bar;
use crate::commands::warn;

/// `study.json`: what sets the folders beside it apart.
#[derive(Debug, Serialize)]
struct StudyFile<'a> {
    schema: &'static str,
    /// The scene file as it was called.
    file: &'a str,
    runs: Vec<RunEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct RunEntry<'a> {
    /// Folder of the run.
    name: &'a str,
    /// Keys of the scene and the values they have in this run.
    settings: BTreeMap<&'a str, serde_json::Value>,
    seed: u64,
    /// Why there are no recordings of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Writes the runs one after the other, each on all threads. A run that fails does not stop the
/// next; the command fails at the end if any did.
pub(super) fn write(
    runs: &[Run],
    file: &str,
    dir: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let refused = || {
        let dir = dir.display();
        format!("{dir}: choose a directory that can be written and has room")
    };
    std::fs::create_dir_all(dir).with_context(refused)?;
    let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    if let Some(name) = stranger(&names, dir).with_context(refused)? {
        bail!(
            "{}: {name} in it is a run of another study; choose another folder, or move it away",
            dir.display()
        );
    }
    let mut study = StudyFile {
        schema: "shotfix.study/1",
        file,
        runs: runs.iter().map(entry).collect::<Result<_, _>>()?,
    };
    // The list comes first: a study that is cut short still says what its folders are.
    study.save(dir)?;
    let bar = Bar::new(runs.iter().map(|run| &run.scene));
    for (run, entry) in runs.iter().zip(&mut study.runs) {
        entry.error = match bar.play(&run.scene, &dir.join(&run.name)) {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
    }
    drop(bar);
    let failed: Vec<String> = study
        .runs
        .iter()
        .filter_map(|run| Some(format!("run {}: {}", run.name, run.error.as_ref()?)))
        .collect();
    if !failed.is_empty() {
        study.save(dir)?;
        warn(&failed);
        let (bad, all) = (failed.len(), runs.len());
        bail!(
            "{bad} of {all} runs failed; the others are in {}",
            dir.display()
        );
    }
    let recordings: usize = runs.iter().map(|run| run.scene.sensors().len()).sum();
    writeln!(
        out,
        "{}: {} runs, {recordings} recordings and study.json in {}",
        runs[0].scene.name(),
        runs.len(),
        dir.display()
    )?;
    Ok(())
}

fn entry(run: &Run) -> anyhow::Result<RunEntry<'_>> {
    let settings = run.settings.iter().map(|setting| {
        let value = serde_json::to_value(&setting.value)?;
        Ok((setting.key.as_str(), value))
    });
    Ok(RunEntry {
        name: &run.name,
        settings: settings.collect::<Result<_, serde_json::Error>>()?,
        seed: run.scene.seed(),
        error: None,
    })
}

/// A run in the folder that is none of `names`: who reads it would take it for one of this study.
fn stranger(names: &BTreeSet<&str>, dir: &Path) -> std::io::Result<Option<String>> {
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_run = name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_digit());
        if is_run && !names.contains(name.as_str()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

impl StudyFile<'_> {
    fn save(&self, dir: &Path) -> anyhow::Result<()> {
        let path = dir.join("study.json");
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(&path, text).with_context(|| {
            let path = path.display();
            format!("{path}: cannot be written; choose a folder that can be written and has room")
        })
    }
}
