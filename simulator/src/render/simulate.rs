//! From a scene to recordings and truth, in memory.

use std::sync::Arc;

use rayon::prelude::*;

use crate::output::{Truth, reported_air, truth};
use crate::render::heard::Heard;
use crate::render::stage::Stage;
use crate::render::stream::{SensorStream, length};
use crate::scene::{AirSpec, Origin, SampleFormat, Scene};
use crate::sensor::{Recording, station};

/// Samples rendered at once: a few hundred kilobytes, so that they stay near the processor.
pub(crate) const BLOCK: usize = 1 << 15;

/// A scene that has been played.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Simulation {
    /// One recording for every sensor, in their order.
    pub recordings: Vec<Recording>,
    /// What really happened.
    pub truth: Truth,
    /// Where the frame lies on the globe, if anywhere.
    pub origin: Option<Origin>,
    /// The air as a weather station reports it, and how well it knows.
    pub reported_air: AirSpec,
    /// How the samples are stored.
    pub format: SampleFormat,
}

/// Plays a scene. Sensors are rendered in parallel on rayon's current pool; the result is the
/// same for any number of threads.
///
/// All samples stay in memory, 4 bytes each; [`simulate_to_dir`](crate::simulate_to_dir) and
/// [`Scene::stream`] keep a block of each sensor.
pub fn simulate(scene: &Scene) -> Simulation {
    let stage = Arc::new(Stage::new(scene));
    let (recordings, heard): (Vec<_>, Vec<_>) = (0..scene.sensors.len())
        .into_par_iter()
        .map(|sensor_idx| record(&stage, sensor_idx, f64::INFINITY))
        .unzip();
    Simulation {
        recordings,
        truth: truth(scene, &heard),
        origin: scene.origin,
        reported_air: reported_air(scene),
        format: scene.format,
    }
}

/// What some sensors record of a scene from its start, `until_s` seconds of it or all there is:
/// the same samples as in [`simulate`], without the work for the rest.
///
/// # Panics
/// If there is no sensor of an index.
pub fn simulate_some(scene: &Scene, sensors: &[usize], until_s: f64) -> Vec<Recording> {
    let stage = Arc::new(Stage::new(scene));
    sensors
        .par_iter()
        .map(|&sensor_idx| record(&stage, sensor_idx, until_s).0)
        .collect()
}

fn record(stage: &Arc<Stage<'_>>, sensor_idx: usize, until_s: f64) -> (Recording, Vec<Heard>) {
    let scene = stage.scene;
    let sensor = &scene.sensors[sensor_idx];
    let mut recording = Recording {
        station: station(sensor),
        start: scene.start,
        sample_rate_hz: sensor.sample_rate_hz,
        samples: Vec::new(),
        clipped: 0,
    };
    // Saturates: no end is the end of the scene.
    let wanted = (until_s * f64::from(sensor.sample_rate_hz)) as usize;
    let wanted = wanted.min(length(scene, sensor));
    recording.samples.reserve_exact(wanted);
    let mut stream = SensorStream::new(stage, sensor_idx);
    while let Some(block) = stream.next_block(BLOCK.min(wanted - recording.samples.len())) {
        recording.samples.extend_from_slice(&block.samples);
        recording.clipped += block.clipped;
    }
    (recording, stream.into_heard())
}
