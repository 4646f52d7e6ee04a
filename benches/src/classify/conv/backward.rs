//! Gradients of the net's loss by its weights.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use shotfix_core::classify::net::{Conv, Net, pool};
use shotfix_core::classify::{CLASSES, COLUMNS, FRAMES};

/// Share of the averaged numbers that are left out of an example, the others weighing more (Srivastava et al. 2014).
const DROPPED: f64 = 0.4;
/// Share of certainty that a label does not have.
const SMOOTHED: f32 = 0.02;
/// Sums side by side.
const LANES: usize = 8;

/// A number for every weight of a net.
pub(super) struct Gradient {
    /// Weights and biases of each layer, then of the linear one.
    tensors: Vec<Vec<f32>>,
}

impl Gradient {
    pub(super) fn of_nothing(net: &Net) -> Self {
        let layers = net.convs.iter();
        let mut tensors: Vec<Vec<f32>> = layers
            .flat_map(|conv| [vec![0.0; conv.weights.len()], vec![0.0; conv.bias.len()]])
            .collect();
        tensors.push(vec![0.0; net.weights.len()]);
        tensors.push(vec![0.0; CLASSES]);
        Self { tensors }
    }

    pub(super) fn add(&mut self, other: &Self, scale: f32) {
        for (sum, other) in self.tensors.iter_mut().zip(&other.tensors) {
            for (sum, x) in sum.iter_mut().zip(other) {
                *sum += scale * x;
            }
        }
    }

    /// In the order of the net's own.
    pub(super) fn tensors(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.tensors.iter_mut().map(|tensor| &mut tensor[..])
    }
}

/// A net, ready for examples to pass through both ways.
pub(super) struct Pass<'a> {
    net: &'a Net,
    /// Weights of each layer by frame seen, then output, then input.
    turned: Vec<Vec<f32>>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(net: &'a Net) -> Self {
        let turned = net.convs.iter().map(|conv| {
            let (n_in, n_out) = (conv.inputs, conv.outputs);
            let mut turned = vec![0.0; conv.weights.len()];
            for (k, &w) in conv.weights.iter().enumerate() {
                let (tap, input, output) = (k / (n_in * n_out), k / n_out % n_in, k % n_out);
                turned[(tap * n_out + output) * n_in + input] = w;
            }
            turned
        });
        Self {
            net,
            turned: turned.collect(),
        }
    }

    /// Adds the gradient of `weight` times the cross entropy of one example.
    pub(super) fn add(
        &self,
        levels: &[[f32; COLUMNS]; FRAMES],
        class: usize,
        weight: f32,
        random: &mut ChaCha8Rng,
        gradient: &mut Gradient,
    ) {
        let net = self.net;
        let mut outs: Vec<Vec<f32>> = Vec::with_capacity(net.convs.len());
        let mut rooms = Vec::with_capacity(net.convs.len());
        for conv in &net.convs {
            let input = outs.last().map_or(levels.as_flattened(), |out| &out[..]);
            let (out, room) = conv.run(input);
            outs.push(out);
            rooms.push(room);
        }
        let Some(out) = outs.last() else { return };
        let channels = net.channels();
        let mut pooled = pool(out, channels, net.pooled);
        let keep = 1.0 / (1.0 - DROPPED as f32);
        let kept: Vec<f32> = (pooled.iter())
            .map(|_| {
                if random.random_bool(DROPPED) {
                    0.0
                } else {
                    keep
                }
            })
            .collect();
        for (x, keep) in pooled.iter_mut().zip(&kept) {
            *x *= keep;
        }
        let slopes = slopes(net.linear(&pooled), class, weight);

        let n_layers = net.convs.len();
        let (layers, linear) = gradient.tensors.split_at_mut(2 * n_layers);
        let mut by_pooled = vec![0.0; pooled.len()];
        for (k, x) in pooled.iter().enumerate() {
            for (class, slope) in slopes.iter().enumerate() {
                linear[0][k * CLASSES + class] += x * slope;
                by_pooled[k] += kept[k] * slope * net.weights[k * CLASSES + class];
            }
        }
        for (sum, slope) in linear[1].iter_mut().zip(slopes) {
            *sum += slope;
        }
        // Every frame of a stretch has its share of the mean.
        let mut by_out = Vec::with_capacity(out.len());
        let stretches = out.chunks(net.pooled * channels);
        for (stretch, slopes) in stretches.zip(by_pooled.chunks_exact(channels)) {
            let share = channels as f32 / stretch.len() as f32;
            for _ in 0..stretch.len() / channels {
                by_out.extend(slopes.iter().map(|slope| share * slope));
            }
        }
        for layer in (0..n_layers).rev() {
            let conv = &net.convs[layer];
            // Where the rectifier gave nothing, nothing goes back.
            for (slope, y) in by_out.iter_mut().zip(&outs[layer]) {
                if *y <= 0.0 {
                    *slope = 0.0;
                }
            }
            let [weights, bias] = &mut layers[2 * layer..2 * layer + 2] else {
                return;
            };
            by_weights(conv, &rooms[layer], &by_out, weights, bias);
            if layer > 0 {
                let by_room = by_input(conv, &self.turned[layer], &by_out, rooms[layer].len());
                let n = outs[layer - 1].len();
                by_out = by_room[conv.start()..][..n].to_vec();
            }
        }
    }
}

/// Slope of `weight` times the cross entropy by each score.
fn slopes(scores: [f32; CLASSES], class: usize, weight: f32) -> [f32; CLASSES] {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let p = scores.map(|score| (score - most).exp());
    let sum: f32 = p.iter().sum();
    std::array::from_fn(|k| {
        let truth = SMOOTHED / CLASSES as f32 + if k == class { 1.0 - SMOOTHED } else { 0.0 };
        weight * (p[k] / sum - truth)
    })
}

/// Adds the slopes by weights and biases, given those by the output.
fn by_weights(conv: &Conv, room: &[f32], by_out: &[f32], weights: &mut [f32], bias: &mut [f32]) {
    let (n_in, n_out) = (conv.inputs, conv.outputs);
    for frame in by_out.chunks_exact(n_out) {
        for (sum, slope) in bias.iter_mut().zip(frame) {
            *sum += slope;
        }
    }
    for tap in 0..conv.width {
        for input in 0..n_in {
            let row = &mut weights[(tap * n_in + input) * n_out..][..n_out];
            for (lane, row) in row.chunks_exact_mut(LANES).enumerate() {
                let mut sums = [0.0; LANES];
                let xs = room[tap * n_in + input..]
                    .iter()
                    .step_by(conv.stride * n_in);
                for (frame, x) in by_out.chunks_exact(n_out).zip(xs) {
                    for (sum, slope) in sums.iter_mut().zip(&frame[lane * LANES..][..LANES]) {
                        *sum += x * slope;
                    }
                }
                for (w, sum) in row.iter_mut().zip(sums) {
                    *w += sum;
                }
            }
        }
    }
}

/// Slopes by the input in its room of `len` numbers, given those by the output.
fn by_input(conv: &Conv, turned: &[f32], by_out: &[f32], len: usize) -> Vec<f32> {
    let (n_in, n_out) = (conv.inputs, conv.outputs);
    let mut slopes = vec![0.0; len];
    for (frame, by_out) in by_out.chunks_exact(n_out).enumerate() {
        for tap in 0..conv.width {
            let slopes = &mut slopes[(frame * conv.stride + tap) * n_in..][..n_in];
            let weights = &turned[tap * n_in * n_out..][..n_in * n_out];
            for (lane, slopes) in slopes.chunks_exact_mut(LANES).enumerate() {
                let mut sums = [0.0; LANES];
                for (slope, row) in by_out.iter().zip(weights.chunks_exact(n_in)) {
                    for (sum, w) in sums.iter_mut().zip(&row[lane * LANES..][..LANES]) {
                        *sum += slope * w;
                    }
                }
                for (slope, sum) in slopes.iter_mut().zip(sums) {
                    *slope += sum;
                }
            }
        }
    }
    slopes
}

#[cfg(test)]
mod tests {
    use super::super::{fresh, tensors};
    use super::*;
    use rand::SeedableRng;

    /// What [`Pass::add`] has the gradient of; the same seed drops the same numbers.
    fn loss(net: &Net, levels: &[[f32; COLUMNS]; FRAMES], class: usize, seed: u64) -> f64 {
        let mut out: Vec<f32> = levels.as_flattened().to_vec();
        for conv in &net.convs {
            (out, _) = conv.run(&out);
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut pooled = pool(&out, net.channels(), net.pooled);
        for x in &mut pooled {
            *x *= if random.random_bool(DROPPED) {
                0.0
            } else {
                1.0 / (1.0 - DROPPED as f32)
            };
        }
        let scores = net.linear(&pooled).map(f64::from);
        let sum: f64 = scores.iter().map(|s| s.exp()).sum();
        (0..CLASSES)
            .map(|k| {
                let truth = SMOOTHED / 3.0 + if k == class { 1.0 - SMOOTHED } else { 0.0 };
                f64::from(truth) * (sum.ln() - scores[k])
            })
            .sum()
    }

    #[test]
    fn gradients_are_differences() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let mut net = fresh(&mut random);
        // Biases that keep most rectifiers open, as far from their kinks as can be.
        for conv in &mut net.convs {
            conv.bias.fill(0.3);
        }
        let levels: [[f32; COLUMNS]; FRAMES] =
            std::array::from_fn(|_| std::array::from_fn(|_| random.random_range(-1.0..1.0)));
        let mut gradient = Gradient::of_nothing(&net);
        let mut dropping = ChaCha8Rng::seed_from_u64(9);
        Pass::new(&net).add(&levels, 1, 1.0, &mut dropping, &mut gradient);
        let found: Vec<Vec<f32>> = gradient.tensors().map(|t| t.to_vec()).collect();
        for (k, slopes) in found.iter().enumerate() {
            // Along a random direction of each tensor, for single slopes drown in rounding.
            let direction: Vec<f32> = slopes
                .iter()
                .map(|_| random.random_range(-1.0..1.0))
                .collect();
            let length = direction.iter().map(|d| d * d).sum::<f32>().sqrt();
            let along: f64 = slopes
                .iter()
                .zip(&direction)
                .map(|(s, d)| f64::from(s * d))
                .sum();
            let moved = |by: f32| {
                let mut net = net.clone();
                for (w, d) in tensors(&mut net)[k].iter_mut().zip(&direction) {
                    *w += by * d / length;
                }
                loss(&net, &levels, 1, 9)
            };
            let step = 4e-3;
            let expected = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            let along = along / f64::from(length);
            assert!(
                (along - expected).abs() < 0.02 * expected.abs() + 2e-4,
                "tensor {k}: {along} {expected}"
            );
        }
    }
}
