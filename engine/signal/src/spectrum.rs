//! Energy by band, for the description of an impulse.

use core::f32::consts::PI;

/// Points of the transform.
pub(crate) const POINTS: usize = 512;
/// Bands of [`BandEdges`].
pub const BANDS: usize = 8;
/// Edges of the bands, hertz: eight equal steps of a logarithm from 100 to 6400 Hz.
pub(crate) const EDGES_HZ: [f32; BANDS + 1] = [
    100.0, 168.2, 282.8, 475.7, 800.0, 1345.4, 2262.7, 3805.5, 6400.0,
];
/// Energy given to a band that the sample rate does not reach, and the least of any.
pub(crate) const NOTHING: f32 = 1e-14;

/// Sums the energy by band of stretches of one length under a Hann window or none.
pub(crate) struct Bands {
    energy: [f32; BANDS],
}

impl Bands {
    /// Mean square by band of one or two stretches of `n` samples at `rate_hz`.
    ///
    /// Two real stretches are one complex transform: `|Z(k)|^2 + |Z(-k)|^2` is twice the sum of
    /// both spectra. Their means are taken off. `n` is at most [`POINTS`].
    pub(crate) fn of(
        n: usize,
        rate_hz: f32,
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
        let mut energy = [0.0; BANDS];
        let hz_per_bin = rate_hz / POINTS as f32;
        let mut band = 0;
        for k in 1..POINTS / 2 {
            let hz = k as f32 * hz_per_bin;
            while band < BANDS && hz >= EDGES_HZ[band + 1] {
                band += 1;
            }
            if band == BANDS {
                break;
            }
            if hz < EDGES_HZ[0] {
                continue;
            }
            let mirror = POINTS - k;
            energy[band] +=
                re[k] * re[k] + im[k] * im[k] + re[mirror] * re[mirror] + im[mirror] * im[mirror];
        }
        // Both halves of the spectrum, over both stretches.
        let scale = 0.5 / (POINTS as f32 * window.max(1.0));
        Self {
            energy: energy.map(|e| e * scale),
        }
    }

    /// Adds the energies of other stretches, both with half weight.
    pub(crate) fn averaged(mut self, other: &Self) -> Self {
        for (a, b) in self.energy.iter_mut().zip(other.energy) {
            *a = 0.5 * (*a + b);
        }
        self
    }

    /// Mean square by band.
    pub(crate) const fn energy(&self) -> &[f32; BANDS] {
        &self.energy
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
        let bands = Bands::of(512, rate_hz, true, tone(1_000.0, 0.4), tone(600.0, 0.2));
        for (band, &energy) in bands.energy().iter().enumerate() {
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
        let bands = Bands::of(200, 16_000.0, false, |_| 0.7, |_| -0.2);
        assert!(bands.energy().iter().all(|&e| e < 1e-9));
    }
}
