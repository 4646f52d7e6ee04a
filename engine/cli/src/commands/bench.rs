//! `shotfix bench`: accuracy on recordings with truth.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use shotfix_benches::{
    locate::{bench_locate, bench_pulses},
    table,
};
use shotfix_core::Settings;

use crate::args::BenchLocateArgs;
use crate::commands::has_folder;
use crate::progress::Progress;

pub(super) fn locate(args: &BenchLocateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let total = shotfix_datasets::find_tests(&args.input)?.len();
    if total == 0 {
        bail!(
            "{}: holds no test; expected folders with audio and a truth.json or *.survey.json",
            args.input.display()
        );
    }
    if let Some(path) = &args.out {
        has_folder(path)?;
    }
    let result = if args.pulses {
        bench_pulses(&args.input)?
    } else {
        let bar = Progress::new("tests", total as u64);
        bench_locate(&args.input, Settings::default(), |_, _| bar.advance(1))?
    };
    out.write_all(table::locate(&result).as_bytes())?;
    if let Some(path) = &args.out {
        let name = || {
            let path = path.display();
            format!("{path}: cannot be written; choose a folder that can be written and has room")
        };
        let mut file = BufWriter::new(File::create(path).with_context(name)?);
        serde_json::to_writer_pretty(&mut file, &result).with_context(name)?;
        file.flush().with_context(name)?;
    }
    if result.tests.is_empty() {
        bail!(
            "{}: none of its tests could be scored; the table says why",
            args.input.display()
        );
    }
    Ok(())
}
