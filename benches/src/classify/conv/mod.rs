//! Training of the convolutional net on spectrograms.

mod backward;
mod noise;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shotfix_core::classify::model::halved;
use shotfix_core::classify::net::{Conv, Net};
use shotfix_core::classify::{CLASSES, COLUMNS, FRAMES, Spectrogram};

use backward::{Gradient, Pass};

/// How the net learns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Nets, each from another beginning and of other draws.
    pub nets: usize,
    /// Steps of each, each of one batch.
    pub steps: usize,
    /// Of everything drawn.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            nets: 3,
            steps: 1200,
            seed: 1,
        }
    }
}

/// Outputs, width and stride of each layer.
const LAYERS: [(usize, usize, usize); 4] = [(24, 7, 2), (32, 5, 2), (48, 5, 2), (64, 3, 1)];
/// Frames of the last layer averaged to one: a third of the time that is seen.
const POOLED: usize = 6;
/// Spectrograms of a batch, and of the pieces whose gradients are summed in order, whatever the threads.
const BATCH: usize = 256;
const PIECE: usize = 16;
/// First step of learning; it falls to nothing as half a cosine.
const RATE: f32 = 2e-3;
/// Decay of weights, against over-fitting.
const DECAY: f32 = 2e-4;
/// Gradients are cut at this length.
const MOST_GRADIENT: f32 = 1.0;

/// One spectrogram to learn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example<'a> {
    /// What was heard.
    pub(super) spectrogram: &'a Spectrogram,
    /// Which class it was, by number.
    pub(super) class: usize,
    /// What it weighs.
    pub(super) weight: f32,
}

/// Nets of `examples`, the same for any number of threads. Weights are rounded as the model's file holds them.
///
/// Examples are drawn as the root of their weight and count as its other root, so that rare ones are seen and none is seen too often.
///
/// # Panics
/// If there are none or none weighs anything.
pub(super) fn train(examples: &[Example], settings: &Settings) -> Vec<Net> {
    let seeds = (0..settings.nets as u64).map(|k| settings.seed + k);
    seeds
        .map(|seed| train_one(examples, settings.steps, seed))
        .collect()
}

fn train_one(examples: &[Example], steps: usize, seed: u64) -> Net {
    let root = |example: &Example| f64::from(example.weight).sqrt();
    let total: f64 = examples.iter().map(|e| f64::from(e.weight)).sum();
    // The mean of the root over draws is one then.
    let mut until: Vec<f64> = examples.iter().map(root).collect();
    let scale = until.iter().sum::<f64>() / total;
    for k in 1..until.len() {
        until[k] += until[k - 1];
    }
    let all = until.last().copied().unwrap_or(0.0);
    assert!(all > 0.0, "examples that weigh something");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut net = fresh(&mut random);
    let mut adam = Adam::new(&net);
    for step in 0..steps {
        let batch: Vec<(usize, u64)> = (0..BATCH)
            .map(|_| {
                let at = all * random.random::<f64>();
                let k = until.partition_point(|&until| until <= at);
                (k.min(until.len() - 1), random.random())
            })
            .collect();
        let turned = Pass::new(&net);
        let gradients: Vec<Gradient> = batch
            .par_chunks(PIECE)
            .map(|piece| {
                let mut gradient = Gradient::of_nothing(&net);
                for &(k, seed) in piece {
                    let mut random = ChaCha8Rng::seed_from_u64(seed);
                    let example = &examples[k];
                    let levels = noise::disturbed(example.spectrogram, &mut random);
                    let weight = (scale * root(example)) as f32;
                    turned.add(&levels, example.class, weight, &mut random, &mut gradient);
                }
                gradient
            })
            .collect();
        let mut sum = Gradient::of_nothing(&net);
        for gradient in &gradients {
            sum.add(gradient, 1.0 / BATCH as f32);
        }
        let part = step as f32 / steps as f32;
        let rate = 0.5 * RATE * (1.0 + (std::f32::consts::PI * part).cos()) + 0.01 * RATE;
        adam.step(&mut net, &mut sum, rate);
    }
    for tensor in tensors(&mut net) {
        for w in tensor {
            *w = halved(*w);
        }
    }
    net
}

/// Weights drawn by the fan-in (He et al. 2015).
fn fresh(random: &mut ChaCha8Rng) -> Net {
    let mut drawn = |n: usize, fan_in: usize| -> Vec<f32> {
        // Uniform with variance 2 / fan_in.
        let most = (6.0 / fan_in as f32).sqrt();
        (0..n).map(|_| random.random_range(-most..most)).collect()
    };
    let (mut inputs, mut frames) = (COLUMNS, FRAMES);
    let mut convs = Vec::new();
    for (outputs, width, stride) in LAYERS {
        let conv = Conv {
            inputs,
            outputs,
            width,
            stride,
            weights: drawn(width * inputs * outputs, width * inputs),
            bias: vec![0.0; outputs],
        };
        frames = conv.frames_out(frames);
        inputs = outputs;
        convs.push(conv);
    }
    let n = inputs * frames.div_ceil(POOLED);
    Net {
        convs,
        pooled: POOLED,
        weights: drawn(n * CLASSES, 2 * n),
        bias: [0.0; CLASSES],
    }
}

/// All weights and biases, those of a layer together.
fn tensors(net: &mut Net) -> Vec<&mut [f32]> {
    let convs = net.convs.iter_mut();
    let mut all: Vec<&mut [f32]> = convs
        .flat_map(|conv| [&mut conv.weights[..], &mut conv.bias[..]])
        .collect();
    all.push(&mut net.weights);
    all.push(&mut net.bias);
    all
}

/// D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, 2015.
struct Adam {
    mean: Vec<Vec<f32>>,
    square: Vec<Vec<f32>>,
    /// Powers of the two decays.
    powers: [f32; 2],
}

impl Adam {
    const DECAYS: [f32; 2] = [0.9, 0.999];

    fn new(net: &Net) -> Self {
        let zeros: Vec<Vec<f32>> = (tensors(&mut net.clone()).iter())
            .map(|tensor| vec![0.0; tensor.len()])
            .collect();
        Self {
            mean: zeros.clone(),
            square: zeros,
            powers: [1.0; 2],
        }
    }

    fn step(&mut self, net: &mut Net, gradient: &mut Gradient, rate: f32) {
        let [a, b] = Self::DECAYS;
        self.powers = [self.powers[0] * a, self.powers[1] * b];
        let weights = tensors(net).into_iter().zip(gradient.tensors());
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for (k, ((weights, gradient), (mean, square))) in weights.zip(moments).enumerate() {
            // Every second tensor is of biases, which are not drawn to zero: they are few.
            let decay = if k % 2 == 0 { DECAY } else { 0.0 };
            let mut length = 0.0;
            for (g, w) in gradient.iter_mut().zip(weights.iter()) {
                *g += decay * w;
                length += *g * *g;
            }
            let cut = (MOST_GRADIENT / length.sqrt().max(1e-12)).min(1.0);
            for (k, g) in gradient.iter().enumerate() {
                let g = cut * g;
                mean[k] = a * mean[k] + (1.0 - a) * g;
                square[k] = b * square[k] + (1.0 - b) * g * g;
                let (m, s) = (
                    mean[k] / (1.0 - self.powers[0]),
                    square[k] / (1.0 - self.powers[1]),
                );
                weights[k] -= rate * m / (s.sqrt() + 1e-7);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shotfix_core::classify::FRONT;

    /// Impulses that die away fast or slowly, in noise; which is which is what the net has to learn.
    fn examples() -> Vec<(Spectrogram, usize)> {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        (0..600)
            .map(|k| {
                let class = k % 3;
                let mut spectrogram = Spectrogram::default();
                for (frame, levels) in spectrogram.0.iter_mut().enumerate() {
                    for level in levels {
                        let fall = [1.0, 4.0, 16.0][class];
                        let after = frame as f32 - FRONT as f32;
                        let db = if after < 0.0 {
                            -60.0
                        } else {
                            (-fall * after).max(-60.0)
                        };
                        let db = db + random.random_range(-6.0..6.0);
                        *level = (2.0 * (db + 110.0)) as u8;
                    }
                }
                (spectrogram, class)
            })
            .collect()
    }

    #[test]
    fn learns_how_fast_sounds_die_away_with_any_number_of_threads() {
        let data = examples();
        let rows: Vec<Example> = (data.iter())
            .map(|(spectrogram, class)| Example {
                spectrogram,
                class: *class,
                weight: 1.0,
            })
            .collect();
        let net = train_one(&rows[..450], 40, 3);
        assert!(net.is_sound());
        let right = rows[450..].iter().filter(|row| {
            let scores = net.scores(row.spectrogram);
            (0..CLASSES).max_by(|&a, &b| scores[a].total_cmp(&scores[b])) == Some(row.class)
        });
        let right = right.count();
        assert!(right >= 140, "{right} of 150");
        let alone = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        assert_eq!(alone.install(|| train_one(&rows[..450], 40, 3)), net);
    }
}
