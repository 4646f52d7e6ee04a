//! What reaches one microphone, block by block.

use std::collections::HashMap;
use std::sync::Arc;

use crate::city::Scratch;
use crate::output::TruthCrack;
use crate::point::Point;
use crate::render::agenda::{Agenda, Event, Piece};
use crate::render::crack::cracks;
use crate::render::heard::{Heard, HeardPath};
use crate::render::passer::Passer;
use crate::render::path::Path;
use crate::render::paths::{Detail, paths};
use crate::render::pulse::{Passage, PulseRenderer, Wave};
use crate::render::stage::Stage;
use crate::render::tail::{self, Tap};
use crate::render::timeline::Timeline;
use crate::scene::SceneSensor;
use crate::source::{Blast, Bullet, NWave, Waveform, db_spl};

/// Longest piece of a sampled sound that is rendered at once: with the room that a pulse needs it
/// fills 2^14 samples at 48 kHz.
const PIECE: usize = 15_800;

/// Places whose ways are kept for their next sound.
const MOST_PLACES: usize = 256;

/// Blasts whose spectra are kept.
const MOST_WAVES: usize = 64;

/// A sound whose peak would be weaker than this over the straight line in empty space is left
/// out, dB SPL: no ear and no microphone hears it.
const FAINTEST_DB_SPL: f64 = 0.0;

/// Hears a scene at one sensor.
pub(crate) struct Listener<'a> {
    stage: Arc<Stage<'a>>,
    sensor: &'a SceneSensor,
    rate_hz: f64,
    renderer: PulseRenderer,
    timeline: Timeline,
    scratch: Scratch,
    agenda: Agenda,
    places: HashMap<usize, Arc<Ways>>,
    waves: HashMap<[u64; 2], Arc<Wave>>,
    passers: Vec<Passer<'a>>,
    heard: Vec<Heard>,
    /// The clock is never less than this ahead, seconds.
    least_offset_s: f64,
    next: i64,
}

/// How a place is heard at the sensor.
struct Ways {
    range_m: f64,
    /// Along the straight line, whatever stands in it, seconds.
    straight_s: f64,
    paths: Vec<Path>,
    tail: Vec<Tap>,
}

/// A sound, or a piece of one, on its way to the sensor.
struct Pulse<'p> {
    wave: &'p Wave,
    /// Seconds after the start of the scene at which it leaves.
    time_s: f64,
    /// Pressure at 1 m over that of the wave, by the direction in which it leaves.
    gain: &'p dyn Fn([f64; 3]) -> f64,
    /// Louder (or weaker) by gusts, a factor.
    swell: f64,
    /// Later by gusts, seconds.
    late_s: f64,
}

impl<'a> Listener<'a> {
    pub(crate) fn new(stage: Arc<Stage<'a>>, sensor: &'a SceneSensor) -> Self {
        let rate_hz = f64::from(sensor.sample_rate_hz);
        let scene = stage.scene;
        let passers = 0..scene.emissions.len();
        let passers = passers.filter_map(|emission_idx| Passer::new(&stage, sensor, emission_idx));
        let passers = passers.collect();
        Self {
            stage,
            sensor,
            rate_hz,
            renderer: PulseRenderer::new(rate_hz, *scene.air.medium()),
            timeline: Timeline::default(),
            scratch: Scratch::default(),
            agenda: Agenda::of(scene),
            places: HashMap::new(),
            waves: HashMap::new(),
            passers,
            heard: Vec::new(),
            least_offset_s: sensor.clock.least_offset_s(scene.duration_s),
            next: 0,
        }
    }

    /// Fills the next block with the pressure at the microphone, pascals; the bytes do not depend
    /// on how the recording is cut into blocks.
    pub(crate) fn hear(&mut self, block: &mut [f64]) {
        let end = self.next + block.len() as i64;
        // Nothing arrives before it leaves, but for the lead that dispersion is given.
        let before_s = end as f64 / self.rate_hz + EARLY_S - self.least_offset_s;
        while let Some(piece) = self.agenda.next_before(before_s) {
            match piece.event {
                Event::Shot(idx) => self.shot(idx),
                Event::Emission(idx) => self.emission(idx, piece),
            }
        }
        self.timeline.take(block);
        for passer in &mut self.passers {
            passer.add(self.next, block, &mut self.scratch);
        }
        self.next = end;
    }

    /// The shots and listed sounds played so far, in the order of playing.
    pub(crate) fn into_heard(self) -> Vec<Heard> {
        self.heard
    }

    fn shot(&mut self, shot_idx: usize) {
        let stage = Arc::clone(&self.stage);
        let shot = &stage.scene.shots[shot_idx];
        let ways = self.ways(shot.position, shot.place_idx, Detail::All);
        let wave = self.blast_wave(&shot.blast);
        let gain = |departure: [f64; 3]| shot.blast.peak_pa * shot.gain_towards(departure);
        let mut heard = self.heard_of(Event::Shot(shot_idx), &ways, shot.time_s, shot.place_idx);
        let pulse = Pulse {
            wave: &wave,
            time_s: shot.time_s,
            gain: &gain,
            swell: heard.swell(),
            late_s: heard.late_s,
        };
        heard.paths = self.play(&pulse, &ways);
        if let Some(bullet) = stage.bullets[shot_idx] {
            heard.crack = self.crack(&bullet, shot.time_s, &heard);
        }
        self.heard.push(heard);
    }

    /// Adds the crack of a bullet; it swells and lags with the blast.
    fn crack(&mut self, bullet: &Bullet, time_s: f64, heard: &Heard) -> Option<TruthCrack> {
        let (scene, sensor) = (self.stage.scene, self.sensor);
        let mut first = None;
        for crack in cracks(scene, sensor, bullet, &mut self.scratch) {
            let NWave {
                peak_pa,
                duration_s,
                ..
            } = crack.wave;
            let spectrum = |f: f64| crack.wave.spectrum(f);
            let wave = Wave::new(self.rate_hz, crack.wave.length_s(), spectrum);
            let passage = Passage {
                gain: crack.gain * heard.swell(),
                air_m: crack.air_m,
                filter: crack.filter.as_ref(),
            };
            let delay_s = crack.delay_s + heard.late_s;
            let arrival_s = sensor.clock_shows_s(time_s + delay_s);
            let sampled_pa = self
                .renderer
                .add(&mut self.timeline, &wave, passage, arrival_s);
            first.get_or_insert(TruthCrack {
                delay_s,
                level_db_spl: db_spl(sampled_pa),
                unsampled_db_spl: db_spl(peak_pa * passage.gain.abs()),
                duration_s,
                miss_m: crack.miss_m,
                mach: crack.mach,
            });
        }
        first
    }

    fn emission(&mut self, emission_idx: usize, piece: Piece) {
        let scene = self.stage.scene;
        let emission = &scene.emissions[emission_idx];
        let ways = self.ways(emission.position, emission.place_idx, emission.detail);
        let inaudible = db_spl(self.stage.peaks_pa[emission_idx] / ways.range_m) < FAINTEST_DB_SPL;
        if inaudible {
            return;
        }
        let (wave, peak_pa, more) = match &emission.waveform {
            Waveform::Blast(blast) => (self.blast_wave(blast), blast.peak_pa, false),
            Waveform::Samples(samples) => {
                let samples = self.stage.samples(samples, self.sensor.sample_rate_hz);
                let from = (piece.number * PIECE).min(samples.len());
                let to = (from + PIECE).min(samples.len());
                let wave = Wave::from_samples(self.rate_hz, &samples[from..to]);
                (Arc::new(wave), 1.0, to < samples.len())
            }
        };
        if more {
            let number = piece.number + 1;
            let time_s = emission.time_s + (number * PIECE) as f64 / self.rate_hz;
            self.agenda.add(Piece {
                time_s,
                number,
                ..piece
            });
        }
        // Gusts hold all pieces of a sound up alike, or they would not join.
        let event = Event::Emission(emission_idx);
        let mut heard = self.heard_of(event, &ways, emission.time_s, emission.place_idx);
        let gain = |_departure: [f64; 3]| peak_pa;
        let pulse = Pulse {
            wave: &wave,
            time_s: piece.time_s,
            gain: &gain,
            swell: heard.swell(),
            late_s: heard.late_s,
        };
        heard.paths = self.play(&pulse, &ways);
        if emission.listed && piece.number == 0 {
            self.heard.push(heard);
        }
    }

    /// Adds a pulse to the timeline by every way.
    fn play(&mut self, pulse: &Pulse<'_>, ways: &Ways) -> Vec<HeardPath> {
        let mut heard = Vec::with_capacity(ways.paths.len());
        for path in &ways.paths {
            let delay_s = path.delay_s + pulse.late_s;
            let passage = Passage {
                gain: path.gain * pulse.swell * (pulse.gain)(path.departure),
                air_m: path.air_m,
                filter: path.filter.as_ref(),
            };
            let arrival_s = self.sensor.clock_shows_s(pulse.time_s + delay_s);
            let peak_pa = self
                .renderer
                .add(&mut self.timeline, pulse.wave, passage, arrival_s);
            heard.push(HeardPath {
                kind: path.kind,
                off_ground: path.off_ground,
                delay_s,
                level_db_spl: db_spl(peak_pa),
            });
        }
        if !ways.tail.is_empty() {
            // What is scattered left in all directions: as upwards, at right angles to a level barrel.
            let gain = pulse.swell * (pulse.gain)([0.0, 0.0, 1.0]) / ways.range_m;
            let passage = Passage {
                gain,
                air_m: ways.range_m,
                filter: None,
            };
            // Nothing scatters into the sensor before the first way has reached it.
            let first_s = ways
                .paths
                .first()
                .map_or(ways.straight_s, |path| path.delay_s);
            let delay_s = first_s + pulse.late_s;
            let arrival_s = self.sensor.clock_shows_s(pulse.time_s + delay_s);
            let (timeline, wave) = (&mut self.timeline, pulse.wave);
            self.renderer
                .add_copies(timeline, wave, passage, arrival_s, &ways.tail);
        }
        heard
    }

    /// An entry without its paths.
    fn heard_of(&self, event: Event, ways: &Ways, time_s: f64, place_idx: usize) -> Heard {
        let scene = self.stage.scene;
        let wander = scene.air.turbulence().sample(
            scene.seed,
            &self.sensor.id,
            place_idx,
            time_s,
            ways.range_m,
        );
        Heard {
            event,
            range_m: ways.range_m,
            straight_s: ways.straight_s,
            late_s: wander.delay_s,
            swell_db: wander.level_db,
            paths: Vec::new(),
            crack: None,
        }
    }

    fn ways(&mut self, place: Point, place_idx: usize, detail: Detail) -> Arc<Ways> {
        if detail == Detail::All
            && let Some(ways) = self.places.get(&place_idx)
        {
            return Arc::clone(ways);
        }
        let (scene, sensor) = (self.stage.scene, self.sensor);
        let found = paths(scene, sensor, place, place_idx, detail, &mut self.scratch);
        let tail = match (&scene.tail, detail) {
            (Some(spec), Detail::All) => {
                tail::taps(spec, self.rate_hz, scene.seed, &sensor.id, place_idx)
            }
            _ => Vec::new(),
        };
        let ways = Arc::new(Ways {
            range_m: place.range_m(sensor.position),
            straight_s: scene.straight_s(place, sensor.position),
            paths: found,
            tail,
        });
        if detail == Detail::All {
            if self.places.len() >= MOST_PLACES {
                self.places.clear();
            }
            self.places.insert(place_idx, Arc::clone(&ways));
        }
        ways
    }

    /// The spectrum of a blast of 1 Pa.
    fn blast_wave(&mut self, blast: &Blast) -> Arc<Wave> {
        let key = [blast.positive_s.to_bits(), blast.decay.to_bits()];
        if let Some(wave) = self.waves.get(&key) {
            return Arc::clone(wave);
        }
        let unit = Blast {
            peak_pa: 1.0,
            ..*blast
        };
        let wave = Wave::new(self.rate_hz, unit.length_s(), |f| unit.spectrum(f));
        let wave = Arc::new(wave);
        if self.waves.len() >= MOST_WAVES {
            self.waves.clear();
        }
        self.waves.insert(key, Arc::clone(&wave));
        wave
    }
}

/// A pulse is begun this much before its wavefront (see [`PulseRenderer`]), and gusts may bring a
/// sound early by as much again at very short range, seconds.
const EARLY_S: f64 = 0.01;
