//! What all sensors of a scene share while it is played.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::city::Scratch;
use crate::render::crack;
use crate::scene::Scene;
use crate::source::{Bullet, Samples, Waveform, resample, resample_loop};

/// A scene about to be played.
pub(crate) struct Stage<'a> {
    pub(crate) scene: &'a Scene,
    /// The bullet of each shot, if it is heard, with what it hits.
    pub(crate) bullets: Vec<Option<Bullet>>,
    /// Largest pressure at 1 m of each emission, pascals.
    pub(crate) peaks_pa: Vec<f64>,
    /// Sampled sounds at the rates of the sensors.
    resampled: HashMap<Key, Arc<[f32]>>,
}

/// Which samples, by where they lie in memory, and at which rate in hertz.
type Key = (usize, u32);

impl<'a> Stage<'a> {
    pub(crate) fn new(scene: &'a Scene) -> Self {
        let mut wanted: HashMap<Key, (&Samples, bool)> = HashMap::new();
        for emission in &scene.emissions {
            if let Waveform::Samples(samples) = &emission.waveform {
                for sensor in &scene.sensors {
                    let looped = emission.track.is_some();
                    wanted.insert(key(samples, sensor.sample_rate_hz), (samples, looped));
                }
            }
        }
        let resampled = wanted
            .into_par_iter()
            .map(|(key, (samples, looped))| {
                let to = if looped { resample_loop } else { resample };
                (key, to(samples, f64::from(key.1)).into())
            })
            .collect();
        let mut scratch = Scratch::default();
        let bullets = scene.shots.iter();
        let mut stopped = |bullet| crack::stopped(scene, bullet, &mut scratch);
        let bullets = bullets.map(|shot| shot.bullet().map(&mut stopped));
        let peaks_pa = scene.emissions.iter();
        let peaks_pa = peaks_pa.map(|emission| emission.waveform.peak_pa());
        Self {
            scene,
            peaks_pa: peaks_pa.collect(),
            bullets: bullets.collect(),
            resampled,
        }
    }

    /// The samples of a sound at a sensor's rate.
    pub(crate) fn samples(&self, samples: &Arc<Samples>, sample_rate_hz: u32) -> Arc<[f32]> {
        self.resampled
            .get(&key(samples, sample_rate_hz))
            .map_or_else(|| Arc::from([]), Arc::clone)
    }
}

fn key(samples: &Arc<Samples>, sample_rate_hz: u32) -> Key {
    (Arc::as_ptr(samples) as usize, sample_rate_hz)
}
