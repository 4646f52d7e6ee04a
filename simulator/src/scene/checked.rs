//! A checked scene: what [`simulate`](crate::simulate) works from.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::air::Air;
use crate::arrivals::PickSpec;
use crate::city::{City, Scratch};
use crate::error::SceneError;
use crate::output::reported_air;
use crate::point::Point;
use crate::render::{self, Detail, TailSpec};
use crate::scene::presets::{self, Preset};
use crate::scene::{
    AirSpec, EchoSpec, GroundSpec, LossSpec, MicrophoneSpec, NoiseSpec, Origin, SampleFormat,
    SceneFile, SceneSpec, Site,
};
use crate::sensor::Clock;
use crate::source::{Aim, Blast, Bullet, Emission, Firearm};

/// A scene whose every value has been checked, with layouts and bursts worked out.
///
/// It is made from TOML or from a [`SceneSpec`] and does not change afterwards, so simulating it
/// cannot fail.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) seed: u64,
    pub(crate) duration_s: f64,
    pub(crate) start: Timestamp,
    pub(crate) format: SampleFormat,
    pub(crate) origin: Option<Origin>,
    pub(crate) atmosphere: AirSpec,
    pub(crate) sensors: Vec<SceneSensor>,
    /// In the order of time.
    pub(crate) shots: Vec<SceneShot>,
    /// Sounds other than shots, in the order of the file.
    pub(crate) emissions: Vec<Emission>,
    pub(crate) noise: Option<NoiseSpec>,
    pub(crate) echoes: Option<EchoSpec>,
    pub(crate) ground: Option<GroundSpec>,
    pub(crate) tail: Option<TailSpec>,
    pub(crate) picks: PickSpec,
    pub(crate) air: Air,
    pub(crate) city: Option<Arc<City>>,
    pub(crate) wall_reflection: f64,
}

/// A sensor with everything drawn that is drawn.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SceneSensor {
    /// Name, unique in the scene.
    pub id: String,
    /// Where it is.
    pub position: Point,
    /// Where the survey says it is.
    pub surveyed: Point,
    /// Standard deviation of the survey, each coordinate, metres.
    pub position_sigma_m: f64,
    /// Seconds its clock is ahead of UTC at the scene's start.
    pub clock_offset_s: f64,
    /// Standard deviation of such offsets, seconds.
    pub clock_sigma_s: f64,
    /// Hz.
    pub sample_rate_hz: u32,
    /// Peak level of a full-scale sample, dB SPL.
    pub full_scale_db_spl: f64,
    /// RMS level of its own noise, dB SPL.
    pub noise_db_spl: Option<f64>,
    /// Decibels its sensitivity is above the nominal one.
    pub gain_error_db: f64,
    pub(crate) microphone: MicrophoneSpec,
    pub(crate) clock: Clock,
    pub(crate) losses: LossSpec,
}

/// One discharge.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SceneShot {
    /// Seconds after the start of the scene.
    pub time_s: f64,
    /// Where.
    pub position: Point,
    /// Name of the firearm.
    pub firearm: &'static str,
    /// The firearm.
    pub arm: &'static Firearm,
    /// Its blast at 1 m, 90 degrees off the line of fire.
    pub blast: Blast,
    /// Where it points. `None`: the blast is the same all round and no bullet is heard.
    pub aim: Option<Aim>,
    /// Speed of the bullet at the muzzle, m/s.
    pub bullet_speed_m_s: f64,
    /// Index of the position among the distinct ones, in the order of the file. Echoes are drawn
    /// by it rather than by coordinates, so a mirrored scene has mirrored echoes.
    pub(crate) place_idx: usize,
}

/// A sound that is no shot.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SceneSound {
    /// What it is: `firework`, `hammer` ...
    pub kind: &'static str,
    /// Seconds after the start of the scene at which it begins.
    pub time_s: f64,
    /// Where, or where a moving source begins.
    pub position: Point,
}

impl SceneSensor {
    /// Seconds after the start that the clock shows at a time, seconds after the start.
    pub(crate) fn clock_shows_s(&self, true_s: f64) -> f64 {
        true_s + self.clock.offset_s(true_s)
    }
}

impl SceneShot {
    /// Pressure of the blast along a unit vector (east, north, up) over that of `blast`.
    pub fn gain_towards(&self, departure: [f64; 3]) -> f64 {
        self.aim.map_or(1.0, |aim| {
            self.arm.directivity().gain(aim.angle_rad(departure))
        })
    }

    /// Its bullet, with nothing in its way; `None` for a barrel that points nowhere.
    pub fn bullet(&self) -> Option<Bullet> {
        let speed_m_s = Some(self.bullet_speed_m_s);
        self.aim
            .map(|aim| self.arm.bullet(self.position, aim, speed_m_s))
    }
}

impl Scene {
    /// Reads a scene; `file_name` is only used in messages, and as the name of a nameless scene.
    ///
    /// # Errors
    /// [`SceneError::Syntax`] or [`SceneError::Field`], naming line or field and the remedy.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, SceneError> {
        let spec = SceneSpec::from_toml(text, file_name)?;
        Self::from_spec(spec, file_name).map_err(|error| error.in_text(text))
    }

    /// Loads a scene file, or the preset of that name if there is no such file.
    ///
    /// Of a file with `[[vary]]` or `[monte_carlo]` it is the scene as written, with none of the
    /// values to try in it; [`Study::load`](crate::Study::load) gives them all.
    ///
    /// # Errors
    /// As [`Scene::from_toml`], or [`SceneError::Read`].
    pub fn load(path_or_preset: impl AsRef<Path>) -> Result<Self, SceneError> {
        let file = SceneFile::open(path_or_preset.as_ref())?;
        Self::from_toml(&file.text, &file.name)
    }

    /// The preset called `name`.
    ///
    /// # Errors
    /// [`SceneError::UnknownPreset`], which lists those that exist.
    pub fn preset(name: &str) -> Result<Self, SceneError> {
        match presets::find(name) {
            Some(preset) => preset.scene(),
            None => Err(SceneError::UnknownPreset {
                name: name.to_owned(),
                presets: presets::names(),
            }),
        }
    }

    /// Every preset, with a line about each.
    pub fn presets() -> &'static [Preset] {
        presets::PRESETS
    }

    /// Name of the scene.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line about the scene.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Seed of everything drawn.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Start of the recordings on the sensors' clocks.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Length of the recordings, seconds.
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// Sensors, in the order of the layout and then of the file.
    pub fn sensors(&self) -> &[SceneSensor] {
        &self.sensors
    }

    /// Shots, in the order of time. Empty for a scene of noise alone.
    pub fn shots(&self) -> &[SceneShot] {
        &self.shots
    }

    /// What else sounds, in the order of the file; of a rattle of many small sounds the first.
    pub fn sounds(&self) -> Vec<SceneSound> {
        let listed = self.emissions.iter().filter(|emission| emission.listed);
        let sound = listed.map(|emission| SceneSound {
            kind: emission.kind,
            time_s: emission.time_s,
            position: emission.position,
        });
        sound.collect()
    }

    /// The air as the scene gives it.
    pub fn atmosphere(&self) -> &AirSpec {
        &self.atmosphere
    }

    /// The air as a weather station reports it, and how well it knows: what `array.toml` says.
    pub fn reported_air(&self) -> AirSpec {
        reported_air(self)
    }

    /// What a detector makes of the sounds, where only arrivals are asked for.
    pub fn picks(&self) -> &PickSpec {
        &self.picks
    }

    /// The air the sound travels through.
    pub fn air(&self) -> &Air {
        &self.air
    }

    /// Buildings and terrain, if the scene has any.
    pub fn city(&self) -> Option<&City> {
        self.city.as_deref()
    }

    /// Every way from a shot to a sensor, the earliest first; what the scene draws at random is
    /// among them.
    ///
    /// # Panics
    /// If there is no such shot or sensor.
    pub fn paths(&self, shot_idx: usize, sensor_idx: usize) -> Vec<render::Path> {
        let (shot, sensor) = (&self.shots[shot_idx], &self.sensors[sensor_idx]);
        let (place, place_idx) = (shot.position, shot.place_idx);
        let mut scratch = Scratch::default();
        render::paths(self, sensor, place, place_idx, Detail::All, &mut scratch)
    }

    /// Seconds that sound takes along the straight line through the moving air, whatever stands in
    /// it.
    pub(crate) fn straight_s(&self, source: Point, sensor: Point) -> f64 {
        self.air
            .travel(source, sensor, self.air_ground_up_m(source, sensor))
            .time_s
    }

    /// Height of the ground that the air between two points lies on, metres.
    pub(crate) fn air_ground_up_m(&self, source: Point, sensor: Point) -> f64 {
        0.5 * (self.ground_up_m(source) + self.ground_up_m(sensor))
    }

    /// Height of the ground below a point, metres.
    pub(crate) fn ground_up_m(&self, point: Point) -> f64 {
        Site::of(self).ground_up_m(point.east, point.north)
    }
}
