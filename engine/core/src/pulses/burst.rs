//! The rounds fired from one place, and the delays that they share.

use super::hearing::Hearing;
use super::network::Network;
use super::place::{Delay, Place, place_anywhere, place_near, share};
use super::pulse::Pulses;
use super::stack::{CLOSEST_S, peaks};
use crate::geodesy::Enu;

/// One discharge.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) time_s: f64,
    /// By sensor: its pulse.
    pub(super) picks: Vec<Option<u32>>,
    /// Log likelihood ratio against clutter.
    pub(super) evidence: f64,
}

impl Burst {
    /// All pulses it explains.
    pub(super) fn picks(&self) -> impl Iterator<Item = u32> {
        self.rounds.iter().flat_map(|r| r.picks.iter().flatten().copied())
    }

    /// Log likelihood ratio of all rounds against clutter, for a burst that may be anywhere on the map
    /// and at any time.
    ///
    /// The first pulse of a sensor is no repetition: it is as probable as its path's extra delay.
    pub(super) fn worth(&self, area_m2: f64) -> f64 {
        let mut worth: f64 = self.rounds.iter().map(|r| r.evidence - LEAST_ROUND).sum();
        let repeated = 0.398_942 / (1.2 * self.jitter_s);
        for (s, extra) in self.extras.iter().enumerate() {
            let heard = self.rounds.iter().any(|r| r.picks[s].is_some());
            if let (Some(extra), true) = (extra, heard) {
                let sigma_s = self.place.path_sigma_s.hypot(self.jitter_s);
                worth += (share(extra.extra_s, sigma_s).density / repeated).ln().min(0.0);
            }
        }
        let [[xx, xy], [_, yy]] = self.place.covariance_m2;
        let within_m2 = std::f64::consts::TAU * (xx * yy - xy * xy).max(0.0).sqrt();
        worth + (within_m2 / area_m2).clamp(1e-12, 1.0).ln()
    }
}

impl Round {
    pub(super) fn heard(&self) -> usize {
        self.picks.iter().flatten().count()
    }
}

/// Delay of one path beyond that of a straight ray.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) extra_s: f64,
    /// How many rounds show it.
    pub(super) rounds: usize,
}

/// All rounds fired from one place.
#[derive(Clone, Debug)]
pub(super) struct Burst {
    pub(super) place: Place,
    /// By sensor, where the rounds agree on one.
    pub(super) extras: Vec<Option<Extra>>,
    /// By sensor: when it hears a round after its firing, seconds.
    pub(super) delays_s: Vec<f64>,
    pub(super) rounds: Vec<Round>,
    pub(super) hearing: Hearing,
    pub(super) jitter_s: f64,
}

/// A round needs this much evidence: it may be at any time.
pub(super) const LEAST_ROUND: f64 = 5.0;
/// From round to round one path's delay scatters by this, seconds, until the burst tells better.
const JITTER_S: f64 = 0.0015;
/// What is usual, and how many pulses it takes to tell otherwise.
const USUAL_JITTER_S: f64 = 0.0011;
const USUAL_PULSES: f64 = 12.0;
/// Width of the first stack, seconds: an unknown path on either side.
const LOOSE_S: f64 = 0.024;
/// Width of the stack with known delays.
const TIGHT_S: f64 = 0.007;
/// Pulses that agree on a delay are this near, seconds.
const AGREE_S: f64 = 0.004;
/// A path is early by at most this, and late.
const EARLY_S: f64 = 0.025;
const LATE_S: f64 = 0.075;
/// Clutter is counted this far around a pulse, seconds.
const AROUND_S: f64 = 0.5;
/// No sensor reports less than this, pulses a second.
const LEAST_RATE: f64 = 0.1;
/// Fewest sensors of a round.
const LEAST_HEARD: usize = 3;

/// A draft with less evidence becomes no burst.
const HOPELESS: f64 = -15.0;
/// A draft that moves by less has settled, metres.
const STILL_M: f64 = 0.2;

/// What a search for a burst is about.
pub(super) struct Scene<'a> {
    pub(super) network: &'a Network,
    pub(super) pulses: &'a Pulses,
    /// Pulses that no other burst explains.
    pub(super) free: &'a [bool],
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
        // Half a pulse more than heard: none in a few seconds does not mean none ever.
        let rates = pulses
            .by_sensor
            .iter()
            .map(|own| {
                let n = own.iter().filter(|i| free[**i as usize]).count();
                (n as f64 + 0.5) / pulses.span_s
            })
            .collect();
        Self {
            network,
            pulses,
            free,
            rates,
            echoes,
        }
    }

    fn delays(&self, at: Enu) -> Vec<f64> {
        (0..self.network.sensors.len())
            .map(|s| self.network.delay_s(at, s))
            .collect()
    }

    /// The burst fired near `at`, if there is one.
    pub(super) fn burst_near(&self, at: Enu) -> Option<Burst> {
        let straight_s = self.delays(at);
        let hearing = Hearing::USUAL;
        let times_s = self.loose_rounds(&straight_s, &hearing);
        if times_s.is_empty() {
            return None;
        }
        let (extras, times_s) = self.learn(&straight_s, times_s, JITTER_S);
        let mut burst = Burst {
            place: Place {
                position: at,
                covariance_m2: [[0.0; 2]; 2],
                t0_s: 0.0,
                path_sigma_s: 0.0,
                evidence: 0.0,
            },
            extras,
            delays_s: straight_s,
            rounds: times_s
                .into_iter()
                .map(|time_s| Round {
                    time_s,
                    picks: Vec::new(),
                    evidence: 0.0,
                })
                .collect(),
            hearing,
            jitter_s: JITTER_S,
        };
        let area_m2 = self.network.area_m2();
        for _ in 0..3 {
            let (from, rounds) = (burst.place.position, burst.rounds.len());
            self.settle(&mut burst, place_near)?;
            if burst.worth(area_m2) < HOPELESS {
                return None;
            }
            let moved_m = burst.place.position.horizontal_distance_m(from);
            if moved_m < STILL_M && burst.rounds.len() == rounds {
                break;
            }
        }
        Some(burst)
    }

    /// Settles a burst wherever its delays say.
    pub(super) fn finish(&self, draft: Burst) -> Burst {
        let area_m2 = self.network.area_m2();
        let mut burst = draft.clone();
        let settled = self
            .settle(&mut burst, place_anywhere)
            .and_then(|()| self.settle(&mut burst, place_near));
        if settled.is_some() && burst.worth(area_m2) > draft.worth(area_m2) {
            burst
        } else {
            draft
        }
    }

    /// Settles a known burst again, where pulses may have become free or taken.
    pub(super) fn again(&self, mut burst: Burst) -> Option<Burst> {
        self.settle(&mut burst, place_near)?;
        Some(burst)
    }

    /// Times at which many sensors coincide roughly.
    fn loose_rounds(&self, straight_s: &[f64], hearing: &Hearing) -> Vec<f64> {
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
        let found = peaks(self.pulses, self.free, &delays, &weights, LOOSE_S, 6.0);
        let Some(best) = found.first().map(|p| p.score) else {
            return Vec::new();
        };
        found
            .iter()
            .filter(|p| p.heard >= LEAST_HEARD && p.score > 0.5 * best)
            .map(|p| p.time_s)
            .collect()
    }

    /// The extra delay of every path that rounds at `times_s` agree on, and times that agree better.
    fn learn(
        &self,
        straight_s: &[f64],
        mut times_s: Vec<f64>,
        jitter_s: f64,
    ) -> (Vec<Option<Extra>>, Vec<f64>) {
        let mut extras = Vec::new();
        for pass in 0..3 {
            extras.clear();
            let mut shifts: Vec<Vec<f64>> = vec![Vec::new(); times_s.len()];
            // Rounds are placed ever better among each other.
            let agree_s = AGREE_S * [2.0, 1.3, 1.0][pass] + jitter_s;
            for (sensor, &delay_s) in straight_s.iter().enumerate() {
                let mut heard: Vec<(usize, f64)> = Vec::new();
                for (k, &time_s) in times_s.iter().enumerate() {
                    let expected_s = time_s + delay_s;
                    for &i in
                        self.pulses
                            .between(sensor, expected_s - EARLY_S, expected_s + LATE_S)
                    {
                        if self.free[i as usize] {
                            heard.push((k, self.pulses.list[i as usize].time_s - expected_s));
                        }
                    }
                }
                let extra = agreed(&heard, agree_s);
                if let Some(extra) = extra {
                    for &(k, e) in &heard {
                        if (e - extra.extra_s).abs() < agree_s {
                            shifts[k].push(e - extra.extra_s);
                        }
                    }
                }
                extras.push(extra);
            }
            for (time_s, shifts) in times_s.iter_mut().zip(&mut shifts) {
                *time_s += median(shifts);
            }
        }
        (extras, times_s)
    }

    /// Finds place, rounds and delays anew from one another.
    fn settle(
        &self,
        burst: &mut Burst,
        place: impl Fn(&Network, &[Delay], f64, Enu) -> Option<Place>,
    ) -> Option<()> {
        let straight_s = self.delays(burst.place.position);
        let delays = self.usable_delays(burst, &straight_s);
        let found = place(self.network, &delays, burst.jitter_s, burst.place.position)?;
        let moved_s = self.delays(found.position);
        let shift_s = found.t0_s;
        for (s, extra) in burst.extras.iter_mut().enumerate() {
            if let Some(extra) = extra {
                extra.extra_s += straight_s[s] - moved_s[s] - shift_s;
            }
        }
        for round in &mut burst.rounds {
            round.time_s += shift_s;
        }
        burst.place = found;
        burst.place.t0_s = 0.0;
        // A path earlier than its spread allows is another sound's.
        let earliest_s = -3.5 * (burst.place.path_sigma_s.hypot(burst.jitter_s) + 0.0005);
        for extra in &mut burst.extras {
            if extra.is_some_and(|e| e.extra_s < earliest_s) {
                *extra = None;
            }
        }
        burst.rounds = self.tight_rounds(burst, &moved_s);
        if burst.rounds.is_empty() {
            return None;
        }
        let times_s: Vec<f64> = burst.rounds.iter().map(|r| r.time_s).collect();
        let (extras, times_s) = self.learn(&moved_s, times_s, burst.jitter_s);
        burst.delays_s = moved_s
            .iter()
            .zip(&extras)
            .map(|(delay_s, extra)| delay_s + extra.map_or(0.0, |e| e.extra_s))
            .collect();
        burst.extras = extras;
        for (round, time_s) in burst.rounds.iter_mut().zip(times_s) {
            round.time_s = time_s;
        }
        self.adapt(burst, &moved_s);
        Some(())
    }

    /// Learns from the rounds how their pulses scatter and how far they were heard.
    fn adapt(&self, burst: &mut Burst, straight_s: &[f64]) {
        let (mut sum, mut unknowns, mut n) = (0.0, burst.rounds.len(), 0_usize);
        let mut ranges_m = Vec::with_capacity(straight_s.len());
        let mut heard = Vec::with_capacity(straight_s.len());
        for (s, extra) in burst.extras.iter().enumerate() {
            let picks = || {
                burst
                    .rounds
                    .iter()
                    .filter_map(move |r| Some((r.time_s, r.picks[s]?)))
            };
            ranges_m.push(straight_s[s] * self.network.medium.speed_m_s);
            heard.push(picks().count());
            let Some(extra) = extra else { continue };
            unknowns += usize::from(heard[s] > 0);
            n += heard[s];
            sum += picks()
                .map(|(time_s, i)| {
                    let e = self.pulses.list[i as usize].time_s
                        - time_s
                        - straight_s[s]
                        - extra.extra_s;
                    e * e
                })
                .sum::<f64>();
        }
        let free = (n as f64 - unknowns as f64).max(0.0);
        let prior = USUAL_PULSES * USUAL_JITTER_S * USUAL_JITTER_S;
        burst.jitter_s = ((sum + prior) / (free + USUAL_PULSES)).sqrt();
        burst.hearing = Hearing::fit(&ranges_m, &heard, burst.rounds.len());
    }

    /// The delays from which the burst is placed.
    fn usable_delays(&self, burst: &Burst, straight_s: &[f64]) -> Vec<Delay> {
        let with = |least: usize| -> Vec<Delay> {
            burst
                .extras
                .iter()
                .enumerate()
                .filter_map(|(sensor, extra)| {
                    let extra = (*extra)?;
                    (extra.rounds >= least).then(|| Delay {
                        sensor,
                        time_s: straight_s[sensor] + extra.extra_s,
                        rounds: extra.rounds,
                    })
                })
                .collect()
        };
        // A delay read once may be another sound's.
        let sure = with(2);
        if sure.len() >= 5 { sure } else { with(1) }
    }

    /// Rounds that repeat the burst's delays.
    fn tight_rounds(&self, burst: &Burst, straight_s: &[f64]) -> Vec<Round> {
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
            self.pulses,
            self.free,
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
                rates[i as usize] =
                    (0.5 * f64::from(others) / AROUND_S).max(0.5 * self.rates[sensor])
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
        let sigma_s = burst.jitter_s * 1.2;
        let gate_s = 4.0 * sigma_s;
        let mut picks = vec![None; delays.len()];
        for _ in 0..3 {
            let (mut sum, mut n) = (0.0, 0);
            for (s, pick) in picks.iter_mut().enumerate() {
                *pick = None;
                let Some(delay_s) = delays[s] else { continue };
                let expected_s = time_s + delay_s;
                let mut nearest_s = gate_s;
                for &i in self
                    .pulses
                    .between(s, expected_s - gate_s, expected_s + gate_s)
                {
                    let e = self.pulses.list[i as usize].time_s - expected_s;
                    if self.free[i as usize] && e.abs() < nearest_s {
                        nearest_s = e.abs();
                        *pick = Some(i);
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
            let rate = clutter[i as usize];
            evidence += (p * 0.398_942 / sigma_s * (-0.5 * x * x).exp() / rate + (1.0 - p)).ln();
        }
        Round {
            time_s,
            picks,
            evidence,
        }
    }
}

/// The extra delay on which most rounds agree; one round alone must be nearly on time.
fn agreed(heard: &[(usize, f64)], agree_s: f64) -> Option<Extra> {
    /// Natural logarithm of how improbable one agreement by chance is.
    const PER_ROUND: f64 = 3.0;
    let mut best: Option<(f64, Extra)> = None;
    for &(_, centre) in heard {
        let (mut sum, mut n, mut rounds, mut last) = (0.0, 0, 0, usize::MAX);
        for &(k, e) in heard {
            if (e - centre).abs() < agree_s {
                sum += e;
                n += 1;
                if k != last {
                    rounds += 1;
                    last = k;
                }
            }
        }
        let extra_s = sum / f64::from(n);
        let on_time = 0.5 * (extra_s / 0.008).powi(2);
        let unlikely = if extra_s > 0.0 {
            on_time.min(1.5 + extra_s / 0.04)
        } else {
            on_time
        };
        if rounds < 2 && extra_s.abs() > 0.02 {
            continue;
        }
        let score = PER_ROUND * f64::from(rounds) - unlikely;
        if best.as_ref().is_none_or(|b| score > b.0) {
            best = Some((
                score,
                Extra {
                    extra_s,
                    rounds: rounds as usize,
                },
            ));
        }
    }
    best.map(|b| b.1)
}

fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    0.5 * (values[(n - 1) / 2] + values[n / 2])
}
