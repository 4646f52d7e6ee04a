//! `shotfix bench solve`: the solver for one shot on case files.

use std::io::Write;

use anyhow::bail;
use shotfix_benches::solve::{
    CaseFile, KINDS, MapScore, RIFLES, RifleScore, SolveBench, generate, map_table, parse_cases,
    read_cases, rifle_table, table,
};
use shotfix_core::solve::Settings;

use crate::args::BenchSolveArgs;
use crate::commands::case_files::{read_all, warn_of, write_answers};
use crate::commands::has_folder;
use crate::plot::plot_errors;

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
        for file in read_all(input, read_cases)? {
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
    warn_of(&bench.bad);
    if let Some(path) = &args.out {
        write_answers(path, &bench.answers)?;
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
