//! Rounds fired one by one, told by level and by echoes that repeat.

use std::ops::Range;

use super::{Burst, Cadence, Round, SHORTEST_S, SINGLE_RATE};

/// Lags of echoes that are loud enough to be taken for rounds, seconds.
const ECHO_S: Range<f64> = 0.008..0.5;
/// Their lags repeat to this, seconds.
const REPEATS_S: f64 = 0.003;
/// Rounds that are compared lie no further apart, seconds.
const COMPARED_S: f64 = 10.0;
/// An echo so far over the sound before it ...
const CLEAR_DB: f64 = 10.0;
/// ... and no further below the rounds than this is heard after every round, dB.
const CLEAR_FALL_DB: f64 = 5.0;

impl Burst<'_> {
    /// Rounds by level, less the echoes, and their score.
    pub(super) fn singles(&self) -> (Cadence, f64) {
        let worth = |i: usize| SINGLE_RATE.ln() + self.level_score(i);
        // Louder than rounds are: a round all the more.
        let is_strong = |i: &usize| worth(*i) > 0.0 || self.beats[*i].level_db > self.level_db;
        let strong: Vec<usize> = self.own.iter().copied().filter(is_strong).collect();
        let (mut rounds, mut score) = (Vec::new(), 0.0);
        for &i in &strong {
            let is_apart =
                (rounds.last()).is_none_or(|&last| self.at_s(i) - self.at_s(last) >= SHORTEST_S);
            if is_apart && !self.repeats(i, &strong, &rounds) && !self.lacks_echoes(i, &rounds) {
                rounds.push(i);
                score += worth(i);
            }
        }
        let round = |&i: &usize| Round {
            time_s: self.at_s(i),
            beat: Some(i),
        };
        let cadence = Cadence {
            rounds: rounds.iter().map(round).collect(),
            interval_s: None,
        };
        (cadence, score)
    }

    /// The beats of `some` that `i` could be an echo of.
    fn sources<'b>(&self, i: usize, some: &'b [usize]) -> &'b [usize] {
        self.between(some, self.at_s(i) - ECHO_S.end, self.at_s(i) - ECHO_S.start)
    }

    /// Does `i` follow a round by a lag at which another strong beat follows another round too?
    fn repeats(&self, i: usize, strong: &[usize], rounds: &[usize]) -> bool {
        let at_s = self.at_s(i);
        let others = self.between(strong, at_s - COMPARED_S, at_s + COMPARED_S);
        self.sources(i, rounds).iter().any(|&j| {
            let lag_s = at_s - self.at_s(j);
            // Echoes are as far apart as their rounds: the source of the other is a round, or may yet be one.
            let is_source = |&&l: &&usize| l != j && (l > i || rounds.binary_search(&l).is_ok());
            (others.iter().filter(|&&k| k != i && k != j)).any(|&k| {
                (self.sources(k, strong).iter().filter(is_source))
                    .any(|&l| (self.at_s(k) - self.at_s(l) - lag_s).abs() < REPEATS_S)
            })
        })
    }

    /// Does `i` come without the clear echoes that the round before it had? Then it is one itself.
    fn lacks_echoes(&self, i: usize, rounds: &[usize]) -> bool {
        let Some(&last) = rounds
            .last()
            .filter(|&&last| self.at_s(i) - self.at_s(last) < ECHO_S.end)
        else {
            return false;
        };
        let (last_s, at_s) = (self.at_s(last), self.at_s(i));
        let echoes = self.between(self.own, last_s + ECHO_S.start, last_s + ECHO_S.end);
        let is_clear = |&&k: &&usize| {
            let beat = &self.beats[k];
            let is_apart = (beat.time_s - at_s).abs() > ECHO_S.start;
            is_apart && beat.snr_db > CLEAR_DB && beat.level_db > self.level_db - CLEAR_FALL_DB
        };
        let (mut has, mut lacks) = (0, 0);
        for &k in echoes.iter().filter(is_clear) {
            let due_s = at_s + self.at_s(k) - last_s;
            let found = self.between(self.own, due_s - 2.0 * REPEATS_S, due_s + 2.0 * REPEATS_S);
            if found.is_empty() {
                lacks += 1;
            } else {
                has += 1;
            }
        }
        lacks > has
    }
}
