//! `shotfix bench associate`: arrivals of many sensors to shots, on case files.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use shotfix_benches::associate::{
    AssociateBench, CaseFile, KINDS, generate, parse_cases, read_cases, table,
};
use shotfix_benches::solve::case_files;

use crate::args::BenchAssociateArgs;
use crate::commands::{has_folder, warn};

/// So many bad lines are named; more are counted.
const NAMED: usize = 20;

pub(super) fn run(args: &BenchAssociateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(path) = &args.out {
        has_folder(path)?;
    }
    let mut bench = AssociateBench::default();
    if let Some(input) = &args.input {
        let unreadable =
            |path: &std::path::Path| format!("{}: cannot be read as a case file", path.display());
        let files = case_files(input).with_context(|| unreadable(input))?;
        if files.is_empty() {
            bail!(
                "{}: holds no case file; expected *.jsonl, one case a line",
                input.display()
            );
        }
        for path in files {
            bench.add(read_cases(&path).with_context(|| unreadable(&path))?);
        }
    } else {
        for file in fresh(args) {
            bench.add(file);
        }
    }
    out.write_all(table(&bench.scores).as_bytes())?;
    let mut warnings: Vec<String> = bench
        .bad
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    if bench.bad.len() > NAMED {
        warnings.push(format!(
            "{} more lines are no case",
            bench.bad.len() - NAMED
        ));
    }
    warn(&warnings);
    if let Some(path) = &args.out {
        let name = || {
            let path = path.display();
            format!("{path}: cannot be written; choose a folder that can be written and has room")
        };
        let mut file = BufWriter::new(File::create(path).with_context(name)?);
        for answer in &bench.answers {
            serde_json::to_writer(&mut file, answer).with_context(name)?;
            file.write_all(b"\n").with_context(name)?;
        }
        file.flush().with_context(name)?;
    }
    if bench.answers.is_empty() {
        bail!("no case could be read; each line needs id, c, sensors and picks");
    }
    Ok(())
}

fn fresh(args: &BenchAssociateArgs) -> impl Iterator<Item = CaseFile> {
    let wanted = args.generate.as_deref().unwrap_or_default();
    KINDS
        .iter()
        .filter(move |kind| wanted == "all" || wanted == kind.short())
        .map(|kind| parse_cases(kind.name, &generate(kind, args.seed)))
}
