//! Rounds of a supposed burst among the pulses.

use super::burst::{Burst, LEAST_ROUND, ROUND_SPREAD, Round};
use super::hearing::Hearing;
use super::network::Network;
use super::pulse::Pulses;
use super::stack::{CLOSEST_S, peaks};
use crate::geodesy::Enu;

/// Width of the first stack, seconds: an unknown path on either side.
const LOOSE_S: f64 = 0.024;
/// A time needs this sum of weights in the first stack: two to three sensors.
const LEAST_LOOSE: f64 = 6.0;
/// Fewest sensors of the best of them, where there are sensors enough: four place a burst, and three of ten
/// coincide somewhere by chance.
const BEST_HEARD: usize = 5;
/// The first delays are learned from so many rounds at most, the best.
const MOST_LOOSE: usize = 16;
/// Width of the stack with known delays, seconds.
const TIGHT_S: f64 = 0.007;
/// Clutter is counted this far around a pulse, seconds.
const AROUND_S: f64 = 0.5;
/// No sensor reports less than this, pulses a second.
const LEAST_RATE: f64 = 0.1;
/// Fewest sensors of a round.
const LEAST_HEARD: usize = 3;

/// What a search for a burst is about.
pub(super) struct Scene<'a> {
    pub(super) network: &'a Network,
    pub(super) pulses: &'a Pulses,
    /// Pulses that no other burst explains.
    pub(super) free: &'a [bool],
    /// Times of the free pulses, in order, and their indices, by sensor.
    times_s: Vec<Vec<f64>>,
    indices: Vec<Vec<u32>>,
    /// Free pulses a second, by sensor.
    rates: Vec<f64>,
    /// Echoes of other bursts, a second, by pulse.
    echoes: Vec<f64>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        network: &'a Network,
        pulses: &'a Pulses,
        free: &'a [bool],
        echoes: Vec<f64>,
    ) -> Self {
        let indices: Vec<Vec<u32>> = pulses
            .by_sensor
            .iter()
            .map(|own| own.iter().copied().filter(|&i| free[i as usize]).collect())
            .collect();
        let time_s = |&i: &u32| pulses.list[i as usize].time_s;
        let times_s: Vec<Vec<f64>> = indices
            .iter()
            .map(|own| own.iter().map(time_s).collect())
            .collect();
        // Half a pulse more than heard: none in a few seconds does not mean none ever.
        let rates = times_s
            .iter()
            .map(|own| (own.len() as f64 + 0.5) / pulses.span_s)
            .collect();
        Self {
            network,
            pulses,
            free,
            times_s,
            indices,
            rates,
            echoes,
        }
    }

    /// Travel times from `at` by straight rays, seconds, by sensor.
    pub(super) fn delays(&self, at: Enu) -> Vec<f64> {
        (0..self.network.sensors.len())
            .map(|s| self.network.delay_s(at, s))
            .collect()
    }

    /// Delays after `times_s`, which are in order but for small changes, of free pulses of `sensor` between
    /// `from_s` and `to_s`, with the index of the time; at most `most`.
    pub(super) fn heard(
        &self,
        sensor: usize,
        times_s: &[f64],
        (from_s, to_s): (f64, f64),
        most: usize,
        heard: &mut Vec<(usize, f64)>,
    ) {
        let own = &self.times_s[sensor];
        let mut first = 0;
        heard.clear();
        for (k, &time_s) in times_s.iter().enumerate() {
            while first > 0 && own[first - 1] >= time_s + from_s {
                first -= 1;
            }
            while first < own.len() && own[first] < time_s + from_s {
                first += 1;
            }
            let within = own[first..].iter().take_while(|&&t| t <= time_s + to_s);
            heard.extend(within.map(|t| (k, t - time_s)));
        }
        heard.truncate(most);
    }

    /// Times at which many sensors coincide roughly, in order.
    pub(super) fn loose_rounds(&self, straight_s: &[f64], hearing: &Hearing) -> Vec<f64> {
        let speed = self.network.medium.speed_m_s;
        let mut delays = vec![None; straight_s.len()];
        let mut weights = vec![0.0; straight_s.len()];
        for (s, &delay_s) in straight_s.iter().enumerate() {
            let p = hearing.at(delay_s * speed);
            if p < 0.1 {
                continue;
            }
            delays[s] = Some(delay_s);
            weights[s] = (1.0 + p / ((1.0 - p) * self.rates[s] * LOOSE_S)).ln();
        }
        let found = peaks(&self.times_s, &delays, &weights, LOOSE_S, LEAST_LOOSE);
        let Some(best) = found.first().map(|p| p.score) else {
            return Vec::new();
        };
        let least_heard = BEST_HEARD.min(self.network.n_near / 2 + 1);
        if found.iter().all(|p| p.heard < least_heard) {
            return Vec::new();
        }
        let mut times_s: Vec<f64> = found
            .iter()
            .filter(|p| p.heard >= LEAST_HEARD && p.score > 0.5 * best)
            .take(MOST_LOOSE)
            .map(|p| p.time_s)
            .collect();
        times_s.sort_unstable_by(f64::total_cmp);
        times_s
    }

    /// Rounds that repeat the burst's delays.
    pub(super) fn tight_rounds(&self, burst: &Burst, straight_s: &[f64]) -> Vec<Round> {
        let speed = self.network.medium.speed_m_s;
        let clutter = self.clutter(&burst.rounds);
        let n = straight_s.len();
        let mut delays = vec![None; n];
        let mut weights = vec![0.0; n];
        let mut silent = vec![0.0; n];
        let mut base = 0.0;
        for s in 0..n {
            let p = burst.hearing.at(straight_s[s] * speed);
            silent[s] = (1.0 - p).ln();
            base += silent[s];
            if let Some(extra) = burst.extras[s] {
                delays[s] = Some(straight_s[s] + extra.extra_s);
                weights[s] = (1.0 + p / ((1.0 - p) * self.rates[s] * TIGHT_S)).ln();
            }
        }
        let found = peaks(
            &self.times_s,
            &delays,
            &weights,
            TIGHT_S,
            (LEAST_ROUND - 3.0 - base).max(4.0),
        );
        let mut rounds: Vec<Round> = found
            .iter()
            .map(|peak| self.round_at(burst, straight_s, &delays, &silent, &clutter, peak.time_s))
            .filter(|r| r.evidence >= LEAST_ROUND && r.heard() >= LEAST_HEARD)
            .collect();
        rounds.sort_by(|a, b| {
            b.evidence
                .total_cmp(&a.evidence)
                .then(a.time_s.total_cmp(&b.time_s))
        });
        let mut kept: Vec<Round> = Vec::new();
        for round in rounds {
            if !kept
                .iter()
                .any(|k| (k.time_s - round.time_s).abs() < CLOSEST_S)
            {
                kept.push(round);
            }
        }
        kept.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        kept
    }

    /// Pulses a second that each pulse's sensor reports around it beside those of `own` rounds, by
    /// pulse.
    fn clutter(&self, own: &[Round]) -> Vec<f64> {
        let mut counts = self.free.to_vec();
        for i in own.iter().flat_map(|r| r.picks.iter().flatten()) {
            counts[*i as usize] = false;
        }
        let mut rates = vec![0.0; counts.len()];
        for (sensor, all) in self.pulses.by_sensor.iter().enumerate() {
            let (mut from, mut to, mut n) = (0, 0, 0_u32);
            for &i in all {
                let time_s = self.pulses.list[i as usize].time_s;
                while to < all.len()
                    && self.pulses.list[all[to] as usize].time_s <= time_s + AROUND_S
                {
                    n += u32::from(counts[all[to] as usize]);
                    to += 1;
                }
                while self.pulses.list[all[from] as usize].time_s < time_s - AROUND_S {
                    n -= u32::from(counts[all[from] as usize]);
                    from += 1;
                }
                let others = n - u32::from(counts[i as usize]);
                rates[i as usize] = (0.5 * f64::from(others) / AROUND_S)
                    .max(0.5 * self.rates[sensor])
                    + LEAST_RATE
                    + self.echoes[i as usize];
            }
        }
        rates
    }

    /// What the sensors say of a round at about `time_s`.
    fn round_at(
        &self,
        burst: &Burst,
        straight_s: &[f64],
        delays: &[Option<f64>],
        silent: &[f64],
        clutter: &[f64],
        mut time_s: f64,
    ) -> Round {
        let speed = self.network.medium.speed_m_s;
        let sigma_s = burst.jitter_s * ROUND_SPREAD;
        let gate_s = burst.gate_s();
        let mut picks = vec![None; delays.len()];
        for _ in 0..3 {
            let (mut sum, mut n) = (0.0, 0);
            for (s, pick) in picks.iter_mut().enumerate() {
                *pick = None;
                let Some(delay_s) = delays[s] else { continue };
                let expected_s = time_s + delay_s;
                let mut nearest_s = gate_s;
                let times_s = &self.times_s[s];
                let first = times_s.partition_point(|&t| t < expected_s - gate_s);
                for (k, t) in times_s.iter().enumerate().skip(first) {
                    let e = t - expected_s;
                    if e > gate_s {
                        break;
                    }
                    if e.abs() < nearest_s {
                        nearest_s = e.abs();
                        *pick = Some(self.indices[s][k]);
                    }
                }
                if let Some(i) = *pick {
                    sum += self.pulses.list[i as usize].time_s - delay_s;
                    n += 1;
                }
            }
            if n == 0 {
                break;
            }
            time_s = sum / f64::from(n);
        }
        let mut evidence = 0.0;
        for (s, pick) in picks.iter_mut().enumerate() {
            let Some(i) = *pick else {
                evidence += silent[s];
                continue;
            };
            let delay_s = delays[s].unwrap_or(0.0);
            let x = (self.pulses.list[i as usize].time_s - time_s - delay_s) / sigma_s;
            let p = burst.hearing.at(straight_s[s] * speed);
            let mut rate = clutter[i as usize];
            if let Some(levels) = &burst.levels {
                rate /= levels.ratio(
                    self.pulses,
                    i,
                    straight_s[s] * speed,
                    delay_s - straight_s[s],
                );
            }
            evidence += (p * 0.398_942 / sigma_s * (-0.5 * x * x).exp() / rate + (1.0 - p)).ln();
        }
        Round {
            time_s,
            picks,
            evidence,
        }
    }
}
