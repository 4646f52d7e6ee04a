//! The air of a recording: from a weather file, from the command line, from a sensor's report.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use shotfix_core::{Atmosphere, Uncertain, Wind};

use crate::error::{Error, read_text};

/// Standard deviation of a station's temperature at the array, degrees: METAR rounds to 1 C and
/// the airport is not the street.
const STATION_TEMPERATURE_SIGMA_C: f64 = 1.0;
/// Standard deviation of a station's humidity at the array, percent.
const STATION_HUMIDITY_SIGMA_PERCENT: f64 = 10.0;
/// Standard deviation of calm air, m/s per axis: stations report anything below 3 knots as calm.
const CALM_WIND_SIGMA_M_S: f64 = 1.0;
/// Further standard deviation of the wind per m/s: between roofs blows from a third to all of
/// what the airport measures in the open.
const WIND_SIGMA_PER_M_S: f64 = 0.3;

/// Where the caller wants the weather from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeatherSource {
    /// A file: the live-fire weather JSON, or TOML with the keys of `[atmosphere]`.
    File(PathBuf),
    /// `T=10,wind=3@270[,humidity=60][,pressure=101325]`: degrees Celsius; m/s and the degrees
    /// the wind comes from (`wind=0` for calm); percent; pascals. Each may carry its standard
    /// deviation as `T=10~2`; that of `wind=3@270~1.5` is per axis.
    Inline(String),
}

impl std::str::FromStr for WeatherSource {
    type Err = String;

    /// A text with a `=` that is no existing file is inline, anything else a file.
    ///
    /// # Errors
    /// What is wrong with an inline text; a file is looked at when it is read.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        if !text.contains('=') || path.exists() {
            return Ok(Self::File(path));
        }
        parse_inline(text).map(|_| Self::Inline(text.to_owned()))
    }
}

impl WeatherSource {
    /// The air that it tells of; what it leaves open has the spread of air of which nothing is known.
    ///
    /// # Errors
    /// [`Error`], naming the file and the field.
    pub fn read(&self) -> Result<Atmosphere, Error> {
        match self {
            Self::Inline(text) => parse_inline(text)
                .map_err(|reason| Error::field(Path::new("--weather"), text, reason)),
            Self::File(path) => {
                let text = read_text(path)?;
                if text.trim_start().starts_with('{') {
                    Report::from_json(&text).and_then(Report::atmosphere)
                } else {
                    crate::array_file::atmosphere_toml(&text)
                }
                .map_err(|reason| Error::field(path, "weather", reason))
            }
        }
    }
}

/// A weather station's report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Report {
    pub(crate) temperature: Option<f64>,
    #[serde(alias = "humidity", alias = "relativeHumidity")]
    pub(crate) relative_humidity: Option<f64>,
    /// Metres per second.
    pub(crate) speed: Option<f64>,
    /// Degrees it comes from.
    pub(crate) direction: Option<f64>,
}

impl Report {
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| format!("{e}"))
    }

    /// The air at the array as the report tells it; what is missing or `null` is unknown air.
    pub(crate) fn atmosphere(self) -> Result<Atmosphere, String> {
        let mut air = Atmosphere::default();
        if let Some(t) = self.temperature {
            air.temperature_c = Uncertain::new(t, STATION_TEMPERATURE_SIGMA_C);
        }
        // The schema of evidence files warns that humidity is invalid in some; 0 % never occurs.
        if let Some(h) = self.relative_humidity.filter(|h| *h > 0.0 && *h <= 100.0) {
            air.relative_humidity_percent = Uncertain::new(h, STATION_HUMIDITY_SIGMA_PERCENT);
        }
        if let Some(speed) = self.speed {
            let sigma = CALM_WIND_SIGMA_M_S.hypot(WIND_SIGMA_PER_M_S * speed);
            match self.direction {
                Some(from) => air.wind = Wind::from_report(speed, from, sigma),
                // A variable wind has a speed only.
                None => air.wind = Wind::from_report(0.0, 0.0, sigma.hypot(speed)),
            }
        }
        checked(air)
    }
}

/// Refuses air that is none: every bound is outside the weather records of the Earth.
pub(crate) fn checked(air: Atmosphere) -> Result<Atmosphere, String> {
    for (name, value, low, high) in [
        ("temperature", air.temperature_c, -95.0, 70.0),
        ("humidity", air.relative_humidity_percent, 0.0, 110.0),
        ("pressure", air.pressure_pa, 20_000.0, 120_000.0),
        ("wind east", air.wind.east, -120.0, 120.0),
        ("wind north", air.wind.north, -120.0, 120.0),
    ] {
        let mean = value.mean;
        if !(low..=high).contains(&mean) {
            return Err(format!("{name} is {mean}; expected {low} to {high}"));
        }
        if !(value.sigma >= 0.0 && value.sigma.is_finite()) {
            return Err(format!(
                "the sigma of {name} is {}; expected a number that is not negative",
                value.sigma
            ));
        }
    }
    Ok(air)
}

/// Reads `T=10,wind=3@270,...`.
pub(crate) fn parse_inline(text: &str) -> Result<Atmosphere, String> {
    let number = |what: &str, text: &str| -> Result<f64, String> {
        text.trim().parse().map_err(|_| {
            format!("{what} is `{text}`, which is no number; expected T=10,wind=3@270")
        })
    };
    // "10~2" -> 10 and Some(2).
    let split = |what: &str, value: &str| -> Result<(String, Option<f64>), String> {
        Ok(match value.split_once('~') {
            Some((mean, sigma)) => (mean.to_owned(), Some(number(what, sigma)?)),
            None => (value.to_owned(), None),
        })
    };
    let mut air = Atmosphere::default();
    for part in text.split(',').filter(|p| !p.trim().is_empty()) {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`{part}` has no `=`; expected T=10,wind=3@270"))?;
        let key = key.trim();
        let (value, sigma) = split(key, value)?;
        let with = |default: f64| -> Result<Uncertain, String> {
            Ok(Uncertain::new(
                number(key, &value)?,
                sigma.unwrap_or(default),
            ))
        };
        match key.to_ascii_lowercase().as_str() {
            "t" | "temperature" => air.temperature_c = with(STATION_TEMPERATURE_SIGMA_C)?,
            "humidity" | "rh" => {
                air.relative_humidity_percent = with(STATION_HUMIDITY_SIGMA_PERCENT)?;
            }
            "pressure" => air.pressure_pa = with(500.0)?,
            "wind" => {
                let (speed, from) = value.split_once('@').unwrap_or((&value, ""));
                let speed = number("wind speed", speed)?;
                let from = match from {
                    "" if speed == 0.0 => 0.0,
                    "" => {
                        return Err(format!(
                            "wind={value} has no direction; expected wind={value}@FROM_DEGREES"
                        ));
                    }
                    from => number("wind direction", from)?,
                };
                let default = CALM_WIND_SIGMA_M_S.hypot(WIND_SIGMA_PER_M_S * speed);
                air.wind = Wind::from_report(speed, from, sigma.unwrap_or(default));
            }
            _ => {
                return Err(format!(
                    "`{key}` is unknown; known are T, wind, humidity, pressure"
                ));
            }
        }
    }
    checked(air)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(text: &str) -> Result<Atmosphere, Error> {
        WeatherSource::Inline(text.to_owned()).read()
    }

    #[test]
    fn reads_inline_weather() {
        let air = inline("T=10~2,wind=3@270,humidity=60,pressure=99000").unwrap();
        assert_eq!(air.temperature_c, Uncertain::new(10.0, 2.0));
        assert!(
            (air.wind.east.mean - 3.0).abs() < 1e-9,
            "from the west blows east"
        );
        // hypot(1.0, 0.3 * 3).
        assert!((air.wind.east.sigma - 1.345).abs() < 1e-3);
        assert_eq!(air.relative_humidity_percent.mean, 60.0);
        let calm = inline("wind=0").unwrap();
        assert_eq!(calm.wind.north, Uncertain::new(0.0, 1.0));
        assert_eq!(calm.temperature_c, Atmosphere::default().temperature_c);
        assert_eq!(
            inline("wind=2@0~0.5").unwrap().wind.north,
            Uncertain::new(-2.0, 0.5)
        );
    }

    #[test]
    fn refuses_by_name() {
        for (text, word) in [
            ("T=warm", "no number"),
            ("wind=3", "no direction"),
            ("sun=1", "known are"),
            ("T", "no `=`"),
            ("T=400", "expected -95 to 70"),
            ("T=NaN", "temperature is NaN"),
            ("T=10~-1", "sigma"),
        ] {
            let error = inline(text).unwrap_err().to_string();
            assert!(
                error.starts_with("--weather") && error.contains(word),
                "{error}"
            );
        }
    }

    #[test]
    fn a_null_is_unknown() {
        let json = r#"{"temperature":25.0,"relative_humidity":null,"speed":6.0,"direction":210.0}"#;
        let air = Report::from_json(json).unwrap().atmosphere().unwrap();
        assert_eq!(
            air.relative_humidity_percent,
            Atmosphere::default().relative_humidity_percent
        );
        // From 210 degrees it blows towards 30: 6 sin 30 = 3 east.
        assert!((air.wind.east.mean - 3.0).abs() < 1e-9 && air.wind.north.mean > 5.0);
    }
}
