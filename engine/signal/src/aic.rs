//! Onset time by the Akaike information criterion.

/// A split of a stretch into noise and signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Split {
    /// First sample of the signal, as a fractional index.
    pub at: f32,
    /// Standard deviation of `at`, samples.
    pub sigma: f32,
    /// Variance after over variance before.
    pub step: f32,
    /// Log likelihood gained over noise of one variance.
    pub gain: f32,
}

/// Where in `x` noise ends and signal begins.
///
/// Splits `x` into two stretches of Gaussian noise of unknown variances and returns the split
/// that explains it best: `AIC(k) = k ln var(x[..k]) + (n - k) ln var(x[k..])`, the form of
/// N. Maeda (1985) that needs no autoregressive model. The minimum is interpolated by a parabola
/// to a fraction of a sample.
///
/// `AIC / 2` is a log-likelihood, so the weights `exp(-(AIC - min) / 2)` are a posterior over the
/// split; its mean and width are told.
///
/// # Returns
/// `None` if `x` is shorter than eight samples.
///
/// `floor` is the smallest variance believed (quantisation); it keeps digital silence finite.
pub(crate) fn onset(x: impl Iterator<Item = f32> + Clone, n: usize, floor: f32) -> Option<Split> {
    /// Fewest samples on either side of the split; a variance of fewer says nothing.
    const EDGE: usize = 3;
    if n < 2 * EDGE + 2 {
        return None;
    }
    let total: f64 = x.clone().map(|v| f64::from(v) * f64::from(v)).sum();
    let floor = f64::from(floor).max(1e-20);
    let criterion = |k: usize, before: f64| {
        let (k, rest) = (k as f64, (n - k) as f64);
        k * libm::log((before / k).max(floor))
            + rest * libm::log(((total - before) / rest).max(floor))
    };

    let mut before = 0.0;
    let mut best = (EDGE, f64::INFINITY, 0.0);
    for (i, v) in x.clone().enumerate() {
        if (EDGE..=n - EDGE).contains(&i) {
            let value = criterion(i, before);
            if value < best.1 {
                best = (i, value, before);
            }
        }
        before += f64::from(v) * f64::from(v);
    }

    // Second pass: mean and spread of the posterior near the minimum.
    let mut before = 0.0;
    let (mut weight, mut first, mut second) = (0.0, 0.0, 0.0);
    for (i, v) in x.enumerate() {
        if (EDGE..=n - EDGE).contains(&i) {
            let w = libm::exp(-0.5 * (criterion(i, before) - best.1));
            let offset = i as f64 - best.0 as f64;
            weight += w;
            first += w * offset;
            second += w * offset * offset;
        }
        before += f64::from(v) * f64::from(v);
    }
    let mean = first / weight;
    let variance = (second / weight - mean * mean).max(0.0);
    // A split between two samples is uniform over one sample: 1/12.
    let sigma = libm::sqrt(variance + 1.0 / 12.0);
    let (k, rest) = (best.0 as f64, (n - best.0) as f64);
    let (quiet, loud) = (
        (best.2 / k).max(floor),
        ((total - best.2) / rest).max(floor),
    );
    let whole = n as f64 * libm::log((total / n as f64).max(floor));
    Some(Split {
        at: (best.0 as f64 + mean) as f32,
        sigma: sigma as f32,
        step: (loud / quiet) as f32,
        gain: (0.5 * (whole - best.1)) as f32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn noise(n: usize, seed: u32) -> Vec<f32> {
        let mut s = seed;
        (0..n)
            .map(|_| {
                // Sum of four uniforms: near enough to Gaussian, no dependency.
                (0..4)
                    .map(|_| {
                        s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (s >> 8) as f32 / (1 << 24) as f32 - 0.5
                    })
                    .sum::<f32>()
            })
            .collect()
    }

    #[test]
    fn finds_a_step_in_variance() {
        for seed in 0..20 {
            let mut x = noise(200, seed + 1);
            for v in &mut x[120..] {
                *v *= 30.0;
            }
            let Split { at: k, sigma, .. } = onset(x.iter().copied(), x.len(), 0.0).unwrap();
            assert!(
                (k - 120.0).abs() < 4.0 * sigma + 1.5,
                "seed {seed}: {k} +- {sigma}"
            );
        }
    }

    #[test]
    fn silence_before_is_no_singularity() {
        let mut x = std::vec![0.0_f32; 100];
        for (i, v) in x[60..].iter_mut().enumerate() {
            *v = if i % 2 == 0 { 0.5 } else { -0.4 };
        }
        let Split { at: k, sigma, .. } = onset(x.iter().copied(), x.len(), 1e-10).unwrap();
        assert!((k - 60.0).abs() < 0.5, "{k}");
        assert!(sigma < 0.5);
    }

    #[test]
    fn too_short_says_so() {
        assert_eq!(onset([0.0_f32; 4].into_iter(), 4, 0.0), None);
    }
}
