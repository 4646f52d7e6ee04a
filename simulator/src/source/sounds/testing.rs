//! What the tests of all kinds share.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;
use serde::Deserialize;

use super::SoundSpec;
use crate::error::SceneError;
use crate::scene::{Check, Site};
use crate::source::{Emission, Samples, Waveform, db_spl};

/// Length of the scene of the tests, seconds.
pub(super) const DURATION_S: f64 = 100.0;

#[derive(Deserialize)]
struct Scene {
    sound: Vec<SoundSpec>,
}

/// Checks `[[sound]]` tables; the first gets the place and time that it does not have.
pub(super) fn check(text: &str, file: &str, seed: u64) -> Result<Vec<Emission>, SceneError> {
    check_for(text, file, seed, DURATION_S)
}

pub(super) fn check_for(
    text: &str,
    file: &str,
    seed: u64,
    duration_s: f64,
) -> Result<Vec<Emission>, SceneError> {
    let first = text.split("[[sound]]").next().unwrap_or(text);
    let given = |key: &str| first.lines().any(|line| line.starts_with(key));
    let missing: String = [("time_s", "1.0"), ("east", "0.0"), ("north", "0.0")]
        .into_iter()
        .filter(|(key, _)| !given(key))
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    let text = format!("[[sound]]\n{missing}{text}\n");
    let scene: Scene = toml::from_str(&text).unwrap();
    let site = Site {
        city: None,
        ground: None,
    };
    let emissions = Check { file }.sounds(&scene.sound, seed, duration_s, site);
    emissions.map_err(|error| error.in_text(&text))
}

pub(super) fn emissions(text: &str) -> Vec<Emission> {
    emissions_of(text, "scene.toml", 1)
}

pub(super) fn emissions_of(text: &str, file: &str, seed: u64) -> Vec<Emission> {
    check(text, file, seed).unwrap()
}

pub(super) fn refusal(text: &str) -> String {
    refusal_of(text, "scene.toml")
}

pub(super) fn refusal_of(text: &str, file: &str) -> String {
    check(text, file, 1).unwrap_err().to_string()
}

pub(super) fn pressure_pa(emission: &Emission) -> Vec<f32> {
    match &emission.waveform {
        Waveform::Samples(samples) => samples.pressure_pa.clone(),
        Waveform::Blast(_) => panic!("no samples"),
    }
}

/// Peak level at 1 m.
pub(super) fn peak_db_spl(emission: &Emission) -> f64 {
    match &emission.waveform {
        Waveform::Blast(blast) => db_spl(blast.peak_pa),
        Waveform::Samples(samples) => {
            let all = samples.pressure_pa.iter();
            db_spl(f64::from(all.fold(0.0f32, |peak, x| peak.max(x.abs()))))
        }
    }
}

/// Frequency in Hz and mean square, Pa^2, of every wave that fits the samples.
fn powers(samples: &Samples) -> Vec<(f64, f64)> {
    let count = samples.pressure_pa.len();
    let real = |x: &f32| Complex64::new(f64::from(*x), 0.0);
    let mut buffer: Vec<Complex64> = samples.pressure_pa.iter().map(real).collect();
    FftPlanner::new()
        .plan_fft_forward(count)
        .process(&mut buffer);
    let power = |(k, x): (usize, &Complex64)| {
        let frequency_hz = k as f64 * samples.sample_rate_hz / count as f64;
        (frequency_hz, 2.0 * x.norm_sqr() / (count as f64).powi(2))
    };
    buffer[..count / 2]
        .iter()
        .enumerate()
        .skip(1)
        .map(power)
        .collect()
}

/// Mean square between two frequencies, Pa^2.
pub(super) fn power_between(samples: &Samples, low_hz: f64, high_hz: f64) -> f64 {
    let all = powers(samples).into_iter();
    all.filter(|(f, _)| (low_hz..high_hz).contains(f))
        .map(|(_, power)| power)
        .sum()
}

/// A-weighted RMS level at 1 m (IEC 61672-1, annex E).
pub(super) fn a_weighted_db(samples: &Samples) -> f64 {
    let weight = |f: f64| {
        let f2 = f * f;
        let poles = (f2 + 107.7f64.powi(2)) * (f2 + 737.9f64.powi(2));
        let response = 12_194f64.powi(2) * f2 * f2
            / ((f2 + 20.6f64.powi(2)) * poles.sqrt() * (f2 + 12_194f64.powi(2)));
        // 2 dB make it 0 dB at 1 kHz.
        response * 1.2589
    };
    let sum: f64 = powers(samples)
        .iter()
        .map(|(f, power)| power * weight(*f).powi(2))
        .sum();
    db_spl(sum.sqrt())
}
