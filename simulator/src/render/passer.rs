//! A moving source at one sensor: where it is, what stands in the way, how loud it is.

use std::sync::Arc;

use crate::city::Scratch;
use crate::render::barrier;
use crate::render::moving::MovingListener;
use crate::render::stage::Stage;
use crate::scene::{Scene, SceneSensor};
use crate::source::{Emission, Track, Waveform};

/// Frequency whose loss by air and edges the whole sound takes, Hz: engines, tyres and rotors
/// have most of what carries far near it.
const LOSS_HZ: f64 = 500.0;

/// A passing source.
pub(crate) struct Passer<'a> {
    scene: &'a Scene,
    sensor: &'a SceneSensor,
    track: &'a Track,
    listener: MovingListener,
    samples: Arc<[f32]>,
    start_s: f64,
}

impl<'a> Passer<'a> {
    /// `None` for sources that stand still.
    pub(crate) fn new(
        stage: &Stage<'a>,
        sensor: &'a SceneSensor,
        emission: &'a Emission,
    ) -> Option<Self> {
        let (Some(track), Waveform::Samples(samples)) = (&emission.track, &emission.waveform)
        else {
            return None;
        };
        Some(Self {
            scene: stage.scene,
            sensor,
            track,
            listener: MovingListener::new(f64::from(sensor.sample_rate_hz)),
            samples: stage.samples(samples, sensor.sample_rate_hz),
            start_s: emission.time_s,
        })
    }

    /// Adds what arrives during a block whose first sample is number `first`.
    pub(crate) fn add(&mut self, first: i64, block: &mut [f64], scratch: &mut Scratch) {
        if self.samples.is_empty() {
            return;
        }
        let (scene, sensor, track) = (self.scene, self.sensor, self.track);
        let rate_hz = f64::from(sensor.sample_rate_hz);
        // A moving source has no instant that a clock could be read at to a microsecond.
        let ahead_s = sensor.clock_offset_s;
        let scratch = std::cell::RefCell::new(scratch);
        let way = |shown_s: f64| {
            let time_s = shown_s - ahead_s;
            way(scene, sensor, track, time_s, &mut scratch.borrow_mut())
        };
        let samples = &self.samples;
        let start = ((self.start_s + ahead_s) * rate_hz).round() as i64;
        let signal = |from: i64, out: &mut [f32]| {
            let length = samples.len() as i64;
            let mut at = (from - start).rem_euclid(length) as usize;
            for sample in out {
                *sample = samples[at];
                at = if at + 1 == samples.len() { 0 } else { at + 1 };
            }
        };
        self.listener.add(first, block, way, signal);
    }
}

/// Delay in seconds and gain of what leaves at `time_s`; gain 0 off the track's ends.
fn way(
    scene: &Scene,
    sensor: &SceneSensor,
    track: &Track,
    time_s: f64,
    scratch: &mut Scratch,
) -> (f64, f64) {
    let (place, sounds) = track.at(time_s);
    let straight_s = scene.straight_s(place, sensor.position);
    let medium = scene.air.medium();
    let (extra_m, edge_db) = match &scene.city {
        None => (0.0, 0.0),
        Some(city) => {
            let way = city.first_way(place, sensor.position, scratch);
            let loss = |detour| barrier::loss_db(detour, LOSS_HZ, medium.speed_m_s());
            (way.length_m - way.straight_m, way.detour.map_or(0.0, loss))
        }
    };
    let delay_s = straight_s + extra_m / medium.speed_m_s();
    if !sounds {
        return (delay_s, 0.0);
    }
    let way_m = (place.range_m(sensor.position) + extra_m).max(1.0);
    let loss_db =
        scene.atmosphere.excess_loss_db + edge_db + medium.absorption_db_per_m(LOSS_HZ) * way_m;
    (delay_s, 10f64.powf(-loss_db / 20.0) / way_m)
}
