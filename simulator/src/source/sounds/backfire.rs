//! A vehicle that backfires: unburnt mixture goes off in the exhaust.

use serde::Deserialize;

use super::charge;
use super::kind::{Cadence, Kind, Sound, moved, velocity_m_s};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

/// Positive phase, seconds, *estimated*: a spectrum strongest at 1/(2 pi 1.3 ms) = 120 Hz, where
/// a pistol's is at 450 Hz. The gas comes out of a long pipe and through a silencer.
const POSITIVE_S: f64 = 1.3e-3;

/// Standard deviation of level, dB, and of duration, as a share, from bang to bang, *estimated*.
const LEVEL_SIGMA_DB: f64 = 3.0;
const DURATION_SIGMA: f64 = 0.15;

/// Two or three bangs from a car that drives on. Lower, longer and quieter than a pistol; the
/// level is *estimated*, some 20 dB below one.
///
/// Not modelled: resonances of the pipe, the engine between the bangs (see `traffic`).
pub(super) static KIND: Kind = Kind {
    name: "backfire",
    up_m: 0.3,
    level_db_spl: Some(134.0),
    cadence: Some(Cadence {
        count: 2,
        interval_s: 0.5,
        spread_s: 0.35,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    speed_m_s: f64,
    /// Degrees clockwise from north.
    heading_deg: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            speed_m_s: 8.0,
            heading_deg: 90.0,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("speed_m_s", keys.speed_m_s, 0.0, 100.0, "metres per second")?;
    sound.range("heading_deg", keys.heading_deg, -360.0, 360.0, "degrees")?;
    let level = sound.level_db_spl();
    let velocity = velocity_m_s(keys.speed_m_s, keys.heading_deg);
    let times_s = sound.times_s(random)?;
    let bang = |(number, time_s): (usize, f64)| {
        // The first is as loud as asked.
        let more_db = if number == 0 {
            0.0
        } else {
            LEVEL_SIGMA_DB * random.normal()
        };
        let stretch = (1.0 + DURATION_SIGMA * random.normal()).max(0.5);
        let blast = charge::blast(level + more_db, POSITIVE_S * stretch);
        let place = moved(sound.place(), velocity, time_s - sound.time_s());
        sound.emission(time_s, place, Waveform::Blast(blast))
    };
    Ok(times_s.into_iter().enumerate().map(bang).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl};
    use crate::source::{Firearm, Waveform};

    #[test]
    fn it_moves_and_is_lower_and_longer_than_a_pistol() {
        let bangs = emissions(
            "kind = \"backfire\"\ncount = 3\nspeed_m_s = 10.0\nheading_deg = 0.0\neast = 5.0",
        );
        let pistol = Firearm::by_name("9mm")
            .map(|firearm| firearm.blast(None))
            .unwrap();
        assert_eq!(bangs.len(), 3);
        for bang in &bangs {
            let driven_m = 10.0 * (bang.time_s - bangs[0].time_s);
            assert!((bang.position.north - driven_m).abs() < 1e-9);
            assert!((bang.position.east - 5.0).abs() < 1e-9);
            let Waveform::Blast(blast) = &bang.waveform else {
                panic!("no blast");
            };
            assert!(blast.positive_s > 1.5 * pistol.positive_s && blast.peak_pa < pistol.peak_pa);
        }
        assert!((peak_db_spl(&bangs[0]) - 134.0).abs() < 1e-9);
    }
}
