//! Everything that is heard for training, as rows with their sources.

use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use shotfix_core::classify::{Row, features};
use shotfix_core::{Class, Onset, OnsetDetector, Sensor, SensorIdx, Timestamp};
use shotfix_datasets::Error;
use shotfix_simulator::SceneError;

use super::bangs::{self, Made};
use super::channel::{self, Noise};
use super::dsp::Audio;
use super::late::some_late;
use super::live_fire::{self, Take};
use super::sounds;
use super::{impacts, scenes};

/// Sources are dealt into so many folds; each is scored by a model that heard none of it.
pub const FOLDS: usize = 5;

/// Where a recording comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Guns in a city, recorded.
    LiveFire,
    /// A clip of an everyday sound, recorded.
    Clip,
    /// Minutes of a place, recorded.
    Background,
    /// Blasts and blows by formula in a random place.
    Made,
    /// A scene of the simulator.
    Scene,
}

/// What was done to a recording before it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Nothing.
    AsItLies,
    /// Another microphone, rate, noise and converter.
    Other,
    /// One impulse of it cut out, at another speed, in another place, then another chain.
    Alone,
    /// Brought to the rate of live fire and mixed into its quiet parts.
    LiveFire,
    /// Nothing, but it begins shortly before an impulse, and what comes later does not count. Trains nothing.
    Late,
}

/// One onset that was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What the classifier sees.
    pub row: Row,
    /// What it was.
    pub class: Class,
    /// What it was more exactly: `dog-bark`, `9mm`, `hammer`.
    pub kind: String,
    /// Which recording; one of [`Gathered::recordings`].
    pub recording: usize,
    /// Which event: arrivals of one shot at several sensors share it.
    pub event: Option<usize>,
}

/// A recording that was listened to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listened {
    /// Where it comes from.
    pub origin: Origin,
    /// What was done to it.
    pub chain: Chain,
    /// What is held back together: a firing position, an original recording, a scene.
    pub source: String,
    /// Fold of the source.
    pub fold: usize,
    /// Folder or kind of sound.
    pub kind: String,
    /// Seconds that the detector listened to.
    pub duration_s: f64,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Every recording, whether or not anything was heard.
    pub recordings: Vec<Listened>,
    /// Every onset whose nature is known.
    pub heard: Vec<Heard>,
    /// Number of events, see [`Heard::event`].
    pub n_events: usize,
}

/// How much to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Scenes of the simulator.
    pub scenes: usize,
    /// Recordings of guns and of fireworks by formula, each, and half as many as of blows.
    pub made: usize,
    /// Other chains of every recording.
    pub chains: usize,
    /// Of everything drawn.
    pub seed: u64,
}

impl Default for Amounts {
    fn default() -> Self {
        Self {
            scenes: 80,
            made: 800,
            chains: 2,
            seed: 1,
        }
    }
}

/// Why there is nothing to learn from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatherError {
    /// A recording.
    #[error(transparent)]
    Recording(#[from] Error),
    /// A scene of ours; a bug.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// A folder without anything to hear.
    #[error(
        "{path}: holds neither live fire (pittsburgh/) nor sounds (sounds/esc10, sounds/blanket); name the folder that holds both"
    )]
    Nothing {
        /// Which.
        path: PathBuf,
    },
    /// A file that a scene plays could not be written.
    #[error("{path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// An onset whose nature is known, before it is given its place among all.
pub(super) struct Labelled {
    pub(super) row: Row,
    pub(super) class: Class,
    pub(super) kind: String,
    pub(super) event: Option<usize>,
}

/// One recording and what is known in it; events count from zero within a batch.
pub(super) struct Batch {
    pub(super) recordings: Vec<(Listened, Vec<Labelled>)>,
    pub(super) n_events: usize,
}

/// Listens to everything: live fire in `data/pittsburgh`, sounds in `data/sounds`, and what is made. The same
/// data and amounts give the same rows for any number of threads.
///
/// # Errors
/// [`GatherError`], naming the file.
pub fn gather(data: &Path, amounts: &Amounts) -> Result<Gathered, GatherError> {
    let takes = live_fire::read(&data.join("pittsburgh"))?;
    let sounds = sounds::read_all(&data.join("sounds"))?;
    if takes.is_empty() || sounds.is_empty() {
        return Err(GatherError::Nothing {
            path: data.to_owned(),
        });
    }
    let ambience: Vec<Vec<&Audio>> = (0..FOLDS)
        .map(|fold| {
            let places = sounds
                .iter()
                .filter(|s| s.origin == Origin::Background && s.fold == fold);
            places.map(|s| &s.audio).collect()
        })
        .collect();
    let quiet: Vec<Vec<&Take>> = (0..FOLDS)
        .map(|fold| {
            takes
                .iter()
                .filter(|t| t.fold == fold && t.quiet.len() > 6_000)
                .collect()
        })
        .collect();
    let draw = |purpose: u64, k: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(amounts.seed);
        random.set_stream(purpose << 32 | k as u64);
        random
    };
    let each = |n: usize, of: &(dyn Fn(usize) -> Result<Batch, GatherError> + Sync)| {
        (0..n)
            .into_par_iter()
            .map(of)
            .collect::<Result<Vec<Batch>, _>>()
    };
    let mut all = Gathered::default();
    for batch in each(takes.len(), &|k| {
        let take = &takes[k];
        let mut random = draw(1, k);
        Ok(live_fire::listen(
            take,
            amounts.chains,
            &ambience[take.fold],
            &mut random,
        ))
    })? {
        all.add(batch);
    }
    all.n_events = takes.last().map_or(0, Take::events_until);
    let parts = [
        each(sounds.len(), &|k| {
            let sound = &sounds[k];
            let mut random = draw(2, k);
            let places = &ambience[sound.fold];
            Ok(sounds::listen(
                sound,
                amounts.chains,
                places,
                &quiet[sound.fold],
                &mut random,
            ))
        })?,
        each(4 * amounts.made, &|k| {
            let mut random = draw(3, k);
            // Twice as many blows, for there are more kinds of them.
            let made = match k % 4 {
                0 => bangs::guns(&mut random),
                1 => bangs::fireworks(&mut random),
                _ => impacts::impacts(&mut random),
            };
            let fold = (k / 4) % FOLDS;
            Ok(listen_made(&made, k, fold, &ambience[fold], &mut random))
        })?,
        each(amounts.scenes, &|k| {
            scenes::listen(amounts.seed, k, &sounds)
        })?,
    ];
    for batch in parts.into_iter().flatten() {
        all.add(batch);
    }
    Ok(all)
}

impl Gathered {
    fn add(&mut self, batch: Batch) {
        for (listened, labelled) in batch.recordings {
            let recording = self.recordings.len();
            self.recordings.push(listened);
            self.heard.extend(labelled.into_iter().map(|l| Heard {
                row: l.row,
                class: l.class,
                kind: l.kind,
                recording,
                event: l.event.map(|event| event + self.n_events),
            }));
        }
        self.n_events += batch.n_events;
    }

    /// Is row `row` of a recording from there, heard through that?
    pub(super) fn is_of(&self, row: usize, origin: Origin, chain: Chain) -> bool {
        let recording = self.recording_of(row);
        (recording.origin, recording.chain) == (origin, chain)
    }

    /// The recording of row `row`.
    pub fn recording_of(&self, row: usize) -> &Listened {
        &self.recordings[self.heard[row].recording]
    }
}

fn listen_made(
    made: &Made,
    number: usize,
    fold: usize,
    ambience: &[&Audio],
    random: &mut ChaCha8Rng,
) -> Batch {
    let audio = channel::play(
        &made.audio,
        Noise::BelowPeakDb(12.0, 80.0),
        ambience,
        random,
    );
    let (audio, from_s) = some_late(audio, &made.fronts_s, random);
    // What rattles and rings after a blow is heard far more often than the blow: one in four is enough.
    const ONE_IN: usize = 4;
    let labelled = onsets(&audio)
        .into_iter()
        .enumerate()
        .filter_map(|(k, (at_s, row))| {
            let at_s = from_s + at_s;
            let class = known(made, at_s)?;
            if class == Class::Other && !is_front(made, at_s) && k % ONE_IN != 0 {
                return None;
            }
            Some(Labelled {
                row,
                class,
                kind: made.kind.clone(),
                event: None,
            })
        })
        .collect();
    let listened = Listened {
        origin: Origin::Made,
        chain: Chain::Other,
        source: format!("made {number}"),
        fold,
        kind: made.kind.clone(),
        duration_s: audio.duration_s(),
    };
    Batch {
        recordings: vec![(listened, labelled)],
        n_events: 0,
    }
}

/// An onset is a front's if it is this near, seconds.
const SAME_S: f64 = 0.006;

fn is_front(made: &Made, at_s: f64) -> bool {
    made.fronts_s.iter().any(|t| (t - at_s).abs() < SAME_S)
}

/// What an onset `at_s` is: a front, noise from before the first, or nothing that can be named.
fn known(made: &Made, at_s: f64) -> Option<Class> {
    let first_s = made.fronts_s.iter().copied().fold(f64::INFINITY, f64::min);
    match made.class {
        _ if at_s < first_s - SAME_S => Some(Class::Other),
        // Echoes of fireworks are fireworks, those of guns are not asked for, those of blows no guns.
        Class::Gunfire => is_front(made, at_s).then_some(Class::Gunfire),
        class => Some(class),
    }
}

/// Onsets with what the classifier sees of them, in order of time, seconds from the first sample.
pub(super) fn onsets(audio: &Audio) -> Vec<(f64, Row)> {
    let start = Timestamp::default();
    let sensor = Sensor::new("", shotfix_core::Enu::default());
    let onsets = detected(audio, SensorIdx(0), &sensor, start);
    let times = onsets.iter().map(|onset| onset.time.since(start).0);
    times.zip(features(&onsets)).collect()
}

/// Onsets of audio from `start` on, in order of time. A rate that the detector refuses has none.
pub(super) fn detected(
    audio: &Audio,
    index: SensorIdx,
    sensor: &Sensor,
    start: Timestamp,
) -> Vec<Onset> {
    let mut onsets = Vec::new();
    if let Ok(mut detector) = OnsetDetector::try_new(index, sensor, start, audio.rate_hz) {
        detector.process(&audio.samples, &mut onsets);
        detector.finish(&mut onsets);
    }
    onsets.sort_by_key(|onset: &Onset| onset.time);
    onsets
}
