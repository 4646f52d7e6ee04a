//! Bursts out of an episode, the most evident first.

use rayon::prelude::*;

use super::burst::{PatternRound, further_rounds};
use super::episode::Episode;
use super::search::{Hypothesis, as_round, hypotheses};
use super::site::Site;
use crate::locate::fit::{Fix, fit};

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
    let mut bursts = Vec::new();
    while let Some(burst) = best_burst(site, episode, &taken) {
        for index in burst.explains(episode) {
            taken[index] = true;
        }
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

fn best_burst(site: &Site, episode: &Episode, taken: &[bool]) -> Option<Burst> {
    let anchors: Vec<usize> = (0..episode.picks().len())
        .filter(|&i| !taken[i] && episode.picks()[i].snr_db >= site.settings.anchor_snr_db)
        .collect();
    let mut all: Vec<Hypothesis> = anchors
        .into_par_iter()
        .flat_map_iter(|anchor| hypotheses(site, episode, taken, anchor))
        .collect();
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
    all.retain(|h| h.evidence > most - EVIDENCE_SPAN);
    all.truncate(MAX_EXTENDED);
    // A mixture of two rounds can look as good as one true round, but only true rounds repeat.
    let (first, further) = all
        .into_iter()
        .map(|first| {
            let further = further_rounds(site, episode, taken, &first);
            (first, further)
        })
        .max_by(|a, b| total(&a.0, &a.1).total_cmp(&total(&b.0, &b.1)))?;
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
    let fix = fit(&observed, first.position, &site.assumptions()).ok()?;
    Some(Burst {
        rounds: rounds.into_iter().map(|(_, r)| r).collect(),
        fix,
    })
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
