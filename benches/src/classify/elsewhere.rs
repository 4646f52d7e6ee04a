//! Sounds from elsewhere, by folder, as the model of all folds hears them.

use std::collections::BTreeMap;
use std::path::Path;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::classify::model::Model;
use shotfix_core::classify::trees::softmax;
use shotfix_datasets::{Error, probe};

use super::channel::add_noise;
use super::dsp::Audio;
use super::gather::onsets;
use super::score::{log_odds, names_gunfire};
use crate::audio_files;

/// Quiet before and after each file, seconds: sounds cut out begin with their first sample, which no recording does.
const QUIET_S: f64 = 2.0;
/// Its RMS below the peak of the file, dB.
const BELOW_DB: f64 = 58.0;

/// Files of one folder, by the impulse in each that is likeliest gunfire.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Elsewhere {
    /// The folder.
    pub kind: String,
    /// Files.
    pub files: usize,
    /// Those whose impulse is likelier gunfire than anything else, ...
    pub named: usize,
    /// ... passes at the threshold for arrivals, ...
    pub pass_arrivals: usize,
    /// ... and at that for shots.
    pub pass_shots: usize,
}

/// Hears every audio file below `dir` and counts them by folder; thresholds are log odds for shots and for arrivals. Files
/// that cannot be read are not counted, and told beside.
///
/// # Errors
/// [`Error`], naming a folder that cannot be read.
pub fn elsewhere(
    dir: &Path,
    model: &Model,
    shot_threshold: f64,
    arrival_threshold: f64,
) -> Result<(Vec<Elsewhere>, Vec<Error>), Error> {
    let mut files = Vec::new();
    audio_files::below(dir, &[], &mut files)?;
    files.sort();
    let heard = files
        .par_iter()
        .enumerate()
        .map(|(k, path)| {
            let folder = path.parent().and_then(|p| p.strip_prefix(dir).ok());
            let kind = folder.map_or_else(String::new, |p| p.display().to_string());
            let file = probe(path)?;
            let audio = Audio::read(file.open(0)?, file.sample_rate_hz)?;
            let judged = onsets(&in_quiet(&audio, k as u64))
                .into_iter()
                .map(|(_, row)| {
                    let mut p = model.scores(&row.features, &row.spectrogram);
                    softmax(&mut p);
                    p
                });
            Ok((kind, judged.collect::<Vec<_>>()))
        })
        .collect::<Vec<Result<_, Error>>>();
    let mut by_kind: BTreeMap<String, Elsewhere> = BTreeMap::new();
    let mut unread = Vec::new();
    for heard in heard {
        let (kind, judged) = match heard {
            Ok(heard) => heard,
            Err(error) => {
                unread.push(error);
                continue;
            }
        };
        let row = by_kind.entry(kind.clone()).or_default();
        row.kind = kind;
        row.files += 1;
        let most = judged
            .iter()
            .map(log_odds)
            .fold(f64::NEG_INFINITY, f64::max);
        row.named += usize::from(judged.iter().any(names_gunfire));
        row.pass_arrivals += usize::from(most >= arrival_threshold);
        row.pass_shots += usize::from(most >= shot_threshold);
    }
    Ok((by_kind.into_values().collect(), unread))
}

fn in_quiet(audio: &Audio, seed: u64) -> Audio {
    let quiet_n = (QUIET_S * audio.rate_hz) as usize;
    let mut samples = vec![0.0; audio.samples.len() + 2 * quiet_n];
    samples[quiet_n..][..audio.samples.len()].copy_from_slice(&audio.samples);
    let mut out = Audio {
        samples,
        rate_hz: audio.rate_hz,
    };
    add_noise(
        &mut out,
        BELOW_DB,
        &[],
        &mut ChaCha8Rng::seed_from_u64(seed),
    );
    out
}

/// The counts as text.
pub fn elsewhere_table(rows: &[Elsewhere]) -> String {
    let mut text = String::from(
        "sounds from elsewhere: files with an impulse that is likeliest gunfire, and that passes at the thresholds\n  \
         kind                        files     likeliest      arrivals'         shots'\n",
    );
    for row in rows {
        let share = |n: usize| format!("{n:>5} {:>6.1} %", 100.0 * n as f64 / row.files as f64);
        text += &format!(
            "  {:<28}{:>5} {} {} {}\n",
            row.kind,
            row.files,
            share(row.named),
            share(row.pass_arrivals),
            share(row.pass_shots)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_keeps_its_samples_and_gets_quiet_around_it() {
        let audio = Audio {
            samples: vec![0.5; 100],
            rate_hz: 8_000.0,
        };
        let out = in_quiet(&audio, 1);
        assert_eq!(out.samples.len(), 32_100);
        let rms = |x: &[f32]| (x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32).sqrt();
        let level_db = 20.0 * (rms(&out.samples[..16_000]) / 0.5).log10();
        assert!((level_db + 58.0).abs() < 1.5, "{level_db}");
        assert!(
            out.samples[16_000..16_100]
                .iter()
                .all(|x| (x - 0.5).abs() < 0.01)
        );
    }
}
