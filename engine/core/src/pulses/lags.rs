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
pub(super) const UNIT: f32 = 1.0 / 30.0;
/// What one pair says at most, in these units.
pub(super) const MOST_UNITS: usize = (MOST * (1.0 / UNIT)) as usize;

/// So many differences in one bin are more than any evidence needs. Then the sums of a neighbourhood never differ
/// by more than fits.
const MOST_IN_BIN: u16 = 400;
/// Numbers of differences in a neighbourhood whose logarithms are known beforehand.
const SMALL: usize = 128;

/// Counts of which the logarithm is exact; greater ones are taken for the last.
const SMALL_LN: usize = 64;

/// Evidence of every pair for every time difference.
///
/// A burst of k rounds puts k differences into one bin, whatever else the two sensors hear. The value
/// is the log likelihood ratio of the count against the one expected from the neighbourhood,
/// Poisson, the rate free: `n ln(n / m) - (n - m)` where n is above m.
#[derive(Clone, Debug)]
pub(super) struct Lags {
    /// Evidence at the coarsest level, in units of [`UNIT`], by bin.
    coarse: Vec<u8>,
    /// How many differences lie in the bins of the same pair before this one, by bin; wraps.
    sums: Vec<u16>,
    /// What is expected by block of bins.
    expected: Vec<Expected>,
    /// What is expected where so many differences lie in a whole neighbourhood.
    usual: [Expected; SMALL],
    /// Natural logarithm of small counts.
    ln: [f32; SMALL_LN],
    /// The sums of one pair with a margin on either side.
    own: Vec<u16>,
}

/// Expected differences in one bin, and their natural logarithm.
#[derive(Clone, Copy, Debug)]
struct Expected {
    per_bin: f32,
    ln_per_bin: f32,
}

impl Expected {
    fn of(differences: u16, bins: usize) -> Self {
        let per_bin = (f32::from(differences) / bins as f32).max(LEAST);
        Self {
            per_bin,
            ln_per_bin: per_bin.ln(),
        }
    }

    /// In a window of `level`.
    fn within(&self, level: usize) -> f32 {
        self.per_bin * (2 * HALF_WIDTHS[level] + 1) as f32
    }
}

impl Lags {
    /// Room for the pairs of `network`; nothing is counted yet.
    pub(super) fn new(network: &Network) -> Self {
        let longest = network.pairs.iter().map(|p| 2 * p.half as usize + 1).max();
        let room = longest.unwrap_or(0).next_multiple_of(BLOCK) + 2 * MARGIN + 1;
        Self {
            coarse: vec![0; network.n_bins],
            sums: vec![0; network.n_bins],
            expected: vec![Expected::of(0, 1); network.n_bins / BLOCK],
            usual: std::array::from_fn(|n| Expected::of(n as u16, 2 * AROUND + 1)),
            ln: std::array::from_fn(|n| (n as f32).max(1.0).ln()),
            own: vec![0; room],
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
        let (begin, n_blocks) = (pair.offset as usize, n.div_ceil(BLOCK));
        let mut own = std::mem::take(&mut self.own);
        let sums = &mut own[..n_blocks * BLOCK + 2 * MARGIN + 1];
        sums.fill(0);
        count_differences(pair, a, b, &mut sums[MARGIN + 1..=MARGIN + n]);
        // Every difference in order of bins.
        let mut sum = 0_u16;
        let mut add = |n: &mut u16| {
            sum = sum.wrapping_add(*n);
            *n = sum;
        };
        let (eights, rest) = sums[MARGIN + 1..].as_chunks_mut::<8>();
        for eight in eights {
            eight.iter_mut().for_each(&mut add);
        }
        rest.iter_mut().for_each(add);
        self.sums[begin..=begin + n].copy_from_slice(&sums[MARGIN..=MARGIN + n]);
        for block in 0..n_blocks {
            let centre = block * BLOCK + BLOCK / 2;
            let (low, high) = (centre.saturating_sub(AROUND), (centre + AROUND + 1).min(n));
            let around = sums[MARGIN + high].wrapping_sub(sums[MARGIN + low]);
            let expected = if usize::from(around) < SMALL && high - low == 2 * AROUND + 1 {
                self.usual[usize::from(around)]
            } else {
                Expected::of(around, high - low)
            };
            self.expected[begin / BLOCK + block] = expected;
            let first = block * BLOCK;
            let coarse = &mut self.coarse[begin + first..begin + first + BLOCK];
            if let Some(sums) = sums[first..].first_chunk() {
                evaluate_block(sums, expected, &self.ln, coarse);
            }
        }
        self.own = own;
    }

    /// Evidence of all `bins` together at the coarsest level, in units.
    #[inline]
    pub(super) fn units(&self, bins: &[u32]) -> u32 {
        let units = |bin: u32| u32::from(self.coarse[bin as usize]);
        let (fours, rest) = bins.as_chunks::<4>();
        let mut sum = 0;
        for &[a, b, c, d] in fours {
            sum += units(a) + units(b) + units(c) + units(d);
        }
        for &bin in rest {
            sum += units(bin);
        }
        sum
    }

    /// Evidence of all `bins` together at `level`, coarsest first.
    #[inline]
    pub(super) fn sum(&self, level: usize, bins: &[u32]) -> f32 {
        let half = HALF_WIDTHS[level];
        let each = bins.iter().map(|&bin| {
            let bin = bin as usize;
            let n = self.sums[bin + half + 1].wrapping_sub(self.sums[bin - half]);
            if n == 0 {
                return 0.0;
            }
            let ln = self.ln[usize::from(n).min(SMALL_LN - 1)];
            evidence(level, f32::from(n), ln, self.expected[bin / BLOCK])
        });
        each.sum()
    }
}

/// Evidence of `n` differences in a window of `level`; their logarithm is `ln`.
#[inline]
fn evidence(level: usize, n: f32, ln: f32, expected: Expected) -> f32 {
    // 13, 7 and 3 bins.
    const LN_WIDTHS: [f32; LEVELS] = [2.564_949, 1.945_91, 1.098_612];
    let within = expected.within(level);
    if n <= within {
        return 0.0;
    }
    (n * (ln - expected.ln_per_bin - LN_WIDTHS[level]) - n + within).min(MOST)
}

/// Evidence of the bins of a block at the coarsest level, in units; `sums` begin [`MARGIN`] bins before it.
fn evaluate_block(
    sums: &[u16; BLOCK + 2 * MARGIN + 1],
    expected: Expected,
    ln: &[f32; SMALL_LN],
    coarse: &mut [u8],
) {
    let mut found = [0_i16; BLOCK];
    for k in 0..BLOCK {
        found[k] = sums[k + 2 * MARGIN + 1].wrapping_sub(sums[k]) as i16;
    }
    // No window has more than the block with its margins.
    let most = sums[BLOCK + 2 * MARGIN].wrapping_sub(sums[0]);
    // Evidence grows with the count: all windows that have so many get what that adds.
    let mut sum = [0_i16; BLOCK];
    let mut known = 0;
    for n in expected.within(0) as u16 + 1..=most {
        let ln = ln[usize::from(n).min(SMALL_LN - 1)];
        let units = (evidence(0, f32::from(n), ln, expected) * (1.0 / UNIT)) as i16;
        for k in 0..BLOCK {
            sum[k] += if found[k] >= n as i16 {
                units - known
            } else {
                0
            };
        }
        known = units;
        if units == MOST_UNITS as i16 {
            break;
        }
    }
    for (coarse, units) in coarse.iter_mut().zip(sum) {
        *coarse = units as u8;
    }
}

/// Adds to `counts`, by bin, how often pulses at `b` follow pulses at `a`, both in order, by each difference.
fn count_differences(pair: &Pair, a: &[f64], b: &[f64], counts: &mut [u16]) {
    let reach_s = (f64::from(pair.half) + 0.5) * BIN_S;
    let mut from = 0;
    for &t in a {
        while from < b.len() && b[from] < t - reach_s {
            from += 1;
        }
        for &other in &b[from..] {
            let lag = (other - t) * (1.0 / BIN_S) + f64::from(pair.half) + 0.5;
            if lag >= counts.len() as f64 {
                break;
            }
            if lag >= 0.0 {
                let count = &mut counts[lag as usize];
                *count += u16::from(*count < MOST_IN_BIN);
            }
        }
    }
}
