//! Case files: one shot a line, JSON.

use std::path::Path;

use serde::Deserialize;
use shotfix_core::solve::{Air, Dimensions, MAX_SENSORS, Problem};
use shotfix_core::{Enu, Seconds};

use crate::case_lines::{self, Id, Parsed, Weather};

/// Case files say nothing of the survey of the sensors. Where one speaks of weather its sensors stand
/// outdoors and are taken to be known to this, metres: the average of an hour of satellite fixes.
const FIELD_SURVEY_M: f64 = 0.5;

/// What the solver is given. It has no truth in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Name of the case.
    pub id: String,
    /// What the file says of it besides.
    pub labels: Labels,
    sensors: Vec<Enu>,
    arrivals: Vec<Seconds>,
    sigma: Seconds,
    survey_sigma_m: f64,
    dimensions: Dimensions,
    air: Air,
}

impl Case {
    /// The case as the solver takes it.
    pub fn problem(&self) -> Problem<'_> {
        Problem {
            sensors: &self.sensors,
            arrivals: &self.arrivals,
            sigma: self.sigma,
            survey_sigma_m: self.survey_sigma_m,
            dimensions: self.dimensions,
            air: self.air,
            up_m: None,
            paths: &[],
        }
    }
}

/// Names in a case file, where it has them. The solver never sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The array, if the file holds cases of several (`geom`).
    pub site: String,
    /// What was fired.
    pub firearm: String,
    /// Of the sensors, in their order; empty if they have none.
    pub sensor_ids: Vec<String>,
}

/// What only the score sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// East and north, metres.
    pub place_m: [f64; 2],
    /// Height, metres; 0 in two dimensions.
    pub up_m: f64,
    /// Cramer-Rao bound of the horizontal error, metres, where the file has it.
    pub bound_m: Option<f64>,
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
    dim: u8,
    #[serde(default)]
    c: Option<f64>,
    #[serde(default)]
    c_sigma: f64,
    #[serde(default)]
    wind_sigma: f64,
    #[serde(default)]
    weather: Option<Weather>,
    sigma: f64,
    sensors: Vec<Vec<f64>>,
    toa: Vec<f64>,
    #[serde(default)]
    truth: Option<Vec<f64>>,
    #[serde(default)]
    crlb_h: Option<f64>,
    #[serde(default)]
    geom: Option<String>,
    #[serde(default)]
    firearm: Option<String>,
    #[serde(default)]
    ids: Vec<String>,
}

fn parse(bytes: &[u8]) -> Parsed<Case, Truth> {
    let line: Line = serde_json::from_slice(bytes).map_err(|e| format!("no case: {e}"))?;
    let dimensions = match line.dim {
        2 => Dimensions::Two,
        3 => Dimensions::Three,
        other => return Err(format!("dim is {other}; 2 and 3 can be solved")),
    };
    let n = line.sensors.len();
    if n > MAX_SENSORS {
        return Err(format!("sensors: {n}, at most {MAX_SENSORS}"));
    }
    if !line.ids.is_empty() && line.ids.len() != n {
        return Err(format!(
            "{n} sensors but {} in ids; name all or none",
            line.ids.len()
        ));
    }
    if line.toa.len() != n {
        return Err(format!(
            "{n} sensors but {} in toa; one each is needed",
            line.toa.len()
        ));
    }
    let need = usize::from(line.dim);
    let sensors = line
        .sensors
        .iter()
        .enumerate()
        .map(|(k, s)| match s[..] {
            [x, y] if need == 2 => Ok(Enu::new(x, y, 0.0)),
            [x, y, z] => Ok(Enu::new(x, y, z)),
            _ => Err(format!("sensor {k} has {} coordinates", s.len())),
        })
        .collect::<Result<_, _>>()?;
    let outdoors = line.weather.is_some() || line.wind_sigma > 0.0;
    let air = case_lines::air(line.weather, line.c, line.c_sigma, line.wind_sigma)?;
    let truth = match line.truth.as_deref() {
        Some([x, y, rest @ ..]) if x.is_finite() && y.is_finite() => Some(Truth {
            place_m: [*x, *y],
            up_m: rest.first().copied().unwrap_or(0.0),
            bound_m: line.crlb_h,
        }),
        Some(_) => return Err("truth needs two or three coordinates".to_owned()),
        None => None,
    };
    let case = Case {
        id: line.id.into_text(),
        labels: Labels {
            site: line.geom.unwrap_or_default(),
            firearm: line.firearm.unwrap_or_default(),
            sensor_ids: line.ids,
        },
        sensors,
        arrivals: line.toa.into_iter().map(Seconds).collect(),
        sigma: Seconds(line.sigma),
        survey_sigma_m: if outdoors { FIELD_SURVEY_M } else { 0.0 },
        dimensions,
        air,
    };
    Ok((case, truth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shotfix_core::Uncertain;
    use std::io::Write;

    const GOOD: &str = r#"{"id":"a","dim":2,"c":343.0,"sigma":0.001,"sensors":[[0,0],[9,0],[0,9],[9,9]],"toa":[1,1,1,1],"truth":[4.5,4.5],"t0":0.9,"later":1}"#;

    fn read(text: &str) -> CaseFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read_cases(file.path()).unwrap()
    }

    #[test]
    fn bad_lines_are_named_and_the_others_go_on() {
        let short = GOOD.replace("[1,1,1,1]", "[1,1,1]");
        let deep = GOOD.replace("\"dim\":2", "\"dim\":4");
        let file = read(&format!("{GOOD}\nnonsense\n\n{short}\n{deep}\n{GOOD}"));
        assert_eq!(file.cases.len(), 2);
        let lines: Vec<usize> = file.bad.iter().map(|b| b.line).collect();
        assert_eq!(lines, [2, 4, 5]);
        assert!(
            file.bad[1]
                .to_string()
                .contains(":4: 4 sensors but 3 in toa")
        );
    }

    #[test]
    fn a_line_without_end_is_left_out() {
        let long = " ".repeat(case_lines::MAX_LINE_BYTES as usize + 10);
        let file = read(&format!("{long}{GOOD}\n{GOOD}\n"));
        assert_eq!((file.cases.len(), file.bad.len()), (1, 1));
    }

    #[test]
    fn stated_weather_replaces_the_expected_air() {
        let weather = GOOD.replace(
            "\"sigma\"",
            r#""c_sigma":2.0,"weather":{"speed_of_sound":340.0,"wind":[3.0,-1.0]},"sigma""#,
        );
        let file = read(&weather);
        let air = file.cases[0].0.problem().air;
        assert_eq!(air.speed_m_s, Uncertain::new(340.0, 0.0));
        assert_eq!(air.wind.north, Uncertain::new(-1.0, 0.0));
    }
}
