//! The scene as it is written in TOML: plain values, no checks beyond their type.
//!
//! What a scene does not mention is not in its sound: without `[noise]`, `[echoes]` or
//! `[ground]` (or with `noise = "none"` and so on) there is none.
//! [`Scene::from_spec`](crate::Scene::from_spec) checks the values.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

pub use crate::air::AirSpec;
use crate::arrivals::PickSpec;
use crate::city::CitySpec;
use crate::error::SceneError;
use crate::render::TailSpec;
use crate::scene::study::{MonteCarloSpec, VarySpec};
pub use crate::sensor::{ClockSpec, LossSpec, MicrophoneSpec, NoiseSpec, SensorSpec};
use crate::source::SoundSpec;
pub use crate::source::{BurstSpec, ShotSpec};

/// A whole scene.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SceneSpec {
    /// Name of the scene, copied into `truth.json`. Empty: the name of the file.
    pub name: String,
    /// One line for lists of scenes.
    pub description: String,
    /// Seed of everything drawn: noise, echoes, layout, survey and clock errors.
    pub seed: u64,
    /// Length of every recording, seconds.
    pub duration_s: f64,
    /// When the recordings start on the sensors' clocks, on a whole millisecond.
    pub start: StartTime,
    /// Sample rate of sensors that give none of their own, Hz.
    pub sample_rate_hz: u32,
    /// How samples are stored.
    pub format: SampleFormat,
    /// Where east = north = up = 0 lies on the globe. `None`: nowhere in particular.
    pub origin: Option<Origin>,
    /// The air.
    pub atmosphere: AirSpec,
    /// What every sensor has that says nothing else.
    pub microphone: MicrophoneSpec,
    /// What every clock does that is not told otherwise.
    pub clock: ClockSpec,
    /// What is lost of every recording that is not told otherwise.
    pub losses: LossSpec,
    /// Sensors on a jittered grid.
    pub layout: Option<LayoutSpec>,
    /// Sensors one by one, in addition to the layout.
    pub sensor: Vec<SensorSpec>,
    /// Single shots.
    pub shot: Vec<ShotSpec>,
    /// Several rounds from one shooter.
    pub burst: Vec<BurstSpec>,
    /// Everything else that sounds.
    pub sound: Vec<SoundSpec>,
    /// Noise about the sensors.
    #[serde(deserialize_with = "none_or_table")]
    pub noise: Option<NoiseSpec>,
    /// Echoes.
    #[serde(deserialize_with = "none_or_table")]
    pub echoes: Option<EchoSpec>,
    /// Reflection at level ground.
    #[serde(deserialize_with = "none_or_table")]
    pub ground: Option<GroundSpec>,
    /// Buildings and terrain.
    pub city: Option<CitySpec>,
    /// What is scattered after the echoes.
    #[serde(deserialize_with = "none_or_table")]
    pub tail: Option<TailSpec>,
    /// What a detector makes of the sounds, where only arrivals are asked for.
    pub picks: PickSpec,
    /// Keys that take several values in turn; see [`Study`](crate::Study).
    pub vary: Vec<VarySpec>,
    /// How often the scene is drawn anew.
    pub monte_carlo: Option<MonteCarloSpec>,
}

impl SceneSpec {
    /// Reads a scene file; `file_name` is only used in messages.
    ///
    /// # Errors
    /// [`SceneError::Syntax`], naming the line.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, SceneError> {
        toml::from_str(text).map_err(|error| SceneError::syntax(file_name, &error))
    }
}

impl Default for SceneSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            seed: 1,
            duration_s: 10.0,
            start: StartTime("2026-01-01T00:00:00Z".into()),
            sample_rate_hz: 48_000,
            format: SampleFormat::Pcm16,
            origin: None,
            atmosphere: AirSpec::default(),
            microphone: MicrophoneSpec::default(),
            clock: ClockSpec::default(),
            losses: LossSpec::default(),
            layout: None,
            sensor: Vec::new(),
            shot: Vec::new(),
            burst: Vec::new(),
            sound: Vec::new(),
            noise: None,
            echoes: None,
            ground: None,
            city: None,
            tail: None,
            picks: PickSpec::default(),
            vary: Vec::new(),
            monte_carlo: None,
        }
    }
}

/// An RFC 3339 time, written as a TOML string or as a TOML date.
#[derive(Clone, Debug)]
pub struct StartTime(pub String);

impl<'de> Deserialize<'de> for StartTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            toml::Value::Datetime(date) => Ok(Self(date.to_string())),
            other => Err(de::Error::custom(format!(
                "start is a {}; write a time such as \"2026-06-01T02:00:00Z\"",
                other.type_str()
            ))),
        }
    }
}

/// How samples are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleFormat {
    /// 16-bit integers, clipped at full scale.
    #[default]
    Pcm16,
    /// 24-bit integers, clipped at full scale.
    Pcm24,
    /// 32-bit floats: neither quantised nor clipped, for tests against exact values.
    Float32,
}

/// A place on the globe, WGS84.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres above the ellipsoid.
    pub height: f64,
}

/// Sensors on a square grid about the origin, each moved at random inside its cell.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutSpec {
    /// How many.
    pub count: usize,
    /// Side of the square they fill, metres. Give this or `density_per_km2`.
    pub side_m: Option<f64>,
    /// Sensors per square kilometre.
    pub density_per_km2: Option<f64>,
    /// Mean height above the roof or the ground below, metres. `None`: a mast of 2 m in a city,
    /// and 8 m, a roof of two storeys, where there is none.
    pub height_m: Option<f64>,
    /// Heights are uniform within this much of the mean, metres.
    #[serde(default)]
    pub height_spread_m: f64,
    /// 0: the centre of the cell; 1: anywhere in it.
    #[serde(default = "half")]
    pub jitter: f64,
    /// Each sensor goes to the middle of the nearest building that has none.
    #[serde(default)]
    pub on_roofs: bool,
}

fn half() -> f64 {
    0.5
}

/// Echoes, drawn once for every pair of place and sensor.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EchoSpec {
    /// Fewest echoes of a path.
    pub count_min: usize,
    /// Most echoes of a path.
    pub count_max: usize,
    /// Delay after the direct sound: this much,
    pub delay_min_s: f64,
    /// plus an exponential time with this mean, seconds.
    pub delay_mean_s: f64,
    /// Least level below the direct sound, dB.
    pub level_min_db: f64,
    /// Most level below the direct sound, dB.
    pub level_max_db: f64,
}

impl Default for EchoSpec {
    fn default() -> Self {
        Self {
            count_min: 0,
            count_max: 4,
            delay_min_s: 0.005,
            delay_mean_s: 0.1,
            level_min_db: 3.0,
            level_max_db: 15.0,
        }
    }
}

/// Level ground that reflects.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroundSpec {
    /// Reflected over incident pressure, -1 to 1, the same at all frequencies and angles.
    pub reflection: f64,
    /// Height of the ground in the scene's frame, metres.
    pub up_m: f64,
}

impl Default for GroundSpec {
    fn default() -> Self {
        Self {
            reflection: 0.9,
            up_m: 0.0,
        }
    }
}

/// Reads either the string `"none"` or a table.
fn none_or_table<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct NoneOrTable<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for NoneOrTable<T> {
        type Value = Option<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table or the word \"none\"")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "none" => Ok(None),
                _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
            }
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Some)
        }
    }
    deserializer.deserialize_any(NoneOrTable(std::marker::PhantomData))
}
