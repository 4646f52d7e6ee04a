//! A small convolutional net on the spectrogram of an impulse: the other part of the classifier that is learned.
//!
//! Levels by band are the channels of a signal in time; layers of convolutions in time with rectifiers, a mean over stretches of
//! time, and a linear layer make a score for each class of it. Trained apart from the trees and on other noise, it errs
//! elsewhere than they do, so that the mean of both is better than either.

use shotfix_signal::{COLUMNS, FRAMES, Spectrogram};

use super::CLASSES;

/// What activations are cut at, so that no file makes them infinite.
const MOST_ACTIVATION: f32 = 1e6;
/// Largest magnitude of a weight.
const MOST_WEIGHT: f32 = 1e3;
/// Limits of what a file may ask for.
const MOST_CHANNELS: usize = 256;
const MOST_WIDTH: usize = 15;
/// Outputs that are summed side by side, which compilers make vectors of, and frames that share their weights.
const LANES: usize = 8;
const TOGETHER: usize = 4;

/// A convolution in time and a rectifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output, a multiple of 8.
    pub outputs: usize,
    /// Frames that an output frame sees, odd; zeros stand for those beyond the ends.
    pub width: usize,
    /// Frames from one output to the next.
    pub stride: usize,
    /// By frame seen, then input, then output.
    pub weights: Vec<f32>,
    /// By output.
    pub bias: Vec<f32>,
}

impl Conv {
    /// Frames that come of so many.
    pub fn frames_out(&self, frames: usize) -> usize {
        frames.div_ceil(self.stride)
    }

    /// Output of a whole input, frame after frame, and what was made of the input for it: the input from
    /// [`start`](Self::start) on between zeros.
    pub fn run(&self, input: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let frames = input.len() / self.inputs;
        let n_out = self.frames_out(frames);
        // Up to three more frames are computed than are kept.
        let last = (n_out.next_multiple_of(TOGETHER) - 1) * self.stride;
        let n_padded = (last + self.width).max(frames + self.width / 2);
        let mut padded = vec![0.0; n_padded * self.inputs];
        padded[self.start()..][..input.len()].copy_from_slice(input);
        let mut out = vec![0.0; n_out * self.outputs];
        self.forward(&padded, &mut out);
        (out, padded)
    }

    /// Where the first frame of the input lies between its zeros.
    pub fn start(&self) -> usize {
        self.width / 2 * self.inputs
    }

    fn forward(&self, padded: &[f32], out: &mut [f32]) {
        let (n_in, n_out) = (self.inputs, self.outputs);
        for (group, frames) in out.chunks_mut(TOGETHER * n_out).enumerate() {
            let first = group * TOGETHER * self.stride;
            for lane in (0..n_out).step_by(LANES) {
                let bias: [f32; LANES] = core::array::from_fn(|k| self.bias[lane + k]);
                let mut sums = [bias; TOGETHER];
                for tap in 0..self.width {
                    let rows: [&[f32]; TOGETHER] = core::array::from_fn(|k| {
                        &padded[(first + k * self.stride + tap) * n_in..][..n_in]
                    });
                    let weights = &self.weights[tap * n_in * n_out..][..n_in * n_out];
                    for (input, weights) in weights.chunks_exact(n_out).enumerate() {
                        let weights = &weights[lane..lane + LANES];
                        for (sums, row) in sums.iter_mut().zip(rows) {
                            for (sum, weight) in sums.iter_mut().zip(weights) {
                                *sum += row[input] * weight;
                            }
                        }
                    }
                }
                for (frame, sums) in frames.chunks_exact_mut(n_out).zip(sums) {
                    let rectified = sums.map(|sum| sum.clamp(0.0, MOST_ACTIVATION));
                    frame[lane..lane + LANES].copy_from_slice(&rectified);
                }
            }
        }
    }

    fn is_sound(&self) -> bool {
        (1..=MOST_CHANNELS).contains(&self.outputs)
            && self.outputs.is_multiple_of(LANES)
            && (1..=MOST_WIDTH).contains(&self.width)
            && self.width % 2 == 1
            && (1..=4).contains(&self.stride)
            && self.weights.len() == self.width * self.inputs * self.outputs
            && self.bias.len() == self.outputs
            && are_sane(&self.weights)
            && are_sane(&self.bias)
    }
}

/// The net.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// Its layers.
    pub convs: Vec<Conv>,
    /// Frames of the last layer that are averaged to one.
    pub pooled: usize,
    /// Of the linear layer: by averaged frame, then channel, then class.
    pub weights: Vec<f32>,
    /// Of the linear layer by class.
    pub bias: [f32; CLASSES],
}

impl Net {
    /// Score of each class.
    ///
    /// # Panics
    /// If the net is not [sound](Self::is_sound).
    pub fn scores(&self, spectrogram: &Spectrogram) -> [f64; CLASSES] {
        let mut out = input(spectrogram).as_flattened().to_vec();
        for conv in &self.convs {
            (out, _) = conv.run(&out);
        }
        self.linear(&pool(&out, self.channels(), self.pooled))
            .map(f64::from)
    }

    /// Channels of the last layer.
    pub fn channels(&self) -> usize {
        self.convs.last().map_or(COLUMNS, |conv| conv.outputs)
    }

    /// Scores of what the last layer gave, averaged by [`pool`].
    pub fn linear(&self, pooled: &[f32]) -> [f32; CLASSES] {
        let mut scores = self.bias;
        for (x, weights) in pooled.iter().zip(self.weights.as_chunks::<CLASSES>().0) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += x * weight;
            }
        }
        scores
    }

    /// Numbers that [`linear`](Self::linear) sees; `None` if the layers do not follow upon each other.
    pub fn n_pooled(&self) -> Option<usize> {
        let (mut frames, mut channels) = (FRAMES, COLUMNS);
        for conv in &self.convs {
            if conv.inputs != channels || conv.stride == 0 {
                return None;
            }
            frames = conv.frames_out(frames);
            channels = conv.outputs;
        }
        (self.pooled > 0).then(|| frames.div_ceil(self.pooled) * channels)
    }

    /// Do the layers fit the spectrogram and each other, with weights of a sane size?
    pub fn is_sound(&self) -> bool {
        !self.convs.is_empty()
            && self.convs.iter().all(Conv::is_sound)
            && (self.n_pooled()).is_some_and(|n| self.weights.len() == n * CLASSES)
            && are_sane(&self.weights)
            && are_sane(&self.bias)
    }
}

fn are_sane(weights: &[f32]) -> bool {
    weights.iter().all(|w| w.abs() <= MOST_WEIGHT)
}

/// What the net sees: about -2 to 1.4, and unknown levels as if it had long been quiet.
pub fn input(spectrogram: &Spectrogram) -> [[f32; COLUMNS]; FRAMES] {
    spectrogram
        .0
        .map(|frame| frame.map(|level| scaled(Spectrogram::level_db(level))))
}

/// A level as the net sees it.
pub fn scaled(level_db: Option<f32>) -> f32 {
    const UNKNOWN: f32 = -1.5;
    level_db.map_or(UNKNOWN, |db| db.clamp(-90.0, 12.0) / 30.0 + 1.0)
}

/// Means over stretches of `pooled` frames; the last may be shorter.
pub fn pool(frames: &[f32], channels: usize, pooled: usize) -> Vec<f32> {
    let mut means = Vec::new();
    for stretch in frames.chunks(pooled * channels) {
        let share = channels as f32 / stretch.len() as f32;
        let from = means.len();
        means.resize(from + channels, 0.0);
        for frame in stretch.chunks_exact(channels) {
            for (mean, x) in means[from..].iter_mut().zip(frame) {
                *mean += share * x;
            }
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, term by term.
    fn by_definition(conv: &Conv, input: &[f32]) -> Vec<f32> {
        let frames = input.len() / conv.inputs;
        let mut out = Vec::new();
        for frame in 0..conv.frames_out(frames) {
            for output in 0..conv.outputs {
                let mut sum = f64::from(conv.bias[output]);
                for tap in 0..conv.width {
                    let Some(at) = (frame * conv.stride + tap).checked_sub(conv.width / 2) else {
                        continue;
                    };
                    for i in 0..conv.inputs {
                        let x = input.get(at * conv.inputs + i).copied().unwrap_or(0.0);
                        let weight = conv.weights[(tap * conv.inputs + i) * conv.outputs + output];
                        sum += f64::from(x) * f64::from(weight);
                    }
                }
                out.push(sum.max(0.0) as f32);
            }
        }
        out
    }

    fn some(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|k| (seed + 1.7 * k as f32).sin()).collect()
    }

    #[test]
    fn a_convolution_is_its_definition() {
        for (inputs, outputs, width, stride, frames) in [
            (5, 24, 7, 2, 144),
            (3, 8, 5, 1, 6),
            (8, 16, 3, 3, 19),
            (1, 8, 1, 2, 1),
        ] {
            let conv = Conv {
                inputs,
                outputs,
                width,
                stride,
                weights: some(width * inputs * outputs, 0.3),
                bias: some(outputs, 0.1),
            };
            let input = some(frames * inputs, 0.7);
            let (out, _) = conv.run(&input);
            let expected = by_definition(&conv, &input);
            assert_eq!(out.len(), expected.len());
            for (a, b) in out.iter().zip(expected) {
                assert!((a - b).abs() < 1e-4, "{inputs} {outputs}: {a} {b}");
            }
        }
    }

    #[test]
    fn pools_by_channel() {
        let means = pool(&[1.0, 10.0, 3.0, 20.0, 5.0, 60.0], 2, 2);
        assert_eq!(means, [2.0, 15.0, 5.0, 60.0]);
    }

    #[test]
    fn levels_are_scaled_and_the_unknown_is_quiet() {
        let mut spectrogram = Spectrogram::default();
        // 0 dB, 17 dB and -110 dB.
        spectrogram.0[0] = [221, 255, 1, 0, 221];
        assert_eq!(input(&spectrogram)[0], [1.0, 1.4, -2.0, -1.5, 1.0]);
    }

    #[test]
    fn a_net_that_does_not_fit_is_not_sound() {
        let conv = Conv {
            inputs: COLUMNS,
            outputs: 8,
            width: 3,
            stride: 4,
            weights: vec![0.1; 3 * COLUMNS * 8],
            bias: vec![0.0; 8],
        };
        let net = Net {
            convs: vec![conv],
            pooled: 12,
            weights: vec![0.1; 3 * 8 * CLASSES],
            bias: [0.0; CLASSES],
        };
        assert!(net.is_sound());
        let scores = net.scores(&Spectrogram::default());
        assert!(scores.iter().all(|s| s.is_finite()));
        for damage in [
            |net: &mut Net| net.pooled = 0,
            |net: &mut Net| net.pooled = 11,
            |net: &mut Net| net.convs.clear(),
            |net: &mut Net| net.bias[1] = f32::NAN,
            |net: &mut Net| net.weights.truncate(3),
            |net: &mut Net| net.convs[0].stride = 0,
            |net: &mut Net| net.convs[0].width = 2,
            |net: &mut Net| net.convs[0].inputs = 4,
            |net: &mut Net| net.convs[0].outputs = 7,
            |net: &mut Net| net.convs[0].weights[5] = 1e9,
        ] {
            let mut damaged = net.clone();
            damage(&mut damaged);
            assert!(!damaged.is_sound());
        }
    }
}
