//! Boosted symmetric trees: the part of the classifier that is learned.
//!
//! All nodes of one level of a symmetric tree ask the same question, so a tree of depth `d` is `d`
//! comparisons whose answers are the bits of a leaf's number (Prokhorenkova et al., CatBoost,
//! NeurIPS 2018). That is small, needs no branches on a sensor's processor, and over-fits less than
//! free trees do. A leaf holds one score for each class; scores add over trees.

/// Questions of one tree, at most; leaves double with each.
pub const MAX_DEPTH: usize = 8;
/// Scores are logarithms of odds; nothing sane comes near.
const MOST_SCORE: f32 = 1e6;

/// One tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// By level: which feature, and the least value that answers yes. A missing value (NaN) is a no.
    pub questions: Vec<(u16, f32)>,
    /// By leaf, then by class: `2^questions` times the number of classes.
    pub leaves: Vec<f32>,
}

/// A sum of trees.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// Features in a row of input.
    pub n_features: usize,
    /// Score of each class before any tree.
    pub base: Vec<f32>,
    /// The trees.
    pub trees: Vec<Tree>,
}

impl Tree {
    /// Number of the leaf that `features` end in.
    ///
    /// # Panics
    /// If a question is about a feature that is not there.
    pub fn leaf(&self, features: &[f32]) -> usize {
        self.questions
            .iter()
            .enumerate()
            .fold(0, |leaf, (level, &(feature, threshold))| {
                let yes = features[usize::from(feature)] >= threshold;
                leaf | usize::from(yes) << level
            })
    }
}

impl Ensemble {
    /// Adds the scores of one row to `scores`, one a class.
    ///
    /// # Panics
    /// If `features` or `scores` have not the ensemble's length.
    pub fn score_into(&self, features: &[f32], scores: &mut [f64]) {
        assert_eq!(features.len(), self.n_features, "features of one row");
        let n = self.base.len();
        assert_eq!(scores.len(), n, "one score a class");
        for (score, &base) in scores.iter_mut().zip(&self.base) {
            *score += f64::from(base);
        }
        for tree in &self.trees {
            let at = n * tree.leaf(features);
            for (score, &value) in scores.iter_mut().zip(&tree.leaves[at..at + n]) {
                *score += f64::from(value);
            }
        }
    }

    /// Does every tree fit the ensemble: known features, whole levels, scores of a sane size?
    pub fn is_sound(&self) -> bool {
        let n = self.base.len();
        n > 0
            && self.base.iter().all(|v| v.abs() <= MOST_SCORE)
            && self.trees.iter().all(|tree| {
                tree.questions.len() <= MAX_DEPTH
                    && tree.leaves.len() == n << tree.questions.len()
                    && tree.leaves.iter().all(|v| v.abs() <= MOST_SCORE)
                    && tree
                        .questions
                        .iter()
                        .all(|&(f, t)| usize::from(f) < self.n_features && !t.is_nan())
            })
    }
}

/// Probabilities from scores: `exp(s_k) / sum exp(s)`.
pub fn softmax(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ensemble() -> Ensemble {
        Ensemble {
            n_features: 2,
            base: vec![0.5, 0.0],
            trees: vec![Tree {
                questions: vec![(0, 1.0), (1, -2.0)],
                // Leaves by (answer 0, answer 1): no no, yes no, no yes, yes yes.
                leaves: vec![1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0],
            }],
        }
    }

    #[test]
    fn answers_are_the_bits_of_the_leaf() {
        let score = |x: [f32; 2]| {
            let mut scores = [0.0; 2];
            ensemble().score_into(&x, &mut scores);
            scores
        };
        assert_eq!(score([0.0, -3.0]), [1.5, -1.0]);
        assert_eq!(score([1.0, -3.0]), [2.5, -2.0]);
        assert_eq!(score([0.0, -2.0]), [3.5, -3.0]);
        assert_eq!(score([9.0, 9.0]), [4.5, -4.0]);
        assert_eq!(score([f32::NAN, 9.0]), [3.5, -3.0], "missing answers no");
    }

    #[test]
    fn unsound_ensembles_are_known() {
        assert!(ensemble().is_sound());
        let mut other = ensemble();
        other.trees[0].questions[0].0 = 2;
        assert!(!other.is_sound());
        let mut other = ensemble();
        other.trees[0].leaves.pop();
        assert!(!other.is_sound());
        let mut other = ensemble();
        other.base[0] = f32::NAN;
        assert!(!other.is_sound());
    }

    #[test]
    fn softmax_of_far_scores_stays_finite() {
        let mut p = [1000.0, 998.0, -1e6];
        softmax(&mut p);
        // 1 / (1 + e^-2).
        assert!((p[0] - 0.880_797).abs() < 1e-6 && p[2] == 0.0);
    }
}
