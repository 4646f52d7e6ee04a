//! `shotfix locate`: recordings in, located shots out.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use shotfix_core::{LocateReport, Settings};
use shotfix_datasets::{Layout, OpenOptions, RecordingSet, WeatherSource, open_set};

use crate::args::LocateArgs;
use crate::commands::warn;
use crate::format::write_report;
use crate::plot::plot_report;
use crate::progress::Progress;

pub(super) fn run(args: &LocateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let options = OpenOptions {
        layout: args
            .layout
            .as_deref()
            .map(str::parse::<Layout>)
            .transpose()?,
        array: args.array.clone(),
        weather: args.weather.as_deref().map(weather),
    };
    let set = open_set(&args.paths, &options)?;
    if args.delays {
        warn(&set.warnings);
        return write_delays(&set, out);
    }
    let report = locate(&set)?;
    warn(&report.warnings);
    write_report(args.format, &report, out)?;
    if let Some(path) = &args.plot {
        let truth: Vec<_> = set
            .truth
            .iter()
            .flat_map(|t| &t.rounds)
            .map(|round| round.position)
            .collect();
        plot_report(&report, &truth, path).with_context(|| path.display().to_string())?;
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
pub(super) fn locate(set: &RecordingSet) -> anyhow::Result<LocateReport> {
    let total_s: f64 = set.recordings.iter().map(|r| r.duration().0).sum();
    let bar = Progress::new("seconds of audio", total_s as u64);
    Ok(shotfix_datasets::locate(
        set,
        Settings::default(),
        &|seconds| bar.advance(seconds as u64),
    )?)
}

/// `T=12,wind=3@270` or the name of a file.
fn weather(text: &str) -> WeatherSource {
    if text.contains('=') && !std::path::Path::new(text).exists() {
        WeatherSource::Inline(text.to_owned())
    } else {
        WeatherSource::File(PathBuf::from(text))
    }
}
