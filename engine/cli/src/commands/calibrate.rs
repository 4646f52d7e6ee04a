//! `shotfix calibrate`: shots whose place is known in, a file of path terms out.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use shotfix_benches::calibrate::{Site, live_fire_sites, sites};
use shotfix_benches::solve::read_cases;
use shotfix_benches::validation::live_fire::read_released;
use shotfix_datasets::{FoundPlace, PathTermsFile};

use crate::args::CalibrateArgs;
use crate::commands::{calibrate_found, has_folder, warn};

pub(super) fn run(args: &CalibrateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    has_folder(&args.out)?;
    if !(0.0..1e4).contains(&args.place_sigma) {
        bail!(
            "--place-sigma is {}; give metres, 0 or more",
            args.place_sigma
        );
    }
    let mut file = match args.out.is_file() {
        true => PathTermsFile::read(&args.out)?,
        false => PathTermsFile::default(),
    };
    let before = file.calibrations.len();
    let found = args.found.as_deref().map(FoundPlace::read_all);
    let found = found.transpose()?.unwrap_or_default();
    for input in &args.inputs {
        let learned = match &args.found {
            Some(table) => calibrate_found::learn(input, table, &found)?,
            None => learn(input, args.place_sigma)?,
        };
        (file.merge(learned)).map_err(|why| anyhow::anyhow!("{}: {why}", input.display()))?;
    }
    std::fs::write(&args.out, file.to_toml()).with_context(|| {
        format!(
            "{}: cannot be written; choose a folder that can be written and has room",
            args.out.display()
        )
    })?;
    for calibration in &file.calibrations[before..] {
        let sigmas = calibration.paths.iter().map(|p| p.delay_s.sigma);
        let worst_s = sigmas.fold(0.0, f64::max);
        writeln!(
            out,
            "{}: {} shots, {} sensors, each path to {:.1} ms or better",
            calibration.name,
            calibration.shots,
            calibration.paths.len(),
            1e3 * worst_s
        )?;
    }
    Ok(())
}

/// What one input teaches; all of it must be of one array.
fn learn(input: &Path, place_sigma_m: f64) -> anyhow::Result<PathTermsFile> {
    let sites = read_sites(input)?;
    let site = match &sites[..] {
        [site] => site,
        [] => bail!(
            "{}: holds no shot whose place is known; a case needs truth, a test *.survey.json",
            input.display()
        ),
        [first, second, ..] => bail!(
            "{}: holds several arrays ({} and {}); calibrate each into a file of its own",
            input.display(),
            first.name,
            second.name
        ),
    };
    let calibrations = (site.calibrations(place_sigma_m, |_| true))
        .with_context(|| format!("{}: nothing can be learned", input.display()))?;
    Ok(PathTermsFile {
        origin: None,
        sensors: site
            .ids
            .iter()
            .cloned()
            .zip(site.sensors.iter().copied())
            .collect(),
        calibrations,
    })
}

/// The arrays of a case file or of a folder of live fire; lines that are no case are warned of.
pub(super) fn read_sites(input: &Path) -> anyhow::Result<Vec<Site>> {
    if input.is_dir() {
        return Ok(live_fire_sites(&read_released(input)?));
    }
    let file = read_cases(input)
        .with_context(|| format!("{}: cannot be read as a case file", input.display()))?;
    let bad: Vec<String> = file.bad.iter().take(20).map(ToString::to_string).collect();
    warn(&bad);
    Ok(sites(&file))
}
