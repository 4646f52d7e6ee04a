//! A moving source at one sensor: where it is, what stands in the way, how loud it is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::city::Scratch;
use crate::render::barrier;
use crate::render::moving::MovingListener;
use crate::render::stage::Stage;
use crate::scene::{Scene, SceneSensor};
use crate::sensor::ambient_db_spl;
use crate::source::{Track, Waveform, db_spl};

/// Frequency whose loss by air and edges the whole sound takes, Hz: engines, tyres and rotors
/// have most of what carries far near it.
const LOSS_HZ: f64 = 500.0;

/// Places a second at which ways are looked for; between them delay and gain change evenly. A car
/// moves 0.7 m meanwhile, and its delay 10 m away is then 0.02 ms off at most.
const WAYS_PER_S: f64 = 20.0;

/// Ways that are kept; a sound is under way for a few seconds.
const MOST_WAYS: usize = 512;

/// A source whose peak is weaker than this is not listened to, dB SPL: below the quietest night.
const FAINTEST_DB_SPL: f64 = 15.0;

/// Nor is one whose peak is this much below the RMS of the ambient noise, dB: its own RMS is 10 dB
/// lower still, and adds less than 0.02 dB.
const MASKED_DB: f64 = 15.0;

/// A passing source.
///
/// Not modelled: its echoes and tail, refraction, and the colour that edges and air give.
pub(crate) struct Passer<'a> {
    scene: &'a Scene,
    sensor: &'a SceneSensor,
    track: &'a Track,
    peak_pa: f64,
    /// Weaker peaks are not heard, dB SPL.
    faintest_db_spl: f64,
    listener: MovingListener,
    samples: Arc<[f32]>,
    start_s: f64,
    ways: HashMap<i64, Way>,
}

/// How sound that leaves at one moment comes to the sensor.
#[derive(Clone, Copy)]
struct Way {
    delay_s: f64,
    gain: f64,
}

impl<'a> Passer<'a> {
    /// `None` for sources that stand still.
    pub(crate) fn new(
        stage: &Stage<'a>,
        sensor: &'a SceneSensor,
        emission_idx: usize,
    ) -> Option<Self> {
        let emission = &stage.scene.emissions[emission_idx];
        let (Some(track), Waveform::Samples(samples)) = (&emission.track, &emission.waveform)
        else {
            return None;
        };
        Some(Self {
            scene: stage.scene,
            sensor,
            track,
            peak_pa: stage.peaks_pa[emission_idx],
            faintest_db_spl: ambient_db_spl(stage.scene, sensor).map_or(FAINTEST_DB_SPL, |level| {
                FAINTEST_DB_SPL.max(level - MASKED_DB)
            }),
            listener: MovingListener::new(f64::from(sensor.sample_rate_hz)),
            samples: stage.samples(samples, sensor.sample_rate_hz),
            start_s: emission.time_s,
            ways: HashMap::new(),
        })
    }

    /// Adds what arrives during a block whose first sample is number `first`.
    pub(crate) fn add(&mut self, first: i64, block: &mut [f64], scratch: &mut Scratch) {
        if self.samples.is_empty() {
            return;
        }
        let rate_hz = f64::from(self.sensor.sample_rate_hz);
        // A moving source has no instant that a clock could be read at to a microsecond.
        let ahead_s = self.sensor.clock_offset_s;
        if self.ways.len() > MOST_WAYS {
            self.ways.clear();
        }
        let mut listener = std::mem::take(&mut self.listener);
        // What is kept is a function of the moment alone, so keeping it changes nothing.
        let kept = RefCell::new((std::mem::take(&mut self.ways), scratch));
        let node = |number: i64| {
            let (ways, scratch) = &mut *kept.borrow_mut();
            *ways
                .entry(number)
                .or_insert_with(|| self.way(number as f64 / WAYS_PER_S, scratch))
        };
        let way = |shown_s: f64| {
            let place = (shown_s - ahead_s) * WAYS_PER_S;
            let (from, share) = (place.floor(), place - place.floor());
            let (a, b) = (node(from as i64), node(from as i64 + 1));
            let mix = |a: f64, b: f64| a + (b - a) * share;
            (mix(a.delay_s, b.delay_s), mix(a.gain, b.gain))
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
        listener.add(first, block, way, signal);
        self.ways = kept.into_inner().0;
        self.listener = listener;
    }

    /// How what leaves at `time_s` is heard; with a gain of 0 off the track's ends.
    fn way(&self, time_s: f64, scratch: &mut Scratch) -> Way {
        let (scene, sensor) = (self.scene, self.sensor);
        let (place, sounds) = self.track.at(time_s);
        let medium = scene.air.medium();
        let straight_s = medium.travel_time_s(place, sensor.position);
        // Nearer than a metre the level is not defined.
        let range_m = place.range_m(sensor.position).max(1.0);
        let open_db = db_spl(self.peak_pa / range_m);
        if !sounds || open_db < self.faintest_db_spl {
            return Way {
                delay_s: straight_s,
                gain: 0.0,
            };
        }
        let (extra_m, edge_db) = match &scene.city {
            None => (0.0, 0.0),
            Some(city) => {
                let way = city.first_way(place, sensor.position, scratch);
                let loss = |detour| barrier::loss_db(detour, LOSS_HZ, medium.speed_m_s());
                (way.length_m - way.straight_m, way.detour.map_or(0.0, loss))
            }
        };
        let way_m = range_m + extra_m;
        let loss_db =
            scene.atmosphere.excess_loss_db + edge_db + medium.absorption_db_per_m(LOSS_HZ) * way_m;
        let heard = open_db - loss_db >= self.faintest_db_spl;
        Way {
            delay_s: straight_s + extra_m / medium.speed_m_s(),
            gain: if heard {
                10f64.powf(-loss_db / 20.0) / way_m
            } else {
                0.0
            },
        }
    }
}
