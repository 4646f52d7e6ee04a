//! White noise through one-pole low-pass filters side by side: any spectrum that only falls.

use std::f64::consts::TAU;

use super::slow::Line;
use crate::normals::Normals;

/// Filters at most; absent ones have no gain. A multiple of 4, so that four work at a time.
const FILTERS: usize = 16;

/// One-pole low-pass filters that all hear one white noise and are added up.
///
/// They run in f32, four to a register: rounding adds noise 140 dB below the signal.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    pole: [f32; FILTERS],
    gain: [f32; FILTERS],
    state: [f32; FILTERS],
    white: Normals,
}

/// One filter: 1/(1 + i f/corner), times a weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct LowPass {
    pub(super) corner_hz: f64,
    pub(super) weight: f64,
}

impl Bank {
    /// The bank whose output is `scale` times that of white noise of unit variance.
    ///
    /// It is run until the slowest filter has forgotten that it began: the noise is steady from
    /// the first sample on.
    pub(super) fn new(
        filters: &[LowPass],
        scale: f64,
        sample_rate_hz: f64,
        white: Normals,
    ) -> Self {
        let mut bank = Self {
            pole: [0.0; FILTERS],
            gain: [0.0; FILTERS],
            state: [0.0; FILTERS],
            white,
        };
        for (index, filter) in filters.iter().take(FILTERS).enumerate() {
            let pole = pole(*filter, sample_rate_hz);
            bank.pole[index] = pole as f32;
            bank.gain[index] = (scale * filter.weight * (1.0 - pole)) as f32;
        }
        let slowest_hz = filters
            .iter()
            .fold(f64::INFINITY, |low, f| low.min(f.corner_hz));
        // Ten time constants: e^-10 of the start is left.
        for _ in 0..(10.0 * sample_rate_hz / (TAU * slowest_hz)) as usize {
            bank.step();
        }
        bank
    }

    #[inline]
    fn step(&mut self) -> f32 {
        let white = self.white.next() as f32;
        let mut sums = [0.0f32; 4];
        for quad in 0..FILTERS / 4 {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let index = 4 * quad + lane;
                self.state[index] = self.pole[index] * self.state[index] + white;
                *sum += self.gain[index] * self.state[index];
            }
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }

    /// Adds the noise as it is.
    pub(super) fn add(&mut self, pressure_pa: &mut [f64]) {
        for sample in pressure_pa {
            *sample += f64::from(self.step());
        }
    }

    /// Adds the noise times a gain that changes along the block.
    pub(super) fn add_along(&mut self, line: &Line, pressure_pa: &mut [f64]) {
        for (index, sample) in pressure_pa.iter_mut().enumerate() {
            *sample += line.at(index) * f64::from(self.step());
        }
    }
}

fn pole(filter: LowPass, sample_rate_hz: f64) -> f64 {
    (-TAU * filter.corner_hz / sample_rate_hz).exp()
}

/// Variance of a bank's output for white noise of unit variance.
///
/// Output i is `g_i sum_k p_i^k w(n-k)`; the covariance of i and j is `g_i g_j/(1 - p_i p_j)`.
pub(super) fn variance(filters: &[LowPass], sample_rate_hz: f64) -> f64 {
    let pairs = filters
        .iter()
        .flat_map(|a| filters.iter().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| {
            let (p, q) = (pole(*a, sample_rate_hz), pole(*b, sample_rate_hz));
            a.weight * b.weight * (1.0 - p) * (1.0 - q) / (1.0 - p * q)
        })
        .sum()
}

/// Power gain of a bank at a frequency.
pub(super) fn power_gain(filters: &[LowPass], sample_rate_hz: f64, frequency_hz: f64) -> f64 {
    use rustfft::num_complex::Complex64;
    let turn = Complex64::from_polar(1.0, -TAU * frequency_hz / sample_rate_hz);
    let sum: Complex64 = filters
        .iter()
        .map(|filter| {
            let pole = pole(*filter, sample_rate_hz);
            filter.weight * (1.0 - pole) / (Complex64::new(1.0, 0.0) - pole * turn)
        })
        .sum();
    sum.norm_sqr()
}
