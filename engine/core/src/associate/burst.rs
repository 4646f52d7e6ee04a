//! Further rounds of a located shot: the same delays, shifted by the cadence.

use super::episode::{Company, Episode, Pick};
use super::evidence;
use super::search::Hypothesis;
use super::site::Site;
use crate::geodesy::Enu;
use crate::hearing::fall_db;
use crate::locate::Drift;

/// One round found by its pattern.
#[derive(Clone, Debug)]
pub(super) struct PatternRound {
    pub(super) time_s: f64,
    pub(super) evidence: f64,
    pub(super) picks: Vec<Option<usize>>,
}

/// Two rounds of one weapon are at least this far apart: 1 200 rounds a minute.
pub(super) const CLOSEST_S: f64 = 0.05;
/// A further round needs this much evidence of its own ...
const MIN_EVIDENCE: f64 = 3.0;
/// ... and this many sensors; the pattern itself is already known from more.
const MIN_HEARD: usize = 2;
/// ... and this share of those that heard the first: as loud a sound at the same place is not lost
/// to most of them, where shock waves of a bullet fit a pattern at a few.
const MIN_SHARE: f64 = 0.5;
/// A repeated arrival is looked for so near its time, seconds.
const WITHIN_S: f64 = 0.03;
/// Spread of the level of one weapon at one sensor from round to round, dB.
const LEVEL_SIGMA_DB: f64 = 3.0;

/// All rounds that repeat the pattern of `first` from a source that moves at `drift`, in order of time; `first` itself is not
/// among them.
///
/// A path's delay is constant, so against the first round an arrival scatters only by the jitter
/// of 1 to 2 ms, not by the 8 ms of a position fit, and its level repeats too. That is what
/// tells a second round from an echo of the first, which comes later on each sensor by a different
/// time and weaker.
pub(super) fn further_rounds(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    first: &Hypothesis,
    drift: Drift,
) -> Vec<PatternRound> {
    let pattern = Pattern::new(site, episode, first, drift);
    let mut candidates: Vec<PatternRound> = Vec::new();
    for index in first.picks.iter().flatten() {
        let reference = episode.picks()[*index];
        let reach_s = 20.0 * site.settings.burst_gap_s;
        for &other in episode.between(
            reference.sensor,
            reference.time_s - reach_s,
            reference.time_s + reach_s,
        ) {
            let shift_s = episode.picks()[other].time_s - reference.time_s;
            if taken[other] || shift_s.abs() < CLOSEST_S {
                continue;
            }
            let shift_s = pattern.fired_after_s(site, reference.sensor, shift_s);
            let round = pattern.at(site, episode, taken, first.time_s + shift_s);
            let n_heard = round.picks.iter().flatten().count();
            // The sensor that heard the first round best hears the others too, unless its own
            // echoes cover them; then others must make up for it.
            let enough = if round.picks[pattern.loudest].is_some() {
                MIN_HEARD
            } else {
                MIN_HEARD + 1
            };
            let is_heard =
                n_heard >= enough && n_heard as f64 >= (MIN_SHARE * first.n_heard() as f64).floor();
            if round.evidence >= MIN_EVIDENCE && is_heard {
                candidates.push(round);
            }
        }
    }
    candidates.sort_by(|a, b| {
        b.evidence
            .total_cmp(&a.evidence)
            .then(a.time_s.total_cmp(&b.time_s))
    });
    let mut rounds: Vec<PatternRound> = Vec::new();
    for candidate in candidates {
        let shares_a_pick = |r: &PatternRound| {
            r.picks
                .iter()
                .zip(&candidate.picks)
                .any(|(a, b)| a.is_some() && a == b)
        };
        if !rounds
            .iter()
            .any(|r| (r.time_s - candidate.time_s).abs() < CLOSEST_S || shares_a_pick(r))
        {
            rounds.push(candidate);
        }
    }
    rounds.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    keep_connected(rounds, first.time_s, site.settings.burst_gap_s)
}

/// Drops rounds that no chain of gaps up to `gap_s` connects with the round at `first_s`.
fn keep_connected(rounds: Vec<PatternRound>, first_s: f64, gap_s: f64) -> Vec<PatternRound> {
    let mut latest_s = first_s;
    let after: Vec<f64> = rounds
        .iter()
        .map(|r| r.time_s)
        .filter(|&t| t > first_s)
        .take_while(|&t| {
            let near = t - latest_s <= gap_s;
            latest_s = t;
            near
        })
        .collect();
    let mut earliest_s = first_s;
    let before: Vec<f64> = rounds
        .iter()
        .rev()
        .map(|r| r.time_s)
        .filter(|&t| t < first_s)
        .take_while(|&t| {
            let near = earliest_s - t <= gap_s;
            earliest_s = t;
            near
        })
        .collect();
    rounds
        .into_iter()
        .filter(|r| after.contains(&r.time_s) || before.contains(&r.time_s))
        .collect()
}

/// Delays and levels of the first round.
#[derive(Clone)]
struct Pattern {
    /// Where and when it was fired, and how the source moves from there.
    place: Enu,
    time_s: f64,
    drift: Drift,
    /// By sensor: delay after the firing, seconds, and the onset it was read from.
    heard: Vec<Option<(f64, Pick)>>,
    /// By sensor: predicted delay where nothing was heard.
    predicted_s: Vec<f64>,
    /// Spread of what paths change by as the source moves, seconds.
    change_s: f64,
    /// The sensor with the highest SNR.
    loudest: usize,
}

impl Pattern {
    fn new(site: &Site, episode: &Episode, first: &Hypothesis, drift: Drift) -> Self {
        let heard: Vec<_> = first
            .picks
            .iter()
            .map(|pick| {
                pick.map(|i| {
                    let pick = episode.picks()[i];
                    (pick.time_s - first.time_s, pick)
                })
            })
            .collect();
        let loudest = heard
            .iter()
            .enumerate()
            .filter_map(|(sensor, h)| h.map(|(_, pick)| (sensor, pick.snr_db)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(0, |(sensor, _)| sensor);
        let predicted_s = site
            .sensors
            .iter()
            .map(|s| site.medium.delay_s(first.position, s.position))
            .collect();
        Self {
            place: first.position,
            time_s: first.time_s,
            drift,
            heard,
            predicted_s,
            change_s: 0.0,
            loudest,
        }
    }

    /// How long after the first a round was fired that `sensor` hears `later_s` after it.
    fn fired_after_s(&self, site: &Site, sensor: usize, later_s: f64) -> f64 {
        if self.drift.is_still() {
            return later_s;
        }
        let there = site.sensors[sensor].position;
        let before_s = site.medium.delay_s(self.place, there);
        // The source is slow beside sound: each pass takes off nine tenths of the error and more.
        (0..4).fold(later_s, |after_s, _| {
            let place = self.drift.from(self.place, after_s);
            later_s - (site.medium.delay_s(place, there) - before_s)
        })
    }

    /// The pattern of a round `after_s` later, as far as the source has gone by then.
    fn moved(&self, site: &Site, after_s: f64) -> Self {
        let place = self.drift.from(self.place, after_s);
        let mut moved = self.clone();
        moved.change_s = self.drift.change_s(after_s, site.settings.path_sigma_s);
        for (sensor, there) in site.sensors.iter().enumerate() {
            let delay_s = site.medium.delay_s(place, there.position);
            moved.predicted_s[sensor] = delay_s;
            if let Some((heard_s, pick)) = &mut moved.heard[sensor] {
                *heard_s += delay_s - self.predicted_s[sensor];
                let range_m = |from: Enu| from.distance_m(there.position).max(1.0);
                pick.peak_dbfs += fall_db(range_m(self.place)) - fall_db(range_m(place));
            }
        }
        moved
    }

    /// What the sensors say of a round fired at `time_s`.
    fn at(&self, site: &Site, episode: &Episode, taken: &[bool], time_s: f64) -> PatternRound {
        if self.drift.is_still() {
            return self.here(site, episode, taken, time_s);
        }
        self.moved(site, time_s - self.time_s)
            .here(site, episode, taken, time_s)
    }

    /// The same of a round fired where the pattern holds.
    fn here(&self, site: &Site, episode: &Episode, taken: &[bool], time_s: f64) -> PatternRound {
        let settings = &site.settings;
        let mut total = 0.0;
        let mut picks = vec![None; self.heard.len()];
        for (sensor, pick) in picks.iter_mut().enumerate() {
            let delay_s = self.predicted_s[sensor];
            let (score, index) = match self.heard[sensor] {
                None => {
                    let sigma_s = site.arrival_sigma_s(sensor, delay_s);
                    evidence::of_sensor(
                        episode,
                        taken,
                        sensor,
                        time_s + delay_s,
                        delay_s,
                        sigma_s,
                        settings,
                    )
                }
                Some((heard_s, reference)) => {
                    self.repeated(episode, taken, &reference, time_s + heard_s, delay_s, site)
                }
            };
            total += score;
            *pick = index;
        }
        // The anchor's own time was chosen to fit, which the other sensors refine.
        let shifts: Vec<f64> = picks
            .iter()
            .zip(&self.heard)
            .filter_map(|(pick, heard)| {
                let (heard_s, _) = (*heard)?;
                Some(episode.picks()[(*pick)?].time_s - heard_s)
            })
            .collect();
        let time_s = if shifts.is_empty() {
            time_s
        } else {
            shifts.iter().sum::<f64>() / shifts.len() as f64
        };
        PatternRound {
            time_s,
            evidence: total,
            picks,
        }
    }

    /// Evidence of a sensor that heard the first round as `reference`.
    fn repeated(
        &self,
        episode: &Episode,
        taken: &[bool],
        reference: &Pick,
        predicted_s: f64,
        delay_s: f64,
        site: &Site,
    ) -> (f64, Option<usize>) {
        let settings = &site.settings;
        // Two onsets, each with its jitter.
        let sigma_s = (settings.jitter_sigma_s.hypot(reference.sigma_s)) * std::f64::consts::SQRT_2;
        let sigma_s = sigma_s.hypot(self.change_s);
        let reach_s = WITHIN_S.max(4.0 * self.change_s);
        let silence = if episode.is_covered(reference.sensor, predicted_s) {
            evidence::of_silence(delay_s)
        } else {
            0.0
        };
        episode
            .between(
                reference.sensor,
                predicted_s - reach_s,
                predicted_s + reach_s,
            )
            .iter()
            .filter(|&&i| !taken[i])
            .map(|&i| {
                let pick = &episode.picks()[i];
                let timing = evidence::of_pick(
                    pick,
                    // A later round is in the wake of the first by its nature.
                    Company {
                        in_wake: true,
                        ..episode.company(i)
                    },
                    pick.time_s - predicted_s,
                    sigma_s.hypot(pick.sigma_s),
                    delay_s,
                    settings,
                );
                let level = if reference.clipped && pick.clipped {
                    0.0
                } else {
                    ((pick.peak_dbfs - reference.peak_dbfs) / LEVEL_SIGMA_DB)
                        .powi(2)
                        .min(16.0)
                };
                (timing - 0.5 * level, Some(i))
            })
            .fold(
                (silence, None),
                |best, next| if next.0 > best.0 { next } else { best },
            )
    }
}
