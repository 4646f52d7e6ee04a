//! The learned model and its file.
//!
//! Little-endian, in this order:
//!
//! | part | type |
//! |---|---|
//! | `shotfixM` | 8 bytes |
//! | version of the file, version of the features | u16, u16 |
//! | features, classes, trees, quantiles | u16 each |
//! | exponent of pooling; calibration: scale, shift by class | f32 |
//! | base score by class | f32 |
//! | each tree: depth; feature and threshold by question; leaves by class | u16; u16, f32; f32 |
//! | nets | u16 |
//! | each net: layers, frames pooled | u16 each |
//! | its layers: inputs, outputs, width, stride; weights, biases | u16 each; upper halves of f32 |
//! | its linear layer: weights, biases | upper halves of f32 |
//! | novelty: centre, spread, whitener, quantiles | f32 |
//!
//! Anything that does not add up is refused: a model decides whether police are sent.

use super::CLASSES;
use super::net::{Conv, Net};
use super::novelty::Novelty;
use super::trees::{Ensemble, MAX_DEPTH, Tree};
use shotfix_signal::Spectrogram;

const MAGIC: &[u8; 8] = b"shotfixM";
const VERSION: u16 = 4;
/// Limits of what a file may ask to be read.
const MOST_FEATURES: usize = 1024;
const MOST_TREES: usize = 10_000;
const MOST_NETS: usize = 16;
const MOST_LAYERS: usize = 8;
const MOST_OF_LAYER: usize = 1 << 20;
/// And of what calibration may do to scores.
const MOST_SCALE: f32 = 1e3;

/// A classifier of rows of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Version of the meaning of the features.
    pub features_version: u16,
    /// Scores by class of the features.
    pub ensemble: Ensemble,
    /// Scores by class of the spectrogram, of which the mean counts: nets from different beginnings.
    pub nets: Vec<Net>,
    /// Scores of `n` sensors of one shot are summed and divided by `n` to this power, 0 to 1.
    pub pooling: f32,
    /// Calibrated score: `scale * score + shift` of the mean of both scores, from sources that trained nothing.
    pub scale: f32,
    /// By class.
    pub shift: [f32; CLASSES],
    /// What it has seen.
    pub novelty: Novelty,
}

/// Why bytes are no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not a model file.
    #[error("not a model file: it does not begin with shotfixM")]
    NotAModel,
    /// A later version.
    #[error("model file of version {got}, this program reads {VERSION}; train it anew")]
    Version {
        /// Version found.
        got: u16,
    },
    /// The file ends too early or goes on too long.
    #[error("model file has the wrong length: it was cut or damaged; train or fetch it anew")]
    Length,
    /// A number out of its bounds.
    #[error("model file is damaged: its {part} cannot be; train or fetch it anew")]
    Damaged {
        /// Which part.
        part: &'static str,
    },
}

impl Model {
    /// Calibrated score of each class of the three; [`softmax`](super::trees::softmax) makes probabilities of them.
    ///
    /// # Panics
    /// If `features` has not the length of the model's.
    pub fn scores(&self, features: &[f32], spectrogram: &Spectrogram) -> [f64; CLASSES] {
        let mut trees = [0.0; CLASSES];
        self.ensemble.score_into(features, &mut trees);
        let mut scores = mean_score(&trees, &net_score(&self.nets, spectrogram));
        for (score, &shift) in scores.iter_mut().zip(&self.shift) {
            *score = f64::from(self.scale) * *score + f64::from(shift);
        }
        scores
    }

    /// Writes the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let small = |out: &mut Vec<u8>, v: usize| out.extend_from_slice(&(v as u16).to_le_bytes());
        let float = |out: &mut Vec<u8>, v: &f32| out.extend_from_slice(&v.to_le_bytes());
        small(&mut out, usize::from(VERSION));
        small(&mut out, usize::from(self.features_version));
        small(&mut out, self.ensemble.n_features);
        small(&mut out, self.shift.len());
        small(&mut out, self.ensemble.trees.len());
        small(&mut out, self.novelty.quantiles.len());
        float(&mut out, &self.pooling);
        float(&mut out, &self.scale);
        for v in self.shift.iter().chain(&self.ensemble.base) {
            float(&mut out, v);
        }
        for tree in &self.ensemble.trees {
            small(&mut out, tree.questions.len());
            for (feature, threshold) in &tree.questions {
                small(&mut out, usize::from(*feature));
                float(&mut out, threshold);
            }
            for v in &tree.leaves {
                float(&mut out, v);
            }
        }
        let half = |out: &mut Vec<u8>, v: &f32| out.extend_from_slice(&v.to_le_bytes()[2..]);
        small(&mut out, self.nets.len());
        for net in &self.nets {
            small(&mut out, net.convs.len());
            small(&mut out, net.pooled);
            for conv in &net.convs {
                for n in [conv.inputs, conv.outputs, conv.width, conv.stride] {
                    small(&mut out, n);
                }
                for v in conv.weights.iter().chain(&conv.bias) {
                    half(&mut out, v);
                }
            }
            for v in net.weights.iter().chain(&net.bias) {
                half(&mut out, v);
            }
        }
        let cloud = &self.novelty;
        for part in [
            &cloud.centre,
            &cloud.spread,
            &cloud.whitener,
            &cloud.quantiles,
        ] {
            for v in part {
                float(&mut out, v);
            }
        }
        out
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ModelError`] for anything but what [`to_bytes`](Self::to_bytes) writes of a sound model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut read = Reader { rest: bytes };
        if bytes.get(..8) != Some(MAGIC) {
            return Err(ModelError::NotAModel);
        }
        read.take(8)?;
        let version = read.small()?;
        if version != VERSION {
            return Err(ModelError::Version { got: version });
        }
        let features_version = read.small()?;
        let mut count = |most: usize, part| {
            let n = usize::from(read.small()?);
            let sound = (1..=most).contains(&n);
            sound.then_some(n).ok_or(ModelError::Damaged { part })
        };
        let n_features = count(MOST_FEATURES, "number of features")?;
        if count(CLASSES, "number of classes")? != CLASSES {
            return Err(ModelError::Damaged {
                part: "number of classes",
            });
        }
        let n_trees = count(MOST_TREES, "number of trees")?;
        let n_quantiles = count(usize::from(u16::MAX), "number of quantiles")?;
        let pooling = read.float()?;
        let scale = read.float()?;
        let mut shift = [0.0; CLASSES];
        for value in &mut shift {
            *value = read.float()?;
        }
        let base = read.floats(CLASSES)?;
        let mut trees = Vec::new();
        for _ in 0..n_trees {
            let depth = usize::from(read.small()?);
            if depth > MAX_DEPTH {
                return Err(ModelError::Damaged {
                    part: "depth of a tree",
                });
            }
            let mut questions = Vec::with_capacity(depth);
            for _ in 0..depth {
                questions.push((read.small()?, read.float()?));
            }
            let leaves = read.floats(CLASSES << depth)?;
            trees.push(Tree { questions, leaves });
        }
        let n_nets = usize::from(read.small()?);
        if !(1..=MOST_NETS).contains(&n_nets) {
            return Err(ModelError::Damaged {
                part: "number of nets",
            });
        }
        let nets = (0..n_nets)
            .map(|_| read.net())
            .collect::<Result<Vec<Net>, _>>()?;
        let novelty = Novelty {
            centre: read.floats(n_features)?,
            spread: read.floats(n_features)?,
            whitener: read.floats(Novelty::whitener_len(n_features))?,
            quantiles: read.floats(n_quantiles)?,
        };
        if !read.rest.is_empty() {
            return Err(ModelError::Length);
        }
        let ensemble = Ensemble {
            n_features,
            base,
            trees,
        };
        let checks = [
            (ensemble.is_sound(), "trees"),
            (nets.iter().all(Net::is_sound), "net"),
            (novelty.is_sound(), "novelty"),
            (
                scale.abs() <= MOST_SCALE && shift.iter().all(|s| s.abs() <= MOST_SCALE),
                "calibration",
            ),
            ((0.0..=1.0).contains(&pooling), "pooling"),
        ];
        if let Some((_, part)) = checks.into_iter().find(|(sound, _)| !sound) {
            return Err(ModelError::Damaged { part });
        }
        Ok(Self {
            features_version,
            ensemble,
            nets,
            pooling,
            scale,
            shift,
            novelty,
        })
    }
}

/// Score of trees and nets together: half each, for what one takes for a gun the other often does not.
pub fn mean_score(trees: &[f64; CLASSES], nets: &[f64; CLASSES]) -> [f64; CLASSES] {
    std::array::from_fn(|class| 0.5 * (trees[class] + nets[class]))
}

/// Mean score of several nets: where they know little they differ, and their mean errs less than most of them.
pub fn net_score(nets: &[Net], spectrogram: &Spectrogram) -> [f64; CLASSES] {
    let mut sum = [0.0; CLASSES];
    for net in nets {
        for (sum, score) in sum.iter_mut().zip(net.scores(spectrogram)) {
            *sum += score;
        }
    }
    sum.map(|sum| sum / nets.len() as f64)
}

/// A weight as the file holds it: its upper half, rounded, within 0.4 %.
pub fn halved(weight: f32) -> f32 {
    f32::from_bits((weight.to_bits() + 0x8000) & 0xffff_0000)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or(ModelError::Length)?;
        self.rest = rest;
        Ok(head)
    }

    fn small(&mut self) -> Result<u16, ModelError> {
        let b = self.take(2)?;
        Ok(u16::from_le_bytes([b[0], b[1]]))
    }

    fn net(&mut self) -> Result<Net, ModelError> {
        let damaged = ModelError::Damaged { part: "net" };
        let layers = usize::from(self.small()?);
        if layers > MOST_LAYERS {
            return Err(damaged);
        }
        let pooled = usize::from(self.small()?);
        let mut convs = Vec::with_capacity(layers);
        for _ in 0..layers {
            let mut next = || self.small().map(usize::from);
            let (inputs, outputs, width, stride) = (next()?, next()?, next()?, next()?);
            let n = (inputs * outputs).checked_mul(width);
            let n = n.filter(|n| *n <= MOST_OF_LAYER).ok_or(damaged)?;
            convs.push(Conv {
                inputs,
                outputs,
                width,
                stride,
                weights: self.halves(n)?,
                bias: self.halves(outputs)?,
            });
        }
        let mut net = Net {
            convs,
            pooled,
            weights: Vec::new(),
            bias: [0.0; CLASSES],
        };
        let n = net.n_pooled().filter(|n| *n <= MOST_OF_LAYER);
        net.weights = self.halves(n.ok_or(damaged)? * CLASSES)?;
        net.bias.copy_from_slice(&self.halves(CLASSES)?);
        Ok(net)
    }

    fn halves(&mut self, n: usize) -> Result<Vec<f32>, ModelError> {
        let chunks = self.take(2 * n)?.as_chunks::<2>().0;
        let halves = chunks
            .iter()
            .map(|b| f32::from_le_bytes([0, 0, b[0], b[1]]));
        Ok(halves.collect())
    }

    fn float(&mut self) -> Result<f32, ModelError> {
        Ok(self.floats(1)?[0])
    }

    fn floats(&mut self, n: usize) -> Result<Vec<f32>, ModelError> {
        let bytes = self.take(4 * n)?;
        let chunks = bytes.chunks_exact(4);
        Ok(chunks
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Says eight times `weights` of everything, and 1 more of the second class.
    fn net(weights: [f32; CLASSES]) -> Net {
        Net {
            convs: vec![Conv {
                inputs: 5,
                outputs: 8,
                width: 1,
                stride: 4,
                weights: vec![0.0; 40],
                bias: vec![1.0; 8],
            }],
            pooled: 36,
            weights: weights.repeat(8),
            bias: [0.0, 1.0, 0.0],
        }
    }

    fn model() -> Model {
        Model {
            features_version: 3,
            ensemble: Ensemble {
                n_features: 2,
                base: vec![0.0, 0.5, -0.5],
                trees: vec![Tree {
                    questions: vec![(1, 0.25)],
                    leaves: vec![1.0, 0.0, -1.0, -1.0, 0.0, 1.0],
                }],
            },
            nets: vec![net([0.5, 0.0, -0.5]), net([0.0; CLASSES])],
            pooling: 0.5,
            scale: 0.5,
            shift: [0.0, 0.1, 0.0],
            novelty: Novelty {
                centre: vec![0.0, 1.0],
                spread: vec![1.0, 2.0],
                whitener: vec![1.0, 0.0, 1.0],
                quantiles: vec![0.5, 1.0, 1.5],
            },
        }
    }

    #[test]
    fn a_file_comes_back_as_it_went() {
        assert_eq!(Model::from_bytes(&model().to_bytes()), Ok(model()));
    }

    #[test]
    fn scores_are_calibrated() {
        // Below the threshold the trees say (1, 0.5, -1.5), the nets say (4, 1, -4) and (0, 1, 0) of everything: in the mean (1.5, 0.75, -1.75),
        // halved and shifted (0.75, 0.475, -0.875).
        let scores = model().scores(&[0.0, 0.0], &Spectrogram::default());
        for (score, expected) in scores.iter().zip([0.75, 0.475, -0.875]) {
            assert!((score - expected).abs() < 1e-6, "{score} {expected}");
        }
    }

    #[test]
    fn halves_are_near_and_stay() {
        for w in [0.1_f32, -1.0 / 3.0, 1e-9, 0.0, 700.0] {
            let half = halved(w);
            assert!((half - w).abs() <= 0.004 * w.abs(), "{w} {half}");
            assert_eq!(halved(half), half);
            assert_eq!(half.to_le_bytes()[..2], [0, 0]);
        }
    }

    #[test]
    fn every_cut_and_every_addition_is_refused() {
        let bytes = model().to_bytes();
        for n in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..n]).is_err(), "{n}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Model::from_bytes(&longer), Err(ModelError::Length));
        let mut later = bytes;
        later[8] = 9;
        assert_eq!(
            Model::from_bytes(&later),
            Err(ModelError::Version { got: 9 })
        );
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 8_usize..300, byte: u8, x in prop::array::uniform2(-1e6_f32..1e6)) {
            let mut bytes = model().to_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(read) = Model::from_bytes(&bytes)
                && read.ensemble.n_features == 2
            {
                prop_assert!(read.scores(&x, &Spectrogram::default()).iter().all(|s| s.is_finite()));
                prop_assert!((0.0..=1.0).contains(&read.novelty.unknown(&x)));
            }
        }
    }
}
