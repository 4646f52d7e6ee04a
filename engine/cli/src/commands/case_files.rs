//! What the commands over case files share.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;
use shotfix_benches::case_lines::{BadLine, CaseFile, case_files};

use crate::commands::warn;

/// So many bad lines are named; more are counted.
const NAMED: usize = 20;

/// Reads the case file `input`, or those of the folder, in order of their names.
pub(super) fn read_all<C, T>(
    input: &Path,
    read: impl Fn(&Path) -> std::io::Result<CaseFile<C, T>>,
) -> anyhow::Result<Vec<CaseFile<C, T>>> {
    let unreadable = |path: &Path| format!("{}: cannot be read as a case file", path.display());
    let files = case_files(input).with_context(|| unreadable(input))?;
    if files.is_empty() {
        bail!(
            "{}: holds no case file; expected *.jsonl, one case a line",
            input.display()
        );
    }
    files
        .iter()
        .map(|path| read(path).with_context(|| unreadable(path)))
        .collect()
}

/// Names the lines that are no case.
pub(super) fn warn_of(bad: &[BadLine]) {
    let mut warnings: Vec<String> = bad.iter().take(NAMED).map(ToString::to_string).collect();
    if bad.len() > NAMED {
        warnings.push(format!("{} more lines are no case", bad.len() - NAMED));
    }
    warn(&warnings);
}

/// Writes one answer a line.
pub(super) fn write_answers<A: Serialize>(path: &Path, answers: &[A]) -> anyhow::Result<()> {
    let name = || {
        let path = path.display();
        format!("{path}: cannot be written; choose a folder that can be written and has room")
    };
    let mut file = BufWriter::new(File::create(path).with_context(name)?);
    for answer in answers {
        serde_json::to_writer(&mut file, answer).with_context(name)?;
        file.write_all(b"\n").with_context(name)?;
    }
    file.flush().with_context(name)
}
