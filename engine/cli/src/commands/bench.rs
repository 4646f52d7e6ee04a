//! `shotfix bench`: accuracy on recordings with truth.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;
use shotfix_benches::{locate::bench_locate, table};
use shotfix_core::Settings;

use crate::args::BenchLocateArgs;
use crate::progress::Progress;

pub(super) fn locate(args: &BenchLocateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let total = shotfix_datasets::find_tests(&args.input)?.len();
    let bar = Progress::new("tests", total as u64);
    let result = bench_locate(&args.input, Settings::default(), |_, _| bar.advance(1))?;
    drop(bar);
    out.write_all(table::locate(&result).as_bytes())?;
    if let Some(path) = &args.out {
        let name = || path.display().to_string();
        let mut file = BufWriter::new(File::create(path).with_context(name)?);
        serde_json::to_writer_pretty(&mut file, &result).with_context(name)?;
        file.flush().with_context(name)?;
    }
    if result.tests.is_empty() {
        anyhow::bail!(
            "{}: none of its tests could be scored",
            args.input.display()
        );
    }
    Ok(())
}
