//! `shotfix calibrate --found`: located shots whose casings were found, as shots of known place.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use shotfix_benches::calibrate::{Site, SiteShot};
use shotfix_core::solve::{Air, Dimensions};
use shotfix_core::{Enu, Geodetic, LocalFrame, Seconds, Timestamp, Uncertain, Wind};
use shotfix_datasets::{FoundPlace, PathTermsFile};

use crate::commands::warn;

/// The schema of `locate --format json`.
const SCHEMA: &str = "shotfix.incidents/1";
/// A shot this near in time to a line of the table is of it, seconds: people note minutes ...
const NEAR_S: f64 = 60.0;
/// ... and this near in place, metres: located shots are that good.
const NEAR_M: f64 = 50.0;
/// Jitter of an arrival from shot to shot, seconds.
const JITTER_S: f64 = 0.0015;

/// What the located shots of `input` teach, given the lines of `table`.
///
/// Lines that no shot is near are warned of.
pub(super) fn learn(
    input: &Path,
    table: &Path,
    found: &[FoundPlace],
) -> anyhow::Result<PathTermsFile> {
    let document = read(input)?;
    let frame = document.array.origin.map(|o| {
        LocalFrame::new(Geodetic {
            latitude_deg: o.latitude,
            longitude_deg: o.longitude,
            height_m: o.height,
        })
    });
    let mut file = PathTermsFile {
        origin: frame.map(|frame| frame.origin()),
        sensors: (document.array.sensors.iter())
            .map(|s| (s.id.clone(), s.position.enu()))
            .collect(),
        calibrations: Vec::new(),
    };
    let mut of_line: Vec<Vec<SiteShot>> = vec![Vec::new(); found.len()];
    for incident in &document.incidents {
        for shot in &incident.shots {
            let Some(at) = (shot.position).enu(frame.as_ref()) else {
                bail!(
                    "{}: a shot is on the globe but its array is not; locate anew with this version",
                    input.display()
                );
            };
            let time = timestamp(input, &shot.time)?;
            if let Some((line, place)) = nearest(table, found, frame.as_ref(), time, at)? {
                let known = known(input, &file.sensors, &incident.id, shot, time, place)?;
                of_line[line].push(known);
            }
        }
    }
    let mut warnings = Vec::new();
    for (line, shots) in found.iter().zip(of_line) {
        if shots.is_empty() {
            warnings.push(format!(
                "{}: line {}: no shot of {} is within {NEAR_S:.0} s and {NEAR_M:.0} m of it; check its time zone and \
                 coordinates",
                table.display(),
                line.line,
                input.display()
            ));
        }
        let site = Site {
            name: String::new(),
            ids: file.sensors.iter().map(|s| s.0.clone()).collect(),
            sensors: file.sensors.iter().map(|s| s.1).collect(),
            shots,
        };
        let learned = (site.calibrations(line.sigma_m, |_| true))
            .with_context(|| format!("{}: nothing can be learned", input.display()))?;
        file.calibrations.extend(learned);
    }
    warn(&warnings);
    if file.calibrations.is_empty() {
        bail!(
            "{}: no line is near a shot of {} that two sensors heard; check times (UTC) and coordinates",
            table.display(),
            input.display()
        );
    }
    Ok(file)
}

/// The line nearest in place to a shot at `at`, and its place at the shot's height.
fn nearest(
    table: &Path,
    found: &[FoundPlace],
    frame: Option<&LocalFrame>,
    time: Timestamp,
    at: Enu,
) -> anyhow::Result<Option<(usize, Enu)>> {
    let mut best: Option<(usize, Enu)> = None;
    for (index, line) in found.iter().enumerate() {
        let Some(place) = line.place(frame, at.up_m) else {
            bail!(
                "{}: line {}: has latitude and longitude, but the array has no place on the globe; give east and north",
                table.display(),
                line.line
            );
        };
        let away_m = place.horizontal_distance_m(at);
        let nearer = best.is_none_or(|(_, other)| away_m < other.horizontal_distance_m(at));
        if time.since(line.time).0.abs() <= NEAR_S && away_m <= NEAR_M && nearer {
            best = Some((index, place));
        }
    }
    Ok(best)
}

/// A located shot as one of known place: the arrivals that placed it.
fn known(
    input: &Path,
    sensors: &[(String, Enu)],
    incident: &str,
    shot: &Shot,
    time: Timestamp,
    place: Enu,
) -> anyhow::Result<SiteShot> {
    let (mut known, mut places, mut arrivals) = (Vec::new(), Vec::new(), Vec::new());
    for arrival in shot.arrivals.iter().filter(|a| a.status == "used") {
        let Some(k) = sensors.iter().position(|s| s.0 == arrival.sensor) else {
            bail!(
                "{}: incident {incident}: sensor `{}` is not in its array; locate anew",
                input.display(),
                arrival.sensor
            );
        };
        known.push(Some(k));
        places.push(sensors[k].1);
        arrivals.push(Seconds(timestamp(input, &arrival.time)?.since(time).0));
    }
    let air = &shot.atmosphere;
    Ok(SiteShot {
        id: incident.to_owned(),
        firearm: String::new(),
        time: Some(time),
        place,
        known,
        sensors: places,
        arrivals,
        sigma: Seconds(JITTER_S),
        survey_sigma_m: 0.0,
        dimensions: Dimensions::Three,
        air: Air {
            speed_m_s: air.speed_of_sound_m_s.uncertain(),
            wind: Wind {
                east: air.wind_east_m_s.uncertain(),
                north: air.wind_north_m_s.uncertain(),
            },
        },
        up_m: None,
    })
}

fn read(input: &Path) -> anyhow::Result<Document> {
    let text = std::fs::read_to_string(input).with_context(|| {
        format!(
            "{}: cannot be read; with --found, give the output of `shotfix locate --format json`",
            input.display()
        )
    })?;
    let document: Document = serde_json::from_str(&text).map_err(|why| {
        anyhow::anyhow!(
            "{}: {why}; with --found, give the output of `shotfix locate --format json`",
            input.display()
        )
    })?;
    if document.schema != SCHEMA {
        bail!(
            "{}: schema is \"{}\"; \"{SCHEMA}\" is needed, as `shotfix locate --format json` writes it",
            input.display(),
            document.schema
        );
    }
    Ok(document)
}

fn timestamp(input: &Path, text: &str) -> anyhow::Result<Timestamp> {
    text.parse()
        .map_err(|why| anyhow::anyhow!("{}: time `{text}`: {why}", input.display()))
}

#[derive(Deserialize)]
struct Document {
    schema: String,
    incidents: Vec<Incident>,
    array: ArrayOf,
}

#[derive(Deserialize)]
struct ArrayOf {
    origin: Option<Globe>,
    sensors: Vec<SensorOf>,
}

#[derive(Deserialize)]
struct SensorOf {
    id: String,
    position: Local,
}

#[derive(Deserialize)]
struct Incident {
    id: String,
    shots: Vec<Shot>,
}

#[derive(Deserialize)]
struct Shot {
    time: String,
    position: Position,
    atmosphere: AirOf,
    arrivals: Vec<Arrival>,
}

#[derive(Deserialize)]
struct Arrival {
    sensor: String,
    time: String,
    status: String,
}

#[derive(Deserialize)]
struct AirOf {
    speed_of_sound_m_s: Value,
    wind_east_m_s: Value,
    wind_north_m_s: Value,
}

#[derive(Deserialize)]
struct Value {
    mean: f64,
    sigma: f64,
}

impl Value {
    fn uncertain(&self) -> Uncertain {
        Uncertain::new(self.mean, self.sigma)
    }
}

#[derive(Clone, Copy, Deserialize)]
struct Globe {
    latitude: f64,
    longitude: f64,
    height: f64,
}

#[derive(Clone, Copy, Deserialize)]
struct Local {
    east: f64,
    north: f64,
    up: f64,
}

impl Local {
    fn enu(self) -> Enu {
        Enu::new(self.east, self.north, self.up)
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Position {
    Globe(Globe),
    Local(Local),
}

impl Position {
    fn enu(self, frame: Option<&LocalFrame>) -> Option<Enu> {
        match self {
            Self::Local(local) => Some(local.enu()),
            Self::Globe(globe) => frame.map(|frame| {
                frame.to_enu(Geodetic {
                    latitude_deg: globe.latitude,
                    longitude_deg: globe.longitude,
                    height_m: globe.height,
                })
            }),
        }
    }
}
