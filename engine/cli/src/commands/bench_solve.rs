//! `shotfix bench solve`: the solver for one shot on case files.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use shotfix_benches::solve::{
    CaseFile, KINDS, MapScore, RIFLES, RifleScore, SolveBench, case_files, generate, map_table,
    parse_cases, read_cases, rifle_table, table,
};
use shotfix_core::solve::Settings;

use crate::args::BenchSolveArgs;
use crate::commands::{has_folder, warn};
use crate::plot::plot_errors;

/// So many bad lines are named; more are counted.
const NAMED: usize = 20;

pub(super) fn run(args: &BenchSolveArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    for path in [&args.out, &args.plot].into_iter().flatten() {
        has_folder(path)?;
    }
    let wanted = args.generate.as_deref();
    if let Some(kind) = RIFLES.iter().find(|kind| wanted == Some(kind.name)) {
        let scores = RifleScore::all(kind, args.seed);
        out.write_all(rifle_table(&scores).as_bytes())?;
        return Ok(());
    }
    let settings = Settings::default();
    let mut maps = Vec::new();
    let mut bench = SolveBench::default();
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
            let file = read_cases(&path).with_context(|| unreadable(&path))?;
            if args.map {
                maps.push(MapScore::of(&file, &settings));
            }
            bench.add(file, &settings);
        }
    } else {
        for file in fresh(args) {
            if args.map {
                maps.push(MapScore::of(&file, &settings));
            }
            bench.add(file, &settings);
        }
    }
    out.write_all(table(&bench.scores).as_bytes())?;
    if args.map {
        out.write_all(b"\n")?;
        out.write_all(map_table(&maps).as_bytes())?;
    }
    if let Some(path) = &args.plot {
        plot_errors(&bench.scores, path)?;
    }
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
        bail!("no case could be read; each line needs id, dim, c, sigma, sensors and toa");
    }
    Ok(())
}

fn fresh(args: &BenchSolveArgs) -> impl Iterator<Item = CaseFile> {
    let wanted = args.generate.as_deref();
    KINDS
        .iter()
        .filter(move |kind| wanted == Some("all") || wanted == Some(kind.name))
        .map(|kind| parse_cases(kind.name, &generate(kind, args.seed)))
}
