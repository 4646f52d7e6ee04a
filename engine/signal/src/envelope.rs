//! The last 1.3 s in bins of about a millisecond: energies of the pass band and of four others.

use crate::filter_bank::COURSE_BANDS;

/// Bins kept: what lies before and after the front of an impulse, and how far its front and its trigger
/// can be apart.
const KEPT: usize = 1_312;
/// Energies of a bin: those of [`COURSE_BANDS`] bands, and of the pass band.
const WIDTH: usize = COURSE_BANDS + 1;
/// The column of the pass band.
pub(crate) const PASS: usize = COURSE_BANDS;

/// A ring of energies, addressed by the index of their bin in the stream.
///
/// Energies are kept as the upper half of a single: within 0.2 %, at half the memory.
pub(crate) struct Envelope {
    bins: [[u16; WIDTH]; KEPT],
    n: u64,
}

/// What stands for a bin without data.
const MISSING: u16 = u16::MAX;

/// Rounds to the nearest; of a positive, finite number.
const fn halved(energy: f32) -> u16 {
    ((energy.to_bits() + 0x8000) >> 16) as u16
}

const fn doubled(half: u16) -> f32 {
    f32::from_bits((half as u32) << 16)
}

impl Envelope {
    pub(crate) const fn new() -> Self {
        Self {
            bins: [[MISSING; WIDTH]; KEPT],
            n: 0,
        }
    }

    /// A bin with sound.
    pub(crate) fn push(&mut self, bands: [f32; COURSE_BANDS], pass: f32) {
        let bin = &mut self.bins[(self.n % KEPT as u64) as usize];
        for (slot, energy) in bin.iter_mut().zip(bands) {
            *slot = halved(energy);
        }
        bin[PASS] = halved(pass);
        self.n += 1;
    }

    /// A bin without data.
    pub(crate) fn push_missing(&mut self) {
        self.bins[(self.n % KEPT as u64) as usize] = [MISSING; WIDTH];
        self.n += 1;
    }

    /// Energy of a bin in a column; none if it is not held or holds no data.
    pub(crate) fn at(&self, index: u64, column: usize) -> Option<f32> {
        let is_held = index < self.n && index + KEPT as u64 >= self.n;
        let half = self.bins[(index % KEPT as u64) as usize][column];
        (is_held && half != MISSING).then(|| doubled(half))
    }

    /// Bins of `from..to` that are held and hold data. Bins before the stream have negative indices.
    fn held(&self, from: i64, to: i64) -> impl Iterator<Item = &[u16; WIDTH]> {
        let n = self.n.cast_signed();
        let range = from.max(n - KEPT as i64).max(0)..to.min(n);
        let bins = range.map(|k| &self.bins[(k.unsigned_abs() % KEPT as u64) as usize]);
        // A bin without data has none in any column.
        bins.filter(|bin| bin[PASS] != MISSING)
    }

    /// Mean energy of bins `from..to` in a column; none unless more than half of them hold data.
    pub(crate) fn mean(&self, from: i64, to: i64, column: usize) -> Option<f32> {
        let energies = self.held(from, to).map(|bin| doubled(bin[column]));
        let (sum, n) = energies.fold((0.0_f32, 0_i64), |(sum, n), energy| (sum + energy, n + 1));
        (2 * n > to - from).then(|| sum / n as f32)
    }

    /// [`mean`](Self::mean) of every column.
    pub(crate) fn means(&self, from: i64, to: i64) -> Option<[f32; WIDTH]> {
        let mut n = 0_i64;
        let mut sums = [0.0_f32; WIDTH];
        for bin in self.held(from, to) {
            n += 1;
            for (sum, half) in sums.iter_mut().zip(bin) {
                *sum += doubled(*half);
            }
        }
        (2 * n > to - from).then(|| sums.map(|sum| sum / n as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_what_was_heard() {
        let mut envelope = Envelope::new();
        for k in 0..2_000_u16 {
            if k % 5 == 4 {
                envelope.push_missing();
            } else {
                envelope.push([1.0, 2.0, 3.0, f32::from(k)], 0.1);
            }
        }
        assert_eq!(envelope.mean(1_000, 1_010, 1), Some(2.0));
        // 1996 and 1997; 0.2 % of rounding.
        let mean = envelope.mean(1_996, 1_998, 3).unwrap();
        assert!((mean / 1_996.5 - 1.0).abs() < 0.003, "{mean}");
        assert!((envelope.mean(1_990, 2_000, PASS).unwrap() - 0.1).abs() < 2e-4);
        // One of two is not more than half; what is too old or yet to come is not known.
        assert_eq!(envelope.mean(1_003, 1_005, 1), None);
        assert_eq!(envelope.mean(600, 700, 1), None);
        assert_eq!(envelope.mean(1_999, 2_003, 1), None);
        assert_eq!(envelope.mean(-50, 20, 1), None);
        for (from, to) in [(1_000, 1_010), (1_996, 1_998), (1_003, 1_005), (600, 700)] {
            let by_column = core::array::from_fn(|column| envelope.mean(from, to, column));
            assert_eq!(
                envelope.means(from, to).map_or([None; 5], |m| m.map(Some)),
                by_column
            );
        }
    }
}
