//! A pneumatic nail gun: the blow, then the air it lets off.

use serde::Deserialize;

use super::impact::{Mode, blow, mode};
use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 48_000.0;

/// Different shots that a series picks from.
const VARIANTS: usize = 12;

/// The piston, the nail and the board, *estimated*.
const CONTACT_S: f64 = 0.12e-3;
const MODES: &[Mode] = &[
    mode(310.0, 0.015, 0.4),
    mode(900.0, 0.010, 0.5),
    mode(2_600.0, 0.012, 0.7),
    mode(6_100.0, 0.008, 0.5),
];

/// The air leaves some milliseconds after the blow and for some tens of them, *estimated*; all is
/// over within a tenth of a second.
const EXHAUST_DELAY_S: f64 = 9e-3;
const EXHAUST_DECAY_S: f64 = 14e-3;
const LENGTH_S: f64 = 0.1;

/// Standard deviation of the level from nail to nail, dB, *estimated*: a tool varies less than an
/// arm.
const LEVEL_SIGMA_DB: f64 = 1.0;

/// Level: peaks of several tools lie from 109 to 136 dB(A), one from the nail and one from the
/// exhaust; 130 is in the upper half, since peaks near the tool are rated there. Cadence
/// *estimated*.
///
/// # Source
/// Nail Gun Safety: a guide for construction contractors, DHHS (NIOSH) 2011-202.
pub(super) static KIND: Kind = Kind {
    name: "nail_gun",
    up_m: 5.0,
    level_db_spl: Some(130.0),
    cadence: Some(Cadence {
        count: 20,
        interval_s: 1.2,
        spread_s: 0.6,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Peak of the exhaust below the peak of the blow, dB. *Estimated*. Electric tools have none:
    /// give 60.
    exhaust_below_db: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            exhaust_below_db: 6.0,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range(
        "exhaust_below_db",
        keys.exhaust_below_db,
        0.0,
        100.0,
        "decibels",
    )?;
    let times_s = sound.times_s(random)?;
    let level = sound.level_db_spl();
    let exhaust = 10f64.powf(-keys.exhaust_below_db / 20.0);
    let variants: Vec<Waveform> = (0..VARIANTS)
        .map(|number| {
            let more_db = if number == 0 {
                0.0
            } else {
                LEVEL_SIGMA_DB * random.normal()
            };
            let shape = shot(exhaust, random);
            Waveform::Samples(samples(RATE_HZ, &shape, level + more_db))
        })
        .collect();
    let nail = |(number, time_s)| {
        // The first is as loud as asked.
        let variant = if number == 0 {
            0
        } else {
            random.count(1, VARIANTS - 1)
        };
        sound.emission(time_s, sound.place(), variants[variant].clone())
    };
    Ok(times_s.into_iter().enumerate().map(nail).collect())
}

/// The pressure of one nail, of any scale.
fn shot(exhaust: f64, random: &mut Random) -> Vec<f64> {
    let contact_s = CONTACT_S * (0.1 * random.normal()).exp();
    let delay_s = EXHAUST_DELAY_S * (0.1 * random.normal()).exp();
    let mut pressure = blow(RATE_HZ, contact_s, 0.8, MODES, LENGTH_S);
    let peak = pressure.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    let mut last = 0.0;
    let air: Vec<f64> = (0..pressure.len())
        .map(|n| {
            let after_s = n as f64 / RATE_HZ - delay_s;
            let noise = random.normal();
            // Differences of white noise: a jet hisses.
            let hiss = noise - 0.6 * last;
            last = noise;
            // Opens within 2 ms, then empties.
            let open = (after_s / 2e-3).clamp(0.0, 1.0);
            open * (-after_s.max(0.0) / EXHAUST_DECAY_S).exp() * hiss
        })
        .collect();
    let loudest = air.iter().fold(1e-9, |peak: f64, x| peak.max(x.abs()));
    let left = |n: usize| (LENGTH_S - n as f64 / RATE_HZ) / LENGTH_S;
    for (n, (sum, hiss)) in pressure.iter_mut().zip(air).enumerate() {
        *sum += exhaust * peak / loudest * hiss * left(n);
    }
    pressure
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, pressure_pa};

    #[test]
    fn two_peaks_as_far_apart_and_unequal_as_asked() {
        let nails = |below_db: &str| {
            emissions(&format!(
                "kind = \"nail_gun\"\nexhaust_below_db = {below_db}"
            ))
        };
        let (pneumatic, electric) = (nails("12.0"), nails("100.0"));
        assert_eq!(pneumatic.len(), 20);
        assert!((peak_db_spl(&pneumatic[0]) - 130.0).abs() < 1e-3);
        // The same blow in both, so that the difference is the air.
        let pressure = pressure_pa(&pneumatic[0]);
        let air: Vec<f32> = pressure
            .iter()
            .zip(pressure_pa(&electric[0]))
            .map(|(with, without)| with - without)
            .collect();
        let loudest = air.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
        // 130 dB are 63.2 Pa, 12 dB less are 15.9; it fades by up to a third until its peak.
        assert!((10.0..16.0).contains(&loudest), "{loudest}");
        let begins = air.iter().position(|x| x.abs() > 0.1 * loudest).unwrap();
        // 9 ms within 5 sigma of 10 %, and up to 2 ms to open.
        assert!((240..700).contains(&begins), "{begins}");
        // Over after a tenth of a second.
        assert!(pressure.len() == 4_800 && pressure[4_799].abs() < 1e-2);
    }

    #[test]
    fn nails_keep_their_distance_in_time() {
        let nails = emissions("kind = \"nail_gun\"\ninterval_s = 2.0\ninterval_spread_s = 0.0");
        assert!(
            nails
                .windows(2)
                .all(|pair| (pair[1].time_s - pair[0].time_s - 2.0).abs() < 1e-9)
        );
    }
}
