//! How often each time difference between two sensors occurs.

use super::network::{BIN_S, Network, Pair};
use super::pulse::Pulses;

/// Half width of the window in which differences count as equal, bins, by level.
const HALF_WIDTHS: [usize; LEVELS] = [6, 3, 1];
/// Windows from coarse to fine.
pub(super) const LEVELS: usize = 3;
/// Half width of the neighbourhood that tells how many differences to expect, bins.
const AROUND: usize = 75;
/// Fewest differences that are expected in a window of one bin: a pulse in some seconds.
const LEAST: f32 = 0.001;
/// One pair says at most so much; it may hear two machines in step.
const MOST: f32 = 8.0;
/// So many bins have one expectation: it changes slowly.
const BLOCK: usize = 16;

/// Evidence of every pair for every time difference.
///
/// A burst of k rounds puts k differences into one bin, whatever else the two sensors hear. The value
/// is the log likelihood ratio of the count against the one expected from the neighbourhood,
/// Poisson, the rate free: `n ln(n / m) - (n - m)` where n is above m.
#[derive(Clone, Debug)]
pub(super) struct Lags {
    /// Evidence at the coarsest level, by bin.
    coarse: Vec<f32>,
    /// How many differences lie in the bins before this one, by bin. The first and last bins of
    /// a pair are beyond any difference of its sensors, so that windows of two pairs do not mix.
    sums: Vec<u32>,
    /// Expected differences in one bin, by block of bins, and their logarithm.
    expected: Vec<(f32, f32)>,
    /// Natural logarithm of small counts.
    ln: [f32; 64],
}

impl Lags {
    pub(super) fn new(network: &Network, pulses: &Pulses, free: &[bool]) -> Self {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); network.sensors.len()];
        for (pulse, _) in pulses.list.iter().zip(free).filter(|(_, free)| **free) {
            times[pulse.sensor].push(pulse.time_s);
        }
        let mut lags = Self {
            coarse: vec![0.0; network.n_bins],
            sums: vec![0; network.n_bins + 1],
            expected: vec![(1.0, 0.0); network.n_bins / BLOCK + 1],
            ln: std::array::from_fn(|n| (n as f32).max(1.0).ln()),
        };
        for pair in &network.pairs {
            let (a, b) = (&times[pair.first as usize], &times[pair.second as usize]);
            lags.count(pair, a, b);
        }
        // Every difference in order of bins.
        let mut sum = 0;
        for n in &mut lags.sums {
            sum += *n;
            *n = sum;
        }
        for block in 0..lags.expected.len() {
            let centre = block * BLOCK + BLOCK / 2;
            let (low, high) = (
                centre.saturating_sub(AROUND),
                (centre + AROUND + 1).min(network.n_bins),
            );
            if high <= low {
                continue;
            }
            let n = lags.sums[high] - lags.sums[low];
            let expected = (n as f32 / (high - low) as f32).max(LEAST);
            lags.expected[block] = (expected, expected.ln());
        }
        for bin in 0..network.n_bins {
            lags.coarse[bin] = lags.evaluate(0, bin);
        }
        lags
    }

    /// Counts the differences of one pair.
    fn count(&mut self, pair: &Pair, a: &[f64], b: &[f64]) {
        let n = 2 * pair.half as usize + 1;
        let reach_s = (f64::from(pair.half) + 0.5) * BIN_S;
        let own = &mut self.sums[pair.offset as usize + 1..][..n];
        let mut from = 0;
        for &t in a {
            while from < b.len() && b[from] < t - reach_s {
                from += 1;
            }
            for &other in &b[from..] {
                let lag = (other - t) * (1.0 / BIN_S) + f64::from(pair.half) + 0.5;
                if lag >= n as f64 {
                    break;
                }
                if lag >= 0.0 {
                    own[lag as usize] += 1;
                }
            }
        }
    }

    /// Evidence for `bin` at `level`, coarsest first.
    #[inline]
    pub(super) fn at(&self, level: usize, bin: u32) -> f32 {
        if level == 0 {
            self.coarse[bin as usize]
        } else {
            self.evaluate(level, bin as usize)
        }
    }

    #[inline]
    fn evaluate(&self, level: usize, bin: usize) -> f32 {
        let half = HALF_WIDTHS[level];
        let (low, high) = (
            bin.saturating_sub(half),
            (bin + half + 1).min(self.sums.len() - 1),
        );
        let found = (self.sums[high] - self.sums[low]) as usize;
        let (per_bin, ln_per_bin) = self.expected[bin / BLOCK];
        let expected = per_bin * (2 * half + 1) as f32;
        let n = found as f32;
        if found == 0 || n <= expected {
            return 0.0;
        }
        // 13, 7 and 3 bins.
        const LN_WIDTHS: [f32; LEVELS] = [2.564_949, 1.945_91, 1.098_612];
        let ln_ratio = self.ln[found.min(63)] - ln_per_bin - LN_WIDTHS[level];
        (n * ln_ratio - n + expected).min(MOST)
    }
}
