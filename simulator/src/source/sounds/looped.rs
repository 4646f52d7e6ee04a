//! Sounds that go on for ever, as loops without a seam: sums of waves that each fit the loop a
//! whole number of times.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use crate::random::Random;

/// The spectrum of a loop, from 0 to the Nyquist frequency.
pub(super) struct Loop {
    sample_rate_hz: f64,
    bins: Vec<Complex64>,
    count: usize,
}

impl Loop {
    /// Silence of `count` samples.
    pub(super) fn new(sample_rate_hz: f64, count: usize) -> Self {
        Self {
            sample_rate_hz,
            bins: vec![Complex64::default(); count / 2],
            count,
        }
    }

    /// Adds `amplitude * cos(2 pi f t + phase)` at the frequency nearest to `frequency_hz` that
    /// fits.
    pub(super) fn tone(&mut self, frequency_hz: f64, amplitude: f64, phase: f64) {
        let bin = (frequency_hz * self.count as f64 / self.sample_rate_hz).round();
        if let Some(bin) = self.bins.get_mut(bin as usize) {
            *bin += Complex64::from_polar(amplitude / 2.0, phase);
        }
    }

    /// Adds noise whose power in each hertz is `density`, of a frequency in Hz.
    pub(super) fn noise(&mut self, random: &mut Random, density: impl Fn(f64) -> f64) {
        let width_hz = self.sample_rate_hz / self.count as f64;
        for (k, bin) in self.bins.iter_mut().enumerate().skip(1) {
            // Normal parts make the sum normal; a wave of amplitude 2|b| has the power 2 |b|^2,
            // and the mean of |b|^2 is 2 scale^2.
            let scale = (density(k as f64 * width_hz) * width_hz / 4.0).sqrt();
            *bin += scale * Complex64::new(random.normal(), random.normal());
        }
    }

    /// The samples.
    pub(super) fn samples(&self) -> Vec<f64> {
        let mut buffer = vec![Complex64::default(); self.count];
        // Twice the real part of the half spectrum is the real wave.
        buffer[..self.bins.len()].copy_from_slice(&self.bins);
        FftPlanner::new()
            .plan_fft_inverse(self.count)
            .process(&mut buffer);
        buffer.iter().map(|x| 2.0 * x.re).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn power_and_amplitude_are_as_asked() {
        let mut tone = Loop::new(8_000.0, 8_000);
        tone.tone(100.2, 3.0, 0.5);
        for (n, x) in tone.samples().iter().enumerate() {
            let phase = std::f64::consts::TAU * 100.0 * n as f64 / 8_000.0 + 0.5;
            assert!((x - 3.0 * phase.cos()).abs() < 1e-9);
        }
        let mut noise = Loop::new(8_000.0, 40_000);
        let mut random = Random::stream(1, Purpose::Source, "", 0);
        noise.noise(&mut random, |f| if f < 1_000.0 { 1e-3 } else { 0.0 });
        let samples = noise.samples();
        let power = samples.iter().map(|x| x * x).sum::<f64>() / 40_000.0;
        // 1000 Hz times 1e-3; 5000 independent waves: standard error 1.4 %.
        assert!((power - 1.0).abs() < 0.07, "{power}");
    }

    #[test]
    fn the_end_joins_the_beginning() {
        let mut noise = Loop::new(8_000.0, 4_001);
        let mut random = Random::stream(1, Purpose::Source, "", 1);
        // Low noise changes little from sample to sample.
        noise.noise(&mut random, |f| if f < 200.0 { 1.0 } else { 0.0 });
        let samples = noise.samples();
        let inside = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let largest = inside.fold(0.0, f64::max);
        assert!((samples[0] - samples[4_000]).abs() <= largest);
    }
}
