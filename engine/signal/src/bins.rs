//! The last 128 ms in bins of about a millisecond.

use crate::decibels::decibels;
use crate::lanes::sum;

/// Bins kept.
pub(crate) const BINS: usize = 128;

/// What is remembered of about a millisecond.
#[derive(Clone, Copy)]
pub(crate) struct Bin {
    /// Mean square in the pass band.
    pub energy: f32,
    /// Mean square in the pass band, whitened.
    pub white: f32,
    /// Largest magnitude in the pass band.
    pub peak: f32,
    /// Share of raw samples at the clip level.
    pub clipped: f32,
    /// Every raw sample was exactly zero: no data.
    pub missing: bool,
}

impl Bin {
    /// No data.
    pub(crate) const MISSING: Self = Self {
        energy: 0.0,
        white: 0.0,
        peak: 0.0,
        clipped: 0.0,
        missing: true,
    };
}

/// A ring of [`BINS`] bins, addressed by their index in the stream.
pub(crate) struct Bins {
    bins: [Bin; BINS],
    /// Whitened energies in dB, zero where there is no data; twice over, so that any stretch is
    /// contiguous.
    white_db: [f32; 2 * BINS],
    /// 1 for bins with sound, likewise.
    heard: [f32; 2 * BINS],
    n: u64,
}

impl Bins {
    pub(crate) const fn new() -> Self {
        Self {
            bins: [Bin::MISSING; BINS],
            white_db: [0.0; 2 * BINS],
            heard: [0.0; 2 * BINS],
            n: 0,
        }
    }

    /// Bins pushed so far.
    pub(crate) const fn len(&self) -> u64 {
        self.n
    }

    pub(crate) fn push(&mut self, bin: Bin) {
        let at = (self.n % BINS as u64) as usize;
        self.bins[at] = bin;
        let (heard, white_db) = if bin.missing {
            (0.0, 0.0)
        } else {
            (1.0, decibels(bin.white))
        };
        for at in [at, at + BINS] {
            self.white_db[at] = white_db;
            self.heard[at] = heard;
        }
        self.n += 1;
    }

    pub(crate) fn at(&self, index: u64) -> &Bin {
        &self.bins[(index % BINS as u64) as usize]
    }

    /// Whitened energy of a bin; zero for the last before a gap, where an offset or hum breaks off.
    fn white_off_edge(&self, index: u64) -> f32 {
        if self.at(index + 1).missing {
            0.0
        } else {
            self.at(index).white
        }
    }

    /// Mean whitened energy of two bins, edges of gaps left out.
    pub(crate) fn pair(&self, index: u64) -> f32 {
        0.5 * (self.white_off_edge(index) + self.white_off_edge(index + 1))
    }

    /// Whitened energy of a bin with sound, dB.
    pub(crate) fn white_db(&self, index: u64) -> f32 {
        self.white_db[(index % BINS as u64) as usize]
    }

    /// Mean level of the bins with sound in `from..to`, dB, whitened; that of nothing if there is none.
    ///
    /// The mean of decibels, not of energies: an echo of 2 ms lifts it by a tenth of its height.
    pub(crate) fn mean_white_db(&self, from: u64, to: u64) -> f32 {
        let at = (from % BINS as u64) as usize;
        let stretch = at..at + (to - from) as usize;
        let n = sum(&self.heard[stretch.clone()]);
        if n > 0.0 {
            sum(&self.white_db[stretch]) / n
        } else {
            decibels(0.0)
        }
    }

    /// Mean energy of the bins with sound in `from..to`; zero if there is none.
    pub(crate) fn mean_energy(&self, from: u64, to: u64) -> f32 {
        let heard = (from..to).map(|k| self.at(k)).filter(|bin| !bin.missing);
        let (total, n) = heard.fold((0.0, 0.0), |(total, n), bin| (total + bin.energy, n + 1.0));
        if n > 0.0 { total / n } else { 0.0 }
    }
}
