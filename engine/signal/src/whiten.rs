//! Whitening: what the background of the last seconds foretells is taken off each sample.

use crate::lanes::{add_filtered, dot};

/// Samples a prediction looks back. Eight follow the slope of wind and traffic and one hum.
pub(crate) const ORDER: usize = 8;
/// White noise added to the background's correlation: no band is raised by more than 20 dB.
const WHITE: f32 = 1e-2;
/// Weight of a new bin in the running correlation: the last 2 to 3 s at one bin of eight.
const MEMORY: f32 = 1.0 / 320.0;
/// Bins between two solutions.
const REFRESH: u32 = 64;

/// A linear predictor of the background, and the error filter made of it.
///
/// Wind and traffic are loud and slow: in their band a millisecond holds a fraction of a period, and
/// its energy says little. A front is what they do not foretell. Each bin enters the correlation
/// with the same weight whatever its energy, so a shot does not count as background.
///
/// J. Makhoul, Linear prediction: a tutorial review, Proc. IEEE 63(4), 1975 (Levinson-Durbin).
#[derive(Clone, Copy)]
pub(crate) struct Whitener {
    correlation: [f32; ORDER + 1],
    /// `out[i] = sum over k of taps[k] x[i - k]`.
    taps: [f32; ORDER + 1],
    /// Change of the taps a bin. They glide from one solution to the next: a jump would look like an
    /// onset where almost all is foretold, as in pure hum.
    glide: [f32; ORDER + 1],
    bins: u32,
}

impl Whitener {
    /// Lets everything pass until it has heard something.
    pub(crate) const fn new() -> Self {
        let mut taps = [0.0; ORDER + 1];
        taps[0] = 1.0;
        Self {
            correlation: [0.0; ORDER + 1],
            taps,
            glide: [0.0; ORDER + 1],
            bins: 0,
        }
    }

    /// `x` is [`ORDER`] past samples and the bin; `out` the bin whitened, a whole number of lanes.
    pub(crate) fn run(&self, x: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        let mut oldest_first = self.taps;
        oldest_first.reverse();
        add_filtered(&oldest_first, x, out);
    }

    /// Learns from a bin of background, past first as in [`Whitener::run`].
    pub(crate) fn learn(&mut self, x: &[f32]) {
        self.bins = self.bins.wrapping_add(1);
        for (tap, change) in self.taps.iter_mut().zip(self.glide) {
            *tap += change;
        }
        // The first bins all count, then one of eight will do.
        if self.bins > REFRESH && !self.bins.is_multiple_of(8) {
            return;
        }
        let mut now = [0.0_f32; ORDER + 1];
        for (k, r) in now.iter_mut().enumerate() {
            *r = dot(&x[ORDER..], &x[ORDER - k..x.len() - k]);
        }
        let energy = now[0];
        if energy < 1e-30 {
            return;
        }
        let heard = if self.bins <= REFRESH {
            self.bins
        } else {
            REFRESH + (self.bins - REFRESH).min(8 * 320) / 8
        };
        let weight = MEMORY.max(1.0 / heard as f32);
        for (r, v) in self.correlation.iter_mut().zip(now) {
            *r += weight * (v / energy - *r);
        }
        if self.bins.is_multiple_of(REFRESH) || self.bins == REFRESH / 2 {
            self.solve();
        }
    }

    /// Levinson-Durbin; the taps are scaled so that the background keeps its energy.
    fn solve(&mut self) {
        let r = &self.correlation;
        let mut taps = [0.0_f32; ORDER + 1];
        taps[0] = 1.0;
        let mut error = r[0] * (1.0 + WHITE);
        let power = error;
        for order in 1..=ORDER {
            let forward: f32 = (0..order).map(|k| taps[k] * r[order - k]).sum();
            let reflection = -forward / error;
            // Correlations of short bins are no exact correlation: keep the filter tame.
            if !(reflection.abs() < 0.999) {
                break;
            }
            let old = taps;
            for k in 1..=order {
                taps[k] = old[k] + reflection * old[order - k];
            }
            error *= 1.0 - reflection * reflection;
        }
        if !(error > 0.0) {
            return;
        }
        let gain = libm::sqrtf(power / error);
        if self.bins < REFRESH {
            self.taps = taps.map(|tap| tap * gain);
            return;
        }
        for ((change, tap), now) in self.glide.iter_mut().zip(taps).zip(self.taps) {
            *change = (tap * gain - now) / REFRESH as f32;
        }
    }
}
