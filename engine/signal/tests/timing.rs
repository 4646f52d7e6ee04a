//! Onset times against exact truth: Friedlander blasts in white noise.

mod common;

use common::{add_blast, detect, nearest, noise};
use shotfix_signal::{Biquad, BiquadState};

const RATES_HZ: [f64; 7] = [
    8_000.0, 12_000.0, 16_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0,
];

/// Largest mean square over 2 ms of `x` in the pass band of the default settings.
fn loudest_2ms(rate_hz: f64, x: &[f32]) -> f64 {
    let band = in_band(rate_hz, x);
    let n = (0.002 * rate_hz) as usize;
    band.windows(n)
        .map(|w| w.iter().map(|v| v * v).sum::<f64>() / n as f64)
        .fold(0.0, f64::max)
}

fn in_band(rate_hz: f64, x: &[f32]) -> Vec<f64> {
    let high = Biquad::high_pass(200.0, rate_hz);
    let low = Biquad::low_pass(4_000.0_f64.min(0.45 * rate_hz), rate_hz);
    let (mut h, mut l) = (BiquadState::default(), BiquadState::default());
    x.iter()
        .map(|&v| f64::from(low.process(&mut l, high.process(&mut h, v))))
        .collect()
}

/// Peak pressure of a blast whose loudest 2 ms stand `snr_db` over `noise` in the pass band.
fn amplitude(rate_hz: f64, noise: &[f32], snr_db: f64, duration_s: f64) -> f64 {
    let mut unit = vec![0.0; (0.05 * rate_hz) as usize];
    add_blast(&mut unit, rate_hz, 0.01 * rate_hz, 1.0, duration_s);
    let band = in_band(rate_hz, noise);
    let power = band.iter().map(|v| v * v).sum::<f64>() / band.len() as f64;
    (power * 10_f64.powf(snr_db / 10.0) / loudest_2ms(rate_hz, &unit)).sqrt()
}

struct Errors {
    found: f64,
    /// Sorted, seconds.
    errors_s: Vec<f64>,
    sigma_s: f64,
    /// Root mean square of error over sigma; 1 if sigma is calibrated.
    normalised: f64,
    snr_db: f64,
    extra: usize,
}

impl Errors {
    fn bias_s(&self) -> f64 {
        self.errors_s[self.errors_s.len() / 2]
    }

    /// Standard deviation from the central 68 %, so that a rare stray does not decide.
    fn scatter_s(&self) -> f64 {
        let n = self.errors_s.len() as f64;
        let at = |q: f64| self.errors_s[(q * n) as usize];
        0.5 * (at(0.84) - at(0.16))
    }

    fn within(&self, limit_s: f64) -> f64 {
        let n = self.errors_s.iter().filter(|e| e.abs() <= limit_s).count();
        n as f64 / self.errors_s.len() as f64
    }

    fn rms_s(&self) -> f64 {
        let n = self.errors_s.len() as f64;
        (self.errors_s.iter().map(|e| e * e).sum::<f64>() / n).sqrt()
    }
}

/// 60 blasts of 0.5 to 1 ms, one every 300 ms, at all fractions of a bin.
fn measure(rate_hz: f64, snr_db: f64) -> Errors {
    const N: usize = 60;
    let spacing_s = 0.300_37;
    let mut x = noise((rate_hz * spacing_s * (N as f64 + 2.0)) as usize, 1e-3, 11);
    let truths: Vec<f64> = (1..=N).map(|k| k as f64 * spacing_s * rate_hz).collect();
    let quiet = x.clone();
    for (k, &truth) in truths.iter().enumerate() {
        let duration_s = 0.5e-3 * (1.0 + k as f64 / N as f64);
        let a = amplitude(rate_hz, &quiet[..rate_hz as usize], snr_db, duration_s);
        add_blast(&mut x, rate_hz, truth, a, duration_s);
    }
    let onsets = detect(rate_hz, &x);
    let hits: Vec<_> = truths
        .iter()
        .filter_map(|&t| nearest(&onsets, t, 0.01 * rate_hz).map(|o| (o, t)))
        .collect();
    let mut errors_s: Vec<f64> = hits.iter().map(|(o, t)| (o.sample - t) / rate_hz).collect();
    errors_s.sort_by(f64::total_cmp);
    let n = hits.len() as f64;
    let mean = |f: &dyn Fn(&shotfix_signal::RawOnset) -> f64| {
        hits.iter().map(|(o, _)| f(o)).sum::<f64>() / n
    };
    Errors {
        found: n / N as f64,
        errors_s,
        normalised: (hits.iter())
            .map(|(o, t)| ((o.sample - t) / o.sigma_samples).powi(2) / n)
            .sum::<f64>()
            .sqrt(),
        sigma_s: mean(&|o| o.sigma_samples.powi(2)).sqrt() / rate_hz,
        snr_db: mean(&|o| f64::from(o.snr_db)),
        extra: onsets.len() - hits.len(),
    }
}

#[test]
fn val_blasts_in_noise_are_timed() {
    println!(
        "rate Hz   SNR  found  bias us  scatter us  sigma us  rms us  <0.3ms  <1ms  SNR told  extra  err/sigma"
    );
    let mut failures = Vec::new();
    for rate_hz in RATES_HZ {
        for snr_db in [10.0, 20.0, 30.0] {
            let m = measure(rate_hz, snr_db);
            println!(
                "{rate_hz:7} {snr_db:5} {:6.2} {:8.0} {:11.0} {:9.0} {:7.0} {:7.2} {:5.2} {:9.1} {:6} {:10.2}",
                m.found,
                1e6 * m.bias_s(),
                1e6 * m.scatter_s(),
                1e6 * m.sigma_s,
                1e6 * m.rms_s(),
                m.within(3e-4),
                m.within(1e-3),
                m.snr_db,
                m.extra,
                m.normalised,
            );
            let mut check = |ok: bool, what: &str| {
                if !ok {
                    failures.push(format!("{what} at {rate_hz} Hz, {snr_db} dB"));
                }
            };
            check(m.found >= if snr_db < 15.0 { 0.8 } else { 1.0 }, "found");
            check(m.within(1e-3) >= 0.9, "90 % within 1 ms");
            if snr_db > 15.0 {
                check(m.within(3e-4) >= 0.9, "90 % within 0.3 ms");
                check(m.bias_s().abs() < 1e-4, "bias below 0.1 ms");
            }
            check(m.bias_s().abs() < 4e-4, "bias below 0.4 ms");
            let honesty = m.sigma_s / m.rms_s();
            check((1.0 / 3.0..3.0).contains(&honesty), "honest sigma");
            // What is told is signal and noise over noise; 2 ms in fixed bins miss a little.
            let expected_db = 10.0 * (1.0 + 10_f64.powf(snr_db / 10.0)).log10();
            check((m.snr_db - expected_db).abs() < 2.5, "SNR");
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn val_a_weak_direct_wave_goes_before_its_echo() {
    for rate_hz in RATES_HZ {
        for seed in 0..5 {
            let direct = (0.9 + 0.000_7 * seed as f64) * rate_hz;
            let mut x = noise(2 * rate_hz as usize, 1e-3, seed);
            let a = amplitude(rate_hz, &x[..rate_hz as usize / 2], 18.0, 0.8e-3);
            add_blast(&mut x, rate_hz, direct, a, 0.8e-3);
            let echo = direct + 0.03 * rate_hz;
            add_blast(&mut x, rate_hz, echo, a * 10_f64.powf(0.5), 0.8e-3);
            let onsets = detect(rate_hz, &x);
            let strong: Vec<_> = onsets.iter().filter(|o| o.snr_db > 12.0).collect();
            let first = strong.first().expect("something is found");
            let off_s = (first.sample - direct) / rate_hz;
            assert!(off_s.abs() < 5e-4, "{rate_hz} Hz, seed {seed}: {off_s} s");
            let second = nearest(&onsets, echo, 0.002 * rate_hz);
            assert!(second.is_some(), "{rate_hz} Hz, seed {seed}: echo");
        }
    }
}

#[test]
fn val_rounds_60_ms_apart_are_separate() {
    // 1 000 rounds a minute, each with an echo 10 dB down after 17 ms.
    for rate_hz in RATES_HZ {
        let mut x = noise(2 * rate_hz as usize, 1e-3, 21);
        let a = amplitude(rate_hz, &x[..rate_hz as usize / 2], 30.0, 0.8e-3);
        let truths: Vec<f64> = (0..10)
            .map(|k| (0.7 + 0.06 * f64::from(k)) * rate_hz)
            .collect();
        for &t in &truths {
            add_blast(&mut x, rate_hz, t, a, 0.8e-3);
            add_blast(&mut x, rate_hz, t + 0.017 * rate_hz, 0.3 * a, 0.8e-3);
        }
        let onsets = detect(rate_hz, &x);
        for &t in &truths {
            let o = nearest(&onsets, t, 0.005 * rate_hz).expect("every round");
            let off_s = (o.sample - t) / rate_hz;
            assert!(off_s.abs() < 5e-4, "{rate_hz} Hz: {off_s} s");
        }
    }
}
