//! A scene as blocks of samples, without files.

use std::sync::Arc;

use rayon::prelude::*;

use crate::output::{Truth, truth};
use crate::render::heard::Heard;
use crate::render::listener::Listener;
use crate::render::stage::Stage;
use crate::scene::{Scene, SceneSensor};
use crate::sensor::Chain;

/// Samples of one sensor, as its converter gives them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Block {
    /// Index of the sensor in the scene.
    pub sensor_idx: usize,
    /// Number of the first sample in the recording; its time on the sensor's clock is the
    /// scene's start plus this over the sample rate.
    pub first_sample: u64,
    /// Pressure over full scale. Runs of exact zeros are missing data.
    pub samples: Vec<f32>,
    /// How many of them were cut at full scale.
    pub clipped: usize,
}

/// One sensor's samples, block by block.
pub(crate) struct SensorStream<'a> {
    sensor_idx: usize,
    listener: Listener<'a>,
    chain: Chain,
    pressure_pa: Vec<f64>,
    next: usize,
    length: usize,
}

impl<'a> SensorStream<'a> {
    pub(crate) fn new(stage: &Arc<Stage<'a>>, sensor_idx: usize) -> Self {
        let scene = stage.scene;
        let sensor = &scene.sensors[sensor_idx];
        Self {
            sensor_idx,
            listener: Listener::new(Arc::clone(stage), sensor),
            chain: Chain::new(scene, sensor),
            pressure_pa: Vec::new(),
            next: 0,
            length: length(scene, sensor),
        }
    }

    /// The next samples, fewer at the end; `None` after it.
    pub(crate) fn next_block(&mut self, samples: usize) -> Option<Block> {
        let count = samples.min(self.length - self.next);
        if count == 0 {
            return None;
        }
        self.pressure_pa.clear();
        self.pressure_pa.resize(count, 0.0);
        self.listener.hear(&mut self.pressure_pa);
        let mut block = Block {
            sensor_idx: self.sensor_idx,
            first_sample: self.next as u64,
            samples: vec![0.0; count],
            clipped: 0,
        };
        block.clipped =
            self.chain
                .process(self.next as i64, &mut self.pressure_pa, &mut block.samples);
        self.next += count;
        Some(block)
    }

    pub(crate) fn into_heard(self) -> Vec<Heard> {
        self.listener.into_heard()
    }
}

/// Every sensor's samples in step, block by block, for those who need no files.
///
/// Sensors are rendered in parallel on rayon's current pool; samples do not depend on the length
/// of the blocks nor on the number of threads. Memory holds the sounds on their way and one block
/// of each sensor.
pub struct Stream<'a> {
    scene: &'a Scene,
    sensors: Vec<SensorStream<'a>>,
    block_s: f64,
}

impl Scene {
    /// Plays the scene in blocks of `block_s` seconds.
    ///
    /// # Panics
    /// If `block_s` is not positive.
    pub fn stream(&self, block_s: f64) -> Stream<'_> {
        assert!(
            block_s > 0.0,
            "a block lasts a positive time, not {block_s} s"
        );
        let stage = Arc::new(Stage::new(self));
        let sensors = (0..self.sensors.len()).map(|idx| SensorStream::new(&stage, idx));
        Stream {
            scene: self,
            sensors: sensors.collect(),
            block_s,
        }
    }
}

impl Iterator for Stream<'_> {
    /// The next block of every sensor that has one, in the order of the sensors.
    type Item = Vec<Block>;

    fn next(&mut self) -> Option<Vec<Block>> {
        let (scene, block_s) = (self.scene, self.block_s);
        let blocks: Vec<Option<Block>> = self
            .sensors
            .par_iter_mut()
            .map(|stream| {
                let rate_hz = f64::from(scene.sensors[stream.sensor_idx].sample_rate_hz);
                stream.next_block((block_s * rate_hz).round().max(1.0) as usize)
            })
            .collect();
        let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
        (!blocks.is_empty()).then_some(blocks)
    }
}

impl Stream<'_> {
    /// What really happened, of the sounds played so far.
    pub fn into_truth(self) -> Truth {
        let heard = self.sensors.into_iter().map(SensorStream::into_heard);
        truth(self.scene, &heard.collect::<Vec<_>>())
    }
}

/// Samples of a sensor's whole recording.
pub(crate) fn length(scene: &Scene, sensor: &SceneSensor) -> usize {
    (scene.duration_s * f64::from(sensor.sample_rate_hz)).round() as usize
}
