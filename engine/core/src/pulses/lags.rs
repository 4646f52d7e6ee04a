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
pub(super) const BLOCK: usize = 16;
/// So many bins at either end of a pair's are beyond any difference; windows around the others stay inside.
pub(super) const MARGIN: usize = HALF_WIDTHS[0];
/// Coarse evidence is kept to this: the map of it is small, for it is read in no order.
const UNIT: f32 = 1.0 / 30.0;

/// Evidence of every pair for every time difference.
///
/// A burst of k rounds puts k differences into one bin, whatever else the two sensors hear. The value
/// is the log likelihood ratio of the count against the one expected from the neighbourhood,
/// Poisson, the rate free: `n ln(n / m) - (n - m)` where n is above m.
#[derive(Clone, Debug)]
pub(super) struct Lags {
    /// Evidence at the coarsest level, in units of [`UNIT`], by bin.
    coarse: Vec<u8>,
    /// How many differences lie in the bins of the same pair before this one, by bin.
    sums: Vec<u32>,
    /// Expected differences in one bin, by block of bins, and their logarithm.
    expected: Vec<(f32, f32)>,
    /// Natural logarithm of small counts.
    ln: [f32; 64],
}

impl Lags {
    /// Room for the pairs of `network`; nothing is counted yet.
    pub(super) fn new(network: &Network) -> Self {
        Self {
            coarse: vec![0; network.n_bins],
            sums: vec![0; network.n_bins],
            expected: vec![(1.0, 0.0); network.n_bins / BLOCK],
            ln: std::array::from_fn(|n| (n as f32).max(1.0).ln()),
        }
    }

    /// Counts the differences between free pulses of the `pairs` of `network`; what was counted of other
    /// pairs stays.
    pub(super) fn count<'a>(
        &mut self,
        network: &Network,
        pulses: &Pulses,
        free: &[bool],
        pairs: impl Iterator<Item = &'a Pair>,
    ) {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); network.sensors.len()];
        for (pulse, _) in pulses.list.iter().zip(free).filter(|(_, free)| **free) {
            times[pulse.sensor].push(pulse.time_s);
        }
        for pair in pairs {
            let (a, b) = (&times[pair.first as usize], &times[pair.second as usize]);
            self.count_pair(pair, a, b);
        }
    }

    fn count_pair(&mut self, pair: &Pair, a: &[f64], b: &[f64]) {
        let n = 2 * pair.half as usize + 1;
        let begin = pair.offset as usize;
        let reach_s = (f64::from(pair.half) + 0.5) * BIN_S;
        let own = &mut self.sums[begin..=begin + n];
        own.fill(0);
        let counts = &mut own[1..];
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
                    counts[lag as usize] += 1;
                }
            }
        }
        // Every difference in order of bins.
        let mut sum = 0;
        for n in counts {
            sum += *n;
            *n = sum;
        }
        let blocks = self.expected[begin / BLOCK..].iter_mut();
        for (block, expected) in blocks.take(n.div_ceil(BLOCK)).enumerate() {
            let centre = block * BLOCK + BLOCK / 2;
            let (low, high) = (centre.saturating_sub(AROUND), (centre + AROUND + 1).min(n));
            let per_bin = ((own[high] - own[low]) as f32 / (high - low) as f32).max(LEAST);
            *expected = (per_bin, per_bin.ln());
        }
        for bin in begin + MARGIN..begin + n - MARGIN {
            self.coarse[bin] = (self.evaluate(0, bin) * (1.0 / UNIT)) as u8;
        }
    }

    /// Evidence of all `bins` together at `level`, coarsest first.
    #[inline]
    pub(super) fn sum(&self, level: usize, bins: &[u32]) -> f32 {
        if level == 0 {
            let units: u32 = bins
                .iter()
                .map(|&b| u32::from(self.coarse[b as usize]))
                .sum();
            UNIT * units as f32
        } else {
            bins.iter().map(|&b| self.evaluate(level, b as usize)).sum()
        }
    }

    #[inline]
    fn evaluate(&self, level: usize, bin: usize) -> f32 {
        let half = HALF_WIDTHS[level];
        let found = (self.sums[bin + half + 1] - self.sums[bin - half]) as usize;
        if found == 0 {
            return 0.0;
        }
        let (per_bin, ln_per_bin) = self.expected[bin / BLOCK];
        let expected = per_bin * (2 * half + 1) as f32;
        let n = found as f32;
        if n <= expected {
            return 0.0;
        }
        // 13, 7 and 3 bins.
        const LN_WIDTHS: [f32; LEVELS] = [2.564_949, 1.945_91, 1.098_612];
        let ln_ratio = self.ln[found.min(63)] - ln_per_bin - LN_WIDTHS[level];
        (n * ln_ratio - n + expected).min(MOST)
    }
}
