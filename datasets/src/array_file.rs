//! `array.toml`: where the sensors are, how good their clocks are, what the air is like.

use std::path::Path;

use serde::Deserialize;
use shotfix_core::{Array, Atmosphere, Enu, Geodetic, Sensor, Timestamp, Uncertain};

use crate::error::{Error, read_text};
use crate::position::{Position, RawPosition};
use crate::weather;

/// A sensor as a file describes it; what is `None` has a default that the layout knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SensorSpec {
    pub(crate) id: String,
    pub(crate) position: Position,
    pub(crate) position_sigma_m: Option<f64>,
    pub(crate) clock_sigma_s: Option<f64>,
    pub(crate) channel: Option<u16>,
    pub(crate) full_scale_db_spl: Option<f64>,
    /// Time of the first sample of its only file.
    pub(crate) start: Option<Timestamp>,
    /// Name of its only file.
    pub(crate) file: Option<String>,
}

impl SensorSpec {
    pub(crate) fn new(id: impl Into<String>, position: Position) -> Self {
        Self {
            id: id.into(),
            position,
            position_sigma_m: None,
            clock_sigma_s: None,
            channel: None,
            full_scale_db_spl: None,
            start: None,
            file: None,
        }
    }
}

/// Everything an array file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ArrayFile {
    pub(crate) origin: Option<Geodetic>,
    pub(crate) atmosphere: Option<Atmosphere>,
    /// Time of the first sample of every file that names none itself.
    pub(crate) start: Option<Timestamp>,
    pub(crate) sensors: Vec<SensorSpec>,
}

/// Reads an array file: CSV by its extension, TOML otherwise.
pub(crate) fn read(path: &Path) -> Result<ArrayFile, Error> {
    let text = read_text(path)?;
    let csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let parsed = if csv {
        crate::array_csv::parse(&text)
    } else {
        parse_toml(&text)
    };
    let array = parsed.map_err(|(field, reason)| Error::field(path, field, reason))?;
    if array.sensors.is_empty() {
        return Err(Error::field(
            path,
            "sensor",
            "there is none; add a [[sensor]] with id and position",
        ));
    }
    // What an array refuses is refused here, where the file's name is known.
    let sensors = array.sensors.iter().map(|spec| {
        let plain = Sensor::new(spec.id.clone(), Enu::default());
        Sensor {
            position_sigma_m: spec.position_sigma_m.unwrap_or(plain.position_sigma_m),
            clock_sigma_s: spec.clock_sigma_s.unwrap_or(plain.clock_sigma_s),
            full_scale_db_spl: spec.full_scale_db_spl,
            ..plain
        }
    });
    Array::try_new(sensors.collect(), None)
        .map_err(|e| Error::field(path, "[[sensor]]", e.to_string()))?;
    Ok(array)
}

/// Which field, and what is wrong with it.
pub(crate) type FieldError = (String, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    frame: Option<TomlFrame>,
    atmosphere: Option<TomlAtmosphere>,
    start: Option<TomlTime>,
    #[serde(default)]
    sensor: Vec<TomlSensor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFrame {
    origin: RawPosition,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlAtmosphere {
    temperature_c: Option<f64>,
    temperature_sigma_c: Option<f64>,
    relative_humidity_percent: Option<f64>,
    relative_humidity_sigma_percent: Option<f64>,
    pressure_pa: Option<f64>,
    pressure_sigma_pa: Option<f64>,
    wind_east_m_s: Option<f64>,
    wind_north_m_s: Option<f64>,
    wind_sigma_m_s: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlSensor {
    id: String,
    position: RawPosition,
    position_sigma_m: Option<f64>,
    clock_sigma_s: Option<f64>,
    channel: Option<u16>,
    full_scale_db_spl: Option<f64>,
    start: Option<TomlTime>,
    file: Option<String>,
}

/// A time as a string or as TOML's own date-time.
#[derive(Deserialize)]
#[serde(untagged)]
enum TomlTime {
    Text(String),
    Native(toml::value::Datetime),
}

impl TomlTime {
    fn resolve(&self) -> Result<Timestamp, String> {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Native(time) => time.to_string(),
        };
        text.parse().map_err(|e| format!("{e}"))
    }
}

impl TomlAtmosphere {
    /// Air with every key that is given. A value without a sigma is as good as a station's.
    fn resolve(&self) -> Result<Atmosphere, String> {
        let mut air = Atmosphere::default();
        let set = |target: &mut Uncertain, mean: Option<f64>, sigma: Option<f64>, known: f64| {
            if let Some(mean) = mean {
                *target = Uncertain::new(mean, known);
            }
            if let Some(sigma) = sigma {
                target.sigma = sigma;
            }
        };
        set(
            &mut air.temperature_c,
            self.temperature_c,
            self.temperature_sigma_c,
            1.0,
        );
        set(
            &mut air.relative_humidity_percent,
            self.relative_humidity_percent,
            self.relative_humidity_sigma_percent,
            10.0,
        );
        set(
            &mut air.pressure_pa,
            self.pressure_pa,
            self.pressure_sigma_pa,
            500.0,
        );
        set(
            &mut air.wind.east,
            self.wind_east_m_s,
            self.wind_sigma_m_s,
            1.0,
        );
        set(
            &mut air.wind.north,
            self.wind_north_m_s,
            self.wind_sigma_m_s,
            1.0,
        );
        weather::checked(air)
    }
}

/// Reads the text of an `array.toml`.
pub(crate) fn parse_toml(text: &str) -> Result<ArrayFile, FieldError> {
    // toml's message has the line, the unknown key and the known ones.
    let toml: Toml =
        toml::from_str(text).map_err(|e| ("TOML".to_owned(), e.to_string().trim().to_owned()))?;
    let named = |field: &str| {
        let field = field.to_owned();
        move |reason: String| (field, reason)
    };
    let origin = match toml.frame {
        Some(frame) => match frame.origin.resolve().map_err(named("frame.origin"))? {
            Position::Globe(origin) => Some(origin),
            Position::Local(_) => {
                return Err((
                    "frame.origin".to_owned(),
                    "needs latitude, longitude and height".to_owned(),
                ));
            }
        },
        None => None,
    };
    let time = |t: &Option<TomlTime>, field: &str| {
        t.as_ref()
            .map(|t| t.resolve().map_err(named(field)))
            .transpose()
    };
    let mut sensors = Vec::with_capacity(toml.sensor.len());
    for sensor in toml.sensor {
        let field = |name: &str| format!("sensor `{}`: {name}", sensor.id);
        sensors.push(SensorSpec {
            position: sensor
                .position
                .resolve()
                .map_err(named(&field("position")))?,
            position_sigma_m: sensor.position_sigma_m,
            clock_sigma_s: sensor.clock_sigma_s,
            channel: sensor.channel,
            full_scale_db_spl: sensor.full_scale_db_spl,
            start: time(&sensor.start, &field("start"))?,
            file: sensor.file.clone(),
            id: sensor.id,
        });
    }
    Ok(ArrayFile {
        origin,
        atmosphere: toml
            .atmosphere
            .map(|a| a.resolve())
            .transpose()
            .map_err(named("atmosphere"))?,
        start: time(&toml.start, "start")?,
        sensors,
    })
}

/// Reads weather as TOML: the keys of `[atmosphere]`, in that table or at the top.
pub(crate) fn atmosphere_toml(text: &str) -> Result<Atmosphere, String> {
    #[derive(Deserialize)]
    struct Table {
        atmosphere: TomlAtmosphere,
    }
    let message = |e: toml::de::Error| e.to_string().trim().to_owned();
    let table: toml::Table = toml::from_str(text).map_err(message)?;
    if table.contains_key("atmosphere") {
        let table: Table = toml::from_str(text).map_err(message)?;
        table.atmosphere.resolve()
    } else {
        let air: TomlAtmosphere = toml::from_str(text).map_err(message)?;
        air.resolve()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
[frame]
origin = { latitude = 40.44, longitude = -79.99, height = 300.0 }
[atmosphere]
temperature_c = 10.0
temperature_sigma_c = 0.5
relative_humidity_percent = 60.0
pressure_pa = 101325.0
wind_east_m_s = 1.0
wind_north_m_s = 0.0
wind_sigma_m_s = 1.5
[[sensor]]
id = "S01"
position = { east = 0.0, north = 1, up = 8.0 }
position_sigma_m = 0.2
clock_sigma_s = 1e-5
channel = 3
full_scale_db_spl = 120.0
start = 2018-12-19T00:49:26.5Z
[[sensor]]
id = "S02"
position = { latitude = 40.45, longitude = -79.99 }
start = "2018-12-19T00:49:26.5Z"
"#;

    #[test]
    fn reads_every_key() {
        let array = parse_toml(FULL).unwrap();
        assert_eq!(array.origin.unwrap().height_m, 300.0);
        let air = array.atmosphere.unwrap();
        assert_eq!(air.temperature_c, Uncertain::new(10.0, 0.5));
        assert_eq!(air.wind.east, Uncertain::new(1.0, 1.5));
        let s = &array.sensors[0];
        assert_eq!(s.position, Position::Local(Enu::new(0.0, 1.0, 8.0)));
        assert_eq!((s.channel, s.clock_sigma_s), (Some(3), Some(1e-5)));
        assert_eq!(s.start, array.sensors[1].start);
        assert_eq!(s.start.unwrap(), "2018-12-19T00:49:26.5Z".parse().unwrap());
    }

    #[test]
    fn errors_name_line_key_and_remedy() {
        let message = |text: &str| {
            let (field, reason) = parse_toml(text).unwrap_err();
            format!("{field}: {reason}")
        };
        let unknown = message("[[sensor]]\nid = \"A\"\npositon = 3\n");
        assert!(
            unknown.contains("line 3")
                && unknown.contains("positon")
                && unknown.contains("position_sigma_m"),
            "{unknown}"
        );
        let nan = message("[[sensor]]\nid = \"A\"\nposition = { east = nan, north = 0.0 }\n");
        assert!(
            nan.contains("sensor `A`") && nan.contains("east is NaN"),
            "{nan}"
        );
        let mixed = message("[[sensor]]\nid = \"A\"\nposition = { east = 1.0, latitude = 0.0 }\n");
        assert!(mixed.contains("needs either"), "{mixed}");
        let time = message(
            "[[sensor]]\nid = \"A\"\nposition = { east = 1, north = 0.0 }\nstart = \"noon\"",
        );
        assert!(time.contains("start") && time.contains("noon"), "{time}");
        assert!(message("[[sensor").contains("line 1"));
    }

    #[test]
    fn weather_alone_is_fine() {
        for text in [
            "temperature_c = 3.0",
            "[atmosphere]\ntemperature_c = 3.0\n[frame]\nx = 1",
        ] {
            assert_eq!(atmosphere_toml(text).unwrap().temperature_c.mean, 3.0);
        }
        assert!(
            atmosphere_toml("temp = 3.0")
                .unwrap_err()
                .contains("temperature_c")
        );
    }
}
