//! Energies of the sound by band, for every bin.

use crate::biquad::Biquad;

/// Bands of the course of a sound.
pub(crate) const COURSE_BANDS: usize = 4;
/// Their corners, hertz: half a decade each. The first holds what wind, doors, thunder and the handling
/// of a microphone have more of than shots; the last ends with the pass band.
const CORNERS_HZ: [f64; COURSE_BANDS + 1] = [30.0, 200.0, 630.0, 2_000.0, 4_000.0];
/// A corner beyond this share of the sample rate is not reached: half the rate is near.
const MOST_OF_RATE: f64 = 0.42;
/// From this rate on sums of two samples suffice.
const HALVED_HZ: f64 = 16_000.0;

/// A number for each band.
type Lanes = [f32; COURSE_BANDS];

/// Butterworth band-passes side by side: a high-pass and a low-pass of second order in each lane.
///
/// Lanes, so that processors with vectors run all bands at once.
pub(crate) struct FilterBank {
    high: Section,
    low: Section,
    /// Squares of the bin so far; in memory like those of the sections, which lets compilers make vectors of lanes.
    energy: Lanes,
    /// Samples taken as one, 1 or 2.
    stride: usize,
    /// Squared gain of both sections.
    gain: Lanes,
    /// Bands that the sample rate reaches.
    n_bands: usize,
}

/// A section for each band without its gain, transposed direct form II, and its memory.
struct Section {
    /// Factor of the middle sample: -2 of a high-pass, 2 of a low-pass; those at its sides are 1.
    middle: f32,
    a: [Lanes; 2],
    z: [Lanes; 2],
}

impl Section {
    fn new(middle: f32, lanes: [Biquad; COURSE_BANDS]) -> Self {
        Self {
            middle,
            a: [0, 1].map(|i| lanes.map(|lane| lane.a[i])),
            z: [[0.0; COURSE_BANDS]; 2],
        }
    }

    /// A sample for each band, in place. One operation at a time on all lanes, and the memory in place.
    #[inline]
    fn process(&mut self, row: &mut Lanes) {
        let x = *row;
        for lane in 0..COURSE_BANDS {
            row[lane] = x[lane] + self.z[0][lane];
        }
        for lane in 0..COURSE_BANDS {
            let bent = self.middle * x[lane] - self.a[0][lane] * row[lane];
            self.z[0][lane] = bent + self.z[1][lane];
        }
        for lane in 0..COURSE_BANDS {
            self.z[1][lane] = x[lane] - self.a[1][lane] * row[lane];
        }
    }
}

impl FilterBank {
    /// For input at `rate_hz` in runs of `len` samples.
    pub(crate) fn new(rate_hz: f64, len: usize) -> Self {
        let is_halved = rate_hz >= HALVED_HZ && len.is_multiple_of(2);
        let stride = if is_halved { 2 } else { 1 };
        let rate_hz = rate_hz / stride as f64;
        let most_hz = MOST_OF_RATE * rate_hz;
        let corner_hz = |k: usize| CORNERS_HZ[k].min(most_hz);
        let high = core::array::from_fn(|band| Biquad::high_pass(corner_hz(band), rate_hz));
        let low = core::array::from_fn(|band| Biquad::low_pass(corner_hz(band + 1), rate_hz));
        let gain = |band: usize| libm::powf(high[band].b[0] * low[band].b[0], 2.0);
        Self {
            energy: [0.0; COURSE_BANDS],
            stride,
            gain: core::array::from_fn(gain),
            high: Section::new(-2.0, high),
            low: Section::new(2.0, low),
            n_bands: CORNERS_HZ[..COURSE_BANDS]
                .iter()
                .filter(|hz| **hz < most_hz)
                .count(),
        }
    }

    /// Bands that the sample rate reaches; the energies of the others mean nothing.
    pub(crate) const fn n_bands(&self) -> usize {
        self.n_bands
    }

    /// As if `x` had always been: a high-pass lets nothing of it through.
    pub(crate) fn settle(&mut self, x: f32) {
        let x = x * self.stride as f32;
        self.high.z = [[-x; COURSE_BANDS], [x; COURSE_BANDS]];
        self.low.z = [[0.0; COURSE_BANDS]; 2];
    }

    /// A sample through all bands.
    #[inline]
    fn add(&mut self, x: f32) {
        let mut row = [x; COURSE_BANDS];
        self.high.process(&mut row);
        self.low.process(&mut row);
        for (energy, y) in self.energy.iter_mut().zip(row) {
            *energy += y * y;
        }
    }

    /// Filters samples and returns the mean square of each band.
    pub(crate) fn run(&mut self, samples: &[f32]) -> [f32; COURSE_BANDS] {
        self.energy = [0.0; COURSE_BANDS];
        if self.stride == 2 {
            for [a, b] in samples.as_chunks().0 {
                self.add(a + b);
            }
        } else {
            for x in samples {
                self.add(*x);
            }
        }
        let mut energy = self.energy;
        // Sums of samples, not means, were squared.
        let scale = 1.0 / (self.stride * samples.len().max(1)) as f32;
        for (energy, gain) in energy.iter_mut().zip(self.gain) {
            *energy *= gain * scale;
        }
        energy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::TAU;

    /// Mean squares of a sine of amplitude 1 after half a second.
    fn energies(hz: f64, rate_hz: f64) -> [f32; COURSE_BANDS] {
        let mut bank = FilterBank::new(rate_hz, 2);
        let n = (0.5 * rate_hz) as usize;
        let sine = |i: usize| libm::sin(TAU * hz * i as f64 / rate_hz) as f32;
        let x: std::vec::Vec<f32> = (0..2 * n).map(sine).collect();
        bank.run(&x[..n]);
        bank.run(&x[n..])
    }

    #[test]
    fn a_tone_lies_in_its_band() {
        for rate_hz in [12_000.0, 16_000.0, 31_000.0] {
            for (band, hz) in [80.0, 355.0, 1_120.0, 2_800.0].into_iter().enumerate() {
                let energies = energies(hz, rate_hz);
                for (other, energy) in energies.into_iter().enumerate() {
                    // A mean square of one half in the middle; 12 dB an octave beyond the corners.
                    let is_own = other == band;
                    assert!((energy > 0.3) == is_own, "{rate_hz} {hz}: {energies:?}");
                    assert!(is_own || energy < 0.1, "{rate_hz} {hz}: {energies:?}");
                }
            }
        }
    }

    #[test]
    fn an_offset_has_always_been_there() {
        let mut bank = FilterBank::new(16_000.0, 16);
        bank.settle(0.6);
        let energies = bank.run(&[0.6; 160]);
        assert!(energies.iter().all(|e| *e < 1e-12), "{energies:?}");
    }

    #[test]
    fn low_rates_have_fewer_bands() {
        assert_eq!(FilterBank::new(4_000.0, 4).n_bands(), 3);
        assert_eq!(FilterBank::new(8_000.0, 8).n_bands(), 4);
    }
}
