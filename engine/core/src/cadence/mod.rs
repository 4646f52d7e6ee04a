//! How many rounds one sensor heard, and how fast: rounds told from their echoes.
//!
//! Rounds of one weapon are alike: one level, and in automatic fire one interval. Echoes are weaker or follow every round
//! by the same lag. So the onsets of a burst are explained twice, as single rounds by level and lags
//! (`singles.rs`) and as rounds of a steady cadence (`steady.rs`), and the better explanation is taken. In a steady
//! cadence a round that another sound hid is told too.
//!
//! Every onset is a round or something else, an echo or clutter; scores are log likelihood ratios of the two. Spreads and
//! rates were measured on simulated bursts at 10 dB, seeds 7 to 9 and 77, and on live fire of pistols.
//!
//! One sensor alone cannot tell a single echo as loud as its shot from a second shot, nor one that is louder from the
//! shot itself; sensors at other places can ([`agreed`]).

mod singles;
mod steady;

use crate::locate::likelihood::normal_density;
use crate::median::median;
use crate::onset::Onset;
use crate::timestamp::Timestamp;

/// An onset as it is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beat {
    /// When, seconds.
    pub time_s: f64,
    /// Level of its loudest 2 ms, dB re anything.
    pub level_db: f64,
    /// The same over the sound just before, dB.
    pub snr_db: f64,
}

impl Beat {
    /// `onset` in seconds after `start`.
    pub fn new(onset: &Onset, start: Timestamp) -> Self {
        Self {
            time_s: onset.time.since(start).0,
            level_db: onset.snr_db + f64::from(onset.features.background_db),
            snr_db: onset.snr_db,
        }
    }
}

/// A round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// When, seconds.
    pub time_s: f64,
    /// Which beat it is; none if only the cadence tells of it.
    pub beat: Option<usize>,
}

/// Rounds fired without a long pause.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cadence {
    /// In order of time.
    pub rounds: Vec<Round>,
    /// Interval of a steady cadence, seconds; none if the rounds are single ones.
    pub interval_s: Option<f64>,
}

/// Shortest interval of two rounds, seconds: 1200 a minute.
const SHORTEST_S: f64 = 0.05;
/// A pause of so long ends a burst, seconds.
const PAUSE_S: f64 = 2.0;
/// Onsets so far below the rounds of their burst are none, dB.
const WEAKER_DB: f64 = 8.0;
/// Onsets no further below the loudest reach over a pause, dB.
const STRONG_DB: f64 = 6.0;
/// At first, rounds are as loud as the mean of those no further below the loudest, dB.
const LIKE_LOUDEST_DB: f64 = 3.5;
/// Spread of the levels of rounds, dB.
const LEVEL_SIGMA_DB: f64 = 1.2;
/// Levels of other onsets, echoes above all, against rounds: mean and spread, dB.
const OTHER_DB: (f64, f64) = (-4.0, 2.5);
/// Other onsets while fire lasts, a second.
const OTHER_RATE: f64 = 6.0;
/// Single rounds while fire lasts, a second.
const SINGLE_RATE: f64 = 3.0;
/// Prior log odds of a steady cadence.
const STEADY: f64 = -3.0;
/// Times that the level of the rounds is estimated.
const ESTIMATES: usize = 3;

/// Bursts in `beats`, which are in order of time; that with the loudest beat first.
pub fn bursts(beats: &[Beat]) -> Vec<Cadence> {
    let level_db = |i: &usize| beats[*i].level_db;
    let mut free: Vec<usize> = (0..beats.len()).collect();
    let mut found = Vec::new();
    while let Some(&loudest) = (free.iter()).max_by(|a, b| level_db(a).total_cmp(&level_db(b))) {
        let (burst, rest) = burst_about(beats, &free, loudest);
        found.push(count(beats, &burst));
        free = rest;
    }
    found
}

/// What most sensors counted; of two counts equally often told the lesser, since echoes add and seldom take away.
pub fn agreed(counts: &[usize]) -> Option<usize> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.rev().max_by_key(|run| run.len()).map(|run| run[0])
}

/// The beats of the burst about the loudest, and those of others.
///
/// What follows the last of the strong ones within a pause is taken for echoes.
fn burst_about(beats: &[Beat], free: &[usize], loudest: usize) -> (Vec<usize>, Vec<usize>) {
    let top = beats[loudest];
    let strong = || {
        (free.iter())
            .map(|&i| beats[i])
            .filter(|beat| beat.level_db > top.level_db - STRONG_DB)
    };
    let (mut from_s, mut to_s) = (top.time_s, top.time_s);
    for beat in strong() {
        if beat.time_s > to_s && beat.time_s - to_s < PAUSE_S {
            to_s = beat.time_s;
        }
    }
    for beat in strong().rev() {
        if beat.time_s < from_s && from_s - beat.time_s < PAUSE_S {
            from_s = beat.time_s;
        }
    }
    let is_own = |i: &usize| (from_s..to_s + PAUSE_S).contains(&beats[*i].time_s);
    free.iter().partition(|i| is_own(i))
}

/// Rounds among the beats `own`.
fn count(beats: &[Beat], own: &[usize]) -> Cadence {
    let levels = || own.iter().map(|&i| beats[i].level_db);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let loudest_db = levels().fold(f64::NEG_INFINITY, f64::max);
    let strong: Vec<f64> = levels()
        .filter(|db| *db > loudest_db - LIKE_LOUDEST_DB)
        .collect();
    let mut level_db = mean(&strong);
    let mut best = Cadence::default();
    for _ in 0..ESTIMATES {
        let is_near = |i: &usize| beats[*i].level_db > level_db - WEAKER_DB;
        let own: Vec<usize> = own.iter().copied().filter(is_near).collect();
        let burst = Burst {
            beats,
            own: &own,
            level_db,
        };
        let (single, single_score) = burst.singles();
        best = match burst.steady() {
            Some((steady, score)) if score + STEADY > single_score => steady,
            _ => single,
        };
        let heard = best.rounds.iter().filter_map(|round| round.beat);
        level_db = mean(&heard.map(|i| beats[i].level_db).collect::<Vec<_>>());
    }
    best
}

/// Beats that are explained together.
struct Burst<'a> {
    beats: &'a [Beat],
    /// Theirs among all beats, in order of time.
    own: &'a [usize],
    /// Level of the rounds, dB.
    level_db: f64,
}

impl Burst<'_> {
    fn at_s(&self, i: usize) -> f64 {
        self.beats[i].time_s
    }

    /// Those of `some`, in order of time, from `from_s` to `to_s`.
    fn between<'b>(&self, some: &'b [usize], from_s: f64, to_s: f64) -> &'b [usize] {
        let from = some.partition_point(|&i| self.at_s(i) < from_s);
        let n = some[from..].partition_point(|&i| self.at_s(i) <= to_s);
        &some[from..from + n]
    }

    /// Log of how much likelier the level of a beat is a round's than another's, by the rate of others.
    fn level_score(&self, i: usize) -> f64 {
        let off_db = self.beats[i].level_db - self.level_db;
        let other = normal_density(off_db - OTHER_DB.0, OTHER_DB.1);
        (normal_density(off_db, LEVEL_SIGMA_DB) / (OTHER_RATE * other)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A beat 30 dB over the sound before it.
    fn beat(time_s: f64, level_db: f64) -> Beat {
        Beat {
            time_s,
            level_db,
            snr_db: 30.0 + level_db,
        }
    }

    /// Rounds at `times_s` with echoes by lag and level, in order.
    fn fire(times_s: &[f64], echoes: &[(f64, f64)]) -> Vec<Beat> {
        let mut beats: Vec<Beat> = (times_s.iter())
            .flat_map(|&t| {
                let echoes = echoes.iter().map(move |(lag_s, db)| beat(t + lag_s, *db));
                std::iter::once(beat(t, 0.0)).chain(echoes)
            })
            .collect();
        beats.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        beats
    }

    fn told(beats: &[Beat]) -> Cadence {
        bursts(beats).into_iter().next().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn rounds_of_automatic_fire_are_counted_among_echoes(
            n in 3_usize..30,
            interval_s in 0.067_f64..0.2,
            lag_s in 0.01_f64..0.06,
            start_s in 0.0_f64..5.0,
        ) {
            let times: Vec<f64> = (0..n).map(|k| start_s + k as f64 * interval_s).collect();
            let cadence = told(&fire(&times, &[(lag_s, -5.0)]));
            prop_assert_eq!(cadence.rounds.len(), n);
            let off = cadence.interval_s.map(|s| (s - interval_s).abs());
            prop_assert!(off.is_some_and(|s| s < 1e-6), "{:?}", cadence.interval_s);
        }

        #[test]
        fn anything_is_counted_without_panic(
            raw in prop::collection::vec((0.0_f64..20.0, -80.0_f64..0.0), 0..120),
        ) {
            let mut beats: Vec<Beat> = raw.iter().map(|&(t, db)| beat(t, db)).collect();
            beats.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
            let found = bursts(&beats);
            // Every beat is a round at most once, and rounds are in order.
            let mut used: Vec<usize> =
                found.iter().flat_map(|c| c.rounds.iter().filter_map(|r| r.beat)).collect();
            let n = used.len();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), n);
            for cadence in &found {
                prop_assert!(cadence.rounds.windows(2).all(|w| w[0].time_s < w[1].time_s));
            }
        }
    }

    #[test]
    fn a_hidden_round_is_told_by_its_cadence() {
        let mut times: Vec<f64> = (0..10).map(|k| 1.0 + 0.1 * f64::from(k)).collect();
        times.remove(4);
        let cadence = told(&fire(&times, &[]));
        assert_eq!(cadence.rounds.len(), 10);
        assert_eq!(cadence.rounds[4].beat, None);
        assert!((cadence.rounds[4].time_s - 1.4).abs() < 1e-9);
    }

    #[test]
    fn a_loud_echo_that_follows_every_round_is_none() {
        // A pistol by hand, and a wall that sends everything back as loud.
        let cadence = told(&fire(&[3.0, 3.61, 4.43], &[(0.042, -2.3), (0.113, -0.2)]));
        let times: Vec<f64> = cadence.rounds.iter().map(|r| r.time_s).collect();
        assert_eq!(times, [3.0, 3.61, 4.43]);
        assert_eq!(cadence.interval_s, None);
        // One round: its loud echo lacks the echo that the round had.
        assert_eq!(
            told(&fire(&[3.0], &[(0.042, -2.3), (0.113, -0.2)]))
                .rounds
                .len(),
            1
        );
    }

    #[test]
    fn long_pauses_part_bursts() {
        let mut beats = fire(&[1.0, 1.5], &[]);
        beats.extend(
            fire(&[9.0, 9.4, 10.1], &[])
                .iter()
                .map(|b| beat(b.time_s, -20.0)),
        );
        let counts: Vec<usize> = bursts(&beats).iter().map(|c| c.rounds.len()).collect();
        assert_eq!(counts, [2, 3]);
        assert_eq!(bursts(&[]), []);
    }

    #[test]
    fn sensors_agree_on_what_most_say() {
        assert_eq!(agreed(&[3, 6, 3, 2]), Some(3));
        assert_eq!(agreed(&[2, 1]), Some(1));
        assert_eq!(agreed(&[]), None);
    }
}
