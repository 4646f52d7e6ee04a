//! How unlike anything the classifier was trained on an impulse is.
//!
//! Mahalanobis distance from the centre of the training impulses, each feature brought to a common
//! spread and bounded first so that one wild feature does not decide; then the share of training
//! impulses that lie nearer. Trees cannot tell: outside their data they repeat the nearest leaf.

/// Features are bounded to this many spreads.
const BOUND: f64 = 6.0;
/// Impulses rarer than one in twenty of the training begin to count as strange.
const USUAL: f64 = 0.95;

/// The cloud of training impulses.
#[derive(Clone, Debug, PartialEq)]
pub struct Novelty {
    /// By feature: what takes the place of a missing value and is subtracted.
    pub centre: Vec<f32>,
    /// By feature: spread, above zero.
    pub spread: Vec<f32>,
    /// Rows of the inverse of the Cholesky factor of the covariance of the scaled features, each up
    /// to its diagonal.
    pub whitener: Vec<f32>,
    /// Distances that equal shares of the training impulses lie within, rising.
    pub quantiles: Vec<f32>,
}

impl Novelty {
    /// Entries of the whitener for so many features.
    pub fn whitener_len(n_features: usize) -> usize {
        n_features * (n_features + 1) / 2
    }

    /// One feature, scaled and bounded.
    pub fn scaled(&self, feature: usize, value: f32) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        let off = f64::from(value) - f64::from(self.centre[feature]);
        (off / f64::from(self.spread[feature])).clamp(-BOUND, BOUND)
    }

    /// Mahalanobis distance per square root of the number of features: about 1 for training impulses.
    ///
    /// # Panics
    /// If `features` has another length than the centre.
    pub fn distance(&self, features: &[f32]) -> f64 {
        let n = self.centre.len();
        assert_eq!(features.len(), n, "features of one row");
        let z: Vec<f64> = features
            .iter()
            .enumerate()
            .map(|(k, &value)| self.scaled(k, value))
            .collect();
        let mut rest = &self.whitener[..];
        let mut sum = 0.0;
        for row in 1..=n {
            let (weights, next) = rest.split_at(row);
            rest = next;
            let dot: f64 = weights.iter().zip(&z).map(|(&w, z)| f64::from(w) * z).sum();
            sum += dot * dot;
        }
        (sum / n.max(1) as f64).sqrt()
    }

    /// 0 for what is usual, 1 for what lies beyond every training impulse.
    ///
    /// # Panics
    /// If `features` has another length than the centre.
    pub fn unknown(&self, features: &[f32]) -> f64 {
        let distance = self.distance(features) as f32;
        let within = self.quantiles.partition_point(|&q| q < distance);
        let rank = within as f64 / self.quantiles.len().max(1) as f64;
        ((rank - USUAL) / (1.0 - USUAL)).clamp(0.0, 1.0)
    }

    /// Do all parts have the sizes and signs they must have?
    pub fn is_sound(&self) -> bool {
        let n = self.centre.len();
        let finite = |v: &[f32]| v.iter().all(|v| v.is_finite());
        self.spread.len() == n
            && self.whitener.len() == Self::whitener_len(n)
            && !self.quantiles.is_empty()
            && finite(&self.centre)
            && finite(&self.whitener)
            && finite(&self.quantiles)
            && self.spread.iter().all(|&s| s.is_finite() && s > 0.0)
            && self.quantiles.is_sorted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two features with spreads 1 and 2 and correlation 0.6: the factor of the scaled covariance is
    /// [[1, 0], [0.6, 0.8]], its inverse [[1, 0], [-0.75, 1.25]].
    fn cloud() -> Novelty {
        Novelty {
            centre: vec![10.0, -3.0],
            spread: vec![1.0, 2.0],
            whitener: vec![1.0, -0.75, 1.25],
            quantiles: (1..=100).map(|k| 0.03 * k as f32).collect(),
        }
    }

    #[test]
    fn distance_counts_correlation() {
        let cloud = cloud();
        assert!(cloud.is_sound());
        // Scaled to (1, 1): whitened to (1, 0.5), so sqrt(1.25 / 2).
        assert!((cloud.distance(&[11.0, -1.0]) - 0.790_569).abs() < 1e-6);
        // Against the correlation (1, -1): (1, -2), so sqrt(5 / 2).
        assert!((cloud.distance(&[11.0, -5.0]) - 1.581_139).abs() < 1e-6);
        assert_eq!(cloud.distance(&[f32::NAN, f32::NAN]), 0.0);
    }

    #[test]
    fn only_the_rare_is_unknown() {
        let cloud = cloud();
        assert_eq!(cloud.unknown(&[10.5, -2.0]), 0.0);
        assert_eq!(cloud.unknown(&[16.0, -15.0]), 1.0);
        assert_eq!(cloud.unknown(&[f32::INFINITY, f32::NEG_INFINITY]), 1.0);
        // Whitened to (0, 3.3 * 1.25): distance 2.917, between the quantiles of 0.97 and 0.98.
        let some = cloud.unknown(&[10.0, -3.0 + 6.6]);
        assert!(some > 0.3 && some < 0.6, "{some}");
    }
}
