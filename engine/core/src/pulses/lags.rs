//! How often each time difference between two sensors occurs.

use super::network::{BIN_S, Network};
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

/// Evidence of every pair for every time difference.
///
/// A burst of k rounds puts k differences into one bin, whatever else the two sensors hear. The value
/// is the log likelihood ratio of the count against the one expected from the neighbourhood,
/// Poisson, the rate free: `n ln(n / m) - (n - m)` where n is above m.
#[derive(Clone, Debug)]
pub(super) struct Lags {
    pub(super) levels: [Vec<f32>; LEVELS],
}

impl Lags {
    pub(super) fn new(network: &Network, pulses: &Pulses, free: &[bool]) -> Self {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); network.sensors.len()];
        for (pulse, _) in pulses.list.iter().zip(free).filter(|(_, free)| **free) {
            times[pulse.sensor].push(pulse.time_s);
        }
        let ln: Vec<f32> = (0..64).map(|n| (n as f32).max(1.0).ln()).collect();
        let mut levels: [Vec<f32>; LEVELS] = std::array::from_fn(|_| vec![0.0; network.n_bins]);
        let mut sums: Vec<u32> = Vec::new();
        for pair in &network.pairs {
            let (a, b) = (&times[pair.first as usize], &times[pair.second as usize]);
            let n = 2 * pair.half as usize + 1;
            let reach_s = (f64::from(pair.half) + 0.5) * BIN_S;
            sums.clear();
            sums.resize(n + 1, 0);
            let mut from = 0;
            let mut any = false;
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
                        sums[lag as usize + 1] += 1;
                        any = true;
                    }
                }
            }
            if !any {
                continue;
            }
            for k in 0..n {
                sums[k + 1] += sums[k];
            }
            let offset = pair.offset as usize;
            let count = |k: usize, half: usize| {
                let (low, high) = (k.saturating_sub(half), (k + half + 1).min(n));
                (sums[high] - sums[low], high - low)
            };
            for (level, half) in levels.iter_mut().zip(HALF_WIDTHS) {
                let width = (2 * half + 1) as f32;
                let (mut expected, mut ln_expected) = (0.0, 0.0);
                for (k, out) in level[offset..offset + n].iter_mut().enumerate() {
                    // The neighbourhood changes slowly.
                    if k % 16 == 0 {
                        let (around, bins) = count((k + 8).min(n - 1), AROUND);
                        expected = (around as f32 / bins as f32).max(LEAST) * width;
                        ln_expected = expected.ln();
                    }
                    let found = count(k, half).0 as usize;
                    let f = found as f32;
                    if f > expected {
                        let ln_found = ln[found.min(63)];
                        *out = (f * (ln_found - ln_expected) - f + expected).min(MOST);
                    }
                }
            }
        }
        Self { levels }
    }
}
