//! Ambient noise: the hum of a place, stronger at low frequencies.

use super::bank::{Bank, LowPass, variance};
use super::slow::{NodeGain, Slow};
use super::spec::NoiseSpec;
use crate::normals::Normals;
use crate::random::{Purpose, Random};
use crate::source::pascals;

/// Corner frequency of the lowest filter, Hz: below it the spectrum is flat.
const LOWEST_HZ: f64 = 20.0;

/// Periods of the waves by which the level wanders, seconds: a passing car to a traffic light's
/// cycle.
const PERIODS_S: (f64, f64) = (4.0, 120.0);

/// Level of the ambient noise at one sensor, RMS over the band of the recording, dB SPL.
pub(crate) fn level_db_spl(spec: &NoiseSpec, seed: u64, id: &str) -> f64 {
    // Index 0 is the noise itself.
    let drawn = Random::stream(seed, Purpose::Ambient, id, 1).normal();
    spec.mean_db_spl() + spec.spread_db * drawn
}

/// Noise whose power falls as 1/f from 20 Hz to the top of the band, from block to block.
///
/// White noise runs through one-pole low-pass filters an octave apart. Each has a gain that
/// grows with the square root of its corner, which makes the sum fall by 3 dB an octave within
/// +-0.8 dB. The variance of the sum is known in closed form, so the level needs no measuring.
///
/// The level may wander with a normal number of decibels; the RMS over a long time stays. Not
/// modelled: other spectra, such as the hump of tyres at 1 kHz, and noise that several sensors
/// hear.
#[derive(Clone, Debug)]
pub(crate) struct Ambient {
    bank: Bank,
    sample_rate_hz: f64,
    wander: Option<Wander>,
}

#[derive(Clone, Debug)]
struct Wander {
    sigma_db: f64,
    course: Slow,
    gain: NodeGain,
}

impl Ambient {
    pub(crate) fn new(spec: &NoiseSpec, sample_rate_hz: f64, seed: u64, id: &str) -> Self {
        let filters = octave_filters(sample_rate_hz);
        let rms_pa = pascals(level_db_spl(spec, seed, id));
        let scale = rms_pa / variance(&filters, sample_rate_hz).sqrt();
        let white = Normals::new(&mut Random::stream(seed, Purpose::Ambient, id, 0));
        let (shortest_s, longest_s) = PERIODS_S;
        let wander = (spec.wander_db > 0.0).then(|| Wander {
            sigma_db: spec.wander_db,
            course: Slow::new(
                shortest_s,
                longest_s,
                &mut Random::stream(seed, Purpose::Ambient, id, 2),
            ),
            // A fortieth of the shortest period: straight lines miss the course by 0.3 %.
            gain: NodeGain::new(shortest_s / 40.0, sample_rate_hz),
        });
        Self {
            bank: Bank::new(&filters, scale, sample_rate_hz, white),
            sample_rate_hz,
            wander,
        }
    }

    /// Adds the noise to a block, which follows the one before.
    pub(crate) fn add(&mut self, first_sample: i64, pressure_pa: &mut [f64]) {
        let Some(Wander {
            sigma_db,
            course,
            gain,
        }) = &mut self.wander
        else {
            return self.bank.add(pressure_pa);
        };
        let rate_hz = self.sample_rate_hz;
        // The mean power of a normal level is exp((ln 10 sigma/10)^2 / 2) times that of its mean.
        let excess_db = std::f64::consts::LN_10 / 20.0 * *sigma_db * *sigma_db;
        let at_node = |sample: i64| {
            let level_db = *sigma_db * course.at(sample as f64 / rate_hz) - excess_db;
            10f64.powf(level_db / 20.0)
        };
        let (mut sample, mut rest) = (first_sample, pressure_pa);
        while !rest.is_empty() {
            let line = gain.line(sample, at_node);
            let (now, later) = rest.split_at_mut(line.samples.min(rest.len()));
            self.bank.add_along(&line, now);
            sample += now.len() as i64;
            rest = later;
        }
    }
}

fn octave_filters(sample_rate_hz: f64) -> Vec<LowPass> {
    let corners = std::iter::successors(Some(LOWEST_HZ), |corner| Some(2.0 * corner));
    corners
        .take_while(|corner| *corner < 0.5 * sample_rate_hz)
        .map(|corner_hz| LowPass {
            corner_hz,
            weight: corner_hz.sqrt().recip(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rustfft::{FftPlanner, num_complex::Complex64};

    use super::*;
    use crate::source::db_spl;

    fn rms_db(samples: &[f64]) -> f64 {
        db_spl((samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64).sqrt())
    }

    fn noise(spec: &NoiseSpec, rate_hz: f64, seconds: f64) -> Vec<f64> {
        let mut samples = vec![0.0; (seconds * rate_hz) as usize];
        Ambient::new(spec, rate_hz, 3, "S1").add(0, &mut samples);
        samples
    }

    #[test]
    fn level_is_as_asked_at_any_rate() {
        for rate in [8_000.0, 12_000.0, 48_000.0, 96_000.0, 192_000.0] {
            let pink = noise(&NoiseSpec::default(), rate, 20.0);
            assert!(
                (rms_db(&pink) - 50.0).abs() < 0.5,
                "{rate}: {}",
                rms_db(&pink)
            );
        }
    }

    #[test]
    fn every_octave_holds_the_same_power() {
        let n = 1 << 19;
        let pink = noise(&NoiseSpec::default(), 48_000.0, n as f64 / 48_000.0);
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

    #[test]
    fn a_wandering_level_keeps_its_mean_and_has_its_spread() {
        let spec = NoiseSpec {
            wander_db: 4.0,
            ..NoiseSpec::default()
        };
        // Ten hours at a low rate; levels of single seconds.
        let samples = noise(&spec, 400.0, 36_000.0);
        assert!(
            (rms_db(&samples) - 50.0).abs() < 0.5,
            "{}",
            rms_db(&samples)
        );
        let levels: Vec<f64> = samples.chunks(400).map(rms_db).collect();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let variance = levels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / levels.len() as f64;
        // A second of noise has a scatter of its own of some 0.6 dB, added in quadrature.
        assert!((variance.sqrt() - 4.0).abs() < 0.4, "{}", variance.sqrt());
    }

    #[test]
    fn sensors_differ_by_the_spread() {
        let spec = NoiseSpec {
            spread_db: 5.0,
            ..NoiseSpec::default()
        };
        let n = 400;
        let square: f64 = (0..n)
            .map(|index| (level_db_spl(&spec, 1, &format!("S{index}")) - 50.0).powi(2))
            .sum();
        // Standard error of a deviation: 1/sqrt(2 n) = 3.5 %; four of them.
        assert!(((square / f64::from(n)).sqrt() / 5.0 - 1.0).abs() < 0.14);
    }
}
