//! Why a shot is where it is: what each sensor contributed, what the place hangs on, and where else
//! it could be.
//!
//! A prosecutor and a defence expert must be able to follow a fix arrival by arrival. [`explain`]
//! takes nothing but what was published of a shot (times, status, air), the array, the settings and the path
//! terms, so that it can be repeated years later, whatever found the shot:
//!
//! - every sensor with its [`Verdict`], the probability that it would have heard the shot
//!   (`hearing`), and words with numbers in them;
//! - how far the place moves when one sensor is left out (`influence`);
//! - every other place that the arrival times allow, with its probability and what would have to be
//!   true of the arrivals (`alternatives`).

mod account;
mod alternatives;
mod asked;
mod hearing;
mod influence;
mod setting;

pub use account::{Account, Verdict};
pub use alternatives::{Alternative, Requirement};
pub use influence::Shift;

use crate::incident::{ArrivalStatus, Incident};
use crate::paths::PathTerms;
use crate::sensor::Array;
use crate::settings::Settings;
use crate::solve::{ProbabilityMap, probability_map};

use self::setting::Setting;

/// The account of one shot.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Every sensor of the array in its order, those that were not recording too.
    pub accounts: Vec<Account>,
    /// Index into `accounts` of the sensor whose leaving out moves the place most.
    pub most_influential: Option<usize>,
    /// Probability of the reported place against the alternatives, by arrival times alone. `None` where
    /// these cannot be solved without what else was known, such as the other rounds.
    pub probability: Option<f64>,
    /// Other places, the most probable first.
    pub alternatives: Vec<Alternative>,
    /// The whole in a few sentences.
    pub summary: Vec<String>,
}

/// Explains round `round` (from 0) of `incident`, or nothing if it has no such round.
///
/// `array`, `settings` and `paths`, if there were any, are those the shot was located with.
pub fn explain(
    incident: &Incident,
    round: usize,
    array: &Array,
    settings: &Settings,
    paths: Option<&PathTerms>,
) -> Option<Explanation> {
    let shot = incident.shots.get(round)?;
    let setting = Setting::new(shot, array, settings, paths);
    let influence = influence::of_each(&setting);
    let accounts = account::of_all(&setting, incident, round, &influence);
    let most_influential = accounts
        .iter()
        .enumerate()
        .filter_map(|(k, account)| Some((k, account.without?.length_m())))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(k, _)| k);
    let (probability, alternatives) = alternatives::of(&setting, &accounts);
    let summary = summary(
        &setting,
        &accounts,
        most_influential,
        probability,
        &alternatives,
    );
    Some(Explanation {
        accounts,
        most_influential,
        probability,
        alternatives,
        summary,
    })
}

/// The probability map of round `round` (from 0) of `incident`, where its ellipse does not tell the place well.
///
/// From the arrivals that were used or are late; what came early belongs to other sounds.
/// Nothing for a place in the midst of many sensors, which the ellipse tells, and
/// where the arrival times alone cannot be solved.
pub fn map_of(
    incident: &Incident,
    round: usize,
    array: &Array,
    settings: &Settings,
    paths: Option<&PathTerms>,
) -> Option<ProbabilityMap> {
    /// An ellipse this small against the way of the sound is not bent ...
    const SMALL: f64 = 0.05;
    /// ... and with so many arrivals there is no second place.
    const MANY: usize = 8;
    /// The ellipse reported must hold this much of the map.
    const AT_LEAST: f64 = 0.85;
    let shot = incident.shots.get(round)?;
    let setting = Setting::new(shot, array, settings, paths);
    let used = shot
        .arrivals
        .iter()
        .filter(|a| a.status == ArrivalStatus::Used);
    let ranges_m = used.map(|a| shot.position.distance_m(setting.position(a.sensor)));
    let nearest_m = ranges_m.fold(f64::INFINITY, f64::min);
    if shot.n_used() >= MANY && shot.ellipse95.semi_major_m < SMALL * nearest_m {
        return None;
    }
    let nothing = influence::Influence::none(shot.arrivals.len());
    let accounts = account::of_all(&setting, incident, round, &nothing);
    let heard: Vec<&Account> = accounts
        .iter()
        .filter(|a| matches!(a.verdict, Verdict::Used | Verdict::Late))
        .collect();
    let asked = asked::Asked::new(&setting, &heard);
    // Learned delays are those from the place reported, all over the map.
    let map = probability_map(&asked.problem(), &asked.settings).ok()?;
    let told =
        map.is_ellipse() && map.within_ellipse95(shot.position, shot.covariance_m2) > AT_LEAST;
    (!told).then_some(map)
}

fn summary(
    setting: &Setting<'_>,
    accounts: &[Account],
    most_influential: Option<usize>,
    probability: Option<f64>,
    alternatives: &[Alternative],
) -> Vec<String> {
    let shot = setting.shot;
    let used = shot.n_used();
    let rejected = with_status(setting, ArrivalStatus::Rejected);
    let silent = with_status(setting, ArrivalStatus::Missing);
    let mut sentences = vec![format!(
        "Of {} recording, {used} placed the shot, {rejected} heard something else near the time, {silent} nothing.",
        count(shot.arrivals.len(), "sensor")
    )];
    if let Some(most) = most_influential.map(|k| &accounts[k])
        && let Some(without) = most.without
    {
        sentences.push(format!(
            "Leaving out any one sensor moves the place by {:.1} m at most ({}).",
            without.length_m(),
            setting.name(most.sensor)
        ));
    } else {
        sentences.push(format!(
            "With {} no sensor can be left out: nothing checks the place.",
            count(used, "arrival")
        ));
    }
    match (probability, alternatives.first()) {
        (Some(own), Some(first)) => sentences.push(format!(
            "By arrival times alone the place reported has {}, and {} other {}; the next is {:.0} m \
             away with {}.",
            percent(own),
            alternatives.len(),
            if alternatives.len() == 1 { "place is possible" } else { "places are possible" },
            first.distance_m,
            percent(first.probability),
        )),
        (Some(_), None) => {
            sentences.push("The arrival times allow no other place.".to_owned());
        }
        (None, Some(first)) => sentences.push(format!(
            "The arrival times of this round alone would place it {:.0} m away; other rounds, levels or silence \
             decided.",
            first.distance_m
        )),
        (None, None) => sentences.push(format!(
            "{} cannot be searched for other places.",
            count(used, "arrival")
        )),
    }
    sentences
}

fn with_status(setting: &Setting<'_>, status: ArrivalStatus) -> usize {
    let arrivals = setting.shot.arrivals.iter();
    arrivals.filter(|a| a.status == status).count()
}

/// `1 sensor`, `3 sensors`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A probability in percent; certainty is not claimed.
fn percent(probability: f64) -> String {
    let percent = 100.0 * probability;
    if percent > 99.0 {
        "over 99 %".to_owned()
    } else if percent < 1.0 {
        "under 1 %".to_owned()
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests;
