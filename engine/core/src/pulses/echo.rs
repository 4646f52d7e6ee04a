//! Echoes of bursts that are already known.

use super::burst::Burst;
use super::pulse::Pulses;

/// Echoes that a sensor reports after it heard a shot, a second, at first ...
const FIRST_RATE: f64 = 2.0;
/// ... fading within this time, seconds.
const FADE_S: f64 = 0.4;
/// Lags between which pulses count as echoes, seconds. Sooner, they are the arrival itself.
const LAGS_S: (f64, f64) = (0.006, 1.5);
/// An echo repeats from round to round to this, seconds.
const REPEATS_S: f64 = 0.004;
/// Repetition makes an echo at most this much more probable.
const MOST: f64 = 200.0;

/// How many echoes of `bursts` a second each free pulse's sensor was to report at its time, by pulse.
///
/// Walls stand still: an echo follows every round of a burst by the same lag, on every sensor by another.
/// A pulse whose lag is seen after further rounds is probably one.
pub(super) fn rates(pulses: &Pulses, free: &[bool], bursts: &[Burst]) -> Vec<f64> {
    let mut rates = vec![0.0_f64; pulses.list.len()];
    for burst in bursts {
        let others = burst.rounds.len().saturating_sub(1) as f64;
        for (sensor, own) in pulses.by_sensor.iter().enumerate() {
            let delay_s = burst.delays_s[sensor];
            // Twice the mean: pulses come in flocks.
            let chance = others * 2.0 * REPEATS_S * 2.0 * own.len() as f64 / pulses.span_s + 1e-3;
            for &i in own.iter().filter(|i| free[**i as usize]) {
                let time_s = pulses.list[i as usize].time_s;
                let mut odds = 0.0_f64;
                for (k, round) in burst.rounds.iter().enumerate() {
                    let lag_s = time_s - round.time_s - delay_s;
                    if !(LAGS_S.0..LAGS_S.1).contains(&lag_s) {
                        continue;
                    }
                    let repeats = burst
                        .rounds
                        .iter()
                        .enumerate()
                        .filter(|(other, round)| {
                            let expected_s = round.time_s + delay_s + lag_s;
                            *other != k
                                && pulses
                                    .between(sensor, expected_s - REPEATS_S, expected_s + REPEATS_S)
                                    .iter()
                                    .any(|&j| j != i && free[j as usize])
                        })
                        .count() as f64;
                    let factor = if repeats > chance {
                        (repeats * (repeats / chance).ln() - repeats + chance)
                            .exp()
                            .min(MOST)
                    } else {
                        1.0
                    };
                    odds = odds.max(factor * (-lag_s / FADE_S).exp());
                }
                rates[i as usize] += FIRST_RATE * odds;
            }
        }
    }
    rates
}
