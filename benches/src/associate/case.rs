//! Case files: the pulses of one scene a line, JSON.

use std::path::Path;

use serde::Deserialize;
use shotfix_core::pulses::Pulse;
use shotfix_core::solve::Air;
use shotfix_core::{Enu, Wind};

use crate::case_lines::{self, Id, Parsed, Weather};

/// A case may have this many sensors.
const MAX_SENSORS: usize = 2_000;

/// What the associator is given. It has no truth in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Name of the case.
    pub id: String,
    /// Where the sensors are; up is 0 where the file has two coordinates.
    pub sensors: Vec<Enu>,
    /// What they reported, in the order of the file.
    pub pulses: Vec<Pulse>,
    /// The air.
    pub air: Air,
}

/// A shot that was fired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruthShot {
    /// East and north, metres.
    pub place_m: [f64; 2],
    /// When, seconds.
    pub time_s: f64,
}

/// What only the score sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// All shots.
    pub shots: Vec<TruthShot>,
    /// Where live fire was recorded its times are known less well.
    pub recorded: bool,
}

/// The cases of a file, in its order.
pub type CaseFile = case_lines::CaseFile<Case, Truth>;

/// Reads a case file; a bad line is listed and the others go on.
///
/// # Errors
/// When the file cannot be read.
pub fn read_cases(path: &Path) -> std::io::Result<CaseFile> {
    case_lines::read(path, parse)
}

/// The cases of lines that are in memory; `name` stands for the file.
pub fn parse_cases(name: &str, lines: &[String]) -> CaseFile {
    case_lines::parse(name, lines, parse)
}

/// A line of a case file. Fields that are not named here are extras.
#[derive(Deserialize)]
struct Line {
    id: Id,
    #[serde(default)]
    scenario: Option<String>,
    #[serde(default)]
    c: Option<f64>,
    #[serde(default)]
    c_sigma: f64,
    #[serde(default)]
    wind_sigma: f64,
    #[serde(default)]
    weather: Option<Weather>,
    sensors: Vec<Vec<f64>>,
    picks: Vec<Pick>,
    #[serde(default)]
    events: Option<Vec<Event>>,
}

#[derive(Deserialize)]
struct Pick {
    s: usize,
    t: f64,
    #[serde(default)]
    snr: Option<f64>,
}

#[derive(Deserialize)]
struct Event {
    x: f64,
    y: f64,
    t0: f64,
}

/// The scenario of recorded live fire.
const RECORDED: &str = "pgh";
/// A degree, by which a station is off, moves the speed of sound by 0.6 m/s.
const RECORDED_SPEED_SIGMA_M_S: f64 = 0.6;
/// Stations report anything below 3 knots as calm.
const RECORDED_WIND_SIGMA_M_S: f64 = 1.0;

fn parse(bytes: &[u8]) -> Parsed<Case, Truth> {
    let line: Line = serde_json::from_slice(bytes).map_err(|e| format!("no case: {e}"))?;
    let unstated = line.weather.is_none() && line.c_sigma == 0.0 && line.wind_sigma == 0.0;
    let n = line.sensors.len();
    if n > MAX_SENSORS {
        return Err(format!("sensors: {n}, at most {MAX_SENSORS}"));
    }
    let finite = |v: &[f64]| v.iter().all(|v| v.abs() < 1e7);
    let sensors = line
        .sensors
        .iter()
        .enumerate()
        .map(|(k, s)| match s[..] {
            [x, y] if finite(s) => Ok(Enu::new(x, y, 0.0)),
            [x, y, z] if finite(s) => Ok(Enu::new(x, y, z)),
            _ => Err(format!("sensor {k} has no usable coordinates")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let pulses = line
        .picks
        .iter()
        .enumerate()
        .map(|(k, p)| {
            if p.s >= n {
                return Err(format!("pick {k} is of sensor {}, there are {n}", p.s));
            }
            Ok(Pulse {
                sensor: p.s,
                time_s: p.t,
                snr_db: p.snr.unwrap_or(0.0),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let recorded = line.scenario.as_deref() == Some(RECORDED);
    let mut air = case_lines::air(line.weather, line.c, line.c_sigma, line.wind_sigma)?;
    if recorded && unstated {
        // The night was real. The report from which the speed was computed is calm air.
        air.speed_m_s.sigma = RECORDED_SPEED_SIGMA_M_S;
        air.wind = Wind::from_report(0.0, 0.0, RECORDED_WIND_SIGMA_M_S);
    }
    let (speed_m_s, wind_m_s) = (
        air.speed_m_s.mean,
        air.wind.east.mean.hypot(air.wind.north.mean),
    );
    if !(100.0..1000.0).contains(&speed_m_s) || wind_m_s > 0.3 * speed_m_s {
        return Err("c or weather is not that of air".to_owned());
    }
    let truth = line.events.map(|events| Truth {
        shots: events
            .iter()
            .map(|e| TruthShot {
                place_m: [e.x, e.y],
                time_s: e.t0,
            })
            .collect(),
        recorded,
    });
    let case = Case {
        id: line.id.into_text(),
        sensors,
        pulses,
        air,
    };
    Ok((case, truth))
}
