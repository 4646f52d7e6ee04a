//! Things that are struck: a short contact that makes a few modes ring.

/// One mode of what is struck.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    pub(super) frequency_hz: f64,
    /// Seconds in which its amplitude falls by a factor e.
    pub(super) decay_s: f64,
    /// Strength before the contact has its say.
    pub(super) share: f64,
}

/// A table entry.
pub(super) const fn mode(frequency_hz: f64, decay_s: f64, share: f64) -> Mode {
    Mode {
        frequency_hz,
        decay_s,
        share,
    }
}

/// Pressure of one blow, of any scale.
///
/// The force is half a sine of `contact_s`. Every mode answers as a damped resonator, so a soft
/// blow, whose contact is longer than half a period, hardly excites a high mode. The two bodies
/// also push the air themselves, by the change of their acceleration: the derivative of the
/// force, a first click of `click` times the strength of the modes.
///
/// # Source
/// A. Akay, A review of impact noise, J. Acoust. Soc. Am. 64, 1978 (acceleration noise and
/// ringing).
pub(super) fn blow(
    sample_rate_hz: f64,
    contact_s: f64,
    click: f64,
    modes: &[Mode],
    length_s: f64,
) -> Vec<f64> {
    let count = (length_s * sample_rate_hz) as usize;
    let force: Vec<f64> = (0..count)
        .map(|n| n as f64 / sample_rate_hz)
        .take_while(|seconds| *seconds < contact_s)
        .map(|seconds| (std::f64::consts::PI * seconds / contact_s).sin())
        .collect();
    // The same impulse for any contact and rate.
    let impulse: f64 = force.iter().sum::<f64>().max(1e-9);
    let mut pressure = vec![0.0; count];
    for (n, sum) in pressure.iter_mut().enumerate().take(force.len()) {
        let phase = std::f64::consts::PI * n as f64 / sample_rate_hz / contact_s;
        *sum += click * phase.cos();
    }
    for mode in modes {
        let turn = std::f64::consts::TAU * mode.frequency_hz / sample_rate_hz;
        let keep = (-1.0 / (mode.decay_s * sample_rate_hz)).exp();
        // Impulse response keep^n sin(turn n).
        let (back_1, back_2) = (2.0 * keep * turn.cos(), keep * keep);
        let gain = mode.share * keep * turn.sin() / impulse;
        let (mut last, mut before, mut pushed) = (0.0, 0.0, 0.0);
        for (n, sum) in pressure.iter_mut().enumerate() {
            let now = back_1 * last - back_2 * before + gain * pushed;
            (before, last) = (last, now);
            pushed = force.get(n).copied().unwrap_or(0.0);
            *sum += now;
        }
    }
    // What is cut off at the end must not click.
    let fade = (count / 20).max(1);
    for (k, value) in pressure.iter_mut().rev().take(fade).enumerate() {
        *value *= k as f64 / fade as f64;
    }
    pressure
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    /// Amplitude of a frequency over `length_s` from `from_s` on.
    fn amplitude(pressure: &[f64], frequency_hz: f64, from_s: f64, length_s: f64) -> f64 {
        let first = (from_s * RATE) as usize;
        let part = &pressure[first..first + (length_s * RATE) as usize];
        let turn = std::f64::consts::TAU * frequency_hz / RATE;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, p) in part.iter().enumerate() {
            let (sin, cos) = (turn * n as f64).sin_cos();
            re += p * cos;
            im += p * sin;
        }
        2.0 * re.hypot(im) / part.len() as f64
    }

    #[test]
    fn modes_decay_as_asked() {
        let modes = [mode(1_000.0, 0.05, 1.0), mode(3_000.0, 0.02, 1.0)];
        let pressure = blow(RATE, 0.1e-3, 0.0, &modes, 0.3);
        for mode in modes {
            // 10 ms hold whole periods of both modes; 20 ms apart they fall by exp(-0.02/decay).
            let early = amplitude(&pressure, mode.frequency_hz, 0.01, 0.01);
            let late = amplitude(&pressure, mode.frequency_hz, 0.03, 0.01);
            let decay_s = 0.02 / (early / late).ln();
            assert!((decay_s / mode.decay_s - 1.0).abs() < 0.03, "{decay_s}");
        }
    }

    #[test]
    fn a_soft_blow_rings_dull() {
        let modes = [mode(500.0, 0.05, 1.0), mode(3_000.0, 0.05, 1.0)];
        let ratio = |contact_s: f64| {
            let pressure = blow(RATE, contact_s, 0.0, &modes, 0.3);
            amplitude(&pressure, 3_000.0, 0.01, 0.02) / amplitude(&pressure, 500.0, 0.01, 0.02)
        };
        // Spectrum of half a sine of length T: cos(pi f T)/(1 - (2 f T)^2).
        let spectrum = |frequency_hz: f64, contact_s: f64| {
            let x: f64 = frequency_hz * contact_s;
            (std::f64::consts::PI * x).cos() / (1.0 - 4.0 * x * x)
        };
        for contact_s in [0.1e-3, 0.4e-3] {
            let wanted = (spectrum(3_000.0, contact_s) / spectrum(500.0, contact_s)).abs();
            let got = ratio(contact_s);
            assert!(
                (got / wanted - 1.0).abs() < 0.1,
                "{contact_s} s: {got} for {wanted}"
            );
        }
    }

    #[test]
    fn it_begins_at_once_and_ends_in_silence() {
        let pressure = blow(RATE, 0.2e-3, 0.5, &[mode(800.0, 0.1, 1.0)], 0.2);
        assert!(pressure[0] > 0.4 && pressure.last().unwrap().abs() < 1e-12);
    }
}
