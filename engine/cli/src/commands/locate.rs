//! `shotfix locate`: recordings in, located shots out.

use std::io::Write;

use shotfix_core::{LocateReport, Settings};
use shotfix_datasets::{OpenOptions, PathTermsFile, RecordingSet, open_set};

use crate::args::LocateArgs;
use crate::commands::{has_folder, warn};
use crate::findings::Findings;
use crate::format::write_report;
use crate::plot::plot_report;
use crate::progress::Progress;

pub(super) fn run(args: &LocateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let options = OpenOptions {
        layout: args.layout,
        array: args.array.clone(),
        weather: args.weather.clone(),
    };
    if let Some(picture) = &args.plot {
        has_folder(picture)?;
    }
    let terms = args.path_terms.as_deref().map(PathTermsFile::read);
    let terms = terms.transpose()?;
    let set = open_set(&args.paths, &options)?;
    if args.delays {
        warn(&set.warnings);
        return write_delays(&set, out);
    }
    // A failure is often explained by what was left out before.
    let report = locate(&set, terms.as_ref()).inspect_err(|_| warn(&set.warnings))?;
    warn(&report.warnings);
    let findings = Findings::detailed(&report, &Settings::default(), args.explain);
    write_report(args.format, &findings, out)?;
    if let Some(path) = &args.plot {
        let truth: Vec<_> = set
            .truth
            .iter()
            .flat_map(|t| &t.rounds)
            .map(|round| round.position)
            .collect();
        plot_report(&findings, &truth, path)?;
    }
    Ok(())
}

fn write_delays(set: &RecordingSet, out: &mut dyn Write) -> anyhow::Result<()> {
    let delays = shotfix_datasets::delays(set)?;
    let id = |sensor| &set.array.sensor(sensor).id;
    let width = delays
        .iter()
        .map(|d| id(d.sensor).chars().count())
        .max()
        .unwrap_or(0)
        .max(6);
    writeln!(out, "{:width$}  delay ms", "sensor")?;
    for delay in &delays {
        writeln!(
            out,
            "{:width$}  {:+8.2}",
            id(delay.sensor),
            1e3 * delay.delay.0
        )?;
    }
    Ok(())
}

/// Locates with a progress bar.
pub(super) fn locate(
    set: &RecordingSet,
    terms: Option<&PathTermsFile>,
) -> anyhow::Result<LocateReport> {
    let total_s: f64 = set.recordings.iter().map(|r| r.duration().0).sum();
    let bar = Progress::new("seconds of audio", total_s as u64);
    Ok(shotfix_datasets::locate_with(
        set,
        Settings::default(),
        terms,
        &|seconds| bar.advance(seconds as u64),
    )?)
}
