//! Rounds of a steady cadence: automatic fire.

use std::collections::BTreeSet;

use super::{Burst, Cadence, Round, SHORTEST_S, SINGLE_RATE, median, normal_density};

/// Longest interval of automatic fire, seconds: 170 a minute.
const LONGEST_S: f64 = 0.35;
/// Spread of the times of automatic fire about its cadence, seconds.
const SIGMA_S: f64 = 0.003;
/// Further from the cadence than this is no round of it, seconds.
const REACH_S: f64 = 0.006;
/// Share of rounds whose time is found less well, and to what, seconds.
const STRAY: (f64, f64) = (0.04, 0.004);
/// Share of rounds that are missed.
const MISSED: f64 = 0.03;
/// Missed in a row, so many end a burst.
const MISSED_IN_A_ROW: usize = 3;
/// Fewest rounds that make a cadence.
const FEWEST: usize = 3;
/// Rounds to a side by which another is expected: few, as a cadence may drift.
const NEIGHBOURS: usize = 4;
/// Rounds by which the interval is told while a cadence is followed.
const INTERVALS: usize = 40;

impl Burst<'_> {
    /// Rounds of the best steady cadence, and their score.
    pub(super) fn steady(&self) -> Option<(Cadence, f64)> {
        let mut best: Option<(Vec<Round>, f64)> = None;
        // A pair within a cadence that was followed leads to the same.
        let mut known = BTreeSet::new();
        for &first in self.own {
            let at_s = self.at_s(first);
            for &second in self.between(self.own, at_s + SHORTEST_S, at_s + LONGEST_S) {
                if known.contains(&(first, second)) {
                    continue;
                }
                let rounds = self.follow(first, second);
                known.extend(
                    rounds
                        .windows(2)
                        .filter_map(|w| Some((w[0].beat?, w[1].beat?))),
                );
                let (rounds, score) = self.best_stretch(&rounds);
                if rounds.len() >= FEWEST && best.as_ref().is_none_or(|b| score > b.1) {
                    best = Some((rounds, score));
                }
            }
        }
        let (rounds, score) = best?;
        let span_s = rounds[rounds.len() - 1].time_s - rounds[0].time_s;
        let interval_s = Some(span_s / (rounds.len() - 1) as f64);
        Some((Cadence { rounds, interval_s }, score))
    }

    /// The cadence of two beats, followed to both sides as long as it is kept up.
    fn follow(&self, first: usize, second: usize) -> Vec<Round> {
        let heard = |i: usize| Round {
            time_s: self.at_s(i),
            beat: Some(i),
        };
        let mut rounds = vec![heard(first), heard(second)];
        self.extend(&mut rounds, 1.0);
        turn(&mut rounds);
        self.extend(&mut rounds, -1.0);
        turn(&mut rounds);
        rounds
    }

    /// Appends the rounds that follow; `rounds` hold times multiplied by `sign`, -1 to go back in time.
    fn extend(&self, rounds: &mut Vec<Round>, sign: f64) {
        let mut missed = 0;
        while missed < MISSED_IN_A_ROW {
            let due_s = due_s(rounds, missed + 1);
            let off_s = |i: usize| sign * self.at_s(i) - due_s;
            let worth = |i: usize| self.level_score(i) + normal_density(off_s(i), SIGMA_S).ln();
            let near = self.between(self.own, sign * due_s - REACH_S, sign * due_s + REACH_S);
            let next = near
                .iter()
                .copied()
                .max_by(|&a, &b| worth(a).total_cmp(&worth(b)));
            let Some(i) = next.filter(|&i| worth(i) > MISSED.ln()) else {
                missed += 1;
                continue;
            };
            // Those missed in between were fired all the same.
            let (last_s, time_s) = (rounds[rounds.len() - 1].time_s, sign * self.at_s(i));
            let step_s = (time_s - last_s) / (missed + 1) as f64;
            for k in 1..=missed {
                rounds.push(Round {
                    time_s: last_s + k as f64 * step_s,
                    beat: None,
                });
            }
            rounds.push(Round {
                time_s,
                beat: Some(i),
            });
            missed = 0;
        }
    }

    /// The stretch of `rounds` that is explained best, and its score: what comes first or last may be an echo.
    fn best_stretch(&self, rounds: &[Round]) -> (Vec<Round>, f64) {
        let interval_s = interval_s(rounds);
        let off_s: Vec<f64> = (0..rounds.len())
            .map(|k| off_neighbours_s(rounds, k, interval_s))
            .collect();
        // The median of a normal variable's magnitude is 0.67 of its sigma; few rounds tell little.
        let least_s = SIGMA_S / (rounds.len() as f64).sqrt();
        let mut magnitudes: Vec<f64> = off_s.iter().map(|s| s.abs()).collect();
        let sigma_s = (median(&mut magnitudes) / 0.67).clamp(least_s, SIGMA_S);
        let timely = |off_s: f64| {
            let (usual, stray) = (
                normal_density(off_s, sigma_s),
                normal_density(off_s, STRAY.1),
            );
            (1.0 - MISSED) * ((1.0 - STRAY.0) * usual + STRAY.0 * stray)
        };
        let (mut best, mut stretch) = (f64::NEG_INFINITY, 0..0);
        let (mut score, mut from) = (0.0, 0);
        for (k, round) in rounds.iter().enumerate() {
            if score <= 0.0 {
                (score, from) = (0.0, k);
            }
            score += match round.beat {
                None => MISSED.ln(),
                Some(i) => timely(off_s[k]).ln() + self.level_score(i),
            };
            if score > best {
                (best, stretch) = (score, from..k + 1);
            }
        }
        // Two of them say when and how fast, and are no evidence of a cadence.
        let free = 2.0 * (SINGLE_RATE / timely(0.0)).ln();
        (rounds[stretch].to_vec(), best + free)
    }
}

/// Turns time round.
fn turn(rounds: &mut [Round]) {
    rounds.reverse();
    for round in rounds {
        round.time_s = -round.time_s;
    }
}

/// Interval of the last rounds, seconds: single ones may have been timed badly, so a median.
fn interval_s(rounds: &[Round]) -> f64 {
    let rounds = &rounds[rounds.len().saturating_sub(INTERVALS)..];
    let half = rounds.len() / 2;
    let mut intervals: Vec<f64> = (half..rounds.len())
        .map(|k| (rounds[k].time_s - rounds[k - half].time_s) / half as f64)
        .collect();
    median(&mut intervals)
}

/// When the `ahead`-th round after `rounds` is due by the last of them, seconds.
fn due_s(rounds: &[Round], ahead: usize) -> f64 {
    let (interval_s, last) = (interval_s(rounds), rounds.len() - 1);
    let mut due_s: Vec<f64> = (last.saturating_sub(NEIGHBOURS)..=last)
        .map(|k| rounds[k].time_s + (last - k + ahead) as f64 * interval_s)
        .collect();
    median(&mut due_s)
}

/// How far round `k` is from where its neighbours expect it, seconds.
fn off_neighbours_s(rounds: &[Round], k: usize, interval_s: f64) -> f64 {
    let mut off_s: Vec<f64> = (k.saturating_sub(NEIGHBOURS)..rounds.len().min(k + NEIGHBOURS + 1))
        .filter(|&m| m != k)
        .map(|m| rounds[k].time_s - rounds[m].time_s - (k as f64 - m as f64) * interval_s)
        .collect();
    median(&mut off_s)
}
