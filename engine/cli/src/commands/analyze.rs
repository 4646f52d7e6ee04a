//! `shotfix analyze`: the impulses of single recordings.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::bail;
use clap::CommandFactory;
use clap::error::ErrorKind;
use rayon::prelude::*;
use shotfix_core::FileImpulses;
use shotfix_datasets::{impulses, probe};

use crate::args::{AnalyzeArgs, Cli};
use crate::commands::{has_folder, warn};
use crate::format::write_impulses;
use crate::plot::plot_sound;
use crate::progress::Progress;

/// Longest recording that is drawn, seconds; a picture of more shows nothing.
const LONGEST_PLOT_S: f64 = 900.0;

pub(super) fn run(args: &AnalyzeArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(picture) = &args.plot {
        if args.files.len() > 1 {
            let given = args.files.len();
            let words =
                format!("--plot draws one file, and {given} were given; give one at a time");
            return Err(Cli::command().error(ErrorKind::TooManyValues, words).into());
        }
        has_folder(picture)?;
    }
    let bar = Progress::new("files", args.files.len() as u64);
    let results: Vec<_> = args
        .files
        .par_iter()
        .map(|path| {
            let result = analyze(path);
            bar.advance(1);
            result
        })
        .collect();
    drop(bar);
    // One bad file never stops the others.
    let (mut files, mut warnings, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok((channels, said)) => {
                warnings.extend(said);
                files.extend(channels);
            }
            Err(error) => failures.push(error.to_string()),
        }
    }
    if files.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    warnings.extend(failures);
    warn(&warnings);
    write_impulses(args.format, &files, &warnings, out)?;
    if let (Some(picture), [file, ..]) = (&args.plot, &files[..]) {
        draw(&args.files[0], file, picture)?;
    }
    Ok(())
}

/// The impulses of each channel, and what is wrong with the file.
fn analyze(path: &Path) -> Result<(Vec<FileImpulses>, Vec<String>), shotfix_datasets::Error> {
    let file = probe(path)?;
    let name = path.display().to_string();
    let (mut channels, mut warnings) = (Vec::new(), file.warnings.clone());
    for channel in 0..file.channels {
        let (found, said) = impulses(&file, channel, &name)?;
        channels.push(found);
        warnings.extend(said);
    }
    // Channels share their faults.
    let mut seen = BTreeSet::new();
    warnings.retain(|warning| seen.insert(warning.clone()));
    Ok((channels, warnings))
}

fn draw(path: &Path, file: &FileImpulses, picture: &Path) -> anyhow::Result<()> {
    if file.duration_s > LONGEST_PLOT_S {
        bail!(
            "{}: {:.0} s are too long to draw (at most {LONGEST_PLOT_S:.0} s); cut the recording",
            path.display(),
            file.duration_s
        );
    }
    let mut reader = probe(path)?.open(file.channel)?;
    let mut samples = Vec::new();
    let mut block = vec![0.0; 16_384];
    loop {
        match reader.read(&mut block)? {
            0 => break,
            n => samples.extend_from_slice(&block[..n]),
        }
    }
    Ok(plot_sound(file, &samples, file.sample_rate_hz, picture)?)
}
