//! A firecracker, or with `count` a string of them.

use serde::Deserialize;

use super::charge;
use super::kind::{Cadence, Kind, Sound};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

/// TNT equivalent of flash powder, *estimated*.
const FLASH_POWDER: f64 = 0.5;

/// Standard deviation of the level from one cracker to the next, dB, *estimated*.
const LEVEL_SIGMA_DB: f64 = 1.5;

/// On the ground or in the hand. Level and duration follow from the charge; the fuse of a string
/// lights some twelve a second, *estimated*.
///
/// Not modelled: directivity of the paper tube.
///
/// # Source
/// G. A. Flamme, K. Liebe, A. Wong, Estimates of the auditory risk from outdoor impulse noise I:
/// firecrackers, Noise and Health 11, 2009 (levels; they agree with the charge).
pub(super) static KIND: Kind = Kind {
    name: "firecracker",
    up_m: 0.1,
    level_db_spl: None,
    cadence: Some(Cadence {
        count: 1,
        interval_s: 0.08,
        spread_s: 0.06,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Flash powder, grams. 0.05 is the most a consumer cracker may hold in the United States
    /// (16 CFR 1507.2); an M-80 held 3.
    charge_g: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self { charge_g: 0.05 }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("charge_g", keys.charge_g, 1e-3, 1e3, "grams")?;
    let (level, positive_s) = charge::level_and_duration(FLASH_POWDER * keys.charge_g * 1e-3);
    let level = sound.spec.level_db_spl.unwrap_or(level);
    let times_s = sound.times_s(random)?;
    let cracker = |(number, time_s): (usize, f64)| {
        // The first is as loud as asked.
        let more_db = if number == 0 {
            0.0
        } else {
            LEVEL_SIGMA_DB * random.normal()
        };
        let blast = charge::blast(level + more_db, positive_s);
        sound.emission(time_s, sound.place(), Waveform::Blast(blast))
    };
    Ok(times_s.into_iter().enumerate().map(cracker).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl};

    #[test]
    fn a_string_has_its_cadence_and_level() {
        let string = emissions("kind = \"firecracker\"\ncount = 400\nlevel_db_spl = 150.0");
        assert_eq!(string.len(), 400);
        assert!((peak_db_spl(&string[0]) - 150.0).abs() < 1e-9);
        // 399 intervals of 0.08 s with sigma 0.06/sqrt(3): the sum is 31.92 s within 5 * 0.69 s.
        let length_s = string[399].time_s - string[0].time_s;
        assert!((length_s - 31.92).abs() < 3.5, "{length_s}");
        // Mean level: 5 standard errors of 1.5/sqrt(400) dB.
        let mean = string.iter().map(peak_db_spl).sum::<f64>() / 400.0;
        assert!((mean - 150.0).abs() < 0.38, "{mean}");
    }
}
