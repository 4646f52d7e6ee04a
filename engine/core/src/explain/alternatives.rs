//! Other places that the arrival times allow.

use super::account::{Account, Verdict};
use super::asked::Asked;
use super::percent;
use super::setting::Setting;
use crate::geodesy::Enu;
use crate::sensor::SensorIdx;
use crate::solve::{Candidate, MAX_SENSORS, candidates};
use crate::units::Seconds;

/// Less probable places are not worth a line.
const LEAST: f64 = 0.01;
/// Places within so many standard deviations of the reported one are that one.
const SAME_SIGMAS: f64 = 3.0;
/// Learned paths move a place by less than this, metres.
const WITHIN_M: f64 = 30.0;
/// How often a sensor in a city reports an impulse of other origin near a shot, per second.
const CLUTTER_PER_S: f64 = 0.5;

/// What would have to be true of one arrival.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirement {
    /// The sensor that reported it.
    pub sensor: SensorIdx,
    /// `Some`: it would be an echo, late by this much. `None`: it would be the direct wave.
    pub late_by: Option<Seconds>,
}

/// Another place that the arrival times allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Where.
    pub position: Enu,
    /// Covariance of (east, north), square metres.
    pub covariance_m2: [[f64; 2]; 2],
    /// Probability against all places, the reported one too, by arrival times alone.
    pub probability: f64,
    /// Distance from the place reported, metres.
    pub distance_m: f64,
    /// Direction from there, degrees clockwise from north.
    pub azimuth_deg: f64,
    /// Arrivals that would have to be read otherwise; empty if the layout alone leaves two places.
    pub requires: Vec<Requirement>,
    /// All of it in a sentence.
    pub words: String,
}

/// The probability of the reported place, if the arrivals allow it, and the alternatives.
pub(super) fn of(setting: &Setting<'_>, accounts: &[Account]) -> (Option<f64>, Vec<Alternative>) {
    let heard = |early: bool| {
        let of = |v: Verdict| match v {
            Verdict::Used | Verdict::Late => true,
            Verdict::Early => early,
            Verdict::OtherRound(_)
            | Verdict::ShockWave
            | Verdict::Silent
            | Verdict::NotRecording => false,
        };
        let heard = accounts.iter().filter(|a| of(a.verdict));
        heard.collect::<Vec<&Account>>()
    };
    let (without, with) = (heard(false), heard(true));
    let mut found = readings(setting, &without);
    let n_early = with.len() - without.len();
    if n_early > 0 {
        // Either the early ones are other sounds, as reported, or one of them is the direct wave and
        // others are echoes.
        let chance = n_early as f64 * CLUTTER_PER_S.ln();
        for (candidate, _) in &mut found {
            candidate.log_evidence += chance;
        }
        found.extend(readings(setting, &with));
    }
    let best = found
        .iter()
        .map(|(c, _)| c.log_evidence)
        .fold(f64::NEG_INFINITY, f64::max);
    let weight = |c: &Candidate| (c.log_evidence - best).exp();
    let total: f64 = found.iter().map(|(c, _)| weight(c)).sum();
    let mut own = 0.0;
    let mut others: Vec<Alternative> = Vec::new();
    for (candidate, requires) in &found {
        let probability = weight(candidate) / total;
        if is_reported(setting, candidate) {
            own += probability;
            continue;
        }
        // The same place under another reading.
        let twin = others.iter_mut().find(|o| {
            let sum = sum(o.covariance_m2, candidate.covariance_m2);
            sigmas(o.position, candidate.position, sum) < SAME_SIGMAS
        });
        match twin {
            Some(twin) if twin.probability >= probability => twin.probability += probability,
            Some(twin) => {
                let both = twin.probability + probability;
                *twin = alternative(setting, candidate, requires.clone());
                twin.probability = both;
            }
            None => {
                let mut other = alternative(setting, candidate, requires.clone());
                other.probability = probability;
                others.push(other);
            }
        }
    }
    others.retain(|o| o.probability >= LEAST);
    others.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    for other in &mut others {
        other.words = words(setting, other);
    }
    ((own > 0.0).then_some(own), others)
}

/// Every place that these arrivals allow, and how each arrival would have to be read.
fn readings(setting: &Setting<'_>, heard: &[&Account]) -> Vec<(Candidate, Vec<Requirement>)> {
    let mut asked = Asked::new(setting, heard);
    let place = setting.shot.position;
    if setting.paths.is_some() {
        asked.take_paths(setting, place, None);
    }
    // Too few or on one line: there is nothing to search, and the summary says so.
    let blind = candidates(&asked.problem(), &asked.settings).unwrap_or_default();
    if setting.paths.is_none() {
        return (blind.into_iter())
            .map(|c| (c, requires(setting, heard, &asked, &c)))
            .collect();
    }
    // What was learned depends on the place: each place is weighed under the paths from there.
    let guesses = blind.iter().map(|c| c.position).chain([place]);
    let mut found: Vec<(Candidate, Vec<Requirement>)> = Vec::new();
    for guess in guesses {
        asked.take_paths(setting, guess, setting.learned_from(guess).as_ref());
        let there = candidates(&asked.problem(), &asked.settings).unwrap_or_default();
        let away_m = |c: &Candidate| c.position.horizontal_distance_m(guess);
        let nearest = (there.into_iter()).min_by(|a, b| away_m(a).total_cmp(&away_m(b)));
        if let Some(c) = nearest.filter(|c| away_m(c) < WITHIN_M)
            && !found.iter().any(|(other, _)| is_same(other, &c))
        {
            found.push((c, requires(setting, heard, &asked, &c)));
        }
    }
    found
}

/// What would have to be true of the arrivals if the shot was fired there.
fn requires(
    setting: &Setting<'_>,
    heard: &[&Account],
    asked: &Asked,
    candidate: &Candidate,
) -> Vec<Requirement> {
    let each = heard.iter().take(MAX_SENSORS).enumerate();
    each.filter_map(|(k, account)| {
        let was_used = account.verdict == Verdict::Used;
        let would_be = candidate.on_time(k);
        (was_used != would_be).then(|| {
            let sensor = setting.position(account.sensor);
            let straight_s = setting.medium.delay_s(candidate.position, sensor);
            let due_s = candidate.t0.0 + straight_s + asked.path_s(k);
            Requirement {
                sensor: account.sensor,
                late_by: was_used.then_some(Seconds(asked.arrivals[k].0 - due_s)),
            }
        })
    })
    .collect()
}

/// One place, found from two guesses?
fn is_same(a: &Candidate, b: &Candidate) -> bool {
    let both = sum(a.covariance_m2, b.covariance_m2);
    sigmas(a.position, b.position, both) < SAME_SIGMAS
}

fn sum(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    [0, 1].map(|i| [0, 1].map(|j| a[i][j] + b[i][j]))
}

/// Distance in standard deviations of `c`.
fn sigmas(a: Enu, b: Enu, c: [[f64; 2]; 2]) -> f64 {
    let (x, y) = (a.east_m - b.east_m, a.north_m - b.north_m);
    let form = c[1][1] * x * x - 2.0 * c[0][1] * x * y + c[0][0] * y * y;
    (form / (c[0][0] * c[1][1] - c[0][1] * c[0][1])).sqrt()
}

fn is_reported(setting: &Setting<'_>, candidate: &Candidate) -> bool {
    let both = sum(setting.shot.covariance_m2, candidate.covariance_m2);
    sigmas(setting.shot.position, candidate.position, both) < SAME_SIGMAS
}

fn alternative(
    setting: &Setting<'_>,
    candidate: &Candidate,
    requires: Vec<Requirement>,
) -> Alternative {
    let (from, to) = (setting.shot.position, candidate.position);
    let azimuth = (to.east_m - from.east_m).atan2(to.north_m - from.north_m);
    Alternative {
        position: to,
        covariance_m2: candidate.covariance_m2,
        probability: 0.0,
        distance_m: from.horizontal_distance_m(to),
        azimuth_deg: azimuth.to_degrees().rem_euclid(360.0),
        requires,
        words: String::new(),
    }
}

fn words(setting: &Setting<'_>, alternative: &Alternative) -> String {
    let needs: Vec<String> = alternative
        .requires
        .iter()
        .map(|need| {
            let name = setting.name(need.sensor);
            match need.late_by {
                Some(late) => format!("{name} heard an echo, {:.0} ms late", 1e3 * late.0),
                None => format!("what was set aside at {name} is the direct wave"),
            }
        })
        .collect();
    let needs = if needs.is_empty() {
        "the same arrivals fit there too: the layout of the sensors does not tell the places apart"
            .to_owned()
    } else {
        format!("if {}", needs.join(", "))
    };
    format!(
        "{:.0} m away at {:.0} deg, {}: {needs}",
        alternative.distance_m,
        alternative.azimuth_deg,
        percent(alternative.probability)
    )
}
