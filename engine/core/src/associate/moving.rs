//! The rounds of a source that moves while it fires.

use super::burst::{CLOSEST_S, PatternRound, further_rounds};
use super::episode::Episode;
use super::greedy::Candidate;
use super::search::Hypothesis;
use super::site::Site;
use crate::locate::Drift;
use crate::motion::Heard;

/// What a moving source must explain beyond a standing one: one in fifty moves, and two more unknowns explain as much by chance.
const LEAST_GAIN: f64 = 8.0;
/// Squared velocity in units of its covariance, of two degrees of freedom: p = 1e-4.
const LEAST_SIGNIFICANCE: f64 = 18.4;
/// Place, time and velocity are five unknowns; a first round heard by fewer leaves the velocity unchecked.
const LEAST_HEARD: usize = 5;
/// A further round is its time and what checks it: echoes at three sensors fit some velocity.
const LEAST_REPEATED: usize = 4;
/// Weaker ones are echoes, mean of the sensors, dB.
const LEAST_LOUDER_DB: f64 = -4.0;
/// No car is faster, m/s.
const FASTEST_M_S: f64 = 45.0;
/// Rounds so far from the first give a velocity to start from, seconds: nearer ones are as near in place as their errors.
const START_S: std::ops::Range<f64> = 0.15..8.0;
/// So many of them are tried at most, the most evident.
const MOST_STARTS: usize = 12;
/// Each velocity finds more rounds, which sharpen it.
const MOST_PASSES: usize = 5;

/// The burst of `still.first` by a source that moves, if that explains much more than `still`.
///
/// What of `all` lies beside `still` may be further rounds of its source. The differences of their arrival times from those of the first
/// round give a velocity ([`motion`](crate::motion)), rounds are looked for where it leads, and sharpen it.
pub(super) fn follow(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    still: &Candidate,
    all: &[Hypothesis],
) -> Option<Candidate> {
    let first = &still.first;
    if first.n_heard() < LEAST_HEARD {
        return None;
    }
    let mut starts: Vec<&Hypothesis> = (all.iter())
        .filter(|h| {
            START_S.contains(&(h.time_s - first.time_s).abs())
                && h.n_heard() >= LEAST_REPEATED
                && !is_part(h, still)
        })
        .collect();
    starts.truncate(MOST_STARTS);
    let mut best: Option<Candidate> = None;
    for start in starts {
        let pair = [(first.time_s, &first.picks), (start.time_s, &start.picks)];
        let Some(moving) = settle(site, episode, taken, first, &pair) else {
            continue;
        };
        if (best.as_ref()).is_none_or(|b| moving.whole_evidence() > b.whole_evidence()) {
            best = Some(moving);
        }
    }
    best.filter(|moving| moving.whole_evidence() > still.whole_evidence() + LEAST_GAIN)
}

/// Is most of what was heard of `other` part of `burst`?
fn is_part(other: &Hypothesis, burst: &Candidate) -> bool {
    let rounds = (burst.further.iter().map(|r| &r.picks)).chain([&burst.first.picks]);
    let shared = rounds
        .flat_map(|picks| (picks.iter().zip(&other.picks)).filter(|(a, b)| a.is_some() && a == b));
    2 * shared.count() > other.n_heard()
}

/// Rounds and velocity from those of `heard` on.
fn settle(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    first: &Hypothesis,
    heard: &[(f64, &Vec<Option<usize>>)],
) -> Option<Candidate> {
    let mut drift = velocity(site, episode, first, heard, 0.0)?;
    let mut found: Option<Candidate> = None;
    for _ in 0..MOST_PASSES {
        let further = chain(site, episode, taken, first, drift);
        let candidate = Candidate::new(first.clone(), further, drift);
        let evidence = candidate.whole_evidence();
        if (found.as_ref()).is_some_and(|f| evidence <= f.whole_evidence()) {
            break;
        }
        let rounds: Vec<_> = (candidate.further.iter())
            .map(|r| (r.time_s, &r.picks))
            .chain([(first.time_s, &first.picks)])
            .collect();
        drift = velocity(site, episode, first, &rounds, LEAST_SIGNIFICANCE)?;
        found = Some(candidate);
    }
    found
}

/// All further rounds, in order of time: those that repeat the pattern of `first`, then before and after them those that repeat that of
/// the earliest and the latest, and so on. Paths change from place to place, so that a round far on is more like its neighbour than like the first.
fn chain(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    first: &Hypothesis,
    drift: Drift,
) -> Vec<PatternRound> {
    let least = (2 * first.n_heard()).div_ceil(3).max(LEAST_REPEATED);
    let from = |end: &Hypothesis| {
        let mut more = further_rounds(site, episode, taken, end, drift);
        more.retain(|round| {
            let n_heard = round.picks.iter().flatten().count();
            n_heard >= least && louder_db(episode, &round.picks, &first.picks) > LEAST_LOUDER_DB
        });
        more
    };
    let mut found = from(first);
    for is_later in [true, false] {
        loop {
            let end = match is_later {
                true => found.last().filter(|r| r.time_s > first.time_s),
                false => found.first().filter(|r| r.time_s < first.time_s),
            };
            let Some(end) = end else { break };
            let end = Hypothesis {
                position: drift.from(first.position, end.time_s - first.time_s),
                time_s: end.time_s,
                evidence: end.evidence,
                picks: end.picks.clone(),
            };
            let mut more = from(&end);
            more.retain(|round| match is_later {
                true => round.time_s > end.time_s + CLOSEST_S,
                false => round.time_s < end.time_s - CLOSEST_S,
            });
            if more.is_empty() {
                break;
            }
            found.extend(more);
            found.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        }
    }
    found
}

/// By how much a round is louder than another, the mean of the sensors that heard both, dB.
fn louder_db(episode: &Episode, one: &[Option<usize>], other: &[Option<usize>]) -> f64 {
    let level = |index: usize| episode.picks()[index].peak_dbfs;
    let both = (one.iter().zip(other)).filter_map(|(a, b)| Some(level((*a)?) - level((*b)?)));
    let (sum, n) = both.fold((0.0, 0.0), |(sum, n), db| (sum + db, n + 1.0));
    if n > 0.0 { sum / n } else { f64::NEG_INFINITY }
}

/// The velocity that rounds tell, if it is significant.
fn velocity(
    site: &Site,
    episode: &Episode,
    first: &Hypothesis,
    rounds: &[(f64, &Vec<Option<usize>>)],
    least: f64,
) -> Option<Drift> {
    let mean_s = rounds.iter().map(|r| r.0).sum::<f64>() / rounds.len() as f64;
    let mut arrivals = Vec::new();
    for (k, (_, picks)) in rounds.iter().enumerate() {
        for (sensor, pick) in picks.iter().enumerate() {
            arrivals.extend(pick.map(|i| (k, sensor, episode.picks()[i].time_s - mean_s)));
        }
    }
    let heard = Heard {
        middle: first.position,
        fired_s: rounds.iter().map(|r| r.0 - mean_s).collect(),
        arrivals,
    };
    let told = heard.velocity(site, None)?;
    let [east_m_s, north_m_s] = told.motion.velocity_m_s;
    (east_m_s.hypot(north_m_s) < FASTEST_M_S && told.significance() >= least).then_some(Drift {
        velocity_m_s: [east_m_s, north_m_s],
    })
}
