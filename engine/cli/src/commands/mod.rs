//! The commands, one file each: flags in, calls into the other crates, results printed.

mod analyze;
mod bench;
mod bench_associate;
mod bench_calibrate;
mod bench_classify;
mod bench_detect;
mod bench_simulator;
mod bench_solve;
mod calibrate;
mod calibrate_found;
mod case_files;
mod demo;
mod locate;
mod simulate;

use std::io::Write;
use std::path::Path;

use anyhow::bail;

use crate::args::{BenchCommand, Cli, Command};

/// Runs the command line `cli`; results go to `out`, warnings and progress to stderr.
///
/// # Errors
/// Whatever keeps the command from doing its work, in words for the person who typed it.
pub fn run(cli: &Cli, out: &mut dyn Write) -> anyhow::Result<()> {
    // The pool is the whole process's; a second call in one process keeps the first one's size.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(cli.threads)
        .build_global();
    match &cli.command {
        Command::Locate(args) => locate::run(args, out),
        Command::Analyze(args) => analyze::run(args, out),
        Command::Calibrate(args) => calibrate::run(args, out),
        Command::Simulate(args) => simulate::run(args, out),
        Command::Bench(BenchCommand::Locate(args)) => bench::locate(args, out),
        Command::Bench(BenchCommand::Detect(args)) => bench_detect::run(args, out),
        Command::Bench(BenchCommand::Classify(args)) => bench_classify::run(args, out),
        Command::Bench(BenchCommand::Associate(args)) => bench_associate::run(args, out),
        Command::Bench(BenchCommand::Solve(args)) => bench_solve::run(args, out),
        Command::Bench(BenchCommand::Calibrate(args)) => bench_calibrate::run(args, out),
        Command::Bench(BenchCommand::Simulator(args)) => bench_simulator::run(args, out),
        Command::Demo(args) => demo::run(args, out),
    }
}

/// Prints warnings on stderr, one a line.
#[allow(clippy::print_stderr)] // This is where warnings go.
fn warn(warnings: &[String]) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}

/// Refuses an output file in a folder that is not there, before the work and not after it.
fn has_folder(file: &Path) -> anyhow::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => bail!(
            "{}: the folder {} does not exist; make it first or write elsewhere",
            file.display(),
            folder.display()
        ),
        _ => Ok(()),
    }
}
