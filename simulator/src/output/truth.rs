//! What really happened, as the file that results are scored against.

use serde::{Deserialize, Serialize};

use crate::point::Point;
use crate::render::PathKind;
use crate::source::Aim;

/// The name and version of the format.
pub(crate) const SCHEMA: &str = "shotfix.truth/1";

/// Everything about a scene that a locator is not told.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Truth {
    /// `shotfix.truth/1`.
    pub schema: String,
    /// Name of the scene.
    pub scene: String,
    /// Seed of the scene.
    pub seed: u64,
    /// The air as it was.
    pub atmosphere: TruthAtmosphere,
    /// The sensors as they were.
    pub sensors: Vec<TruthSensor>,
    /// The shots in the order of time.
    pub shots: Vec<TruthShot>,
    /// Everything else that made a sound, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sounds: Vec<TruthSound>,
}

/// The air as it was, not as a weather station reports it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthAtmosphere {
    /// Degrees Celsius.
    pub temperature_c: f64,
    /// Percent.
    pub relative_humidity_percent: f64,
    /// Pascals.
    pub pressure_pa: f64,
    /// m/s towards the east, at the height at which the scene gives the wind.
    pub wind_east_m_s: f64,
    /// m/s towards the north.
    pub wind_north_m_s: f64,
    /// m/s in still air.
    pub speed_of_sound_m_s: f64,
}

/// A sensor as it was, not as it was surveyed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthSensor {
    /// Name.
    pub id: String,
    /// Where it is.
    pub position: Point,
    /// Seconds its clock is ahead of UTC at the start.
    pub clock_offset_s: f64,
    /// Parts of a million by which its crystal is fast while it has no GPS.
    #[serde(default)]
    pub drift_ppm: f64,
    /// When it has no GPS, from and to, seconds of UTC after the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<[f64; 2]>,
    /// Whole seconds its clock is ahead by mistake,
    #[serde(default)]
    pub slip_s: f64,
    /// since when, seconds of UTC after the start. `None`: from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip_at_s: Option<f64>,
    /// Decibels its sensitivity is above the nominal one.
    #[serde(default)]
    pub gain_error_db: f64,
    /// RMS level of the ambient noise about it over the band of the recording, dB SPL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambient_db_spl: Option<f64>,
    /// Stretches of the recording that are lost, from and to, seconds after its start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<[f64; 2]>,
    /// When it died, seconds after the start of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_from_s: Option<f64>,
}

/// One shot.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthShot {
    /// UTC of the discharge, RFC 3339 with nanoseconds.
    pub time: String,
    /// Where.
    pub position: Point,
    /// Name of the firearm.
    pub firearm: String,
    /// Where the barrel points, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<Aim>,
    /// One for every sensor, in their order.
    pub arrivals: Vec<TruthArrival>,
}

/// A sound that is no shot.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthSound {
    /// What it is: `firework`, `hammer` ...
    pub kind: String,
    /// UTC at which it begins, RFC 3339 with nanoseconds.
    pub time: String,
    /// Where, or where a moving source begins.
    pub position: Point,
    /// One for every sensor that it reaches, in their order; none for moving sources.
    pub arrivals: Vec<TruthArrival>,
}

/// The muzzle blast of one shot, or one other sound, at one sensor.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthArrival {
    /// Name of the sensor.
    pub sensor: String,
    /// UTC of the first wavefront, RFC 3339 with nanoseconds. The sensor's clock shows its
    /// offset more.
    pub time: String,
    /// Seconds from the discharge to the first wavefront.
    pub delay_s: f64,
    /// How much of that the straight line through the same air, without gusts, does not explain,
    /// seconds: the way round what stands in it, and gusts.
    pub extra_s: f64,
    /// Peak level of the first wavefront as sampled, before noise and clipping, dB SPL.
    pub level_db_spl: f64,
    /// Straight distance, metres.
    pub range_m: f64,
    /// Whether the first wavefront lies within the recording.
    pub recorded: bool,
    /// What the sound of the first wavefront did on its way.
    pub path: PathKind,
    /// Later wavefronts, without those that only bounce off the ground on the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub echoes: Vec<TruthEcho>,
    /// The bullet, where its cone passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crack: Option<TruthCrack>,
}

/// The shock wave of the bullet at one sensor.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthCrack {
    /// Seconds from the discharge to the wavefront.
    pub delay_s: f64,
    /// Peak level as sampled, before noise and clipping, dB SPL.
    pub level_db_spl: f64,
    /// Peak level before air, edges and the sample rate have rounded it, dB SPL.
    pub unsampled_db_spl: f64,
    /// From the first shock to the second, seconds.
    pub duration_s: f64,
    /// By how much the bullet misses the sensor, metres.
    pub miss_m: f64,
    /// Speed of the bullet over that of sound where the wave left it.
    pub mach: f64,
}

/// A later wavefront of the same sound.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct TruthEcho {
    /// What the sound did on its way.
    pub path: PathKind,
    /// Seconds from the discharge.
    pub delay_s: f64,
    /// Peak level as sampled, dB SPL.
    pub level_db_spl: f64,
}
