//! From pressure to stored samples: overload of the microphone, steps and limits of the ADC.

use super::spec::MicrophoneSpec;
use crate::scene::SampleFormat;
use crate::source::pascals;

/// Decibels from the RMS level of the loudest sine, the overload point, to the pressure that is
/// never passed.
///
/// A sine of amplitude a goes through `x/sqrt(1 + x^2)` with 10 % of distortion at a = 1.154, as
/// `verif_distortion_at_the_overload_point` finds. Its peak is 3.01 dB above its RMS, so the
/// limit is at 3.01 - 20 log10 1.154 = 1.76 dB.
const CEILING_DB: f64 = 1.76;

/// Steps of the converter from 0 to full scale; `None` for floats.
pub(crate) fn steps(format: SampleFormat) -> Option<f64> {
    match format {
        SampleFormat::Pcm16 => Some(f64::from(1 << 15)),
        SampleFormat::Pcm24 => Some(f64::from(1 << 23)),
        SampleFormat::Float32 => None,
    }
}

/// The last part of a sensor's chain; it has no memory.
///
/// The overload is `x/sqrt(1 + (x/limit)^2)`: smooth, monotone, the same for both signs. At 10 dB
/// below the overload point it distorts by 1.6 % and takes 0.5 dB off the peak. Not modelled: recovery
/// after overload, distortion that differs between signs, dither.
#[derive(Clone, Copy, Debug)]
pub(super) struct Converter {
    limit_pa: Option<f64>,
    full_scale_pa: f64,
    steps: Option<f64>,
}

impl Converter {
    pub(super) fn new(microphone: &MicrophoneSpec, format: SampleFormat) -> Self {
        Self {
            limit_pa: microphone
                .overload_db_spl
                .map(|rms| pascals(rms + CEILING_DB)),
            full_scale_pa: pascals(microphone.full_scale_db_spl),
            steps: steps(format),
        }
    }

    /// Rounds to the steps of the format, without dither, and cuts at full scale.
    ///
    /// The steps are powers of two with at most 24 bits, so every value is exact in an f32.
    ///
    /// # Returns
    /// How many samples were cut.
    pub(super) fn convert(&self, pressure_pa: &mut [f64], out: &mut [f32]) -> usize {
        if let Some(limit_pa) = self.limit_pa {
            for x in pressure_pa.iter_mut() {
                *x = overload(*x, limit_pa);
            }
        }
        let Some(steps) = self.steps else {
            for (sample, x) in out.iter_mut().zip(pressure_pa) {
                *sample = (*x / self.full_scale_pa) as f32;
            }
            return 0;
        };
        let mut clipped = 0;
        for (sample, x) in out.iter_mut().zip(pressure_pa) {
            let wanted = (*x / self.full_scale_pa * steps).round();
            // Two's complement reaches one step further down than up.
            let kept = wanted.clamp(-steps, steps - 1.0);
            clipped += usize::from(kept != wanted);
            *sample = (kept / steps) as f32;
        }
        clipped
    }
}

fn overload(x: f64, limit: f64) -> f64 {
    let share = x / limit;
    x / (1.0 + share * share).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(pressure: &[f64], format: SampleFormat) -> (Vec<f32>, usize) {
        let converter = Converter {
            limit_pa: None,
            full_scale_pa: 2.0,
            steps: steps(format),
        };
        let mut out = vec![0.0; pressure.len()];
        let clipped = converter.convert(&mut pressure.to_vec(), &mut out);
        (out, clipped)
    }

    #[test]
    fn converter_rounds_and_clips() {
        // Full scale 2 Pa: 16-bit steps of 2 / 32768 Pa.
        let step = 2.0 / 32_768.0;
        let pressure = [0.4 * step, 0.6 * step, -0.6 * step, 2.1, -2.1, -2.0];
        let (samples, clipped) = convert(&pressure, SampleFormat::Pcm16);
        let integers: Vec<f32> = samples.iter().map(|x| x * 32_768.0).collect();
        assert_eq!(integers, [0.0, 1.0, -1.0, 32_767.0, -32_768.0, -32_768.0]);
        assert_eq!(clipped, 2);
        let (floats, clipped) = convert(&pressure, SampleFormat::Float32);
        assert_eq!((floats[3], clipped), (1.05, 0));
        let (fine, _) = convert(&[2.0 / 8_388_608.0], SampleFormat::Pcm24);
        assert_eq!(fine[0] * 8_388_608.0, 1.0);
    }

    /// Distortion of a sine whose RMS is `below_db` below the overload point, over its
    /// fundamental.
    fn distortion(below_db: f64) -> f64 {
        let n = 4_096;
        let peak = std::f64::consts::SQRT_2 * pascals(120.0 - below_db);
        let limit = pascals(120.0 + CEILING_DB);
        let turn = std::f64::consts::TAU / f64::from(n);
        let sine = |harmonic: i32, i: i32| (turn * f64::from(harmonic * i)).sin();
        let part = |harmonic: i32| -> f64 {
            let wave = (0..n).map(|i| overload(peak * sine(1, i), limit) * sine(harmonic, i));
            wave.sum::<f64>() * 2.0 / f64::from(n)
        };
        let others: f64 = (2..40).map(|harmonic| part(harmonic).powi(2)).sum();
        others.sqrt() / part(1)
    }

    #[test]
    fn verif_distortion_at_the_overload_point() {
        assert!(
            (distortion(0.0) - 0.100).abs() < 0.001,
            "{}",
            distortion(0.0)
        );
        assert!((distortion(10.0) - 0.0155).abs() < 0.001);
        assert!(distortion(30.0) < 3e-4);
    }

    #[test]
    fn overload_is_monotone_and_odd() {
        let limit = 3.0;
        let values: Vec<f64> = (-400..=400)
            .map(|i| overload(0.1 * f64::from(i), limit))
            .collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(values.iter().all(|x| x.abs() < limit));
        assert_eq!(values[0], -values[800]);
        assert!((overload(1e-3, limit) / 1e-3 - 1.0).abs() < 1e-7);
    }
}
