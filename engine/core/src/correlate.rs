//! Delays of one sound between recordings, for sounds that are no impulses.
//!
//! Gunshots are timed by their onsets, since their wave forms differ from path to path. A call, a
//! siren or an engine has no sharp onset; over tens of metres its recordings are alike enough to be correlated.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Below this frequency a garden-sized array sees hardly any delay, only wind and traffic, hertz.
const LOW_CUT_HZ: f64 = 300.0;
/// Two correlations agree if their peaks lie within this of one another, seconds: reverberation and
/// survey errors of 15 cm.
const AGREE_S: f64 = 0.000_5;
/// Passes over all recordings; the delays settle after two or three.
const MAX_PASSES: usize = 8;

/// Why recordings cannot be correlated.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrelateError {
    /// Fewer than two recordings.
    #[error("{got} recording(s) have no delay between them: at least two are needed")]
    TooFew {
        /// Recordings given.
        got: usize,
    },
    /// A recording is silent or shorter than the longest delay.
    #[error("recording {index} is silent or shorter than the delays looked for")]
    Empty {
        /// Index of the recording.
        index: usize,
    },
}

/// How much later the dominant sound arrives in each recording than in the first, seconds.
///
/// Generalised cross-correlation with phase transform (C. H. Knapp and G. C. Carter, IEEE Trans.
/// ASSP-24(4), 1976) of every pair; then the delays are chosen that agree with all pairs at once, by coordinate
/// ascent from the pairs with the first recording. A single pair may peak at an echo; all pairs
/// together do not.
///
/// # Arguments
/// * `signals` - recordings that start at the same instant, all at `rate_hz`.
/// * `max_delay_s` - longest possible delay of a pair of recordings, by their indices.
///
/// # Returns
/// One delay a recording; the first is zero. Resolution is one sample.
///
/// # Errors
/// [`CorrelateError`] for fewer than two recordings or one without sound.
pub fn delays_s(
    signals: &[Vec<f32>],
    rate_hz: f64,
    max_delay_s: impl Fn(usize, usize) -> f64,
) -> Result<Vec<f64>, CorrelateError> {
    let n = signals.len();
    if n < 2 {
        return Err(CorrelateError::TooFew { got: n });
    }
    let lag_limit = |i: usize, j: usize| (max_delay_s(i, j) * rate_hz).ceil().max(0.0) as i64;
    let longest = signals.iter().map(Vec::len).max().unwrap_or(0);
    for (index, signal) in signals.iter().enumerate() {
        let silent = signal.iter().all(|v| *v == 0.0);
        if silent || (signal.len() as i64) < lag_limit(0, index) {
            return Err(CorrelateError::Empty { index });
        }
    }
    // Twice the length, so that the circular correlation does not wrap.
    let size = (2 * longest).next_power_of_two();
    let mut planner = FftPlanner::<f32>::new();
    let forward = planner.plan_fft_forward(size);
    let inverse = planner.plan_fft_inverse(size);
    let spectra: Vec<Vec<Complex<f32>>> = signals
        .iter()
        .map(|signal| {
            let mut x = vec![Complex::new(0.0, 0.0); size];
            for (slot, &v) in x.iter_mut().zip(signal) {
                slot.re = v;
            }
            forward.process(&mut x);
            x
        })
        .collect();

    let low_bin = (LOW_CUT_HZ * size as f64 / rate_hz) as usize;
    let blur = (AGREE_S * rate_hz).ceil() as i64;
    // correlation[i][j](lag): how well j resembles i delayed by lag; for i < j only.
    let mut correlations: Vec<Vec<Option<Correlation>>> = vec![vec![None; n]; n];
    for i in 0..n {
        for j in i + 1..n {
            let mut cross: Vec<Complex<f32>> = spectra[j]
                .iter()
                .zip(&spectra[i])
                .enumerate()
                .map(|(bin, (b, a))| {
                    let c = b * a.conj();
                    let magnitude = c.norm();
                    let audible = bin.min(size - bin) >= low_bin && magnitude > 0.0;
                    if audible {
                        c / magnitude
                    } else {
                        Complex::new(0.0, 0.0)
                    }
                })
                .collect();
            inverse.process(&mut cross);
            // The delays sought may disagree with one pair by a little: reach beyond its limit.
            let reach = lag_limit(i, j) + 2 * blur;
            correlations[i][j] = Some(Correlation::new(&cross, reach, blur));
        }
    }
    let at = |i: usize, j: usize, lag: i64| match (&correlations[i][j], &correlations[j][i]) {
        (Some(c), _) => c.at(lag),
        (_, Some(c)) => c.at(-lag),
        _ => 0.0,
    };
    let best = |k: usize, score: &dyn Fn(i64) -> f32| {
        let limit = lag_limit(0, k);
        // The smallest of equal lags, so that the answer does not hang on the order.
        (-limit..=limit).fold((0, f32::NEG_INFINITY), |best, lag| {
            let value = score(lag);
            if value > best.1 { (lag, value) } else { best }
        })
    };
    let mut lags: Vec<i64> = (0..n)
        .map(|k| match k {
            0 => 0,
            k => best(k, &|lag| at(0, k, lag)).0,
        })
        .collect();
    for _ in 0..MAX_PASSES {
        let before = lags.clone();
        for k in 1..n {
            let others = lags.clone();
            lags[k] = best(k, &|lag| {
                (0..n)
                    .filter(|&j| j != k)
                    .map(|j| at(j, k, lag - others[j]))
                    .sum()
            })
            .0;
        }
        if lags == before {
            break;
        }
    }
    Ok(lags.into_iter().map(|lag| lag as f64 / rate_hz).collect())
}

/// Correlation of one pair by lag, its largest value one.
#[derive(Clone, Debug)]
struct Correlation {
    reach: i64,
    /// From lag `-reach` to `reach`.
    values: Vec<f32>,
}

impl Correlation {
    fn new(circular: &[Complex<f32>], reach: i64, blur: i64) -> Self {
        let size = circular.len() as i64;
        let raw = |lag: i64| circular[lag.rem_euclid(size) as usize].re;
        // The largest value nearby: pairs need not agree to the sample.
        let near = |lag: i64| {
            (lag - blur..=lag + blur)
                .map(raw)
                .fold(f32::NEG_INFINITY, f32::max)
        };
        let values: Vec<f32> = (-reach..=reach).map(near).collect();
        let peak = values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        Self {
            reach,
            values: values.into_iter().map(|v| v / peak).collect(),
        }
    }

    fn at(&self, lag: i64) -> f32 {
        usize::try_from(lag + self.reach)
            .ok()
            .and_then(|k| self.values.get(k))
            .copied()
            .unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform noise in -0.5..0.5.
    fn noise(n: usize, mut seed: u32) -> Vec<f32> {
        (0..n)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 24) as f32 - 0.5
            })
            .collect()
    }

    #[test]
    fn a_sound_shifted_by_whole_samples_comes_back() {
        let sound = noise(4_000, 7);
        let shifts = [0_i64, 120, -75, 33];
        let signals: Vec<Vec<f32>> = shifts
            .iter()
            .enumerate()
            .map(|(k, &shift)| {
                let mut x: Vec<f32> = noise(12_000, 100 + k as u32)
                    .iter()
                    .map(|v| 0.3 * v)
                    .collect();
                for (i, v) in sound.iter().enumerate() {
                    x[(4_000 + i as i64 + shift) as usize] += v;
                }
                x
            })
            .collect();
        let found = delays_s(&signals, 12_000.0, |_, _| 0.02).unwrap();
        for (delay, shift) in found.iter().zip(shifts) {
            // The tolerance of agreement, 0.5 ms.
            assert!(
                (delay - shift as f64 / 12_000.0).abs() <= 0.000_5 + 1e-9,
                "{found:?}"
            );
        }
    }

    #[test]
    fn says_what_is_missing() {
        assert_eq!(
            delays_s(&[], 8e3, |_, _| 0.1),
            Err(CorrelateError::TooFew { got: 0 })
        );
        let silent = [noise(9_000, 1), vec![0.0; 9_000]];
        assert_eq!(
            delays_s(&silent, 8e3, |_, _| 0.1),
            Err(CorrelateError::Empty { index: 1 })
        );
    }
}
