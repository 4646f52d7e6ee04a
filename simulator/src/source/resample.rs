//! Samples at another rate: windowed sinc, for recordings and generated sounds.

use crate::source::Samples;

/// Zero crossings of the sinc on each side of its middle.
const CROSSINGS: usize = 32;

/// Entries of the table from one zero crossing to the next. Straight lines between them are off
/// by (pi/512)^2/8 = 5e-6 of the peak, -106 dB.
const STEPS: usize = 512;

/// Kaiser's beta for 80 dB: 0.1102 (80 - 8.7).
const BETA: f64 = 7.857;

/// Cut-off, -6 dB, against the lower of the two Nyquist frequencies. 80 dB over 64 crossings
/// take a transition of (80 - 7.95)/(2.285 * 64) = 0.49 rad, which is 0.157 of the Nyquist
/// frequency; half of it lies on each side, so the stop band begins at Nyquist.
const CUTOFF: f64 = 0.92;

/// Most positions between two samples of the input whose weights are kept: 160 are all there are
/// between 44.1 and 48 kHz.
const MOST_PHASES: usize = 1_024;

/// Most weights that are kept, 8 MB.
const MOST_WEIGHTS: usize = 1 << 20;

/// The samples at `to_hz`; sample 0 keeps its time, and there is silence before and after.
///
/// Flat up to 0.84 of the lower Nyquist frequency, 80 dB down from that frequency on. The kernel
/// is symmetric: a front in the samples rings for 35 samples of the lower rate on both sides.
///
/// # Source
/// J. F. Kaiser, Nonrecursive digital filter design using the I0-sinh window function, Proc.
/// IEEE Int. Symp. Circuits and Systems, 1974.
pub(crate) fn resample(samples: &Samples, to_hz: f64) -> Vec<f32> {
    let input = &samples.pressure_pa;
    if to_hz == samples.sample_rate_hz {
        return input.clone();
    }
    let step = samples.sample_rate_hz / to_hz;
    let count = (input.len() as f64 / step).ceil() as usize;
    stretch(input, step, count, |_| 0.0)
}

/// A loop at `to_hz`, which joins without a click like the one it is made from. Its length is
/// rounded to whole samples and its pitch changes by as much: under half a sample in all of it.
pub(crate) fn resample_loop(samples: &Samples, to_hz: f64) -> Vec<f32> {
    let input = &samples.pressure_pa;
    if to_hz == samples.sample_rate_hz || input.is_empty() {
        return input.clone();
    }
    let length = input.len() as f64;
    let count = (length * to_hz / samples.sample_rate_hz).round().max(1.0);
    stretch(input, length / count, count as usize, |index| {
        input[index.rem_euclid(input.len() as i64) as usize]
    })
}

/// `count` samples, `step` samples of the input apart; `outside` is what lies before and after.
fn stretch(input: &[f32], step: f64, count: usize, outside: impl Fn(i64) -> f32) -> Vec<f32> {
    let kernel = Kernel::new(step);
    let half = kernel.half;
    let at = |index: i64| {
        let inside = usize::try_from(index).ok().and_then(|at| input.get(at));
        inside.copied().unwrap_or_else(|| outside(index))
    };
    // One more at the end, where rounding may put the last place on the edge.
    let padded: Vec<f32> = (-(half as i64)..=(input.len() + half) as i64)
        .map(at)
        .collect();
    // Places repeat their distance to the input after a period of outputs, if it is short.
    let repeats = |period: &usize| {
        let places = *period as f64 * step;
        (places - places.round()).abs() < 1e-9
    };
    let most = MOST_PHASES.min(MOST_WEIGHTS / (2 * half));
    let period = (1..=most).find(repeats);
    let rows: Vec<Vec<f64>> = (0..period.unwrap_or(0))
        .map(|phase| kernel.row((phase as f64 * step).fract()))
        .collect();
    let one = |n: usize| {
        let Some(period) = period else {
            let place = n as f64 * step;
            return dot(&kernel.row(place.fract()), &padded[place as usize + 1..]);
        };
        let whole = n / period * (period as f64 * step).round() as usize;
        let phase = n % period;
        dot(
            &rows[phase],
            &padded[whole + (phase as f64 * step) as usize + 1..],
        )
    };
    (0..count).map(one).collect()
}

/// Sum of products, in a fixed order that processors can do four at a time.
fn dot(weights: &[f64], samples: &[f32]) -> f32 {
    let mut sums = [0.0; 4];
    for (weights, samples) in weights.chunks_exact(4).zip(samples.chunks_exact(4)) {
        for (sum, (weight, sample)) in sums.iter_mut().zip(weights.iter().zip(samples)) {
            *sum += weight * f64::from(*sample);
        }
    }
    sums.iter().sum::<f64>() as f32
}

/// The right half of the kernel. The size of its table depends on no rate.
struct Kernel {
    table: Vec<f64>,
    /// Zero crossings in one sample of the input.
    scale: f64,
    /// Samples of the input on each side of a place; even, so that [`dot`] has whole fours.
    half: usize,
}

impl Kernel {
    /// For outputs `step` samples of the input apart.
    fn new(step: f64) -> Self {
        let scale = CUTOFF * (1.0 / step).min(1.0);
        let value = |k: usize| {
            let x = k as f64 / STEPS as f64;
            let share = x / CROSSINGS as f64;
            let window = bessel_i0(BETA * (1.0 - share * share).max(0.0).sqrt()) / bessel_i0(BETA);
            let phase = std::f64::consts::PI * x;
            let sinc = if k == 0 { 1.0 } else { phase.sin() / phase };
            scale * sinc * window
        };
        Self {
            table: (0..=CROSSINGS * STEPS).map(value).collect(),
            scale,
            half: ((CROSSINGS as f64 / scale).ceil() as usize + 1).next_multiple_of(2),
        }
    }

    /// Weights of the samples from `half - 1` before to `half` after the one that a place lies
    /// `fraction` behind.
    fn row(&self, fraction: f64) -> Vec<f64> {
        let weight = |tap: usize| {
            let distance = (tap as f64 - (self.half - 1) as f64 - fraction).abs();
            let x = distance * self.scale * STEPS as f64;
            match self.table.get(x as usize..x as usize + 2) {
                Some(pair) => pair[0] + x.fract() * (pair[1] - pair[0]),
                None => 0.0,
            }
        };
        (0..2 * self.half).map(weight).collect()
    }
}

/// Modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    // Terms fall from k = x/2 on; the 40th is below 1e-20 of the sum for x < 10.
    for k in 1..40 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate_hz: f64, frequency_hz: f64, count: usize) -> Samples {
        let value = |n: usize| (std::f64::consts::TAU * frequency_hz * n as f64 / rate_hz).sin();
        Samples {
            sample_rate_hz: rate_hz,
            pressure_pa: (0..count).map(|n| value(n) as f32).collect(),
        }
    }

    /// Largest difference away from the ends.
    fn difference(a: &[f32], b: &[f32]) -> f32 {
        let inner = a.len() / 4..a.len() * 3 / 4;
        let pairs = a[inner.clone()].iter().zip(&b[inner]);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn verif_a_sine_comes_back_at_any_rate() {
        // 0.84 of the lower Nyquist frequency is 3360 Hz at 8 kHz.
        for (from_hz, to_hz, frequency_hz) in [
            (8_000.0, 48_000.0, 3_300.0),
            (48_000.0, 8_000.0, 3_300.0),
            (44_100.0, 48_000.0, 1_000.0),
            (48_000.0, 44_100.0, 18_000.0),
            (44_100.0, 12_345.6, 50.0),
        ] {
            let made = resample(&sine(from_hz, frequency_hz, 30_000), to_hz);
            let wanted = sine(to_hz, frequency_hz, made.len()).pressure_pa;
            let worst = difference(&made, &wanted);
            assert!(worst < 1e-3, "{from_hz} {to_hz} {frequency_hz}: {worst}");
        }
    }

    #[test]
    fn verif_what_the_new_rate_cannot_hold_vanishes() {
        // From the new Nyquist frequency on, 4 kHz.
        for frequency_hz in [4_000.0, 4_500.0, 7_990.0, 20_000.0] {
            let made = resample(&sine(48_000.0, frequency_hz, 30_000), 8_000.0);
            let silence = vec![0.0; made.len()];
            let worst = difference(&made, &silence);
            assert!(worst < 1e-3, "{frequency_hz}: {worst}");
        }
    }

    #[test]
    fn gain_is_one_and_the_same_rate_changes_nothing() {
        let flat = Samples {
            sample_rate_hz: 44_100.0,
            pressure_pa: vec![1.0; 10_000],
        };
        assert_eq!(resample(&flat, 44_100.0), flat.pressure_pa);
        let made = resample(&flat, 16_000.0);
        assert!(difference(&made, &vec![1.0; made.len()]) < 1e-4);
        let empty = Samples {
            sample_rate_hz: 1.0,
            pressure_pa: Vec::new(),
        };
        assert!(resample(&empty, 2.0).is_empty() && resample_loop(&empty, 2.0).is_empty());
    }

    #[test]
    fn a_pulse_keeps_its_time() {
        // A bell of 1 ms about 0.1 s, at rates with a short period and without one.
        let bell = |seconds: f64| (-((seconds - 0.1) / 1e-3).powi(2)).exp() as f32;
        let input = Samples {
            sample_rate_hz: 44_100.0,
            pressure_pa: (0..8_820).map(|n| bell(f64::from(n) / 44_100.0)).collect(),
        };
        for to_hz in [
            48_000.0,
            12_000.0,
            9_999.5,
            96_000.0 * std::f64::consts::FRAC_1_SQRT_2,
        ] {
            let made = resample(&input, to_hz);
            assert_eq!(made.len(), (0.2 * to_hz).ceil() as usize);
            for (n, x) in made.iter().enumerate() {
                assert!(
                    (x - bell(n as f64 / to_hz)).abs() < 1e-3,
                    "{to_hz} Hz, sample {n}"
                );
            }
        }
    }

    #[test]
    fn a_loop_stays_a_loop() {
        // 100 whole periods in 9999 samples; at 11025 Hz the length is not whole.
        let tone = sine(9_999.0, 100.0, 9_999);
        let made = resample_loop(&tone, 11_025.3);
        assert_eq!(made.len(), 11_025);
        let wanted = sine(11_025.0, 100.0, 11_025).pressure_pa;
        let worst = made.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
        assert!(worst.fold(0.0, f32::max) < 1e-3);
    }
}
