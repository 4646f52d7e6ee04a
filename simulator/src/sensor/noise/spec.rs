//! `[noise]` as a scene writes it, and what is refused.

use serde::Deserialize;

use crate::error::SceneError;
use crate::scene::Check;

/// Where an array stands, for the level of its ambient noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Fields and villages.
    Rural,
    /// Dwellings on quiet streets.
    Suburb,
    /// Dwellings, shops and offices.
    City,
    /// Beside a main road.
    Traffic,
}

impl Place {
    /// Energy-mean levels by day and by night, dB(A).
    ///
    /// # Source
    /// European Environment Agency, Europe's Environment: The Dobris Assessment, 1995, table
    /// 10.8 (after A. von Meier): 50 and 40 in a very quiet rural environment, 55 and 40 in a
    /// quiet suburb, 65 and 50 in a typical city, 75 by day and night where it is very noisy. Beside
    /// main roads 70 to 75 is usual, here 70 by night.
    fn day_and_night_db(self) -> (f64, f64) {
        match self {
            Self::Rural => (50.0, 40.0),
            Self::Suburb => (55.0, 40.0),
            Self::City => (65.0, 50.0),
            Self::Traffic => (75.0, 70.0),
        }
    }

    /// Level in the hour that begins at `hour`, 0 to 23, local time: day from 7, evening half-way
    /// between from 19, night from 23, the periods of the European directive 2002/49/EC.
    fn level_db(self, hour: u32) -> f64 {
        let (day, night) = self.day_and_night_db();
        match hour {
            7..=18 => day,
            19..=22 => 0.5 * (day + night),
            _ => night,
        }
    }
}

/// Noise about the sensors, independent at each.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoiseSpec {
    /// RMS level over the whole band of the recording, unweighted, dB SPL. `None`: that of
    /// `place`, or 50 without one.
    pub ambient_db_spl: Option<f64>,
    /// Where the sensors stand.
    pub place: Option<Place>,
    /// Local hour, 0 to 23: how loud `place` is.
    pub hour: u32,
    /// Standard deviation of the level from sensor to sensor, dB.
    pub spread_db: f64,
    /// Standard deviation of the level in time, over seconds to minutes, dB.
    pub wander_db: f64,
    /// Whether wind blows at the microphones.
    pub wind_noise: bool,
    /// What windscreens take off the noise of the wind, dB.
    pub windscreen_db: f64,
}

impl Default for NoiseSpec {
    fn default() -> Self {
        Self {
            ambient_db_spl: None,
            place: None,
            hour: 22,
            spread_db: 0.0,
            wander_db: 0.0,
            wind_noise: false,
            windscreen_db: 0.0,
        }
    }
}

/// A city at night, 40 to 50 dB.
const AMBIENT_DB_SPL: f64 = 50.0;

impl NoiseSpec {
    /// Mean level of the ambient noise over the sensors, RMS, dB SPL.
    ///
    /// The table's dB(A) are taken as they are. The A-weighted level of 1/f noise from 20 Hz to
    /// 24 kHz is 3 dB lower, which is within what places of one kind differ by.
    pub(crate) fn mean_db_spl(&self) -> f64 {
        let at_place = self.place.map(|place| place.level_db(self.hour));
        self.ambient_db_spl.or(at_place).unwrap_or(AMBIENT_DB_SPL)
    }
}

impl Check<'_> {
    pub(crate) fn noise(&self, noise: &NoiseSpec) -> Result<(), SceneError> {
        if let Some(level) = noise.ambient_db_spl {
            self.level("noise.ambient_db_spl", level)?;
        }
        self.range("noise.hour", f64::from(noise.hour), 0.0, 23.0, "hours")?;
        self.range("noise.spread_db", noise.spread_db, 0.0, 30.0, "decibels")?;
        self.range("noise.wander_db", noise.wander_db, 0.0, 20.0, "decibels")?;
        self.range(
            "noise.windscreen_db",
            noise.windscreen_db,
            0.0,
            60.0,
            "decibels",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_comes_from_the_place_unless_it_is_given() {
        let mut noise = NoiseSpec::default();
        assert_eq!(noise.mean_db_spl(), 50.0);
        noise.place = Some(Place::City);
        let at = |hour| NoiseSpec { hour, ..noise }.mean_db_spl();
        assert_eq!(
            (at(7), at(18), at(22), at(23), at(6)),
            (65.0, 65.0, 57.5, 50.0, 50.0)
        );
        noise.ambient_db_spl = Some(33.0);
        assert_eq!(noise.mean_db_spl(), 33.0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let check = Check { file: "a.toml" };
        let good = NoiseSpec::default();
        assert!(check.noise(&good).is_ok());
        for (bad, field) in [
            (NoiseSpec { hour: 24, ..good }, "noise.hour"),
            (
                NoiseSpec {
                    spread_db: -1.0,
                    ..good
                },
                "noise.spread_db",
            ),
            (
                NoiseSpec {
                    wander_db: f64::NAN,
                    ..good
                },
                "noise.wander_db",
            ),
            (
                NoiseSpec {
                    windscreen_db: f64::INFINITY,
                    ..good
                },
                "noise.windscreen_db",
            ),
            (
                NoiseSpec {
                    ambient_db_spl: Some(f64::NAN),
                    ..good
                },
                "noise.ambient_db_spl",
            ),
        ] {
            let message = check.noise(&bad).unwrap_err().to_string();
            assert!(message.contains(field), "{message}");
        }
    }
}
