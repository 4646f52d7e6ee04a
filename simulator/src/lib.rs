#![doc = include_str!("../README.md")]

mod array_file;
mod blast;
mod check;
mod error;
mod firearm;
mod layout;
mod medium;
mod noise;
mod presets;
mod propagate;
mod pulse;
mod random;
mod scene;
mod sensor;
mod simulate;
mod spec;
mod truth;
mod write;

pub use blast::Blast;
pub use error::{SceneError, WriteError};
pub use firearm::{FIREARMS, Firearm};
pub use jiff::Timestamp;
pub use medium::Medium;
pub use presets::Preset;
pub use scene::{Point, Scene, SceneSensor, SceneShot};
pub use sensor::{Recording, Station};
pub use simulate::{Simulation, simulate};
pub use spec::{
    AirSpec, BurstSpec, EchoSpec, GroundSpec, LayoutSpec, MicrophoneSpec, NoiseSpec, Origin,
    SampleFormat, SceneSpec, SensorSpec, ShotSpec, StartTime,
};
pub use truth::{Truth, TruthArrival, TruthAtmosphere, TruthSensor, TruthShot};
pub use write::{Written, simulate_to_dir, write};
