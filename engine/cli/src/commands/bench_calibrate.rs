//! `shotfix bench calibrate`: path terms on shots that taught nothing, and in simulated cities.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use shotfix_benches::calibrate::{CalibrateBench, table};
use shotfix_benches::city_trial::{gain_with_distance, markdown, ten_feet};

use super::calibrate::read_sites;
use crate::args::BenchCalibrateArgs;
use crate::commands::{has_folder, warn};
use crate::plot::plot_ten_feet;
use crate::progress::Progress;

/// Sensors per square kilometre.
const DENSITIES_PER_KM2: [f64; 3] = [8.0, 12.0, 20.0];

pub(super) fn run(args: &BenchCalibrateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    for path in [&args.out, &args.plot].into_iter().flatten() {
        has_folder(path)?;
    }
    match &args.input {
        Some(input) => held_out(args, input, out),
        None => cities(args, out),
    }
}

fn held_out(args: &BenchCalibrateArgs, input: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let sites = read_sites(input)?;
    let mut bench = CalibrateBench {
        place_sigma_m: args.place_sigma,
        wind_drift_m_s: args.wind_drift,
        ..CalibrateBench::default()
    };
    let named = |site: &shotfix_benches::calibrate::Site| {
        site.shots
            .iter()
            .any(|shot| shot.firearm.contains(&args.learn))
    };
    if sites.iter().any(named) {
        bench.by_firearm(&sites, &args.learn);
    }
    bench.by_test(&sites);
    warn(&bench.warnings);
    out.write_all(table(&bench.rows).as_bytes())?;
    if let Some(path) = &args.out {
        let mut lines = String::new();
        for row in &bench.rows {
            lines += &serde_json::to_string(row)?;
            lines.push('\n');
        }
        save(path, &lines)?;
    }
    if bench.rows.iter().all(|row| row.shots == 0) {
        bail!(
            "{}: no shot whose place is known could be scored; a case needs truth",
            input.display()
        );
    }
    Ok(())
}

fn cities(args: &BenchCalibrateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let n = args.seeds.len() as u64;
    let bar = Progress::new("cities", n * (DENSITIES_PER_KM2.len() as u64 + 1));
    let done = || bar.advance(1);
    let distance = gain_with_distance(&args.seeds, &done)?;
    let ten_feet = ten_feet(&DENSITIES_PER_KM2, &args.seeds, &done)?;
    drop(bar);
    let page = markdown(&ten_feet, &distance, &args.seeds);
    match &args.out {
        Some(path) => save(path, &page)?,
        None => out.write_all(page.as_bytes())?,
    }
    if let Some(path) = &args.plot {
        plot_ten_feet(&ten_feet, &distance, path)?;
    }
    Ok(())
}

fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| {
        format!(
            "{}: cannot be written; choose a folder that can be written and has room",
            path.display()
        )
    })
}
