//! Does a sound ring, as glass and bells do, or is it noise, as the echo of a shot in a street?

use crate::decibels::decibels;
use crate::spectrum::{NOTHING, POINTS, Spectrum};

/// Length of the stretch that is looked at, seconds. Partials 60 Hz apart are told apart.
const STRETCH_S: f32 = 0.032;
/// From this working rate on every second sample suffices.
const HALVED_HZ: f32 = 20_000.0;
/// Where spectra are compared, hertz; above it the decimator damps, below there is wind.
const BAND_HZ: (f32, f32) = (300.0, 3_800.0);
/// Points to either side that the window smears a tone over.
const SMEAR: usize = 2;

/// Of a stretch of 32 ms between 300 and 3800 Hz, or as far as the sample rate reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tonality {
    /// Geometric over arithmetic mean of the spectrum, dB: -2.5 for white noise, far less for tones.
    pub flatness_db: f32,
    /// Share of the energy about the highest point of the spectrum, dB: 0 for a tone.
    pub peak_share_db: f32,
    /// That point, hertz.
    pub peak_hz: f32,
}

impl Tonality {
    /// Nothing known.
    pub(crate) const UNKNOWN: Self = Self {
        flatness_db: f32::NAN,
        peak_share_db: f32::NAN,
        peak_hz: f32::NAN,
    };

    /// Of the sound `x` at `rate_hz` from index `from` on; unknown if it is silence.
    pub(crate) fn of(x: impl Fn(u64) -> f32, from: u64, rate_hz: f32) -> Self {
        let stride = if rate_hz < HALVED_HZ { 1 } else { 2 };
        let rate_hz = rate_hz / stride as f32;
        let n = (libm::roundf(STRETCH_S * rate_hz) as usize).min(POINTS);
        let stretch = |i: usize| x(from + stride * i as u64);
        let spectrum = Spectrum::of(n, true, stretch, stretch);
        let point = |hz: f32| libm::roundf(hz / rate_hz * POINTS as f32) as usize;
        let to = point(BAND_HZ.1.min(0.45 * rate_hz));
        let band = &spectrum.power()[point(BAND_HZ.0)..to];
        let total: f32 = band.iter().sum();
        if total < NOTHING {
            return Self::UNKNOWN;
        }
        let mean = total / band.len() as f32;
        // A point that happens to be nothing must not decide.
        let level = |power: &f32| decibels(power.max(1e-6 * mean));
        let top = (0..band.len())
            .max_by(|&a, &b| band[a].total_cmp(&band[b]))
            .unwrap_or(0);
        let about = &band[top.saturating_sub(SMEAR)..(top + SMEAR + 1).min(band.len())];
        Self {
            flatness_db: band.iter().map(level).sum::<f32>() / band.len() as f32 - decibels(mean),
            peak_share_db: decibels(about.iter().sum::<f32>() / total),
            peak_hz: (point(BAND_HZ.0) + top) as f32 * rate_hz / POINTS as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: u64) -> f32 {
        // A hash of the index (SplitMix64): white.
        let mut z = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z >> 40) as f32) / 16_777_216.0 - 0.5
    }

    #[test]
    fn tones_ring_and_noise_does_not() {
        for rate_hz in [8_000.0, 12_000.0, 16_000.0, 24_000.0, 31_000.0] {
            let mut mean_db = 0.0;
            for k in 0..40 {
                let heard = Tonality::of(noise, 10_000 * k, rate_hz);
                mean_db += heard.flatness_db / 40.0;
                assert!(heard.peak_share_db < -7.0, "{rate_hz} {heard:?}");
            }
            // The mean logarithm of an exponential variable is -gamma: -2.5 dB.
            assert!((mean_db + 2.5).abs() < 0.5, "{rate_hz} {mean_db}");
            let bell = |i: u64| {
                let t = i as f32 / rate_hz;
                libm::expf(-t / 0.1) * libm::sinf(core::f32::consts::TAU * 1_300.0 * t)
            };
            let heard = Tonality::of(bell, 100, rate_hz);
            assert!(
                (heard.peak_hz - 1_300.0).abs() < 40.0,
                "{rate_hz} {heard:?}"
            );
            assert!(heard.peak_share_db > -0.5, "{rate_hz} {heard:?}");
            assert!(heard.flatness_db < -15.0, "{rate_hz} {heard:?}");
        }
        let silence = Tonality::of(|_| 0.0, 0, 16_000.0);
        assert!(silence.flatness_db.is_nan());
    }
}
