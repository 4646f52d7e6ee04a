//! A dog that barks.

use serde::Deserialize;

use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 32_000.0;

/// Different barks that a series picks from.
const VARIANTS: usize = 8;

/// Length of a bark, seconds, and how it opens and ends, *estimated*.
const LENGTH_S: f64 = 0.22;
const OPENS_S: f64 = 0.012;

/// How much its pitch rises and falls within a bark, as a share, *estimated*.
const ARCH: f64 = 0.25;

/// Resonances of the muzzle, Hz, *estimated* for a dog of 30 kg.
const RESONANCES_HZ: [f64; 3] = [900.0, 1_900.0, 3_200.0];

/// Level *estimated*: single barks in kennels are reported at 100 to 115 dB nearby. Cadence
/// *estimated*.
///
/// Not modelled: directivity, growls between the barks.
pub(super) static KIND: Kind = Kind {
    name: "dog",
    up_m: 0.5,
    level_db_spl: Some(108.0),
    cadence: Some(Cadence {
        count: 12,
        interval_s: 0.7,
        spread_s: 0.35,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Mean pitch, Hz: 250 for large dogs, 1000 for small ones.
    pitch_hz: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self { pitch_hz: 450.0 }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("pitch_hz", keys.pitch_hz, 80.0, 2_000.0, "hertz")?;
    let times_s = sound.times_s(random)?;
    let level = sound.level_db_spl();
    let variants: Vec<Waveform> = (0..VARIANTS)
        .map(|number| {
            let more_db = if number == 0 {
                0.0
            } else {
                2.0 * random.normal()
            };
            let shape = bark(keys.pitch_hz, random);
            Waveform::Samples(samples(RATE_HZ, &shape, level + more_db))
        })
        .collect();
    let bark = |(number, time_s)| {
        // The first is as loud as asked.
        let variant = if number == 0 {
            0
        } else {
            random.count(1, VARIANTS - 1)
        };
        sound.emission(time_s, sound.place(), variants[variant].clone())
    };
    Ok(times_s.into_iter().enumerate().map(bark).collect())
}

/// Pulses of the voice through the resonances of the muzzle, of any scale.
fn bark(pitch_hz: f64, random: &mut Random) -> Vec<f64> {
    let pitch_hz = pitch_hz * (0.08 * random.normal()).exp();
    let length_s = LENGTH_S * (0.15 * random.normal()).exp();
    let count = (length_s * RATE_HZ) as usize;
    let mut voice = Vec::with_capacity(count);
    let mut phase = 0.0;
    for n in 0..count {
        let share = n as f64 / count as f64;
        let open = (n as f64 / RATE_HZ / OPENS_S).min(1.0) * (1.0 - share);
        let arch = 1.0 + ARCH * ((std::f64::consts::PI * share).sin() - 0.6);
        phase += pitch_hz * arch / RATE_HZ;
        // A sawtooth with breath: rough, as barks are.
        voice.push(open * (2.0 * phase.fract() - 1.0 + 0.5 * random.normal()));
    }
    let mut pressure = vec![0.0; count];
    for resonance_hz in RESONANCES_HZ {
        // Resonators with a fifth of their frequency as bandwidth.
        let turn = std::f64::consts::TAU * resonance_hz / RATE_HZ;
        let keep = (-0.1 * turn).exp();
        let (mut last, mut before) = (0.0, 0.0);
        for (sum, push) in pressure.iter_mut().zip(&voice) {
            let now = 2.0 * keep * turn.cos() * last - keep * keep * before + turn * push;
            (before, last) = (last, now);
            *sum += now;
        }
    }
    // The resonators ring on a little when the voice has ended.
    let fade = count / 20;
    for (k, value) in pressure.iter_mut().rev().take(fade).enumerate() {
        *value *= k as f64 / fade as f64;
    }
    pressure
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, power_between};
    use crate::source::Waveform;

    #[test]
    fn barks_are_short_and_in_the_middle_of_the_band() {
        let barks = emissions("kind = \"dog\"");
        assert_eq!(barks.len(), 12);
        assert!((peak_db_spl(&barks[0]) - 108.0).abs() < 1e-3);
        for bark in &barks {
            let Waveform::Samples(samples) = &bark.waveform else {
                panic!("no samples");
            };
            let length_s = samples.pressure_pa.len() as f64 / 32e3;
            assert!((0.1..0.5).contains(&length_s), "{length_s}");
            let middle = power_between(samples, 300.0, 4_000.0);
            let low = power_between(samples, 20.0, 300.0);
            assert!(middle > 3.0 * low, "{middle} {low}");
        }
    }
}
