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
    // Of one sensor: the lag of each pulse after each round, the pulse, and the round.
    let mut lags: Vec<(f64, u32, usize)> = Vec::new();
    let mut odds = vec![0.0_f64; pulses.list.len()];
    for burst in bursts {
        let others = burst.rounds.len().saturating_sub(1) as f64;
        for (sensor, own) in pulses.by_sensor.iter().enumerate() {
            // Twice the mean: pulses come in flocks.
            let chance = others * 2.0 * REPEATS_S * 2.0 * own.len() as f64 / pulses.span_s + 1e-3;
            lags.clear();
            for (k, round) in burst.rounds.iter().enumerate() {
                let heard_s = round.time_s + burst.delays_s[sensor];
                let (from_s, to_s) = (LAGS_S.0 - REPEATS_S, LAGS_S.1 + REPEATS_S);
                for &i in pulses.between(sensor, heard_s + from_s, heard_s + to_s) {
                    if free[i as usize] {
                        lags.push((pulses.list[i as usize].time_s - heard_s, i, k));
                    }
                }
            }
            lags.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut from = 0;
            for &(lag_s, i, k) in &lags {
                while lags[from].0 < lag_s - REPEATS_S {
                    from += 1;
                }
                if !(LAGS_S.0..LAGS_S.1).contains(&lag_s) {
                    continue;
                }
                let repeats = lags[from..]
                    .iter()
                    .take_while(|other| other.0 <= lag_s + REPEATS_S)
                    .filter(|other| other.2 != k && other.1 != i)
                    .count() as f64;
                let factor = if repeats > chance {
                    (repeats * (repeats / chance).ln() - repeats + chance)
                        .exp()
                        .min(MOST)
                } else {
                    1.0
                };
                let odds = &mut odds[i as usize];
                *odds = odds.max(factor * (-lag_s / FADE_S).exp());
            }
            for &(_, i, _) in &lags {
                rates[i as usize] += FIRST_RATE * std::mem::take(&mut odds[i as usize]);
            }
        }
    }
    rates
}
