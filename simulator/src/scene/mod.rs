//! The scene: as written, as checked.

mod check;
mod checked;
mod layout;
mod presets;
mod spec;

pub(crate) use check::Check;
pub use checked::{Scene, SceneSensor, SceneShot};
pub use presets::Preset;
pub use spec::{
    AirSpec, BurstSpec, EchoSpec, GroundSpec, LayoutSpec, MicrophoneSpec, NoiseSpec, Origin,
    SampleFormat, SceneSpec, SensorSpec, ShotSpec, StartTime,
};
