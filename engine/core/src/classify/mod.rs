//! What an impulse was, from what one sensor heard, and then from all sensors of a shot.
//!
//! Each onset becomes a row of [`features`] and a picture of levels by band and time, which gain does not change; boosted
//! [`trees`] score the one and a convolutional [`net`] the other for each class, a calibration fitted on sources that trained
//! nothing makes scores into probabilities, and [`novelty`] says how unlike all training the row is. The [`model`] is learned by
//! `shotfix bench classify --train` and lies in `model/` with its data card.
//! Rounds heard by several sensors are [`pool`]ed, and what only a network knows is added ([`network`]).

mod context;
mod features;
pub mod model;
pub mod net;
pub mod network;
pub mod novelty;
mod reason;
pub mod trees;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use features::{FEATURES_VERSION, N_FEATURES, Row, features};
pub use network::{ShotEvidence, pool};
pub use reason::reason;
pub use shotfix_signal::{COLUMNS, FRAMES, FRONT, Spectrogram};

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
        .map(|row| {
            posterior(
                model.scores(&row.features, &row.spectrogram),
                model.novelty.unknown(&row.features),
            )
        })
        .collect()
}

/// Features of onsets of several sensors, in any order, each among those of its own sensor.
pub fn features_by_sensor<O: Borrow<Onset>>(onsets: &[O]) -> Vec<Row> {
    let mut by_sensor: BTreeMap<SensorIdx, Vec<usize>> = BTreeMap::new();
    for (index, onset) in onsets.iter().enumerate() {
        by_sensor
            .entry(onset.borrow().sensor)
            .or_default()
            .push(index);
    }
    let mut all = vec![Row::default(); onsets.len()];
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

/// Scores of the sensors that heard one shot as one: their sum over their number to the power `exponent`, between a
/// mean (1, all alike) and a sum (0, independent), for they share the source. Zeros of none.
fn pool_sensors(scores: impl Iterator<Item = [f64; CLASSES]>, exponent: f64) -> [f64; CLASSES] {
    let (mut sums, mut n) = ([0.0; CLASSES], 0.0);
    for scores in scores {
        for (sum, score) in sums.iter_mut().zip(scores) {
            *sum += score;
        }
        n += 1.0;
    }
    if n > 0.0 {
        let share = f64::powf(n, -exponent);
        sums = sums.map(|sum| share * sum);
    }
    sums
}

/// Scores of one shot: those of its sensors pooled, then what the network knows of it: loudness speaks of explosions against all
/// else, height of fireworks. Evidence of nothing, the default, adds nothing.
pub fn shot_scores(
    scores: impl Iterator<Item = [f64; CLASSES]>,
    exponent: f64,
    evidence: &ShotEvidence,
) -> [f64; CLASSES] {
    let [gunfire, firework, other] = pool_sensors(scores, exponent);
    let loudness = evidence.loudness();
    [
        gunfire + loudness,
        firework + loudness + evidence.height(),
        other,
    ]
}

/// Class of a shot by the rows of the sensors that heard it, pooled by an exponent that was fitted with the model, and
/// by what the network knows.
pub fn classify_shot<'a>(
    rows: impl Iterator<Item = &'a Row>,
    evidence: &ShotEvidence,
) -> ClassPosterior {
    let model = bundled();
    let rows: Vec<_> = rows.collect();
    let scores = (rows.iter()).map(|row| model.scores(&row.features, &row.spectrogram));
    let unknown = rows.iter().map(|row| model.novelty.unknown(&row.features));
    posterior(
        shot_scores(scores, f64::from(model.pooling), evidence),
        unknown.fold(1.0, f64::min),
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
