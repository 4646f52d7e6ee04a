//! The text of a file of path terms, read and written.

use std::collections::HashMap;
use std::fmt::Write;

use serde::Deserialize;
use shotfix_core::paths::{CalibratedPath, Calibration, PathPrior, PathTerms};
use shotfix_core::travel::Medium;
use shotfix_core::{Enu, Geodetic, Timestamp, Uncertain};

use super::PathTermsFile;
use crate::array_file::FieldError;
use crate::position::checked_geodetic;

/// The first line of every file.
const SCHEMA: &str = "shotfix.path-terms/1";
/// The terms cost the cube of the number of calibrations.
const MAX_CALIBRATIONS: usize = 1000;

impl PathTermsFile {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let raw: RawFile = toml::from_str(text)
            .map_err(|e| ("TOML".to_owned(), e.to_string().trim().to_owned()))?;
        if raw.schema != SCHEMA {
            let reason = format!(
                "is \"{}\"; this version reads \"{SCHEMA}\", make the file anew with `shotfix calibrate`",
                raw.schema
            );
            return Err(("schema".to_owned(), reason));
        }
        if raw.calibration.len() > MAX_CALIBRATIONS {
            let reason = format!(
                "{} of them; at most {MAX_CALIBRATIONS} can be used, leave the oldest out",
                raw.calibration.len()
            );
            return Err(("[[calibration]]".to_owned(), reason));
        }
        let mut index = HashMap::new();
        let mut file = Self {
            origin: raw.frame.map(RawFrame::resolve).transpose()?,
            ..Self::default()
        };
        for sensor in raw.sensor {
            if index.insert(sensor.id.clone(), index.len()).is_some() {
                let reason = "is given twice; every sensor needs a name of its own".to_owned();
                return Err((format!("sensor `{}`", sensor.id), reason));
            }
            let place = Enu::new(sensor.east, sensor.north, sensor.up);
            file.sensors.push((sensor.id, place));
        }
        for calibration in raw.calibration {
            file.calibrations.push(calibration.resolve(&index)?);
        }
        // What the terms refuse is refused here, where the file's name is known.
        let places = file.sensors.iter().map(|s| s.1).collect();
        PathTerms::try_new(PathPrior::default(), places, Vec::new())
            .map_err(|e| ("[[sensor]]".to_owned(), e.to_string()))?;
        for calibration in &file.calibrations {
            let places = file.sensors.iter().map(|s| s.1).collect();
            PathTerms::try_new(PathPrior::default(), places, vec![calibration.clone()])
                .map_err(|e| (format!("calibration `{}`", calibration.name), e.to_string()))?;
        }
        Ok(file)
    }

    /// The file's text.
    pub fn to_toml(&self) -> String {
        let mut out = format!(
            "# Extra travel times of sound, learned by `shotfix calibrate`.\nschema = \"{SCHEMA}\"\n"
        );
        // Writing to a string cannot fail.
        if let Some(o) = self.origin {
            let _ = writeln!(
                out,
                "\n[frame]\norigin = {{ latitude = {}, longitude = {}, height = {} }}",
                float(o.latitude_deg),
                float(o.longitude_deg),
                float(o.height_m)
            );
        }
        for (id, p) in &self.sensors {
            let _ = writeln!(
                out,
                "\n[[sensor]]\nid = {}\neast = {}\nnorth = {}\nup = {}",
                quoted(id),
                float(p.east_m),
                float(p.north_m),
                float(p.up_m)
            );
        }
        for c in &self.calibrations {
            let _ = writeln!(out, "\n[[calibration]]\nname = {}", quoted(&c.name));
            if let Some(time) = c.time {
                let _ = writeln!(out, "time = \"{time}\"");
            }
            let [ve, vn] = c.medium.wind_m_s;
            let [se, sn, sc] = c.air_sigma_m_s;
            let _ = writeln!(
                out,
                "east = {}\nnorth = {}\nup = {}\nplace_sigma_m = {}\nshots = {}\nspeed_of_sound_m_s = {}\nspeed_of_sound_sigma_m_s = {}\nwind_m_s = [{}, {}]\nwind_sigma_m_s = [{}, {}]\npaths = [",
                float(c.place.east_m),
                float(c.place.north_m),
                float(c.place.up_m),
                float(c.place_sigma_m),
                c.shots,
                float(c.medium.speed_m_s),
                float(sc),
                float(ve),
                float(vn),
                float(se),
                float(sn)
            );
            for p in &c.paths {
                let _ = writeln!(
                    out,
                    "  {{ sensor = {}, delay_ms = {:.3}, sigma_ms = {:.3}, shots = {} }},",
                    quoted(&self.sensors[p.sensor].0),
                    1e3 * p.delay_s.mean,
                    1e3 * p.delay_s.sigma,
                    p.shots
                );
            }
            out.push_str("]\n");
        }
        out
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Shortest digits that read back the same, always with a point.
fn float(value: f64) -> String {
    format!("{value:?}")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    schema: String,
    frame: Option<RawFrame>,
    #[serde(default)]
    sensor: Vec<RawSensor>,
    #[serde(default)]
    calibration: Vec<RawCalibration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFrame {
    origin: RawOrigin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrigin {
    latitude: f64,
    longitude: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSensor {
    id: String,
    east: f64,
    north: f64,
    up: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalibration {
    name: String,
    time: Option<String>,
    east: f64,
    north: f64,
    up: f64,
    place_sigma_m: f64,
    shots: usize,
    speed_of_sound_m_s: f64,
    speed_of_sound_sigma_m_s: f64,
    wind_m_s: [f64; 2],
    wind_sigma_m_s: [f64; 2],
    paths: Vec<RawPath>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPath {
    sensor: String,
    delay_ms: f64,
    sigma_ms: f64,
    shots: usize,
}

impl RawFrame {
    fn resolve(self) -> Result<Geodetic, FieldError> {
        let o = self.origin;
        checked_geodetic(o.latitude, o.longitude, o.height)
            .map_err(|reason| ("[frame] origin".to_owned(), reason))
    }
}

impl RawCalibration {
    fn resolve(self, index: &HashMap<String, usize>) -> Result<Calibration, FieldError> {
        let field = format!("calibration `{}`", self.name);
        let refuse = |reason: String| (field.clone(), reason);
        let time: Option<Timestamp> = match self.time {
            None => None,
            Some(text) => Some(text.parse().map_err(|e| refuse(format!("time: {e}")))?),
        };
        let mut paths: Vec<CalibratedPath> = Vec::with_capacity(self.paths.len());
        for path in self.paths {
            let Some(&sensor) = index.get(&path.sensor) else {
                let reason = format!(
                    "no [[sensor]] is called `{}`; add it or leave the path out",
                    path.sensor
                );
                return Err(refuse(reason));
            };
            if paths.iter().any(|p| p.sensor == sensor) {
                let reason = format!("sensor `{}` has two paths; keep one", path.sensor);
                return Err(refuse(reason));
            }
            paths.push(CalibratedPath {
                sensor,
                delay_s: Uncertain::new(1e-3 * path.delay_ms, 1e-3 * path.sigma_ms),
                shots: path.shots,
            });
        }
        let [east, north] = self.wind_sigma_m_s;
        Ok(Calibration {
            name: self.name,
            place: Enu::new(self.east, self.north, self.up),
            place_sigma_m: self.place_sigma_m,
            time,
            medium: Medium {
                speed_m_s: self.speed_of_sound_m_s,
                wind_m_s: self.wind_m_s,
            },
            air_sigma_m_s: [east, north, self.speed_of_sound_sigma_m_s],
            shots: self.shots,
            paths,
        })
    }
}
