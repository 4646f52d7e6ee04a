//! What the classifier sees of an onset: nothing that depends on gain.

use std::borrow::Borrow;

use shotfix_signal::{BANDS, Spectrogram};

use super::context::{CONTEXT, context};
use crate::onset::Onset;

/// Version of the meaning of [`features`]; a model of another version is refused.
pub const FEATURES_VERSION: u16 = 4;
/// Numbers that describe an impulse by itself.
const SHAPE: usize = 14;
/// Those of its course that do not count other onsets, which [`context`] does on both sides.
const COURSE: usize = 58;
/// Numbers an onset is judged by.
pub const N_FEATURES: usize = SHAPE + 3 * BANDS + COURSE + CONTEXT;

/// Below this level a band was not reached by the sample rate, dB re full scale.
const NOT_REACHED_DB: f32 = -139.0;

/// What an onset is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Numbers; NaN is missing.
    pub features: [f32; N_FEATURES],
    /// Levels by band and time.
    pub spectrogram: Spectrogram,
}

impl Default for Row {
    /// Of which nothing is known.
    fn default() -> Self {
        Self {
            features: [f32::NAN; N_FEATURES],
            spectrogram: Spectrogram::default(),
        }
    }
}

/// What each onset of one sensor is judged by. `onsets` are in order of time.
///
/// Of the numbers, shape first; then by band, the spectrum about its own mean, the step over the background, and the
/// fall after the first 10 ms, all in dB; then its course over 640 ms before and after; then what else was heard within
/// seconds.
pub fn features<O: Borrow<Onset>>(onsets: &[O]) -> Vec<Row> {
    let alone: Vec<_> = onsets.iter().map(|onset| alone(onset.borrow())).collect();
    (0..onsets.len())
        .map(|k| {
            let mut all = alone[k];
            let spectrum = |k: usize| &alone[k][SHAPE..SHAPE + BANDS];
            all[N_FEATURES - CONTEXT..].copy_from_slice(&context(onsets, k, spectrum));
            Row {
                features: all,
                spectrogram: onsets[k].borrow().features.course.spectrogram,
            }
        })
        .collect()
}

/// All but the context.
fn alone(onset: &Onset) -> [f32; N_FEATURES] {
    let f = &onset.features;
    let mut all = [f32::NAN; N_FEATURES];
    all[..SHAPE].copy_from_slice(&[
        f.rise_s,
        f.decay_s,
        f.above_10_db_s,
        f.above_20_db_s,
        f.crest_db,
        f.zero_crossing_hz,
        f.centroid_hz,
        f.slope_db_per_octave,
        f.early_late_db,
        f.echoes_per_s,
        f.asymmetry,
        f.n_wave,
        f.clipped_share,
        onset.snr_db as f32,
    ]);
    all[SHAPE + 3 * BANDS..N_FEATURES - CONTEXT].copy_from_slice(&f.course.vector()[..COURSE]);
    let reached = |level: f32| level > NOT_REACHED_DB;
    let n = f.at_db.iter().filter(|&&l| reached(l)).count().max(1) as f32;
    let mean = f.at_db.iter().filter(|&&l| reached(l)).sum::<f32>() / n;
    for band in 0..BANDS {
        let (before, at, after) = (f.before_db[band], f.at_db[band], f.after_db[band]);
        if !reached(at) {
            continue;
        }
        all[SHAPE + band] = at - mean;
        if reached(before) {
            all[SHAPE + BANDS + band] = at - before;
        }
        if reached(after) {
            all[SHAPE + 2 * BANDS + band] = after - at;
        }
    }
    all
}
