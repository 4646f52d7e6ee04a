//! How loud the shots of live fire were at the source, as the locator reckons it for their class.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use shotfix_core::Onset;
use shotfix_datasets::{Error, OpenOptions, find_tests, open_set};

use super::dsp::Audio;
use super::gather::detected;
use super::live_fire::SAME_S;
use crate::released;
use crate::stats::quantile;

/// Peak level at 1 m of each shot, dB SPL: the median over its sensors of the onset's level brought back along the way
/// from the surveyed place. By event, counted as in [`gather`](super::gather()): by shots of tests that have audio.
///
/// # Errors
/// [`Error`], naming the file.
pub fn source_levels(live_fire: &Path) -> Result<BTreeMap<usize, f64>, Error> {
    let folders = find_tests(live_fire)?;
    let tests: Vec<_> = (folders.par_iter())
        .map(|folder| levels(folder))
        .collect::<Result<_, _>>()?;
    let (mut all, mut first_event) = (BTreeMap::new(), 0);
    for (n_shots, levels) in tests {
        for (shot, own) in levels {
            let median = quantile(&own, 0.5);
            all.extend(median.map(|level| (first_event + shot, level)));
        }
        first_event += n_shots;
    }
    Ok(all)
}

/// Shots of a test, and by shot the level at 1 m that each sensor tells.
fn levels(folder: &Path) -> Result<(usize, BTreeMap<usize, Vec<f64>>), Error> {
    let name = folder.file_name().and_then(|n| n.to_str());
    let released = released::read(folder, name.unwrap_or_default())?;
    let set = open_set(&[folder.to_owned()], &OpenOptions::default())?;
    let n_shots = if set.recordings.is_empty() {
        0
    } else {
        released.n_shots
    };
    let mut levels: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let fired = set.truth.as_ref().and_then(|truth| truth.rounds.first());
    let Some(fired) = fired else {
        return Ok((n_shots, levels));
    };
    for recording in &set.recordings {
        let sensor = set.array.sensor(recording.sensor);
        let spreading_db = 20.0 * fired.position.distance_m(sensor.position).max(1.0).log10();
        let audio = Audio::read(recording.open()?, recording.sample_rate_hz)?;
        let onsets = detected(&audio, recording.sensor, sensor, recording.start);
        for pulse in released.pulses.iter().filter(|p| p.sensor == sensor.id) {
            let off_s = |onset: &Onset| onset.time.since(pulse.time).0.abs();
            let near = onsets.iter().filter(|onset| off_s(onset) < SAME_S);
            let nearest = near.min_by(|a, b| off_s(a).total_cmp(&off_s(b)));
            let Some(level) = nearest.and_then(|onset| onset.level_db_spl) else {
                continue;
            };
            for &shot in &pulse.shots {
                levels.entry(shot).or_default().push(level + spreading_db);
            }
        }
    }
    Ok((n_shots, levels))
}
