//! The `shotfix` command.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use shotfix::args::Cli;

#[allow(clippy::print_stderr)] // Where errors go.
fn main() -> ExitCode {
    // Clap prints usage errors itself and exits with 2.
    let cli = Cli::parse();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let result = shotfix::commands::run(&cli, &mut out).and_then(|()| Ok(out.flush()?));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe may leave early, as `head` does.
        // Usage that only a command can judge, such as options that do not go together.
        Err(error) if error.is::<clap::Error>() => {
            eprint!("{error}");
            ExitCode::from(2)
        }
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // The last words of the output still belong before the error.
            let _ = out.flush();
            eprintln!("error: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes. Most of our errors quote their cause; nothing is said twice.
fn words(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .reduce(|said, cause| match said.contains(&cause) {
            true => said,
            false => format!("{said}: {cause}"),
        })
        .unwrap_or_default()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
