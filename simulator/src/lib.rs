#![doc = include_str!("../README.md")]

mod air;
mod arrivals;
mod city;
mod drawn;
mod error;
mod normals;
mod output;
mod point;
mod random;
mod render;
mod scene;
mod sensor;
mod source;

pub use air::{Air, Medium, Profile, Shadow, Travel, Turbulence, Wander};
pub use arrivals::{ArrivalModel, FirstArrival, PickSpec, ShotAt};
pub use city::{Building, City, CitySpec, GenerateSpec, HeightGridSpec, TerrainSpec};
pub use error::{SceneError, WriteError};
pub use jiff::Timestamp;
pub use output::{
    Truth, TruthArrival, TruthAtmosphere, TruthCrack, TruthEcho, TruthSensor, TruthShot,
    TruthSound, Written, simulate_to_dir, simulate_to_dir_with, write,
};
pub use point::Point;
pub use render::{Block, Path, PathKind, Simulation, Stream, TailSpec, simulate, simulate_some};
pub use scene::{
    AirSpec, BurstSpec, ClockSpec, EchoSpec, GroundSpec, LayoutSpec, LossSpec, MicrophoneSpec,
    MonteCarloSpec, NoiseSpec, Origin, Preset, Run, SampleFormat, Scene, SceneSensor, SceneShot,
    SceneSound, SceneSpec, SensorSpec, Setting, ShotSpec, StartTime, Study, VarySpec,
};
pub use sensor::{Place, Recording, Station};
pub use source::{
    Aim, Blast, Bullet, BurstMode, Directivity, FIREARMS, Firearm, FirearmClass, NWave,
    ScatterSpec, Shock, SoundSpec, WalkSpec,
};
