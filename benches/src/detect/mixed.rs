//! Blasts of the simulator mixed into its noise at an exact SNR: times, sigmas and round counts.

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::cadence;
use shotfix_signal::{Detector, DetectorConfig, RawOnset};
use shotfix_simulator::{Scene, simulate};

use super::rounds::beat;
use super::score::{MATCH_S, half_width, in_band, mean_square};
use crate::stats::quantile;

/// Energy of the loudest 2 ms of a blast over that of the noise, in the band, dB.
pub const SNRS_DB: [f64; 4] = [10.0, 15.0, 20.0, 30.0];
/// Sample rates, hertz.
const RATES_HZ: [u32; 5] = [8_000, 12_000, 24_000, 48_000, 96_000];
/// Blasts of a rate, a noise and an SNR.
const BLASTS: usize = 60;
/// Bursts have 1 to so many rounds.
pub const BURST_ROUNDS: usize = 30;
/// Bursts of each number of rounds.
const BURSTS_EACH: usize = 4;
/// Sample rate of the bursts, hertz.
const BURST_RATE_HZ: u32 = 12_000;
/// SNR of the bursts, dB.
const BURST_SNR_DB: f64 = 10.0;
/// Before a burst's first round, seconds: the detector gets to know the noise.
const BURST_LEAD_S: f64 = 3.0;

/// Blasts in one noise at one rate and SNR.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Mixed {
    pub noise: &'static str,
    pub rate_hz: u32,
    pub snr_db: f64,
    pub blasts: usize,
    pub found: usize,
    pub bias_s: Option<f64>,
    pub sigma_s: Option<f64>,
    pub rms_s: Option<f64>,
    /// Root mean square of error over told sigma; 1 is calibrated.
    pub normalised: Option<f64>,
    pub false_per_min: f64,
}

/// Bursts of one range of lengths.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Bursts {
    pub least_rounds: usize,
    pub most_rounds: usize,
    pub bursts: usize,
    /// The count told by the onsets alone is right ...
    pub counted: usize,
    /// ... and every round is told within 5 ms.
    pub exact: usize,
    pub rounds: usize,
    pub rounds_found: usize,
}

/// Noise scenes by name: what goes under `[atmosphere]` and `[noise]`.
const NOISES: [(&str, &str); 2] = [
    ("ambient", "[noise]\nambient_db_spl = 60.0\n"),
    (
        "wind",
        "[atmosphere]\nwind_east_m_s = 8.0\nroughness_m = 0.5\nturbulence_m_s = 1.6\n\
         [noise]\nambient_db_spl = 45.0\nwind_noise = true\nwindscreen_db = 15.0\n",
    ),
];

/// A scene of one sensor 150 m from where shots are fired.
fn scene(seed: u64, rate_hz: u32, duration_s: f64, rest: &str) -> Option<Scene> {
    let text = format!(
        "seed = {seed}\nduration_s = {duration_s}\nsample_rate_hz = {rate_hz}\nformat = \"float32\"\n\
         [microphone]\nfull_scale_db_spl = 130.0\nposition_sigma_m = 0.0\nclock_sigma_s = 0.0\n\
         [[sensor]]\nid = \"S\"\neast = 150.0\nnorth = 0.0\nup = 8.0\n{rest}"
    );
    // The text is ours; a bad one would give no figures, which tests would see.
    Scene::from_toml(&text, "bench detect").ok()
}

/// Samples of the sensor and the first arrivals, seconds.
fn play(scene: &Scene) -> (Vec<f32>, Vec<f64>) {
    let mut simulation = simulate(scene);
    let start = simulation.recordings[0].start;
    let arrivals = simulation.truth.shots.iter().map(|shot| &shot.arrivals[0]);
    let times = arrivals.filter_map(|arrival| {
        let time: shotfix_simulator::Timestamp = arrival.time.parse().ok()?;
        Some(time.duration_since(start).as_secs_f64())
    });
    let times = times.collect();
    (simulation.recordings.swap_remove(0).samples, times)
}

/// Adds `blasts` to `noise` so that the loudest 2 ms of each stand `snr_db` over the mean of the noise.
///
/// `alone`: each blast is brought to that level by itself, up to the next; else all by one gain.
fn mix(
    rate_hz: f64,
    noise: &[f32],
    blasts: &[f32],
    times: &[f64],
    (snr_db, alone): (f64, bool),
) -> Vec<f32> {
    let band = in_band(rate_hz, blasts);
    let pair = (0.002 * rate_hz) as usize;
    let index = |t: f64| ((t * rate_hz) as usize).min(blasts.len());
    let loudest = |&t: &f64| {
        band[index(t - 0.001)..index(t + 0.01)]
            .windows(pair)
            .map(mean_square)
            .fold(1e-30, f64::max)
    };
    let wanted = mean_square(&in_band(rate_hz, noise)) * 10_f64.powf(snr_db / 10.0);
    let mean = times.iter().map(loudest).sum::<f64>() / times.len().max(1) as f64;
    let mut mixed = noise.to_vec();
    for (k, t) in times.iter().enumerate() {
        let own = if alone { loudest(t) } else { mean };
        let gain = (wanted / own).sqrt();
        // From 10 ms before the front, so that nothing of it is lost.
        let to = times.get(k + 1).map_or(blasts.len(), |t| index(t - 0.01));
        let from = index(t - 0.01);
        for (sum, blast) in mixed[from..to].iter_mut().zip(&blasts[from..to]) {
            *sum = (f64::from(*sum) + gain * f64::from(*blast)) as f32;
        }
    }
    mixed
}

fn detect(rate_hz: f64, samples: &[f32]) -> Vec<RawOnset> {
    let mut onsets = Vec::new();
    if let Ok(mut detector) = Detector::try_new(DetectorConfig::new(rate_hz)) {
        detector.process(samples, |onset| onsets.push(onset));
        detector.finish(|onset| onsets.push(onset));
    }
    onsets
}

/// The onset nearest to `at_s`, within [`MATCH_S`]: its error in seconds, and itself.
fn nearest(onsets: &[RawOnset], rate_hz: f64, at_s: f64) -> Option<(f64, &RawOnset)> {
    (onsets.iter())
        .map(|onset| (onset.sample / rate_hz - at_s, onset))
        .filter(|(error_s, _)| error_s.abs() <= MATCH_S)
        .min_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
}

/// Blasts of three pistols in ambient noise and in wind, at all rates and SNR.
pub fn mixed(seed: u64) -> Vec<Mixed> {
    let mut jobs = Vec::new();
    for (noise, text) in NOISES {
        for rate_hz in RATES_HZ {
            jobs.push((noise, text, rate_hz));
        }
    }
    jobs.par_iter()
        .flat_map_iter(|&(noise, text, rate_hz)| blasts_in(seed, noise, text, rate_hz))
        .collect()
}

fn blasts_in(seed: u64, noise: &'static str, text: &str, rate_hz: u32) -> Vec<Mixed> {
    let duration_s = 4.0 + 0.37 * BLASTS as f64;
    // One burst a pistol, so that shapes differ, at times that meet all fractions of a bin.
    let each = BLASTS / 3;
    let shots: String = [".45", "9mm", ".22"]
        .iter()
        .enumerate()
        .map(|(k, firearm)| {
            let time_s = 2.0 + 0.370_13 * (k * each) as f64;
            format!(
                "[[burst]]\ntime_s = {time_s}\nrounds = {each}\ninterval_s = 0.37013\n\
                 east = 0.0\nnorth = 0.0\nfirearm = \"{firearm}\"\n"
            )
        })
        .collect();
    let (Some(blasts), Some(background)) = (
        scene(seed, rate_hz, duration_s, &shots),
        scene(seed + 1, rate_hz, duration_s, text),
    ) else {
        return Vec::new();
    };
    let (blasts, times) = play(&blasts);
    let (background, _) = play(&background);
    let rate = f64::from(rate_hz);
    let at = |&snr_db: &f64| {
        let onsets = detect(
            rate,
            &mix(rate, &background, &blasts, &times, (snr_db, true)),
        );
        let hits: Vec<_> = (times.iter())
            .filter_map(|&t| nearest(&onsets, rate, t))
            .collect();
        let errors_s: Vec<f64> = hits.iter().map(|hit| hit.0).collect();
        let rms = |values: &[f64]| {
            let sum: f64 = values.iter().map(|v| v * v).sum();
            (!values.is_empty()).then(|| (sum / values.len() as f64).sqrt())
        };
        let in_sigmas: Vec<f64> = (hits.iter())
            .map(|(error_s, onset)| error_s * rate / onset.sigma_samples)
            .collect();
        Mixed {
            noise,
            rate_hz,
            snr_db,
            blasts: times.len(),
            found: hits.len(),
            bias_s: quantile(&errors_s, 0.5),
            sigma_s: half_width(&errors_s),
            rms_s: rms(&errors_s),
            normalised: rms(&in_sigmas),
            false_per_min: (onsets.len() - hits.len()) as f64 / (duration_s / 60.0),
        }
    };
    SNRS_DB.iter().map(at).collect()
}

/// Bursts of 1 to 30 rounds, 300 to 900 a minute, with echoes, in ambient noise at 10 dB.
pub fn bursts(seed: u64) -> Vec<Bursts> {
    let jobs: Vec<(usize, u64)> = (1..=BURST_ROUNDS)
        .flat_map(|rounds| (0..BURSTS_EACH as u64).map(move |k| (rounds, k)))
        .collect();
    let all: Vec<Counted> = jobs
        .par_iter()
        .filter_map(|&(rounds, k)| burst(seed + 1_000 * rounds as u64 + k, rounds, k))
        .collect();
    [(1, 3), (4, 10), (11, 20), (21, BURST_ROUNDS)]
        .map(|(least, most)| {
            let some = || all.iter().filter(|c| (least..=most).contains(&c.fired));
            Bursts {
                least_rounds: least,
                most_rounds: most,
                bursts: some().count(),
                counted: some().filter(|c| c.told == c.fired).count(),
                exact: some()
                    .filter(|c| c.told == c.fired && c.placed == c.fired)
                    .count(),
                rounds: some().map(|c| c.fired).sum(),
                rounds_found: some().map(|c| c.found).sum(),
            }
        })
        .to_vec()
}

/// Rounds of a burst.
struct Counted {
    fired: usize,
    /// Told by the onsets alone.
    told: usize,
    /// Fired with a told one near.
    placed: usize,
    /// Fired with an onset near.
    found: usize,
}

fn burst(seed: u64, rounds: usize, k: u64) -> Option<Counted> {
    let per_minute = 300 + 200 * k;
    let duration_s = BURST_LEAD_S + rounds as f64 * 60.0 / per_minute as f64 + 1.5;
    let shots = format!(
        "[echoes]\ncount_min = 1\ncount_max = 4\n\
         [[burst]]\ntime_s = {BURST_LEAD_S}\nrounds = {rounds}\nrate_rpm = {per_minute}\n\
         east = 0.0\nnorth = 0.0\nfirearm = \"9mm\"\n"
    );
    let (blasts, times) = play(&scene(seed, BURST_RATE_HZ, duration_s, &shots)?);
    let (noise, _) = play(&scene(seed + 500, BURST_RATE_HZ, duration_s, NOISES[0].1)?);
    let rate = f64::from(BURST_RATE_HZ);
    let onsets = detect(
        rate,
        &mix(rate, &noise, &blasts, &times, (BURST_SNR_DB, false)),
    );
    let found = (times.iter())
        .filter(|&&t| nearest(&onsets, rate, t).is_some())
        .count();
    let beats: Vec<_> = onsets.iter().map(|onset| beat(onset, rate)).collect();
    let told = cadence::bursts(&beats).into_iter().next();
    let told = told.unwrap_or_default().rounds;
    let is_told = |t: f64| told.iter().any(|round| (round.time_s - t).abs() <= MATCH_S);
    Some(Counted {
        fired: rounds,
        told: told.len(),
        placed: times.iter().filter(|&&t| is_told(t)).count(),
        found,
    })
}
