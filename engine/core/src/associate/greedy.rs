//! Bursts out of an episode, the most evident first.

use super::burst::further_rounds;
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

/// Finds the bursts of an episode. Deterministic: the same picks in any order give the same bursts.
pub fn associate(site: &Site, episode: &Episode) -> Vec<Burst> {
    let mut taken = vec![false; episode.picks().len()];
    let mut bursts = Vec::new();
    while let Some(burst) = best_burst(site, episode, &taken) {
        explain(episode, &burst, &mut taken);
        bursts.push(burst);
    }
    bursts.sort_by(|a, b| a.fix.times_s[0].total_cmp(&b.fix.times_s[0]));
    bursts
}

fn best_burst(site: &Site, episode: &Episode, taken: &[bool]) -> Option<Burst> {
    let mut best: Option<(f64, Hypothesis)> = None;
    for (anchor, pick) in episode.picks().iter().enumerate() {
        if taken[anchor] || pick.snr_db < site.settings.anchor_snr_db {
            continue;
        }
        for hypothesis in hypotheses(site, episode, taken, anchor) {
            if best.as_ref().is_none_or(|b| hypothesis.evidence > b.0) {
                best = Some((hypothesis.evidence, hypothesis));
            }
        }
    }
    let (evidence, first) = best?;
    if evidence < site.settings.min_evidence {
        return None;
    }
    let mut rounds: Vec<(f64, BurstRound)> = further_rounds(site, episode, taken, &first)
        .into_iter()
        .map(|r| (r.time_s, BurstRound { evidence: r.evidence, picks: r.picks }))
        .collect();
    rounds.push((first.time_s, BurstRound { evidence: first.evidence, picks: first.picks }));
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let observed: Vec<_> =
        rounds.iter().map(|(time_s, r)| as_round(episode, &r.picks, *time_s)).collect();
    let fix = fit(&observed, first.position, &site.assumptions()).ok()?;
    Some(Burst { rounds: rounds.into_iter().map(|(_, r)| r).collect(), fix })
}

/// Marks the arrivals of a burst as taken, and what follows each as its echoes.
fn explain(episode: &Episode, burst: &Burst, taken: &mut [bool]) {
    for round in &burst.rounds {
        for &index in round.picks.iter().flatten() {
            taken[index] = true;
            let direct = episode.picks()[index];
            for &later in episode.between(direct.sensor, direct.time_s - 0.05, direct.time_s + ECHO_S) {
                taken[later] = true;
            }
        }
    }
}
