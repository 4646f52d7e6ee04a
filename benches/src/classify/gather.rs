//! Everything that is heard for training, as rows with their sources.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use shotfix_core::classify::{Class, N_FEATURES, features};
use shotfix_core::{Onset, OnsetDetector, Sensor, SensorIdx, Timestamp};
use shotfix_datasets::Error;
use shotfix_simulator::SceneError;

use super::{live_fire, scenes, sounds};

/// Where a recording comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Guns in a city, recorded.
    LiveFire,
    /// A clip of an everyday sound, recorded.
    Clip,
    /// Minutes of a place, recorded.
    Background,
    /// A scene of the simulator.
    Scene,
}

/// One onset that was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What the classifier sees.
    pub features: [f32; N_FEATURES],
    /// What it was.
    pub class: Class,
    /// What it was more exactly: `dog-bark`, `9mm`, `hammer`.
    pub kind: String,
    /// Which recording; one of [`Gathered::recordings`].
    pub recording: usize,
    /// Which event of the recording's group: arrivals of one shot at several sensors share it.
    pub event: Option<usize>,
    /// Peak over noise, dB.
    pub snr_db: f64,
}

/// A recording that was listened to.
#[derive(Clone, Debug, PartialEq)]
pub struct Listened {
    /// Where it comes from.
    pub origin: Origin,
    /// What is held back together: a firing position, an original recording, a scene.
    pub source: String,
    /// The recording.
    pub name: String,
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
    pub(super) onset: Onset,
    pub(super) class: Class,
    pub(super) kind: String,
    pub(super) event: Option<usize>,
}

/// One recording and what is known in it; events count from zero within a batch.
pub(super) struct Batch {
    pub(super) recordings: Vec<(Listened, Vec<Labelled>)>,
    pub(super) n_events: usize,
}

/// Listens to everything: live fire in `data/pittsburgh`, sounds in `data/sounds`, and `n_scenes` scenes
/// drawn from `seed`.
///
/// # Errors
/// [`GatherError`], naming the file.
pub fn gather(data: &Path, n_scenes: usize, seed: u64) -> Result<Gathered, GatherError> {
    let mut all = Gathered::default();
    for batch in live_fire::listen(&data.join("pittsburgh"))? {
        all.add(batch);
    }
    let clips = sounds::find(&data.join("sounds"))?;
    let batches: Vec<Batch> = clips
        .par_iter()
        .map(sounds::listen)
        .collect::<Result<_, _>>()?;
    for batch in batches {
        all.add(batch);
    }
    let batches: Vec<Batch> = (0..n_scenes)
        .into_par_iter()
        .map(|k| scenes::listen(seed, k, &clips))
        .collect::<Result<_, _>>()?;
    for batch in batches {
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
                features: features(&l.onset),
                class: l.class,
                kind: l.kind,
                recording,
                event: l.event.map(|event| event + self.n_events),
                snr_db: l.onset.snr_db,
            }));
        }
        self.n_events += batch.n_events;
    }
}

/// Onsets of samples, in order of time, which counts from [`Timestamp::default`].
pub(super) fn onsets(samples: &[f32], rate_hz: f64) -> Vec<Onset> {
    let sensor = Sensor::new("", shotfix_core::Enu::default());
    let detector = OnsetDetector::try_new(SensorIdx(0), &sensor, Timestamp::default(), rate_hz);
    let mut onsets = Vec::new();
    // A rate that the detector refuses has no onsets.
    if let Ok(mut detector) = detector {
        detector.process(samples, &mut onsets);
        detector.finish(&mut onsets);
    }
    onsets.sort_by_key(|onset| onset.time);
    onsets
}
