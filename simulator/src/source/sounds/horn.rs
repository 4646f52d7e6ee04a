//! A car's horn.

use serde::Deserialize;

use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 48_000.0;

/// Two discs, Hz; a third apart, as is usual, *estimated*.
const PITCHES_HZ: [f64; 2] = [420.0, 500.0];

/// Harmonics of each disc, none above 10 kHz.
const HARMONICS: usize = 20;

/// Seconds in which it speaks and falls silent, *estimated*.
const FADE_S: f64 = 0.015;

/// Level: UN Regulation 28 asks for 105 to 118 dB(A) RMS at 2 m; 110 dB(A) is 116 dB at 1 m, and
/// the peak of many harmonics some 10 dB more.
///
/// Not modelled: directivity, which is strong ahead.
pub(super) static KIND: Kind = Kind {
    name: "horn",
    up_m: 0.6,
    level_db_spl: Some(126.0),
    cadence: Some(Cadence {
        count: 1,
        interval_s: 1.5,
        spread_s: 0.7,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Seconds that it is pressed.
    length_s: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self { length_s: 0.6 }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("length_s", keys.length_s, 0.05, 60.0, "seconds")?;
    let times_s = sound.times_s(random)?;
    // One car: the same horn every time.
    let shape = blast(keys.length_s, random);
    let waveform = Waveform::Samples(samples(RATE_HZ, &shape, sound.level_db_spl()));
    let honk = |time_s| sound.emission(time_s, sound.place(), waveform.clone());
    Ok(times_s.into_iter().map(honk).collect())
}

/// Both discs, of any scale.
fn blast(length_s: f64, random: &mut Random) -> Vec<f64> {
    let mut tones = Vec::new();
    for pitch_hz in PITCHES_HZ {
        let pitch_hz = pitch_hz * (1.0 + 0.03 * random.normal()).clamp(0.9, 1.1);
        for harmonic in 1..=HARMONICS {
            // *Estimated*: strongest from 1.8 to 3.5 kHz, where the regulation looks.
            let x = harmonic as f64 * pitch_hz / 2_500.0;
            let phase = random.between(0.0, std::f64::consts::TAU);
            tones.push((harmonic as f64 * pitch_hz, x / (1.0 + x * x * x), phase));
        }
    }
    let count = (length_s * RATE_HZ) as usize;
    (0..count)
        .map(|n| {
            let seconds = n as f64 / RATE_HZ;
            let fade = (seconds.min(length_s - seconds) / FADE_S).clamp(0.0, 1.0);
            let wave = |(f, amplitude, phase): &(f64, f64, f64)| {
                amplitude * (std::f64::consts::TAU * f * seconds + phase).sin()
            };
            fade * tones.iter().map(wave).sum::<f64>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{a_weighted_db, emissions, refusal};
    use crate::source::Waveform;

    #[test]
    fn val_as_loud_as_the_regulation_asks() {
        let honks = emissions("kind = \"horn\"\ncount = 2\nlength_s = 1.0");
        assert_eq!(honks.len(), 2);
        let Waveform::Samples(samples) = &honks[0].waveform else {
            panic!("no samples");
        };
        assert_eq!(samples.pressure_pa.len(), 48_000);
        // At 2 m, 6 dB less than at 1 m.
        let level = a_weighted_db(samples) - 6.0;
        assert!((105.0..118.0).contains(&level), "{level} dB(A)");
        assert!(refusal("kind = \"horn\"\nlength_s = 0.0").contains("sound[0].length_s"));
    }
}
