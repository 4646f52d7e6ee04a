//! Training of boosted symmetric trees.
//!
//! Gradient boosting of the multinomial log loss with Newton steps (Friedman 2001; Chen and
//! Guestrin 2016): each round fits one symmetric tree with a score per class in each leaf.
//! Features are cut into at most [`BINS`] bins of equal weight, so a level of a tree costs one pass
//! over the rows. The same table, settings and seed give the same trees for any number of
//! threads: features are scanned apart from each other and compared in their order.

use rayon::prelude::*;
use shotfix_core::classify::trees::{Ensemble, MAX_DEPTH, Tree, softmax};

/// Bins of a feature; bin 0 holds what is missing and what is below the first cut.
const BINS: usize = 64;

/// Rows to learn from.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Features in a row.
    pub n_features: usize,
    /// Classes.
    pub n_classes: usize,
    /// Row after row; NaN is missing.
    pub values: Vec<f32>,
    /// Class of each row.
    pub labels: Vec<u8>,
    /// Weight of each row.
    pub weights: Vec<f32>,
}

impl Table {
    /// Number of rows.
    pub(super) fn n_rows(&self) -> usize {
        self.labels.len()
    }

    /// Features of row `row`.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.n_features..(row + 1) * self.n_features]
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If it has not `n_features` features or its class is none of `n_classes`.
    pub(super) fn push(&mut self, features: &[f32], label: u8, weight: f32) {
        assert_eq!(features.len(), self.n_features);
        assert!(usize::from(label) < self.n_classes);
        self.values.extend_from_slice(features);
        self.labels.push(label);
        self.weights.push(weight);
    }
}

/// How to learn.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Trees.
    pub rounds: usize,
    /// Questions of a tree.
    pub depth: usize,
    /// Share of a Newton step that a tree takes.
    pub rate: f64,
    /// Ridge of a leaf's score.
    pub ridge: f64,
    /// Share of the rows that a tree sees.
    pub row_share: f64,
    /// Share of features that a tree may ask about.
    pub feature_share: f64,
    /// Seed of the choice of both.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rounds: 600,
            depth: 4,
            rate: 0.05,
            ridge: 5.0,
            row_share: 0.5,
            feature_share: 0.4,
            seed: 1,
        }
    }
}

/// Learns an ensemble from `table`.
///
/// # Panics
/// If `settings.depth` is above [`MAX_DEPTH`].
pub(super) fn train(table: &Table, settings: &Settings) -> Ensemble {
    assert!(settings.depth <= MAX_DEPTH);
    let (n, k) = (table.n_rows(), table.n_classes);
    let cuts: Vec<Vec<f32>> = (0..table.n_features)
        .into_par_iter()
        .map(|feature| cuts(table, feature))
        .collect();
    let bins: Vec<Vec<u8>> = cuts
        .par_iter()
        .enumerate()
        .map(|(feature, cuts)| {
            let bin = |row| cuts.partition_point(|&cut| table.row(row)[feature] >= cut) as u8;
            (0..n).map(bin).collect()
        })
        .collect();
    let base = prior(table);
    let mut scores: Vec<f64> = (0..n)
        .flat_map(|_| base.iter().map(|&b| f64::from(b)))
        .collect();
    let mut trees = Vec::with_capacity(settings.rounds);
    for round in 0..settings.rounds {
        let steps = newton(table, &scores, settings, round);
        let tree = grow(table, &cuts, &bins, &steps, settings, round);
        for row in 0..n {
            let leaf = tree.leaf(table.row(row));
            for class in 0..k {
                scores[row * k + class] += f64::from(tree.leaves[leaf * k + class]);
            }
        }
        trees.push(tree);
    }
    Ensemble {
        n_features: table.n_features,
        base,
        trees,
    }
}

/// Log of each class's share of the weight.
fn prior(table: &Table) -> Vec<f32> {
    let mut share = vec![1e-6_f64; table.n_classes];
    for (&label, &weight) in table.labels.iter().zip(&table.weights) {
        share[usize::from(label)] += f64::from(weight);
    }
    let sum: f64 = share.iter().sum();
    share.iter().map(|s| (s / sum).ln() as f32).collect()
}

/// Values between bins of about equal weight, rising.
fn cuts(table: &Table, feature: usize) -> Vec<f32> {
    let rows = (0..table.n_rows()).map(|row| (table.row(row)[feature], table.weights[row]));
    let mut values: Vec<(f32, f32)> = rows.filter(|(value, _)| value.is_finite()).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = values.iter().map(|&(_, weight)| f64::from(weight)).sum();
    // The least value cuts off what is missing alone.
    let mut cuts: Vec<f32> = values.first().map(|v| v.0).into_iter().collect();
    let mut below = 0.0;
    for &(value, weight) in &values {
        if below >= total * cuts.len() as f64 / BINS as f64 && cuts.last() != Some(&value) {
            cuts.push(value);
        }
        below += f64::from(weight);
    }
    cuts.truncate(BINS - 1);
    cuts
}

/// The rows that a tree sees, and slope and bend of their loss by each score, row after row.
struct Newton {
    rows: Vec<u32>,
    steps: Vec<[f32; 2]>,
}

fn newton(table: &Table, scores: &[f64], settings: &Settings, round: usize) -> Newton {
    let k = table.n_classes;
    let mut out = Newton {
        rows: Vec::new(),
        steps: Vec::new(),
    };
    let mut p = vec![0.0; k];
    for row in 0..table.n_rows() {
        if chance(settings.seed, round as u64, row as u64) >= settings.row_share {
            continue;
        }
        p.copy_from_slice(&scores[row * k..(row + 1) * k]);
        softmax(&mut p);
        let weight = table.weights[row];
        out.rows.push(row as u32);
        for (class, &p) in p.iter().enumerate() {
            let truth = f64::from(u8::from(usize::from(table.labels[row]) == class));
            let bend = (p * (1.0 - p)).max(1e-4);
            out.steps
                .push([weight * (p - truth) as f32, weight * bend as f32]);
        }
    }
    out
}

/// Sums of slope and bend, class after class.
type Sums = Vec<[f64; 2]>;

fn grow(
    table: &Table,
    cuts: &[Vec<f32>],
    bins: &[Vec<u8>],
    steps: &Newton,
    settings: &Settings,
    round: usize,
) -> Tree {
    /// Features and rows draw from different streams.
    const FEATURES: u64 = 1 << 40;
    let k = table.n_classes;
    // Of the rows that it sees.
    let mut leaves = vec![0_u16; steps.rows.len()];
    let mut questions: Vec<(u16, f32)> = Vec::new();
    for level in 0..settings.depth {
        let n_leaves = 1 << level;
        let best = (0..table.n_features)
            .into_par_iter()
            .filter(|&feature| {
                let draw = chance(settings.seed, FEATURES + round as u64, feature as u64);
                draw < settings.feature_share
            })
            .filter_map(|feature| {
                let sums = histogram(&bins[feature], &leaves, steps, n_leaves, k);
                best_cut(&sums, cuts[feature].len(), n_leaves, k, settings.ridge)
                    .map(|(gain, cut)| (gain, feature, cut))
            })
            // On equal gain the first feature wins, whatever thread found it.
            .reduce_with(|a, b| if (b.0, a.1) > (a.0, b.1) { b } else { a });
        let Some((_, feature, cut)) = best else { break };
        for (leaf, &row) in leaves.iter_mut().zip(&steps.rows) {
            *leaf |= u16::from(usize::from(bins[feature][row as usize]) > cut) << level;
        }
        questions.push((feature as u16, cuts[feature][cut]));
    }
    let mut sums: Sums = vec![[0.0; 2]; k << questions.len()];
    for (steps, &leaf) in steps.steps.chunks_exact(k).zip(&leaves) {
        add(&mut sums, usize::from(leaf) * k, steps);
    }
    Tree {
        questions,
        leaves: sums
            .iter()
            .map(|[slope, bend]| (-settings.rate * slope / (bend + settings.ridge)) as f32)
            .collect(),
    }
}

/// Sums by leaf, bin and class.
fn histogram(bins: &[u8], leaves: &[u16], newton: &Newton, n_leaves: usize, k: usize) -> Sums {
    let mut sums: Sums = vec![[0.0; 2]; n_leaves * BINS * k];
    let rows = newton.rows.iter().zip(leaves);
    for (steps, (&row, &leaf)) in newton.steps.chunks_exact(k).zip(rows) {
        let at = usize::from(leaf) * BINS + usize::from(bins[row as usize]);
        add(&mut sums, at * k, steps);
    }
    sums
}

/// Adds the steps of one row, class after class.
fn add(sums: &mut Sums, at: usize, steps: &[[f32; 2]]) {
    for (sum, step) in sums[at..at + steps.len()].iter_mut().zip(steps) {
        sum[0] += f64::from(step[0]);
        sum[1] += f64::from(step[1]);
    }
}

/// The cut of one feature with the greatest gain over all leaves at once, if any gains.
fn best_cut(
    sums: &Sums,
    n_cuts: usize,
    n_leaves: usize,
    k: usize,
    ridge: f64,
) -> Option<(f64, usize)> {
    let worth = |s: [f64; 2]| s[0] * s[0] / (s[1] + ridge);
    let mut gains = vec![0.0; n_cuts];
    for leaf in 0..n_leaves {
        for class in 0..k {
            let at = |bin: usize| sums[(leaf * BINS + bin) * k + class];
            let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
            let all = (0..BINS).map(at).fold([0.0; 2], add);
            let mut below = [0.0; 2];
            for (cut, gain) in gains.iter_mut().enumerate() {
                below = add(below, at(cut));
                let above = [all[0] - below[0], all[1] - below[1]];
                *gain += worth(below) + worth(above) - worth(all);
            }
        }
    }
    let best = gains
        .iter()
        .enumerate()
        .fold((0.0, None), |best, (cut, &gain)| {
            if gain > best.0 {
                (gain, Some(cut))
            } else {
                best
            }
        });
    best.1.map(|cut| (best.0, cut))
}

/// A number in `[0, 1)` that depends on nothing but its arguments (the finaliser of SplitMix64).
fn chance(seed: u64, stream: u64, index: u64) -> f64 {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(stream.wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_add(index.wrapping_mul(0x94d0_49bb_1331_11eb));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes in two features: a ring, its inside left and right; a third feature is noise.
    fn rings(n: usize, seed: u64) -> Table {
        let mut table = Table {
            n_features: 3,
            n_classes: 3,
            ..Table::default()
        };
        for row in 0..n as u64 {
            let at = |stream| 2.0 * chance(seed, stream, row) - 1.0;
            let (x, y) = (at(1), at(2));
            let label = if x * x + y * y > 0.5 {
                0
            } else if x > 0.0 {
                1
            } else {
                2
            };
            table.push(&[x as f32, y as f32, at(3) as f32], label, 1.0);
        }
        table
    }

    fn settings() -> Settings {
        Settings {
            rounds: 80,
            feature_share: 1.0,
            ..Settings::default()
        }
    }

    #[test]
    fn learns_what_no_line_can_separate() {
        let ensemble = train(&rings(3000, 1), &settings());
        assert!(ensemble.is_sound());
        let fresh = rings(1000, 2);
        let right = (0..fresh.n_rows()).filter(|&row| {
            let mut scores = [0.0; 3];
            ensemble.score_into(fresh.row(row), &mut scores);
            let best = (0..3).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
            best == Some(usize::from(fresh.labels[row]))
        });
        // A straight cut reaches 0.6; the ring's rim is 2 % of the square within one bin of it.
        assert!(right.count() > 930);
    }

    #[test]
    fn scores_are_log_odds_of_shares_where_features_say_nothing() {
        let mut table = Table {
            n_features: 1,
            n_classes: 2,
            ..Table::default()
        };
        for row in 0..1000_u64 {
            table.push(&[chance(7, 1, row) as f32], u8::from(row % 4 == 0), 1.0);
        }
        let ensemble = train(&table, &settings());
        let mut p = [0.0; 2];
        ensemble.score_into(&[0.5], &mut p);
        softmax(&mut p);
        assert!((p[1] - 0.25).abs() < 0.12, "{p:?}");
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let table = rings(500, 3);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                train(
                    &table,
                    &Settings {
                        rounds: 20,
                        ..settings()
                    },
                )
            })
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    fn a_heavy_row_outweighs_light_ones() {
        let mut table = Table {
            n_features: 1,
            n_classes: 2,
            ..Table::default()
        };
        for _ in 0..50 {
            table.push(&[1.0], 0, 0.1);
        }
        table.push(&[1.0], 1, 100.0);
        let ensemble = train(
            &table,
            &Settings {
                row_share: 1.0,
                ..settings()
            },
        );
        let mut scores = [0.0; 2];
        ensemble.score_into(&[1.0], &mut scores);
        assert!(scores[1] > scores[0] + 2.0);
    }
}
