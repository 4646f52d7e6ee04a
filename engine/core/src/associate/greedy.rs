//! Bursts out of an episode, the most evident first.

use rayon::prelude::*;

use super::burst::{PatternRound, further_rounds};
use super::episode::Episode;
use super::moving::follow;
use super::search::{Hypothesis, as_round, hypotheses, search_reach_s};
use super::site::Site;
use crate::locate::fit::{Fix, fit};
use crate::locate::{Assumptions, Drift};

/// A burst from one place.
#[derive(Clone, Debug)]
pub struct Burst {
    /// The rounds in order of time.
    pub rounds: Vec<BurstRound>,
    /// Where and when, in the order of `rounds`.
    pub fix: Fix,
}

/// One round of a burst.
#[derive(Clone, Debug)]
pub struct BurstRound {
    /// Log likelihood ratio against clutter.
    pub evidence: f64,
    /// By sensor: index of the onset into the episode's picks.
    pub picks: Vec<Option<usize>>,
}

/// Echoes of a round are heard for this long, seconds.
const ECHO_S: f64 = 2.5;
/// Onsets nearer than this belong to one sound, however loud, seconds.
const SAME_S: f64 = 0.05;

/// Finds the bursts of an episode, in order of time. Deterministic: the same picks in any order,
/// on any number of threads, give the same bursts.
pub fn associate(site: &Site, episode: &Episode) -> Vec<Burst> {
    let mut taken = vec![false; episode.picks().len()];
    let mut anchors = Anchors::new(episode.picks().len());
    let mut bursts = Vec::new();
    loop {
        anchors.search(site, episode, &taken);
        let Some(burst) = best_burst(site, episode, &taken, anchors.hypotheses()) else {
            break;
        };
        let explained = burst.explains(episode);
        for &index in &explained {
            taken[index] = true;
        }
        anchors.forget(site, episode, &explained);
        bursts.push(burst);
    }
    bursts.sort_by(|a, b| a.fix.times_s[0].total_cmp(&b.fix.times_s[0]));
    bursts
}

impl Burst {
    /// Indices of the onsets the burst accounts for: its arrivals and what follows each, no louder,
    /// as its echoes.
    pub fn explains(&self, episode: &Episode) -> Vec<usize> {
        let mut explained = Vec::new();
        for &index in self
            .rounds
            .iter()
            .flat_map(|round| round.picks.iter().flatten())
        {
            let direct = episode.picks()[index];
            let near = episode.between(
                direct.sensor,
                direct.time_s - SAME_S,
                direct.time_s + ECHO_S,
            );
            // What is louder than the shot is another sound, such as a second shooter nearby.
            explained.extend(near.iter().filter(|&&i| {
                let other = episode.picks()[i];
                other.time_s <= direct.time_s + SAME_S || other.peak_dbfs <= direct.peak_dbfs
            }));
        }
        explained.sort_unstable();
        explained.dedup();
        explained
    }
}

/// Hypotheses this far below the most evident one are still extended to bursts: rounds decide.
const EVIDENCE_SPAN: f64 = 12.0;
/// Hypotheses that are extended, at most.
const MAX_EXTENDED: usize = 24;

/// The hypotheses of each anchor, kept until an onset they may rest on is taken.
struct Anchors {
    /// By onset; `None`: to be searched, if it is strong and free.
    found: Vec<Option<Vec<Hypothesis>>>,
}

impl Anchors {
    fn new(n_picks: usize) -> Self {
        Self {
            found: vec![None; n_picks],
        }
    }

    /// Searches from every strong, free onset that has not been searched.
    fn search(&mut self, site: &Site, episode: &Episode, taken: &[bool]) {
        let found: Vec<(usize, Vec<Hypothesis>)> = (0..self.found.len())
            .into_par_iter()
            .filter(|&i| {
                let is_strong = episode.picks()[i].snr_db >= site.settings.anchor_snr_db;
                self.found[i].is_none() && is_strong && !taken[i]
            })
            .map(|i| (i, hypotheses(site, episode, taken, i)))
            .collect();
        for (anchor, hypotheses) in found {
            self.found[anchor] = Some(hypotheses);
        }
    }

    /// Forgets what may have rested on the onsets `taken_now`, which are in order of time.
    fn forget(&mut self, site: &Site, episode: &Episode, taken_now: &[usize]) {
        let reach_s = search_reach_s(site);
        let time_s = |i: usize| episode.picks()[i].time_s;
        for (anchor, found) in self.found.iter_mut().enumerate() {
            let first = taken_now.partition_point(|&i| time_s(i) < time_s(anchor) - reach_s);
            if taken_now
                .get(first)
                .is_some_and(|&i| time_s(i) <= time_s(anchor) + reach_s)
            {
                *found = None;
            }
        }
    }

    fn hypotheses(&self) -> Vec<Hypothesis> {
        self.found.iter().flatten().flatten().cloned().collect()
    }
}

fn best_burst(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    mut all: Vec<Hypothesis>,
) -> Option<Burst> {
    // Several anchors of one shot lead to the same fit: keep one of each.
    all.sort_by(|a, b| {
        b.evidence
            .total_cmp(&a.evidence)
            .then(a.time_s.total_cmp(&b.time_s))
    });
    all.dedup_by(|a, b| a.picks == b.picks);
    // A fix that checks itself goes before one that does not, whatever their evidence.
    if all.iter().any(|h| h.n_heard() >= site.settings.min_sensors) {
        all.retain(|h| h.n_heard() >= site.settings.min_sensors);
    }
    let most = all.first()?.evidence;
    let evident = all.iter().filter(|h| h.evidence > most - EVIDENCE_SPAN);
    // A mixture of two rounds can look as good as one true round, but only true rounds repeat.
    let candidates: Vec<Candidate> = evident
        .take(MAX_EXTENDED)
        .map(|first| {
            let further = further_rounds(site, episode, taken, first, Drift::STILL);
            Candidate::new(first.clone(), further, Drift::STILL)
        })
        // Three arrivals fix a place without checking it: three unrelated bangs would do. That the
        // same delays come again is the check.
        .filter(|c| c.first.n_heard() >= site.settings.min_sensors || !c.further.is_empty())
        .collect();
    let still = candidates
        .iter()
        .max_by(|a, b| a.total.total_cmp(&b.total))?;
    let best = follow(site, episode, taken, still, &all).unwrap_or_else(|| still.clone());
    let doubt = doubt(&best, &candidates);
    let assumptions = Assumptions {
        drift: best.drift,
        ..site.assumptions()
    };
    let Candidate { first, further, .. } = best;
    let mut rounds: Vec<(f64, BurstRound)> = further
        .into_iter()
        .map(|r| {
            (
                r.time_s,
                BurstRound {
                    evidence: r.evidence,
                    picks: r.picks,
                },
            )
        })
        .collect();
    rounds.push((
        first.time_s,
        BurstRound {
            evidence: first.evidence,
            picks: first.picks,
        },
    ));
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let observed: Vec<_> = rounds
        .iter()
        .map(|(time_s, r)| as_round(episode, &r.picks, *time_s))
        .collect();
    let start = (assumptions.drift).from(first.position, rounds[0].0 - first.time_s);
    let mut fix = fit(&observed, start, &assumptions).ok()?;
    fix.shift(doubt.shift_m, &observed, &assumptions);
    fix.widen(doubt.spread_m2);
    Some(Burst {
        rounds: rounds.into_iter().map(|(_, r)| r).collect(),
        fix,
    })
}

/// A supposed shot with the rounds that repeat it from a source that goes on steadily.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) first: Hypothesis,
    pub(super) further: Vec<PatternRound>,
    drift: Drift,
    /// Evidence of all together.
    pub(super) total: f64,
}

impl Candidate {
    pub(super) fn new(first: Hypothesis, further: Vec<PatternRound>, drift: Drift) -> Self {
        Self {
            total: total(&first, &further),
            first,
            further,
            drift,
        }
    }

    /// Evidence of all rounds, each for as much as it is. That says how a source of one place moves, not which place it is.
    pub(super) fn whole_evidence(&self) -> f64 {
        let further = self.further.iter().map(|r| r.evidence);
        self.first.evidence + further.sum::<f64>()
    }
}

/// What other readings of the same sounds make of the best one.
struct Doubt {
    /// From the best place to the mean of the readings near it (east, north), metres.
    shift_m: [f64; 2],
    /// Second moment of all readings about that mean, square metres.
    spread_m2: [[f64; 2]; 2],
}

/// Weighs all readings that exclude the best one by their evidence.
///
/// With few sensors an echo can fit as well as the direct wave. Readings that share an onset
/// exclude each other, so their evidence is a posterior. The mean of those near the best is a
/// better place than any of them; the second moment of all is the variance that a single optimum hides.
fn doubt(best: &Candidate, candidates: &[Candidate]) -> Doubt {
    /// Readings farther apart are different places, not one uncertain place, metres.
    const SAME_PLACE_M: f64 = 60.0;
    let excludes = |other: &Candidate| {
        let own = best
            .further
            .iter()
            .map(|r| &r.picks)
            .chain([&best.first.picks]);
        own.flat_map(|picks| picks.iter().zip(&other.first.picks))
            .any(|(a, b)| a.is_some() && a == b)
    };
    let readings: Vec<(f64, [f64; 2])> = candidates
        .iter()
        .filter(|c| excludes(c))
        .map(|c| {
            let (here, there) = (best.first.position, c.first.position);
            let offset_m = [there.east_m - here.east_m, there.north_m - here.north_m];
            ((c.total - best.total).exp(), offset_m)
        })
        .collect();
    let mean = |axis: usize| {
        let near = || {
            readings
                .iter()
                .filter(|(_, d)| d[0].hypot(d[1]) <= SAME_PLACE_M)
        };
        near().map(|(w, d)| w * d[axis]).sum::<f64>() / near().map(|(w, _)| w).sum::<f64>()
    };
    let shift_m = [mean(0), mean(1)];
    let total: f64 = readings.iter().map(|(w, _)| w).sum();
    let moment = |a: usize, b: usize| {
        readings
            .iter()
            .map(|(w, d)| w * (d[a] - shift_m[a]) * (d[b] - shift_m[b]))
            .sum::<f64>()
            / total
    };
    Doubt {
        shift_m,
        spread_m2: [[moment(0, 0), moment(0, 1)], [moment(1, 0), moment(1, 1)]],
    }
}

/// Evidence of a burst. What says where it is, is the first round, heard in quiet; that it repeats,
/// counts, but not how loudly: an echo repeats as loudly as a direct wave.
fn total(first: &Hypothesis, further: &[PatternRound]) -> f64 {
    const MOST_PER_ROUND: f64 = 12.0;
    first.evidence
        + further
            .iter()
            .map(|r| r.evidence.min(MOST_PER_ROUND))
            .sum::<f64>()
}
