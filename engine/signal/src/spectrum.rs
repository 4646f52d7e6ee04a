//! Energy by band, for the description of an impulse.

use core::f32::consts::PI;

/// Points of the transform.
pub(crate) const POINTS: usize = 512;
/// Bands that an impulse is described by: eight equal steps of a logarithm from 100 to 6400 Hz.
pub const BANDS: usize = 8;
/// Edges of the bands, hertz: eight equal steps of a logarithm from 100 to 6400 Hz.
pub(crate) const EDGES_HZ: [f32; BANDS + 1] = [
    100.0, 168.2, 282.8, 475.7, 800.0, 1345.4, 2262.7, 3805.5, 6400.0,
];
/// Energy given to a band that the sample rate does not reach, and the least of any.
pub(crate) const NOTHING: f32 = 1e-14;

/// Mean square by point of a transform of stretches of one length, both halves of the spectrum together.
pub(crate) struct Spectrum {
    /// Point `k` lies at `k / POINTS` of the sample rate.
    power: [f32; POINTS / 2],
}

impl Spectrum {
    /// Of one or two stretches of `n` samples under a Hann window or none.
    ///
    /// Two real stretches are one complex transform: `|Z(k)|^2 + |Z(-k)|^2` is twice the sum of
    /// both spectra. Their means are taken off. `n` is at most [`POINTS`].
    pub(crate) fn of(
        n: usize,
        is_tapered: bool,
        first: impl Fn(usize) -> f32,
        second: impl Fn(usize) -> f32,
    ) -> Self {
        let (mut re, mut im) = ([0.0_f32; POINTS], [0.0_f32; POINTS]);
        let n = n.min(POINTS);
        let (mut mean_re, mut mean_im) = (0.0, 0.0);
        for i in 0..n {
            (re[i], im[i]) = (first(i), second(i));
            mean_re += re[i] / n as f32;
            mean_im += im[i] / n as f32;
        }
        let mut window = 0.0;
        for i in 0..n {
            let w = if is_tapered {
                let s = libm::sinf(PI * (i as f32 + 0.5) / n as f32);
                s * s
            } else {
                1.0
            };
            re[i] = (re[i] - mean_re) * w;
            im[i] = (im[i] - mean_im) * w;
            window += w * w;
        }
        transform(&mut re, &mut im);
        // Over both stretches.
        let scale = 0.5 / (POINTS as f32 * window.max(1.0));
        let mut power = [0.0; POINTS / 2];
        for (k, power) in power.iter_mut().enumerate().skip(1) {
            let mirror = POINTS - k;
            let upper = re[mirror] * re[mirror] + im[mirror] * im[mirror];
            *power = (re[k] * re[k] + im[k] * im[k] + upper) * scale;
        }
        Self { power }
    }

    /// By point; the first, of the mean, is zero.
    pub(crate) const fn power(&self) -> &[f32; POINTS / 2] {
        &self.power
    }

    /// Mean square by band, at `rate_hz`.
    pub(crate) fn bands(&self, rate_hz: f32) -> [f32; BANDS] {
        let mut energy = [0.0; BANDS];
        let hz_per_point = rate_hz / POINTS as f32;
        for (band, edges) in energy.iter_mut().zip(EDGES_HZ.windows(2)) {
            let point = |hz: f32| libm::ceilf(hz / hz_per_point).min(POINTS as f32 / 2.0) as usize;
            *band = self.power[point(edges[0])..point(edges[1])].iter().sum();
        }
        energy
    }
}

/// Radix-2 transform in place (J. W. Cooley, J. W. Tukey, 1965).
fn transform(re: &mut [f32; POINTS], im: &mut [f32; POINTS]) {
    let bits = POINTS.trailing_zeros();
    for i in 0..POINTS {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let mut half = 1;
    while half < POINTS {
        let turn = -PI / half as f32;
        let (step_im, step_re) = libm::sincosf(turn);
        let (mut w_re, mut w_im) = (1.0_f32, 0.0_f32);
        for k in 0..half {
            for i in (k..POINTS).step_by(2 * half) {
                let j = i + half;
                let (t_re, t_im) = (re[j] * w_re - im[j] * w_im, re[j] * w_im + im[j] * w_re);
                (re[j], im[j]) = (re[i] - t_re, im[i] - t_im);
                re[i] += t_re;
                im[i] += t_im;
            }
            (w_re, w_im) = (
                w_re * step_re - w_im * step_im,
                w_re * step_im + w_im * step_re,
            );
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lies_in_its_band_with_its_power() {
        let rate_hz = 16_000.0;
        // Mean square of a sine is half the squared amplitude.
        let tone =
            |hz: f32, a: f32| move |i: usize| a * libm::sinf(2.0 * PI * hz * i as f32 / 16_000.0);
        let spectrum = Spectrum::of(512, true, tone(1_000.0, 0.4), tone(600.0, 0.2));
        for (band, energy) in spectrum.bands(rate_hz).into_iter().enumerate() {
            // Each stretch is one of two.
            let expected = match band {
                4 => 0.5 * 0.08,
                3 => 0.5 * 0.02,
                _ => 0.0,
            };
            assert!((energy - expected).abs() < 4e-4, "{band}: {energy}");
        }
    }

    #[test]
    fn a_constant_has_no_energy() {
        let spectrum = Spectrum::of(200, false, |_| 0.7, |_| -0.2);
        assert!(spectrum.bands(16_000.0).iter().all(|&e| e < 1e-9));
    }
}
