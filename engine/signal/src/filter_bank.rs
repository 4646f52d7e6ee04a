//! Energies of the sound by band, for every bin.

use crate::biquad::Biquad;

/// Bands of the course of a sound.
pub(crate) const COURSE_BANDS: usize = 4;
/// Their lower corners, hertz: half a decade each. The first holds what wind, doors, thunder and the
/// handling of a microphone have more of than shots; the last ends with the pass band.
const CORNERS_HZ: [f64; COURSE_BANDS] = [30.0, 200.0, 630.0, 2_000.0];
/// A corner beyond this share of the sample rate is no corner: half the rate is near.
const MOST_OF_RATE: f64 = 0.42;

/// Butterworth band-passes side by side: a high-pass and a low-pass of second order in each lane.
///
/// Lanes, so that processors with vectors run all bands at once.
pub(crate) struct FilterBank {
    high: Section,
    low: Section,
    /// Bands that the sample rate reaches.
    n_bands: usize,
}

/// A section for each band, transposed direct form II, and its memory.
struct Section {
    b: [[f32; COURSE_BANDS]; 3],
    a: [[f32; COURSE_BANDS]; 2],
    z: [[f32; COURSE_BANDS]; 2],
}

impl Section {
    fn new(lanes: [Biquad; COURSE_BANDS]) -> Self {
        Self {
            b: [0, 1, 2].map(|i| lanes.map(|lane| lane.b[i])),
            a: [0, 1].map(|i| lanes.map(|lane| lane.a[i])),
            z: [[0.0; COURSE_BANDS]; 2],
        }
    }

    #[inline]
    fn process(&mut self, x: [f32; COURSE_BANDS]) -> [f32; COURSE_BANDS] {
        let mut y = [0.0; COURSE_BANDS];
        for lane in 0..COURSE_BANDS {
            y[lane] = self.b[0][lane] * x[lane] + self.z[0][lane];
            self.z[0][lane] =
                self.b[1][lane] * x[lane] - self.a[0][lane] * y[lane] + self.z[1][lane];
            self.z[1][lane] = self.b[2][lane] * x[lane] - self.a[1][lane] * y[lane];
        }
        y
    }
}

impl FilterBank {
    /// For input at `rate_hz`.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let is_reached = |hz: f64| hz < MOST_OF_RATE * rate_hz;
        let mut high = [Biquad::IDENTITY; COURSE_BANDS];
        let mut low = [Biquad::IDENTITY; COURSE_BANDS];
        for (band, &corner_hz) in CORNERS_HZ.iter().enumerate() {
            if is_reached(corner_hz) {
                high[band] = Biquad::high_pass(corner_hz, rate_hz);
            }
            if let Some(&next_hz) = CORNERS_HZ.get(band + 1).filter(|hz| is_reached(**hz)) {
                low[band] = Biquad::low_pass(next_hz, rate_hz);
            }
        }
        Self {
            high: Section::new(high),
            low: Section::new(low),
            n_bands: CORNERS_HZ.iter().filter(|hz| is_reached(**hz)).count(),
        }
    }

    /// Bands that the sample rate reaches; the energies of the others mean nothing.
    pub(crate) const fn n_bands(&self) -> usize {
        self.n_bands
    }

    /// As if `x` had always been.
    pub(crate) fn settle(&mut self, x: f32) {
        for lane in 0..COURSE_BANDS {
            let [b0, _, b2] = self.high.b.map(|b| b[lane]);
            // A high-pass lets nothing of a constant through.
            self.high.z[0][lane] = -b0 * x;
            self.high.z[1][lane] = b2 * x;
        }
        self.low.z = [[0.0; COURSE_BANDS]; 2];
    }

    /// Filters samples and returns the mean square of each band.
    pub(crate) fn run(&mut self, samples: &[f32]) -> [f32; COURSE_BANDS] {
        let mut energy = [0.0; COURSE_BANDS];
        for &x in samples {
            let y = self.low.process(self.high.process([x; COURSE_BANDS]));
            for lane in 0..COURSE_BANDS {
                energy[lane] += y[lane] * y[lane];
            }
        }
        energy.map(|e| e / samples.len().max(1) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::TAU;

    /// Mean squares of a sine of amplitude 1 after half a second.
    fn energies(hz: f64, rate_hz: f64) -> [f32; COURSE_BANDS] {
        let mut bank = FilterBank::new(rate_hz);
        let n = (0.5 * rate_hz) as usize;
        let sine = |i: usize| libm::sin(TAU * hz * i as f64 / rate_hz) as f32;
        let x: std::vec::Vec<f32> = (0..2 * n).map(sine).collect();
        bank.run(&x[..n]);
        bank.run(&x[n..])
    }

    #[test]
    fn a_tone_lies_in_its_band() {
        for rate_hz in [12_000.0, 16_000.0, 31_000.0] {
            for (band, hz) in [80.0, 355.0, 1_120.0, 3_500.0].into_iter().enumerate() {
                let energies = energies(hz, rate_hz);
                for (other, energy) in energies.into_iter().enumerate() {
                    // A mean square of one half; 12 dB an octave beyond the corners.
                    let is_own = other == band;
                    assert!((energy > 0.35) == is_own, "{rate_hz} {hz}: {energies:?}");
                    assert!(is_own || energy < 0.06, "{rate_hz} {hz}: {energies:?}");
                }
            }
        }
    }

    #[test]
    fn an_offset_has_always_been_there() {
        let mut bank = FilterBank::new(16_000.0);
        bank.settle(0.6);
        let energies = bank.run(&[0.6; 160]);
        assert!(energies.iter().all(|e| *e < 1e-12), "{energies:?}");
    }

    #[test]
    fn low_rates_have_fewer_bands() {
        assert_eq!(FilterBank::new(4_000.0).n_bands(), 3);
        assert_eq!(FilterBank::new(8_000.0).n_bands(), 4);
    }
}
