//! Sounds with exactly known onsets, made without the crate under test.
#![allow(dead_code, reason = "every test file takes what it needs")]

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_signal::{Detector, DetectorConfig, RawOnset};

/// White Gaussian noise (Box-Muller).
pub(crate) fn noise(n: usize, sigma: f64, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|_| {
            let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
            (sigma * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
        })
        .collect()
}

/// Adds a Friedlander blast `a (1 - t/T) exp(-t/T)` whose front arrives at `onset` (a fraction of a
/// sample is meant).
///
/// Each sample is the mean of the pressure over its interval, centred on it, as a converter without
/// delay sees it. The mean is exact: the integral of the pressure is `t exp(-t/T)`.
pub(crate) fn add_blast(x: &mut [f32], rate_hz: f64, onset: f64, amplitude: f64, duration_s: f64) {
    let integral = |sample: f64| {
        let t = (sample - onset) / rate_hz;
        if t > 0.0 {
            t * (-t / duration_s).exp()
        } else {
            0.0
        }
    };
    let from = (onset - 1.0).max(0.0) as usize;
    // After 30 T the pressure is 3e-12 of its peak.
    let to = ((onset + 30.0 * duration_s * rate_hz) as usize).min(x.len());
    for (i, v) in x.iter_mut().enumerate().take(to).skip(from) {
        let mean = (integral(i as f64 + 0.5) - integral(i as f64 - 0.5)) * rate_hz;
        *v += (amplitude * mean) as f32;
    }
}

/// All onsets of `x`, fed in one block.
pub(crate) fn detect(rate_hz: f64, x: &[f32]) -> Vec<RawOnset> {
    detect_in_blocks(rate_hz, x, &[x.len()])
}

/// All onsets of `x`, fed in blocks whose lengths repeat `blocks`.
pub(crate) fn detect_in_blocks(rate_hz: f64, x: &[f32], blocks: &[usize]) -> Vec<RawOnset> {
    let mut detector = Detector::try_new(DetectorConfig::new(rate_hz)).expect("a usable rate");
    let mut onsets = Vec::new();
    let (mut rest, mut lengths) = (x, blocks.iter().cycle());
    while !rest.is_empty() {
        let n = (*lengths.next().expect("blocks")).clamp(1, rest.len());
        detector.process(&rest[..n], |o| onsets.push(o));
        rest = &rest[n..];
    }
    detector.finish(|o| onsets.push(o));
    onsets
}

/// The onset nearest to sample `truth` within `reach` samples.
pub(crate) fn nearest(onsets: &[RawOnset], truth: f64, reach: f64) -> Option<RawOnset> {
    onsets
        .iter()
        .copied()
        .filter(|o| (o.sample - truth).abs() <= reach)
        .min_by(|a, b| {
            (a.sample - truth)
                .abs()
                .total_cmp(&(b.sample - truth).abs())
        })
}
