//! Anti-alias filter and decimator: a weighted mean that neither rings nor looks ahead for long.

use crate::lanes::add_filtered;

/// Most input samples per output: 400 kHz to 16 kHz.
const MAX_STEP: usize = 25;
/// Most taps of a phase: 1 / 3600 Hz at 32 kHz.
const MAX_PAST: usize = 9;
/// Most outputs of a block, a whole number of lanes.
pub(crate) const MAX_BLOCK: usize = 32;

/// Mean under a Hann window of `1 / high_hz` seconds, taken at every `step`-th sample.
///
/// Its response falls to one half at `high_hz` and to nothing at twice that. The kernel is
/// positive, so a front stays a front: no overshoot, nothing earlier than half its length.
///
/// Samples are dealt to `step` phases, so that each phase is filtered for several outputs at once.
pub(crate) struct HannDecimator {
    /// Kernel by phase, oldest first.
    taps: [[f32; MAX_PAST]; MAX_STEP],
    n_taps: usize,
    step: usize,
    /// By phase: the past, then the block.
    input: [[f32; MAX_PAST + MAX_BLOCK]; MAX_STEP],
}

impl HannDecimator {
    /// For input at `rate_hz`; one output per `step` samples.
    ///
    /// `step` is at most 25, and a step at most a third of the kernel.
    pub(crate) fn new(high_hz: f64, rate_hz: f64, step: usize) -> Self {
        let wanted = libm::round(rate_hz / high_hz) as usize;
        // Two samples make no window: let all pass.
        let n_taps = if wanted < 3 {
            1
        } else {
            wanted.min(MAX_PAST * step)
        };
        let weight = |i: usize| {
            let s = libm::sin(core::f64::consts::PI * (i as f64 + 0.5) / n_taps as f64);
            s * s
        };
        let sum: f64 = (0..n_taps).map(weight).sum();
        let mut taps = [[0.0; MAX_PAST]; MAX_STEP];
        for i in 0..n_taps {
            // Sample `i` before the newest, which is the last of the phases.
            taps[step - 1 - i % step][MAX_PAST - 1 - i / step] = (weight(i) / sum) as f32;
        }
        Self {
            taps,
            n_taps,
            step,
            input: [[0.0; MAX_PAST + MAX_BLOCK]; MAX_STEP],
        }
    }

    /// How long after a front its first output is seen to move, samples: on average half a step, and
    /// a twelfth of the kernel, of which then some 2 % of the front are through, as much as the
    /// noise below an onset of 20 to 30 dB. (A peak is late by half a kernel.)
    pub(crate) fn first_motion_samples(&self) -> f64 {
        let kernel = if self.n_taps > 1 {
            self.n_taps as f64 / 12.0
        } else {
            0.0
        };
        0.5 * (self.step as f64 - 1.0) + kernel
    }

    /// Makes the past a constant.
    pub(crate) fn settle(&mut self, x: f32) {
        for phase in &mut self.input {
            phase[..MAX_PAST].fill(x);
        }
    }

    /// Filters a block of whole steps, at most [`MAX_BLOCK`] of them, and makes it the past.
    pub(crate) fn run(&mut self, block: &[f32], out: &mut [f32; MAX_BLOCK]) {
        let len = block.len() / self.step;
        out.fill(0.0);
        let padded = len.next_multiple_of(crate::lanes::LANES);
        for (p, (phase, taps)) in (self.input.iter_mut().zip(&self.taps))
            .enumerate()
            .take(self.step)
        {
            let slots = &mut phase[MAX_PAST..MAX_PAST + len];
            // Steps known when compiled take a third of the time; these are the usual ones.
            match self.step {
                1 => slots.copy_from_slice(block),
                2 => deal::<2>(block, p, slots),
                3 => deal::<3>(block, p, slots),
                step => {
                    for (slot, x) in slots.iter_mut().zip(block.chunks_exact(step)) {
                        *slot = x[p];
                    }
                }
            }
            let used = self.n_taps.div_ceil(self.step);
            let (taps, past) = (&taps[MAX_PAST - used..], &phase[MAX_PAST + 1 - used..]);
            add_filtered(taps, past, &mut out[..padded]);
            phase.copy_within(len..len + MAX_PAST, 0);
        }
    }

    /// Squared response at `hz` for input at `rate_hz`.
    pub(crate) fn power_at(&self, hz: f64, rate_hz: f64) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for i in 0..self.n_taps {
            let tap = self.taps[self.step - 1 - i % self.step][MAX_PAST - 1 - i / self.step];
            let turn = 2.0 * core::f64::consts::PI * hz / rate_hz * i as f64;
            re += f64::from(tap) * libm::cos(turn);
            im += f64::from(tap) * libm::sin(turn);
        }
        (re * re + im * im) as f32
    }
}

/// Every `STEP`-th sample from `phase` on.
fn deal<const STEP: usize>(block: &[f32], phase: usize, slots: &mut [f32]) {
    for (slot, x) in slots.iter_mut().zip(block.as_chunks::<STEP>().0) {
        *slot = x[phase];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_is_that_of_a_hann_window() {
        let filter = HannDecimator::new(4_000.0, 48_000.0, 3);
        assert!((filter.power_at(0.0, 48_000.0) - 1.0).abs() < 1e-5);
        // One half of the amplitude at 1 / length, none at 2 / length.
        assert!((filter.power_at(4_000.0, 48_000.0) - 0.25).abs() < 0.01);
        assert!(filter.power_at(8_000.0, 48_000.0) < 1e-6);
    }

    #[test]
    fn blocks_continue_and_constants_pass() {
        let x: std::vec::Vec<f32> = (0..96).map(|i| ((i * 37) % 19) as f32).collect();
        let mut whole = [0.0; MAX_BLOCK];
        HannDecimator::new(4_000.0, 48_000.0, 3).run(&x, &mut whole);
        let mut filter = HannDecimator::new(4_000.0, 48_000.0, 3);
        for (half, x) in x.chunks(48).enumerate() {
            let mut out = [0.0; MAX_BLOCK];
            filter.run(x, &mut out);
            assert_eq!(whole[16 * half..][..16], out[..16]);
        }
        let mut out = [0.0; MAX_BLOCK];
        filter.settle(0.5);
        filter.run(&[0.5; 48], &mut out);
        assert!(out[..16].iter().all(|y| (y - 0.5).abs() < 1e-6));
    }

    #[test]
    fn is_the_weighted_mean() {
        // An impulse meets each tap in turn; only every third output is kept.
        let kernel = |i: usize| {
            let s = libm::sin(core::f64::consts::PI * (i as f64 + 0.5) / 12.0);
            s * s / 6.0
        };
        for at in 0..3 {
            let mut x = [0.0; 48];
            x[at] = 1.0;
            let mut out = [0.0; MAX_BLOCK];
            HannDecimator::new(4_000.0, 48_000.0, 3).run(&x, &mut out);
            for (j, &y) in out.iter().enumerate().take(16) {
                let age = 3 * j + 2 - at;
                let expected = if age < 12 { kernel(age) } else { 0.0 };
                assert!((f64::from(y) - expected).abs() < 1e-6, "{at} {j}");
            }
        }
    }
}
