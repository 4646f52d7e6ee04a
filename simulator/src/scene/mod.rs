//! The scene: as written, as checked.

mod check;
mod checked;
mod file;
mod layout;
mod line;
mod presets;
mod site;
mod spec;
mod study;

pub(crate) use check::Check;
pub use checked::{Scene, SceneSensor, SceneShot, SceneSound};
pub(crate) use file::SceneFile;
pub(crate) use line::line_of;
pub use presets::Preset;
pub(crate) use site::{Height, Site};
pub use spec::{
    AirSpec, BurstSpec, ClockSpec, EchoSpec, GroundSpec, LayoutSpec, LossSpec, MicrophoneSpec,
    NoiseSpec, Origin, SampleFormat, SceneSpec, SensorSpec, ShotSpec, StartTime,
};
pub use study::{MonteCarloSpec, Run, Setting, Study, VarySpec};
