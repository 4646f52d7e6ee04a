//! Whitening: what the background of the last seconds foretells is taken off each sample.

use crate::decibels::decibels;
use crate::lanes::{add_filtered, dot};

/// Samples a prediction looks back. Eight follow the slope of wind and traffic and one hum.
const ORDER: usize = 8;
/// Length of the mean that follows, seconds: what is left of a blast after a hundred metres lies
/// below 2.5 kHz, and noise above would only hide it.
const MEAN_S: f64 = 0.19e-3;
/// Its most samples, at 32 kHz.
const MAX_MEAN: usize = 6;
/// Taps of both together.
const TAPS: usize = ORDER + MAX_MEAN;
/// Past samples that both reach back.
pub(crate) const PAST: usize = TAPS - 1;
/// White noise added to the background's correlation: no band is raised by more than 20 dB.
const WHITE: f32 = 1e-2;
/// Weight of a new bin in the running correlation: the last 2 to 3 s at one bin of eight.
const MEMORY: f32 = 1.0 / 320.0;
/// Bins between two solutions.
const REFRESH: u32 = 64;

/// A linear predictor of the background, and the error filter made of it.
///
/// Wind and traffic are loud and slow: in their band a millisecond holds a fraction of a period, and
/// its energy says little. A front is what they do not foretell. No bin enters the correlation with
/// more weight than a usual one, so a shot does not count as background.
///
/// J. Makhoul, Linear prediction: a tutorial review, Proc. IEEE 63(4), 1975 (Levinson-Durbin).
#[derive(Clone, Copy)]
pub(crate) struct Whitener {
    correlation: [f32; ORDER + 1],
    /// Level of a usual bin, dB; none before the first.
    usual_db: Option<f32>,
    /// `out[i] = sum over k of taps[k] x[i - k]`.
    taps: [f32; TAPS],
    /// Samples of the mean.
    n_mean: usize,
    /// Change of the taps a bin. They glide from one solution to the next: a jump would look like an
    /// onset where almost all is foretold, as in pure hum.
    glide: [f32; TAPS],
    bins: u32,
}

impl Whitener {
    /// Takes means alone until it has heard something; for input at `rate_hz`, at most 32 kHz.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let n_mean = (libm::round(MEAN_S * rate_hz) as usize).clamp(1, MAX_MEAN);
        let mut whitener = Self {
            correlation: [0.0; ORDER + 1],
            usual_db: None,
            taps: [0.0; TAPS],
            n_mean,
            glide: [0.0; TAPS],
            bins: 0,
        };
        let mut pass = [0.0; ORDER + 1];
        pass[0] = 1.0;
        whitener.taps = whitener.with_mean(&pass, 1.0);
        whitener
    }

    /// `filter` times `gain`, and then the mean, scaled so that white noise keeps its energy.
    fn with_mean(&self, filter: &[f32; ORDER + 1], gain: f32) -> [f32; TAPS] {
        let mut taps = [0.0; TAPS];
        let share = gain / libm::sqrtf(self.n_mean as f32);
        for (k, tap) in filter.iter().enumerate() {
            for slot in &mut taps[k..k + self.n_mean] {
                *slot += share * tap;
            }
        }
        taps
    }

    /// `x` is [`PAST`] past samples and the bin; `out` the bin whitened, a whole number of lanes.
    pub(crate) fn run(&self, x: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        let mut oldest_first = self.taps;
        let used = &mut oldest_first[..ORDER + self.n_mean];
        used.reverse();
        add_filtered(used, &x[TAPS - used.len()..], out);
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
            *r = dot(&x[PAST..], &x[PAST - k..x.len() - k]);
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
        let level_db = decibels(energy);
        let usual_db = self.usual_db.unwrap_or(level_db);
        self.usual_db = Some(usual_db + weight * (level_db - usual_db));
        // Where slow sound passes zero it tells little of itself.
        let scale = if level_db > usual_db {
            energy
        } else {
            libm::powf(10.0, 0.1 * usual_db)
        };
        for (r, v) in self.correlation.iter_mut().zip(now) {
            *r += weight * (v / scale - *r);
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
            if reflection.is_nan() || reflection.abs() >= 0.999 {
                break;
            }
            let old = taps;
            for k in 1..=order {
                taps[k] = old[k] + reflection * old[order - k];
            }
            error *= 1.0 - reflection * reflection;
        }
        if error.is_nan() || error <= 0.0 {
            return;
        }
        let gain = libm::sqrtf(power / error);
        if self.bins < REFRESH {
            self.taps = self.with_mean(&taps, gain);
            return;
        }
        let wanted = self.with_mean(&taps, gain);
        for ((change, tap), now) in self.glide.iter_mut().zip(wanted).zip(self.taps) {
            *change = (tap - now) / REFRESH as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Mean squares of a loud slow sound and of a faint quick one after 2 s of the slow one and noise.
    fn levels(hears_noise: bool) -> (f32, f32) {
        let rate_hz = 16_000.0;
        let mut seed = 1_u32;
        let mut whitener = Whitener::new(rate_hz);
        let slow = |i: usize| libm::sinf(i as f32 * 0.05);
        let mut x: Vec<f32> = (0..32_000).map(slow).collect();
        for v in &mut x {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *v += 0.2 * ((seed >> 8) as f32 / 16_777_216.0 - 0.5);
        }
        for bin in (PAST..x.len() - 16).step_by(16).filter(|_| hears_noise) {
            whitener.learn(&x[bin - PAST..bin + 16]);
        }
        let energy = |sound: &dyn Fn(usize) -> f32| {
            let x: Vec<f32> = (0..PAST + 320).map(sound).collect();
            let mut out = [0.0; 320];
            whitener.run(&x, &mut out);
            out.iter().map(|y| y * y).sum::<f32>() / 320.0
        };
        (energy(&slow), energy(&|i| libm::sinf(i as f32 * 0.6)))
    }

    #[test]
    fn takes_away_what_it_has_heard_and_keeps_what_is_new() {
        let (slow, quick) = levels(false);
        assert!(slow > quick);
        let (slow_after, quick_after) = levels(true);
        // Slow sound of 130 Hz falls by 20 dB against a new one of 1.5 kHz.
        assert!(slow_after / quick_after < 0.01 * slow / quick);
    }
}
