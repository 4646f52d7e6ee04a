//! The last samples of a stream, addressed by their index in it.

/// A ring of the last `N` samples.
pub(crate) struct Ring<const N: usize> {
    x: [f32; N],
    written: u64,
}

impl<const N: usize> Ring<N> {
    pub(crate) const fn new() -> Self {
        Self {
            x: [0.0; N],
            written: 0,
        }
    }

    pub(crate) fn extend(&mut self, samples: &[f32]) {
        let at = (self.written % N as u64) as usize;
        let (to_end, from_start) = samples.split_at(samples.len().min(N - at));
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
        self.written.saturating_sub(N as u64)
    }

    /// Sample `index`, which must be held.
    pub(crate) fn at(&self, index: u64) -> f32 {
        self.x[(index % N as u64) as usize]
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
