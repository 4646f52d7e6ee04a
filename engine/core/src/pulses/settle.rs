//! A burst grown from a first guess of its place: delays, rounds and place from one another.

use super::burst::{Burst, Extra, Round};
use super::hearing::Hearing;
use super::levels::Levels;
use super::network::Network;
use super::place::{Delay, Place, place_anywhere, place_near};
use super::scene::Scene;
use crate::geodesy::Enu;
use crate::median::median;

/// From round to round one path's delay scatters by this, seconds, until the burst tells better.
const JITTER_S: f64 = 0.0015;
/// What is usual, seconds, and how many pulses it takes to tell otherwise: a millisecond, in live fire
/// as in the generated cases.
pub(super) const USUAL_JITTER_S: f64 = 0.0011;
pub(super) const USUAL_PULSES: f64 = 12.0;
/// Pulses that agree on a delay are this near, seconds, and the jitter ...
const AGREE_S: f64 = 0.004;
/// ... times so much while rounds are not yet placed well among each other.
const FIRST_PASSES: [f64; 3] = [2.0, 1.3, 1.0];
/// A path is early by at most this, seconds, and late: half a window of the first stack and more.
const EARLY_S: f64 = 0.025;
const LATE_S: f64 = 0.075;
/// Pulses of one sensor from which a delay is learned, at most.
const MOST_PULSES: usize = 256;
/// A draft with less evidence becomes no burst.
const HOPELESS: f64 = -15.0;
/// A draft that moves by less has settled, metres.
const STILL_M: f64 = 0.2;

impl Scene<'_> {
    /// A first draft of the burst fired near `at`, if there is one.
    pub(super) fn draft_near(&self, at: Enu) -> Option<Burst> {
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
            levels: None,
        };
        self.improve(&mut burst).is_some().then_some(burst)
    }

    /// Settles a draft once more; `None` if it is hopeless, otherwise whether it may still change.
    pub(super) fn improve(&self, burst: &mut Burst) -> Option<bool> {
        let (from, rounds) = (burst.place.position, burst.rounds.len());
        self.settle(burst, place_near)?;
        if burst.worth(self.network.area_m2()) < HOPELESS {
            return None;
        }
        let moved_m = burst.place.position.horizontal_distance_m(from);
        Some(moved_m >= STILL_M || burst.rounds.len() != rounds)
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

    /// The extra delay of every path that rounds at `times_s` agree on, and times that agree better.
    fn learn(
        &self,
        straight_s: &[f64],
        mut times_s: Vec<f64>,
        jitter_s: f64,
    ) -> (Vec<Option<Extra>>, Vec<f64>) {
        let mut extras = Vec::new();
        for loose in FIRST_PASSES {
            extras.clear();
            let mut shifts: Vec<Vec<f64>> = vec![Vec::new(); times_s.len()];
            let agree_s = AGREE_S * loose + jitter_s;
            let mut heard: Vec<(usize, f64)> = Vec::new();
            let mut counts = vec![0_u16; times_s.len()];
            for (sensor, &delay_s) in straight_s.iter().enumerate() {
                let range_s = (delay_s - EARLY_S, delay_s + LATE_S);
                self.heard(sensor, &times_s, range_s, MOST_PULSES, &mut heard);
                for (_, e) in &mut heard {
                    *e -= delay_s;
                }
                heard.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                let extra = agreed(&heard, &mut counts, agree_s);
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

    /// Learns from the rounds how their pulses scatter and how far they were heard.
    fn adapt(&self, burst: &mut Burst, straight_s: &[f64]) {
        let (mut sum, mut unknowns, mut n) = (0.0, burst.rounds.len(), 0_usize);
        let mut ranges_m = Vec::with_capacity(straight_s.len());
        let mut heard = Vec::with_capacity(straight_s.len());
        let mut strengths = Vec::new();
        let gate_s = burst.gate_s();
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
            // Where the rounds now agree on another delay of a path, picks made by the old one are of another wave:
            // they tell nothing of the scatter, and would widen it, and with it the gate for the next picks.
            let before = n;
            for (time_s, i) in picks() {
                let pulse = &self.pulses.list[i as usize];
                let e = pulse.time_s - time_s - straight_s[s] - extra.extra_s;
                if e.abs() < gate_s {
                    strengths.push((ranges_m[s], extra.extra_s, pulse.snr_db));
                    sum += e * e;
                    n += 1;
                }
            }
            unknowns += usize::from(n > before);
        }
        let free = (n as f64 - unknowns as f64).max(0.0);
        let prior = USUAL_PULSES * USUAL_JITTER_S * USUAL_JITTER_S;
        burst.jitter_s = ((sum + prior) / (free + USUAL_PULSES)).sqrt();
        burst.levels = Levels::fit(&strengths);
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
}

/// The extra delay on which most rounds agree, of those heard, in order; one round alone must be nearly on
/// time. `counts` has room for all rounds.
fn agreed(heard: &[(usize, f64)], counts: &mut [u16], agree_s: f64) -> Option<Extra> {
    /// Natural logarithm of how improbable one agreement by chance is.
    const PER_ROUND: f64 = 3.0;
    /// Spread of paths on time, seconds: buildings and the cell that the guess is from.
    const ON_TIME_S: f64 = 0.008;
    /// Minus the logarithm of how probable a late path is against one on time, and how late it is.
    const LATE: f64 = 1.5;
    const LATE_MEAN_S: f64 = 0.04;
    /// A delay that only one round shows is on time to this, seconds.
    const LONE_S: f64 = 0.02;
    let mut best: Option<(f64, Extra)> = None;
    // A window slides over the delays; how many of each round it holds.
    counts.fill(0);
    let (mut from, mut to, mut rounds, mut sum) = (0, 0, 0_u32, 0.0);
    for &(_, centre) in heard {
        while to < heard.len() && heard[to].1 < centre + agree_s {
            let (k, e) = heard[to];
            rounds += u32::from(counts[k] == 0);
            counts[k] += 1;
            sum += e;
            to += 1;
        }
        while heard[from].1 <= centre - agree_s {
            let (k, e) = heard[from];
            counts[k] -= 1;
            rounds -= u32::from(counts[k] == 0);
            sum -= e;
            from += 1;
        }
        let extra_s = sum / (to - from) as f64;
        let on_time = 0.5 * (extra_s / ON_TIME_S).powi(2);
        let unlikely = if extra_s > 0.0 {
            on_time.min(LATE + extra_s / LATE_MEAN_S)
        } else {
            on_time
        };
        if rounds < 2 && extra_s.abs() > LONE_S {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atmosphere::{Uncertain, Wind};
    use crate::pulses::pulse::{Pulse, Pulses};
    use crate::solve::Air;

    /// Rounds of one place, picked where six straight paths put them.
    fn heard_on_time<T>(jitter_s: f64, told: impl Fn(&Scene<'_>, &mut Burst, &[f64]) -> T) -> T {
        let sensors: Vec<Enu> = (0..6)
            .map(|k| {
                let (north_m, east_m) = (1.1 * f64::from(k)).sin_cos();
                Enu::new(300.0 * east_m, 250.0 * north_m, 0.0)
            })
            .collect();
        let air = Air {
            speed_m_s: Uncertain::new(343.0, 0.0),
            wind: Wind::default(),
        };
        let network = Network::new(sensors, air);
        let at = Enu::new(20.0, -30.0, 0.0);
        let fired_s = [1.0, 1.5, 2.1];
        let pulses: Vec<Pulse> = (fired_s.iter().enumerate())
            .flat_map(|(k, fired_s)| (0..6).map(move |sensor| (k, *fired_s, sensor)))
            .map(|(k, fired_s, sensor)| {
                let sign = if (k + sensor) % 2 == 0 { 1.0 } else { -1.0 };
                Pulse {
                    sensor,
                    time_s: fired_s + network.delay_s(at, sensor) + sign * jitter_s,
                    snr_db: 20.0,
                }
            })
            .collect();
        let pulses = Pulses::new(&pulses, 6);
        let free = vec![true; pulses.list.len()];
        let scene = Scene::new(&network, &pulses, &free, vec![0.0; free.len()]);
        let rounds = fired_s.iter().enumerate().map(|(k, &time_s)| Round {
            time_s,
            picks: (pulses.by_sensor.iter()).map(|own| Some(own[k])).collect(),
            evidence: 0.0,
        });
        let on_time = Extra {
            extra_s: 0.0,
            rounds: 3,
        };
        let straight_s = scene.delays(at);
        let mut burst = Burst {
            place: Place {
                position: at,
                covariance_m2: [[0.0; 2]; 2],
                t0_s: 0.0,
                path_sigma_s: 0.0,
                evidence: 0.0,
            },
            extras: vec![Some(on_time); 6],
            delays_s: straight_s.clone(),
            rounds: rounds.collect(),
            hearing: Hearing::USUAL,
            jitter_s: JITTER_S,
            levels: None,
        };
        told(&scene, &mut burst, &straight_s)
    }

    #[test]
    fn jitter_is_learned_from_picks() {
        let learned_s = |jitter_s| {
            heard_on_time(jitter_s, |scene, burst, straight_s| {
                scene.adapt(burst, straight_s);
                burst.jitter_s
            })
        };
        assert!(learned_s(0.0) < 0.9 * USUAL_JITTER_S);
        assert!(learned_s(0.003) > 1.5 * USUAL_JITTER_S);
    }

    #[test]
    fn picks_of_a_former_delay_do_not_widen_the_jitter() {
        let learned_s = heard_on_time(0.0, |scene, burst, straight_s| {
            // The rounds now agree on a later wave of one path.
            burst.extras[2] = Some(Extra {
                extra_s: 0.06,
                rounds: 3,
            });
            scene.adapt(burst, straight_s);
            burst.jitter_s
        });
        assert!(learned_s < USUAL_JITTER_S, "{} ms", 1e3 * learned_s);
    }
}
