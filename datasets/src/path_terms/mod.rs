//! Files of learned path terms, `shotfix.path-terms/1`.

mod text;

use std::path::Path;

use shotfix_core::paths::{Calibration, PathPrior, PathTerms};
use shotfix_core::{Array, Enu, Geodetic, LocalFrame};

use crate::error::{Error, read_text};

/// A sensor that now stands farther from where it was calibrated has been moved, metres, and its terms
/// are of another path; less is a new survey, for single fixes of satellites are that wrong.
const MOVED_M: f64 = 10.0;

/// Calibrations of one array as a file holds them: readable, and free of what is derived from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathTermsFile {
    /// Where east = north = up = 0 lies, if the array is placed on the globe.
    pub origin: Option<Geodetic>,
    /// Names and places of the sensors.
    pub sensors: Vec<(String, Enu)>,
    /// Their calibrations; sensors by index in the list above.
    pub calibrations: Vec<Calibration>,
}

impl PathTermsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error`] that names the file, the field and the remedy.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        Self::parse(&text).map_err(|(field, reason)| Error::field(path, field, reason))
    }

    /// Adds further calibrations of the same array.
    ///
    /// # Errors
    /// Which sensor or origin does not fit, and what to do.
    pub fn merge(&mut self, other: Self) -> Result<(), String> {
        if self.sensors.is_empty() {
            *self = other;
            return Ok(());
        }
        if self.origin != other.origin {
            return Err(
                "their origins differ; calibrate each frame into a file of its own".to_owned(),
            );
        }
        let mut index = Vec::with_capacity(other.sensors.len());
        for (id, place) in other.sensors {
            match self.sensors.iter().position(|s| s.0 == id) {
                Some(k) if self.sensors[k].1.distance_m(place) > MOVED_M => {
                    return Err(format!(
                        "sensor `{id}` stands {:.1} m from where the file has it; if it was moved, start a new file",
                        self.sensors[k].1.distance_m(place)
                    ));
                }
                Some(k) => index.push(k),
                None => {
                    index.push(self.sensors.len());
                    self.sensors.push((id, place));
                }
            }
        }
        for mut calibration in other.calibrations {
            for path in &mut calibration.paths {
                path.sensor = index[path.sensor];
            }
            self.calibrations.push(calibration);
        }
        Ok(())
    }

    /// The terms for the sensors of `array`, by their index there, and warnings about sensors that
    /// have been moved.
    ///
    /// # Errors
    /// Why file and array have nothing in common, and what to do.
    pub fn terms(&self, array: &Array) -> Result<(PathTerms, Vec<String>), String> {
        let frames = match (self.origin, array.frame()) {
            (Some(own), Some(theirs)) => Some((LocalFrame::new(own), *theirs)),
            (None, None) => None,
            (Some(_), None) => {
                return Err(
                    "has a [frame] origin but the array has none; add it to array.toml".to_owned(),
                );
            }
            (None, Some(_)) => {
                return Err(
                    "has no [frame] origin but the array has one; calibrate with that array"
                        .to_owned(),
                );
            }
        };
        let there = |place: Enu| match &frames {
            Some((own, theirs)) if own != theirs => theirs.to_enu(own.to_geodetic(place)),
            _ => place,
        };
        let mut warnings = Vec::new();
        let index: Vec<Option<usize>> = (self.sensors.iter())
            .map(|(id, place)| {
                let k = array.find(id)?.0;
                let moved_m = array.sensors()[k].position.horizontal_distance_m(there(*place));
                if moved_m > MOVED_M {
                    warnings.push(format!(
                        "sensor `{id}` stands {moved_m:.1} m from where its path terms were learned; they are not used"
                    ));
                    return None;
                }
                Some(k)
            })
            .collect();
        if index.iter().all(Option::is_none) {
            return Err("knows none of the array's sensors; calibrate with this array".to_owned());
        }
        let sensors: Vec<Enu> = self.sensors.iter().map(|s| there(s.1)).collect();
        let calibrations = (self.calibrations.iter())
            .map(|c| {
                let mut c = c.clone();
                c.place = there(c.place);
                let (place, medium) = (c.place, c.medium);
                c.paths.retain(|p| index[p.sensor].is_some());
                for path in &mut c.paths {
                    let Some(k) = index[path.sensor] else {
                        continue;
                    };
                    // A new survey of a sensor that stayed changes the straight line, not the sound.
                    let surveyed = array.sensors()[k].position;
                    path.delay_s.mean += medium.delay_s(place, sensors[path.sensor])
                        - medium.delay_s(place, surveyed);
                    path.sensor = k;
                }
                c
            })
            .collect();
        let places = array.sensors().iter().map(|s| s.position).collect();
        let terms = PathTerms::try_new(PathPrior::default(), places, calibrations)
            .map_err(|e| e.to_string())?;
        Ok((terms, warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shotfix_core::Uncertain;
    use shotfix_core::paths::CalibratedPath;
    use shotfix_core::travel::Medium;

    fn file() -> PathTermsFile {
        let path = |sensor: usize| CalibratedPath {
            sensor,
            delay_s: Uncertain::new(0.004 * sensor as f64, 0.001),
            shots: 3,
        };
        PathTermsFile {
            origin: None,
            sensors: (0..4)
                .map(|k| (format!("S \"{k}\""), Enu::new(100.0 * k as f64, 0.5, 8.0)))
                .collect(),
            calibrations: vec![Calibration {
                name: "Elm & 3rd".to_owned(),
                place: Enu::new(10.25, -3.0, 1.5),
                place_sigma_m: 0.5,
                time: "2026-07-04T21:30:00.250Z".parse().ok(),
                medium: Medium {
                    speed_m_s: 343.2,
                    wind_m_s: [1.0, -0.5],
                },
                air_sigma_m_s: [0.5, 0.5, 0.6],
                shots: 3,
                paths: (0..3).map(path).collect(),
            }],
        }
    }

    fn array() -> Array {
        let sensors = file().sensors.into_iter();
        let sensors = sensors.map(|(id, at)| shotfix_core::Sensor::new(id, at));
        Array::try_new(sensors.rev().collect(), None).unwrap()
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        assert_eq!(PathTermsFile::parse(&file().to_toml()), Ok(file()));
    }

    #[test]
    fn refusals_name_field_and_remedy() {
        let text = file().to_toml();
        for (from, to, field, words) in [
            ("/1\"", "/9\"", "schema", "make the file anew"),
            (
                "east = 10.25",
                "east = nan",
                "calibration `Elm & 3rd`",
                "place",
            ),
            (
                "sensor = 'S \"1\"'",
                "sensor = \"S9\"",
                "calibration `Elm & 3rd`",
                "add it or leave",
            ),
            (
                "2026-07-04T21",
                "yesterday",
                "calibration `Elm & 3rd`",
                "time",
            ),
            ("shots = 3\nspeed", "speed", "TOML", "shots"),
        ] {
            let broken = text.replacen(from, to, 1);
            assert_ne!(broken, text, "{from}");
            let (at, why) = PathTermsFile::parse(&broken).unwrap_err();
            assert!(at == field && why.contains(words), "{at}: {why}");
        }
    }

    #[test]
    fn terms_follow_the_sensors_by_name() {
        let (terms, warnings) = file().terms(&array()).unwrap();
        assert!(warnings.is_empty());
        // The array lists them from the last.
        let sensors: Vec<usize> = terms.calibrations()[0]
            .paths
            .iter()
            .map(|p| p.sensor)
            .collect();
        assert_eq!(sensors, [3, 2, 1]);
        let mut surveyed = file();
        surveyed.sensors[2].1.east_m += 3.0;
        let anew = surveyed.terms(&array()).unwrap().0;
        let delay_s = |t: &PathTerms| t.calibrations()[0].paths[2].delay_s.mean;
        // From 10 m east to 203 instead of 200 m, at about 343 m/s and 1 m/s of tail wind.
        assert!((delay_s(&anew) - delay_s(&terms) - 3.0 / 344.0).abs() < 1e-4);
        let mut moved = file();
        moved.sensors[1].1.north_m += 20.0;
        let (terms, warnings) = moved.terms(&array()).unwrap();
        assert_eq!(
            (terms.calibrations()[0].paths.len(), warnings.len()),
            (2, 1)
        );
        moved.origin = Some(Geodetic {
            latitude_deg: 40.0,
            longitude_deg: -80.0,
            height_m: 0.0,
        });
        assert!(
            moved
                .terms(&array())
                .unwrap_err()
                .contains("add it to array.toml")
        );
    }

    #[test]
    fn merging_adds_calibrations_and_refuses_a_moved_sensor() {
        let mut all = PathTermsFile::default();
        all.merge(file()).unwrap();
        let mut further = file();
        further.sensors.remove(3);
        further.sensors.reverse();
        for path in &mut further.calibrations[0].paths {
            path.sensor = 2 - path.sensor;
        }
        all.merge(further.clone()).unwrap();
        assert_eq!(all.calibrations[0].paths, all.calibrations[1].paths);
        further.sensors[0].1.east_m += 12.0;
        assert!(all.merge(further).unwrap_err().contains("start a new file"));
    }
}
