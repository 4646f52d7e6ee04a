//! Ambient noise: the hum of a city, stronger at low frequencies.

use crate::random::Random;
use crate::source::pascals;

/// Corner frequency of the lowest filter, Hz: below it the spectrum is flat.
const LOWEST_HZ: f64 = 20.0;

/// Adds noise whose power falls as 1/f from 20 Hz to the top of the band.
///
/// White noise runs through one-pole low-pass filters an octave apart. Each has a gain that
/// grows with the square root of its corner, which makes the sum fall by 3 dB an octave within
/// +-0.8 dB. The variance of the sum is known in closed form, so the level needs no measuring.
///
/// # Arguments
/// * `pressure_pa` - the recording, pascals; noise is added to it.
/// * `level_db_spl` - RMS over the whole band, unweighted, dB SPL.
pub(crate) fn add_pink(
    pressure_pa: &mut [f64],
    sample_rate_hz: f64,
    level_db_spl: f64,
    random: &mut Random,
) {
    let mut filters = octave_filters(sample_rate_hz);
    // Output i is g_i sum_k p_i^k w(n-k); the covariance of i and j is g_i g_j / (1 - p_i p_j).
    let variance: f64 = filters
        .iter()
        .flat_map(|a| filters.iter().map(move |b| (a, b)))
        .map(|(a, b)| a.gain * b.gain / (1.0 - a.pole * b.pole))
        .sum();
    let scale = pascals(level_db_spl) / variance.sqrt();
    for filter in &mut filters {
        filter.gain *= scale;
    }
    // Ten time constants of the slowest filter: the noise is steady from the first sample on.
    let warm_up = (10.0 * sample_rate_hz / (std::f64::consts::TAU * LOWEST_HZ)) as usize;
    for _ in 0..warm_up {
        step(&mut filters, random.normal());
    }
    for sample in pressure_pa {
        *sample += step(&mut filters, random.normal());
    }
}

/// Adds white noise of `level_db_spl` RMS, the microphone's own.
pub(crate) fn add_white(pressure_pa: &mut [f64], level_db_spl: f64, random: &mut Random) {
    let rms_pa = pascals(level_db_spl);
    for sample in pressure_pa {
        *sample += rms_pa * random.normal();
    }
}

struct OnePole {
    pole: f64,
    gain: f64,
    state: f64,
}

fn octave_filters(sample_rate_hz: f64) -> Vec<OnePole> {
    let corners = std::iter::successors(Some(LOWEST_HZ), |corner| Some(2.0 * corner));
    corners
        .take_while(|corner| *corner < 0.5 * sample_rate_hz)
        .map(|corner| {
            let pole = (-std::f64::consts::TAU * corner / sample_rate_hz).exp();
            OnePole {
                pole,
                // (1 - pole) sets the gain at 0 Hz to 1, 1/sqrt(corner) the slope.
                gain: (1.0 - pole) / corner.sqrt(),
                state: 0.0,
            }
        })
        .collect()
}

fn step(filters: &mut [OnePole], white: f64) -> f64 {
    filters
        .iter_mut()
        .map(|filter| {
            filter.state = filter.pole * filter.state + white;
            filter.gain * filter.state
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use rustfft::{FftPlanner, num_complex::Complex64};

    use super::*;
    use crate::random::Purpose;
    use crate::source::db_spl;

    fn rms_db(samples: &[f64]) -> f64 {
        db_spl((samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64).sqrt())
    }

    #[test]
    fn level_is_as_asked_at_any_rate() {
        for rate in [8_000.0, 12_000.0, 48_000.0, 96_000.0] {
            let mut pink = vec![0.0; (20.0 * rate) as usize];
            let mut random = Random::stream(3, Purpose::Ambient, "S1", 0);
            add_pink(&mut pink, rate, 50.0, &mut random);
            assert!(
                (rms_db(&pink) - 50.0).abs() < 0.5,
                "{rate}: {}",
                rms_db(&pink)
            );
            let mut white = vec![0.0; 48_000];
            add_white(&mut white, 30.0, &mut random);
            assert!((rms_db(&white) - 30.0).abs() < 0.1);
        }
    }

    #[test]
    fn every_octave_holds_the_same_power() {
        let n = 1 << 19;
        let mut pink = vec![0.0; n];
        add_pink(
            &mut pink,
            48_000.0,
            50.0,
            &mut Random::stream(5, Purpose::Ambient, "S1", 0),
        );
        let mut spectrum: Vec<Complex64> = pink.iter().map(|x| Complex64::new(*x, 0.0)).collect();
        FftPlanner::new().plan_fft_forward(n).process(&mut spectrum);
        let octave_db = |low_hz: f64| {
            let bin = |f: f64| (f / 48_000.0 * n as f64) as usize;
            let power: f64 = spectrum[bin(low_hz)..bin(2.0 * low_hz)]
                .iter()
                .map(Complex64::norm_sqr)
                .sum();
            10.0 * power.log10()
        };
        let levels: Vec<f64> = [50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0]
            .map(octave_db)
            .to_vec();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        assert!(
            levels.iter().all(|level| (level - mean).abs() < 1.2),
            "{levels:?}"
        );
    }
}
