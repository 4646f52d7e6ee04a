//! Training with whole sources held back.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use shotfix_core::Class;
use shotfix_core::classify::model::{Model, mean_score, net_score};
use shotfix_core::classify::novelty::Novelty;
use shotfix_core::classify::trees::softmax;
use shotfix_core::classify::{CLASSES, FEATURES_VERSION, N_FEATURES};

use super::boost::{self, Table};
use super::conv::{self, Example};
use super::gather::{Chain, FOLDS, Gathered, Heard, Origin};
use super::pool::fit_exponent;

/// A model and what models without the source said of every onset.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// Trained on everything.
    pub model: Model,
    /// Calibrated probabilities of each onset by the model of the other folds.
    pub held_out: Vec<[f64; CLASSES]>,
    /// What the trees of those models, and their nets, say alone, not calibrated.
    pub parts: [Vec<[f64; CLASSES]>; 2],
    /// Weight of each onset.
    pub weights: Vec<f32>,
}

/// How to learn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Learning {
    /// The trees.
    pub trees: boost::Settings,
    /// The nets.
    pub net: conv::Settings,
}

/// Trains on `gathered`.
pub fn learn(gathered: &Gathered, learning: &Learning) -> Learnt {
    let folds: Vec<usize> = (0..gathered.heard.len())
        .map(|k| gathered.recording_of(k).fold)
        .collect();
    let weights = weights(gathered);
    let both = |keep: &(dyn Fn(usize) -> bool + Sync)| {
        rayon::join(
            || boost::train(&table(gathered, &weights, keep), &learning.trees),
            || conv::train(&examples(gathered, &weights, keep), &learning.net),
        )
    };
    let models: Vec<_> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| both(&|k| folds[k] != fold))
        .collect();
    // Of the trees and of the nets, each by the models of other folds, then the mean of both.
    let rows = || gathered.heard.iter().zip(&folds);
    let by_trees: Vec<[f64; CLASSES]> = rows()
        .map(|(heard, &fold)| {
            let mut scores = [0.0; CLASSES];
            models[fold].0.score_into(&heard.row.features, &mut scores);
            scores
        })
        .collect();
    let by_net: Vec<[f64; CLASSES]> = rows()
        .map(|(heard, &fold)| net_score(&models[fold].1, &heard.row.spectrogram))
        .collect();
    let raw: Vec<[f64; CLASSES]> = (by_trees.iter().zip(&by_net))
        .map(|(trees, net)| mean_score(trees, net))
        .collect();
    let parts = [by_trees, by_net].map(|mut scores| {
        scores.iter_mut().for_each(|scores| softmax(scores));
        scores
    });
    // Calibration of a fold is fitted on the others, so that nothing scored has fitted anything.
    let mut held_out = vec![[0.0; CLASSES]; raw.len()];
    for fold in 0..FOLDS {
        let (scale, shift) = calibrate(gathered, &raw, &weights, |k| folds[k] != fold);
        for k in (0..raw.len()).filter(|&k| folds[k] == fold) {
            held_out[k] = apply(&raw[k], scale, &shift);
        }
    }
    let (scale, shift) = calibrate(gathered, &raw, &weights, |_| true);
    let (ensemble, nets) = both(&|_| true);
    let model = Model {
        features_version: FEATURES_VERSION,
        ensemble,
        nets,
        pooling: fit_exponent(gathered, &held_out) as f32,
        scale: scale as f32,
        shift: shift.map(|s| s as f32),
        novelty: novelty(gathered, &weights),
    };
    Learnt {
        model,
        held_out,
        parts,
        weights,
    }
}

/// Weight of a group of rows within the whole. Fireworks weigh little: near guns nothing tells a large cracker from a
/// pistol, and of the two the gun must not be missed. Guns by formula and in scenes weigh as much as live fire, which
/// is three pistols in one city. Guns are a fifth of all: then the likeliest class is gunfire for 95 % of the
/// arrivals of live fire held out.
fn share(origin: Origin, chain: Chain, class: Class) -> f64 {
    use {Chain as C, Class as K, Origin as O};
    match (class, origin, chain) {
        (_, _, C::Late) => 0.0,
        (K::Gunfire, O::LiveFire, C::AsItLies) => 0.05,
        (K::Gunfire, O::LiveFire, _) => 0.05,
        (K::Gunfire, O::Made, _) => 0.09,
        (K::Gunfire, _, _) => 0.05,
        (K::Firework, O::Made, _) => 0.04,
        (K::Firework, _, _) => 0.02,
        (K::Other, O::Clip, C::AsItLies) => 0.16,
        (K::Other, O::Clip, C::LiveFire) => 0.10,
        (K::Other, O::Clip, C::Alone) => 0.05,
        (K::Other, O::Clip, _) => 0.10,
        (K::Other, O::Made, _) => 0.09,
        (K::Other, O::Background, _) => 0.02,
        (K::Other, _, _) => 0.03,
    }
}

/// Each group weighs its [`share`], and what has none trains nothing; within it each recording as the square root of its
/// onsets, so that rain does not outweigh everything else, and blows by formula each recording the same, so that those that
/// stand alone count.
fn weights(gathered: &Gathered) -> Vec<f32> {
    let n = gathered.heard.len();
    let recording = |k: usize| (gathered.heard[k].recording, gathered.heard[k].class);
    let mut onsets: BTreeMap<_, f64> = BTreeMap::new();
    for k in 0..n {
        *onsets.entry(recording(k)).or_default() += 1.0;
    }
    let group = |k: usize| {
        let listened = gathered.recording_of(k);
        (listened.origin, listened.chain, gathered.heard[k].class)
    };
    let raw: Vec<f64> = (0..n)
        .map(|k| {
            let n = onsets[&recording(k)];
            match group(k) {
                (Origin::Made, _, Class::Other) => 1.0 / n,
                _ => 1.0 / n.sqrt(),
            }
        })
        .collect();
    let mut sums: BTreeMap<_, f64> = BTreeMap::new();
    for (k, weight) in raw.iter().enumerate() {
        *sums.entry(group(k)).or_default() += weight;
    }
    let share_of = |(origin, chain, class)| share(origin, chain, class);
    let n_trained = (0..n).filter(|&k| share_of(group(k)) > 0.0).count() as f64;
    let shares: f64 = sums.keys().map(|&group| share_of(group)).sum();
    raw.iter()
        .enumerate()
        .map(|(k, weight)| {
            let group = group(k);
            let share = share_of(group) / shares;
            (n_trained * share * weight / sums[&group]) as f32
        })
        .collect()
}

/// The rows that train, by number, with their weights.
fn trained<'a>(
    gathered: &'a Gathered,
    weights: &'a [f32],
) -> impl Iterator<Item = (usize, &'a Heard, f32)> {
    let rows = gathered.heard.iter().zip(weights).enumerate();
    rows.filter(|(_, (_, weight))| **weight > 0.0)
        .map(|(k, (heard, &weight))| (k, heard, weight))
}

fn table(gathered: &Gathered, weights: &[f32], keep: impl Fn(usize) -> bool) -> Table {
    let mut table = Table {
        n_features: N_FEATURES,
        n_classes: CLASSES,
        ..Table::default()
    };
    for (_, heard, weight) in trained(gathered, weights).filter(|(k, ..)| keep(*k)) {
        table.push(&heard.row.features, heard.class as u8, weight);
    }
    table
}

fn examples<'a>(
    gathered: &'a Gathered,
    weights: &'a [f32],
    keep: impl Fn(usize) -> bool,
) -> Vec<Example<'a>> {
    let kept = trained(gathered, weights).filter(|(k, ..)| keep(*k));
    kept.map(|(_, heard, weight)| Example {
        spectrogram: &heard.row.spectrogram,
        class: heard.class as usize,
        weight,
    })
    .collect()
}

fn apply(raw: &[f64; CLASSES], scale: f64, shift: &[f64; CLASSES]) -> [f64; CLASSES] {
    let mut p = *raw;
    for (p, s) in p.iter_mut().zip(shift) {
        *p = scale * *p + s;
    }
    softmax(&mut p);
    p
}

/// Scale and shift of scores that make held-out probabilities right in the mean (Platt 1999, for
/// several classes), by gradient descent on the log loss.
fn calibrate(
    gathered: &Gathered,
    raw: &[[f64; CLASSES]],
    weights: &[f32],
    keep: impl Fn(usize) -> bool,
) -> (f64, [f64; CLASSES]) {
    let (mut scale, mut shift) = (1.0, [0.0; CLASSES]);
    let rows: Vec<usize> = (0..raw.len()).filter(|&k| keep(k)).collect();
    let total: f64 = rows.iter().map(|&k| f64::from(weights[k])).sum();
    for _ in 0..400 {
        let (mut by_scale, mut by_shift) = (0.0, [0.0; CLASSES]);
        for &k in &rows {
            let p = apply(&raw[k], scale, &shift);
            for class in 0..CLASSES {
                let truth = f64::from(u8::from(gathered.heard[k].class as usize == class));
                let slope = f64::from(weights[k]) / total * (p[class] - truth);
                by_scale += slope * raw[k][class];
                by_shift[class] += slope;
            }
        }
        scale -= 0.1 * by_scale;
        for (s, g) in shift.iter_mut().zip(by_shift) {
            *s -= 1.0 * g;
        }
    }
    (scale, shift)
}

/// The cloud of all rows that train.
fn novelty(gathered: &Gathered, weights: &[f32]) -> Novelty {
    let trained = || trained(gathered, weights);
    let column = |feature: usize| {
        let mut values: Vec<f32> = trained()
            .map(|(_, heard, _)| heard.row.features[feature])
            .filter(|v| !v.is_nan())
            .collect();
        values.sort_by(f32::total_cmp);
        let at = |q: f64| {
            values
                .get((q * values.len() as f64) as usize)
                .copied()
                .unwrap_or(0.0)
        };
        (at(0.5), ((at(0.84) - at(0.16)) / 2.0).max(1e-6))
    };
    let (centre, spread): (Vec<f32>, Vec<f32>) = (0..N_FEATURES).map(column).unzip();
    let mut cloud = Novelty {
        centre,
        spread,
        whitener: Vec::new(),
        quantiles: vec![0.0],
    };
    let mut covariance = DMatrix::<f64>::identity(N_FEATURES, N_FEATURES) * 0.1;
    let mut total = 0.0;
    for (_, heard, weight) in trained() {
        let z = DVector::from_fn(N_FEATURES, |k, _| cloud.scaled(k, heard.row.features[k]));
        covariance.ger(f64::from(weight), &z, &z, 1.0);
        total += f64::from(weight);
    }
    covariance /= total;
    covariance += DMatrix::identity(N_FEATURES, N_FEATURES) * 0.02;
    let inverse = covariance.cholesky().and_then(|c| c.l().try_inverse());
    cloud.whitener = match inverse {
        Some(inverse) => (0..N_FEATURES)
            .flat_map(|row| (0..=row).map(move |column| (row, column)))
            .map(|at| inverse[at] as f32)
            .collect(),
        None => vec![0.0; Novelty::whitener_len(N_FEATURES)],
    };
    let mut distances: Vec<f32> = trained()
        .map(|(_, heard, _)| cloud.distance(&heard.row.features) as f32)
        .collect();
    distances.sort_by(f32::total_cmp);
    const QUANTILES: usize = 200;
    cloud.quantiles = (1..=QUANTILES)
        .filter_map(|k| {
            distances
                .get((k * distances.len() / QUANTILES).saturating_sub(1))
                .copied()
        })
        .collect();
    cloud
}
