//! What an impulse was, from what one sensor heard, and then from all sensors of a shot.
//!
//! Each onset becomes a row of [`features`] that gain does not change; boosted [`trees`] score it for each class, a
//! calibration fitted on sources that trained nothing makes scores into probabilities, and [`novelty`] says how unlike
//! all training it is. The [`model`] is learned by `shotfix bench classify --train` and lies in `model/` with its data card.
//! Rounds heard by several sensors are [`pool`]ed, and what only a network knows is added ([`network`]).

mod context;
mod features;
pub mod model;
pub mod network;
pub mod novelty;
mod reason;
pub mod trees;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use features::{FEATURES_VERSION, N_FEATURES, features};
pub use network::{ShotEvidence, pool};
pub use reason::reason;

use crate::incident::ClassPosterior;
use crate::onset::Onset;
use crate::sensor::SensorIdx;
use model::Model;
use trees::softmax;

/// Number of classes, in the order of [`Class`](crate::incident::Class).
pub const CLASSES: usize = 3;

/// The model that is compiled in.
static BUNDLED: &[u8] = include_bytes!("../../model/classifier.bin");

/// The model that is compiled in, ready to use.
///
/// # Panics
/// If that file is damaged or of other features; a test reads it.
pub fn bundled() -> &'static Model {
    static MODEL: LazyLock<Model> = LazyLock::new(|| {
        let model = Model::from_bytes(BUNDLED).expect("the model compiled in is sound");
        assert_eq!(
            model.features_version, FEATURES_VERSION,
            "train the model anew"
        );
        assert_eq!(
            model.ensemble.n_features, N_FEATURES,
            "train the model anew"
        );
        model
    });
    &MODEL
}

/// Class of every onset of one sensor, which are in order of time: neighbours count.
pub fn classify_recording(onsets: &[Onset]) -> Vec<ClassPosterior> {
    let model = bundled();
    features(onsets)
        .iter()
        .map(|row| posterior(model.scores(row), model.novelty.unknown(row)))
        .collect()
}

/// Features of onsets of several sensors, in any order, each among those of its own sensor.
pub fn features_by_sensor<O: Borrow<Onset>>(onsets: &[O]) -> Vec<[f32; N_FEATURES]> {
    let mut by_sensor: BTreeMap<SensorIdx, Vec<usize>> = BTreeMap::new();
    for (index, onset) in onsets.iter().enumerate() {
        by_sensor
            .entry(onset.borrow().sensor)
            .or_default()
            .push(index);
    }
    let mut all = vec![[f32::NAN; N_FEATURES]; onsets.len()];
    for indices in by_sensor.values_mut() {
        indices.sort_by_key(|&index| onsets[index].borrow().time);
        let own: Vec<&Onset> = indices
            .iter()
            .map(|&index| onsets[index].borrow())
            .collect();
        for (&index, row) in indices.iter().zip(features(&own)) {
            all[index] = row;
        }
    }
    all
}

/// Class of a shot by the rows of the sensors that heard it and by what the network knows.
///
/// Sensors share the source: their scores are summed and divided by their number to a power that was fitted
/// with the model, between a mean (1, all alike) and a sum (0, independent).
pub fn classify_shot<'a>(
    rows: impl Iterator<Item = &'a [f32; N_FEATURES]>,
    evidence: &ShotEvidence,
) -> ClassPosterior {
    let model = bundled();
    let (mut scores, mut n, mut unknown) = ([0.0; CLASSES], 0.0, 1.0_f64);
    for row in rows {
        for (sum, score) in scores.iter_mut().zip(model.scores(row)) {
            *sum += score;
        }
        n += 1.0;
        unknown = unknown.min(model.novelty.unknown(row));
    }
    if n > 0.0 {
        let share = f64::powf(n, -f64::from(model.pooling));
        scores = scores.map(|score| share * score);
    }
    let [gunfire, firework, other] = scores;
    posterior(
        [
            gunfire + evidence.loudness(),
            firework + evidence.loudness(),
            other,
        ],
        unknown,
    )
}

fn posterior(mut scores: [f64; CLASSES], unknown: f64) -> ClassPosterior {
    softmax(&mut scores);
    let [gunfire, firework, other] = scores;
    ClassPosterior {
        gunfire,
        firework,
        other,
        unknown,
    }
}
