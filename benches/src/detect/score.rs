//! Onsets beside the arrivals that should have been found.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use shotfix_datasets::Error;
use shotfix_signal::{Biquad, BiquadState, Detector, DetectorConfig, RawOnset};

use super::input::{Kind, Listening};
use crate::stats::quantile;

/// Recall is told for errors up to these, seconds.
pub const TOLERANCES_S: [f64; 5] = [0.5e-3, 1e-3, 2e-3, 5e-3, 10e-3];
/// An onset nearer than this to an arrival stands for it, seconds.
pub(super) const MATCH_S: f64 = 5e-3;
/// Lower edges of the classes of SNR, dB.
const SNR_CLASSES_DB: [f64; 6] = [f64::NEG_INFINITY, 5.0, 10.0, 15.0, 20.0, 30.0];

/// Figures of a group; see the crate's page for their definitions.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Figures {
    pub name: String,
    pub arrivals: usize,
    /// Share of arrivals with an onset within each of [`TOLERANCES_S`].
    pub recall: [f64; 5],
    pub bias_s: Option<f64>,
    pub sigma_s: Option<f64>,
    pub normalised: Option<f64>,
    pub onsets_per_min: f64,
    pub unmatched_per_min: f64,
    pub quiet_per_min: f64,
    pub minutes: f64,
}

/// One recording, heard.
pub(super) struct Heard<'a> {
    pub listening: &'a Listening,
    pub rate_hz: f64,
    pub duration_s: f64,
    pub onsets: Vec<RawOnset>,
    /// SNR of each expected arrival in the recording, dB; empty but for scenes.
    pub snr_db: Vec<f64>,
}

/// Hears all recordings with the detector that `config` makes for a sample rate.
pub(super) fn hear<'a>(
    listenings: &'a [Listening],
    config: &(dyn Fn(f64) -> DetectorConfig + Sync),
) -> Vec<Result<Heard<'a>, Error>> {
    let one = |listening: &'a Listening| hear_one(listening, config);
    listenings.par_iter().map(one).collect()
}

fn hear_one<'a>(
    listening: &'a Listening,
    config: &(dyn Fn(f64) -> DetectorConfig + Sync),
) -> Result<Heard<'a>, Error> {
    let rate_hz = listening.file.sample_rate_hz;
    let mut detector = Detector::try_new(config(rate_hz)).map_err(|error| Error::Unsupported {
        path: listening.file.path.clone(),
        what: error.to_string(),
    })?;
    let mut reader = listening.file.open(listening.channel)?;
    let (mut block, mut onsets, mut n) = (vec![0.0; 16_384], Vec::new(), 0_usize);
    let mut scene = (listening.kind == Kind::Scene).then(Vec::new);
    loop {
        let got = reader.read(&mut block)?;
        if got == 0 {
            break;
        }
        n += got;
        detector.process(&block[..got], |onset| onsets.push(onset));
        if let Some(samples) = &mut scene {
            samples.extend_from_slice(&block[..got]);
        }
    }
    detector.finish(|onset| onsets.push(onset));
    let snr_db = scene.map_or_else(Vec::new, |samples| {
        let band = in_band(rate_hz, &samples);
        let shots = listening.expected.shots_s.iter();
        shots.map(|&t| snr_db(&band, rate_hz, t)).collect()
    });
    Ok(Heard {
        listening,
        rate_hz,
        duration_s: n as f64 / rate_hz,
        onsets,
        snr_db,
    })
}

/// `samples` between 200 and 4000 Hz, as the detector's SNR is defined.
pub(super) fn in_band(rate_hz: f64, samples: &[f32]) -> Vec<f32> {
    let high = Biquad::high_pass(200.0, rate_hz);
    let low = Biquad::low_pass(4_000.0_f64.min(0.45 * rate_hz), rate_hz);
    let (mut h, mut l) = (BiquadState::default(), BiquadState::default());
    let pass = |&v: &f32| low.process(&mut l, high.process(&mut h, v));
    samples.iter().map(pass).collect()
}

/// Energy of the loudest 2 ms of the 10 ms after `at_s` over that of the 60 ms until 2 ms before it.
fn snr_db(band: &[f32], rate_hz: f64, at_s: f64) -> f64 {
    let energy = |from_s: f64, to_s: f64| {
        let index = |t_s: f64| ((t_s * rate_hz).max(0.0) as usize).min(band.len());
        mean_square(&band[index(at_s + from_s)..index(at_s + to_s)])
    };
    let loudest = (0..8)
        .map(|k| energy(1e-3 * f64::from(k), 1e-3 * f64::from(k + 2)))
        .fold(0.0, f64::max);
    10.0 * (loudest.max(1e-20) / energy(-0.062, -0.002).max(1e-20)).log10()
}

/// Mean square; zero of nothing.
pub(super) fn mean_square(x: &[f32]) -> f64 {
    let sum: f64 = x.iter().map(|&v| f64::from(v).powi(2)).sum();
    sum / x.len().max(1) as f64
}

/// Error of the onset nearest to each expected arrival, seconds, and in sigmas.
fn errors(heard: &Heard<'_>, offset_s: f64) -> Vec<Option<(f64, f64)>> {
    let error = |onset: &RawOnset, at_s: f64| onset.sample / heard.rate_hz - offset_s - at_s;
    (heard.listening.expected.shots_s.iter())
        .map(|&at_s| {
            let onsets = heard.onsets.iter();
            let (error_s, onset) = onsets
                .map(|onset| (error(onset, at_s), onset))
                .min_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))?;
            Some((error_s, error_s * heard.rate_hz / onset.sigma_samples))
        })
        .collect()
}

/// The median error of live fire: its pulses are rounded to milliseconds and have a bias of their own.
pub(super) fn common_offset(heard: &[Heard<'_>]) -> f64 {
    let live = heard.iter().filter(|h| h.listening.kind == Kind::LiveFire);
    let near: Vec<f64> = live
        .flat_map(|h| errors(h, 0.0))
        .flatten()
        .map(|(error_s, _)| error_s)
        .filter(|error_s| error_s.abs() < MATCH_S)
        .collect();
    quantile(&near, 0.5).unwrap_or(0.0)
}

/// Only live fire has an offset.
fn offset_of(heard: &Heard<'_>, offset_s: f64) -> f64 {
    if heard.listening.kind == Kind::LiveFire {
        offset_s
    } else {
        0.0
    }
}

/// Figures by group, then of all recordings of a kind.
pub(super) fn groups(heard: &[Heard<'_>], offset_s: f64) -> Vec<Figures> {
    let mut by_group: BTreeMap<(Kind, &str), Vec<&Heard<'_>>> = BTreeMap::new();
    for one in heard {
        let key = (one.listening.kind, one.listening.group.as_str());
        by_group.entry(key).or_default().push(one);
    }
    let mut all: Vec<Figures> = (by_group.iter())
        .map(|((_, name), members)| figures(name, members, offset_s))
        .collect();
    for (kind, name) in [
        (Kind::LiveFire, "all live fire"),
        (Kind::Scene, "all scenes"),
        (Kind::Background, "all background"),
    ] {
        let members: Vec<_> = heard.iter().filter(|h| h.listening.kind == kind).collect();
        if by_group.keys().filter(|(k, _)| *k == kind).count() > 1 {
            all.push(figures(name, &members, offset_s));
        }
    }
    all
}

pub(super) fn figures(name: &str, members: &[&Heard<'_>], offset_s: f64) -> Figures {
    let found: Vec<Option<(f64, f64)>> = members
        .iter()
        .flat_map(|h| errors(h, offset_of(h, offset_s)))
        .collect();
    let minutes = members.iter().map(|h| h.duration_s).sum::<f64>() / 60.0;
    let per_min = |n: usize| n as f64 / minutes.max(f64::MIN_POSITIVE);
    let count = |of: &dyn Fn(&Heard<'_>) -> usize| per_min(members.iter().map(|h| of(h)).sum());
    Figures {
        onsets_per_min: count(&|h| h.onsets.len()),
        unmatched_per_min: count(&|h| unmatched(h, offset_of(h, offset_s), false)),
        quiet_per_min: count(&|h| unmatched(h, offset_of(h, offset_s), true)),
        minutes,
        ..timing(name.to_owned(), &found)
    }
}

/// Figures of recall and of time.
fn timing(name: String, found: &[Option<(f64, f64)>]) -> Figures {
    let within = |limit_s: f64| {
        let n = (found.iter().flatten())
            .filter(|(error_s, _)| error_s.abs() <= limit_s)
            .count();
        n as f64 / found.len().max(1) as f64
    };
    let matched = || {
        (found.iter().flatten())
            .copied()
            .filter(|(error_s, _)| error_s.abs() <= MATCH_S)
    };
    let errors_s: Vec<f64> = matched().map(|(error_s, _)| error_s).collect();
    let in_sigmas: Vec<f64> = matched().map(|(_, in_sigmas)| in_sigmas).collect();
    Figures {
        name,
        arrivals: found.len(),
        recall: TOLERANCES_S.map(within),
        bias_s: quantile(&errors_s, 0.5),
        sigma_s: half_width(&errors_s),
        normalised: half_width(&in_sigmas),
        onsets_per_min: 0.0,
        unmatched_per_min: 0.0,
        quiet_per_min: 0.0,
        minutes: 0.0,
    }
}

/// Half the width of the central 68.3 %: the standard deviation of a normal variable, and a rare
/// stray does not decide it.
pub(super) fn half_width(values: &[f64]) -> Option<f64> {
    Some(0.5 * (quantile(values, 0.841_3)? - quantile(values, 0.158_7)?))
}

/// Onsets that stand for no arrival and, if known, no pulse; with `is_quiet`, only those of the time
/// until 100 ms before the first arrival, where no shot reverberates.
fn unmatched(heard: &Heard<'_>, offset_s: f64, is_quiet: bool) -> usize {
    let expected = &heard.listening.expected;
    let first_s = expected.shots_s.first().copied().unwrap_or(f64::INFINITY);
    let is_near = |times: &[f64], t_s: f64| times.iter().any(|t| (t - t_s).abs() <= MATCH_S);
    (heard.onsets.iter())
        .map(|onset| onset.sample / heard.rate_hz - offset_s)
        .filter(|&t_s| !is_quiet || t_s < first_s - 0.1)
        .filter(|&t_s| !is_near(&expected.shots_s, t_s) && !is_near(&expected.pulses_s, t_s))
        .count()
}

/// Figures of the arrivals in scenes by the SNR that they have in the recording.
pub(super) fn by_snr(heard: &[Heard<'_>]) -> Vec<Figures> {
    let scored: Vec<(f64, Option<(f64, f64)>)> = heard
        .iter()
        .flat_map(|h| h.snr_db.iter().copied().zip(errors(h, 0.0)))
        .collect();
    if scored.is_empty() {
        return Vec::new();
    }
    (0..SNR_CLASSES_DB.len())
        .map(|k| {
            let low_db = SNR_CLASSES_DB[k];
            let high_db = SNR_CLASSES_DB.get(k + 1).copied().unwrap_or(f64::INFINITY);
            let class = (scored.iter()).filter(|(db, _)| (low_db..high_db).contains(db));
            let found: Vec<_> = class.map(|(_, error)| *error).collect();
            let name = match (low_db.is_finite(), high_db.is_finite()) {
                (false, _) => format!("below {high_db:.0} dB"),
                (_, false) => format!("from {low_db:.0} dB"),
                _ => format!("{low_db:.0} to {high_db:.0} dB"),
            };
            timing(name, &found)
        })
        .collect()
}
