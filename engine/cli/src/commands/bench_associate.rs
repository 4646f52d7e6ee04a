//! `shotfix bench associate`: arrivals of many sensors to shots, on case files.

use std::io::Write;

use anyhow::bail;
use shotfix_benches::associate::{
    AssociateBench, CaseFile, KINDS, generate, parse_cases, read_cases, table,
};

use crate::args::BenchAssociateArgs;
use crate::commands::case_files::{read_all, warn_of, write_answers};
use crate::commands::has_folder;

pub(super) fn run(args: &BenchAssociateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(path) = &args.out {
        has_folder(path)?;
    }
    let mut bench = AssociateBench::default();
    if let Some(input) = &args.input {
        for file in read_all(input, read_cases)? {
            bench.add(file);
        }
    } else {
        for file in fresh(args) {
            bench.add(file);
        }
    }
    out.write_all(table(&bench.scores).as_bytes())?;
    warn_of(&bench.bad);
    if let Some(path) = &args.out {
        write_answers(path, &bench.answers)?;
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
