//! `shotfix bench detect`: the onset detector on recordings with truth and on backgrounds.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use shotfix_benches::detect::{bench_detect, generated, table};

use crate::args::BenchDetectArgs;
use crate::commands::has_folder;
use crate::plot::plot_detect;

pub(super) fn run(args: &BenchDetectArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    for path in [&args.out, &args.plot].into_iter().flatten() {
        has_folder(path)?;
    }
    let bench = match &args.input {
        Some(input) => {
            let bench = bench_detect(input)?;
            if bench.groups.is_empty() {
                bail!(
                    "{}: holds nothing to hear; expected tests with *.allpulses.json or truth.json, or audio files",
                    input.display()
                );
            }
            bench
        }
        None => generated(args.seed),
    };
    out.write_all(table(&bench).as_bytes())?;
    if let Some(path) = &args.out {
        let name = || {
            let path = path.display();
            format!("{path}: cannot be written; choose a folder that can be written and has room")
        };
        let mut file = BufWriter::new(File::create(path).with_context(name)?);
        serde_json::to_writer_pretty(&mut file, &bench).with_context(name)?;
        file.flush().with_context(name)?;
    }
    if let Some(path) = &args.plot {
        plot_detect(&bench, path)?;
    }
    Ok(())
}
