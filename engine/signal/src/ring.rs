//! The last samples of a stream, addressed by their index in it.

/// Samples kept. At the working rate of at most 32 kHz and bins of at most 33 samples this covers
/// 40 ms before an impulse, the search for its front, and 60 ms after.
pub(crate) const RING: usize = 4096;

/// A ring of [`RING`] samples.
pub(crate) struct Ring {
    x: [f32; RING],
    written: u64,
}

impl Ring {
    pub(crate) const fn new() -> Self {
        Self {
            x: [0.0; RING],
            written: 0,
        }
    }

    pub(crate) fn extend(&mut self, samples: &[f32]) {
        let at = (self.written % RING as u64) as usize;
        let (to_end, from_start) = samples.split_at(samples.len().min(RING - at));
        self.x[at..at + to_end.len()].copy_from_slice(to_end);
        self.x[..from_start.len()].copy_from_slice(from_start);
        self.written += samples.len() as u64;
    }

    /// Samples written so far.
    pub(crate) const fn len(&self) -> u64 {
        self.written
    }

    /// The oldest index still held.
    pub(crate) const fn oldest(&self) -> u64 {
        self.written.saturating_sub(RING as u64)
    }

    /// Sample `index`, which must be held.
    pub(crate) fn at(&self, index: u64) -> f32 {
        self.x[(index % RING as u64) as usize]
    }

    /// Sample `index`, or zero if it is not held.
    pub(crate) fn at_or_zero(&self, index: u64) -> f32 {
        if (self.oldest()..self.written).contains(&index) {
            self.at(index)
        } else {
            0.0
        }
    }
}
