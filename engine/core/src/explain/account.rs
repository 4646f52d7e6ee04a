//! What became of each sensor, in words with numbers in them.

use super::hearing::{headwind_m_s, probability};
use super::influence::{Influence, Shift};
use super::percent;
use super::setting::Setting;
use crate::incident::{ArrivalStatus, Incident, ShotArrival};
use crate::sensor::SensorIdx;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// An onset within so many standard deviations of another round's time is that round's.
const OF_ROUND_SIGMAS: f64 = 3.0;

/// An arrival within so many standard deviations fits the place.
const USUAL_SIGMAS: f64 = 3.0;

/// What a sensor had to do with a shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its arrival is the direct wave and placed the shot.
    Used,
    /// It heard something later than the direct wave: an echo of this shot, or another sound.
    Late,
    /// It heard something before any direct wave could have come.
    Early,
    /// What it heard is the direct wave of another round of the incident, counted from 1.
    OtherRound(usize),
    /// What it heard is the shock wave of the bullet, which comes before the blast.
    ShockWave,
    /// It was recording and reported nothing.
    Silent,
    /// It was not recording then.
    NotRecording,
}

impl Verdict {
    /// The word used in every output.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Late => "late",
            Self::Early => "early",
            Self::OtherRound(_) => "other_round",
            Self::ShockWave => "shock_wave",
            Self::Silent => "silent",
            Self::NotRecording => "not_recording",
        }
    }
}

/// One sensor's part in a shot, with what was expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Which sensor.
    pub sensor: SensorIdx,
    /// What it had to do with the shot.
    pub verdict: Verdict,
    /// Its distance from the place reported, metres.
    pub range_m: f64,
    /// When the direct wave was due.
    pub expected: Timestamp,
    /// What was heard less what was expected, if anything was heard.
    pub residual: Option<Seconds>,
    /// Standard deviation of a direct arrival about the expected time.
    pub sigma: Seconds,
    /// Share of the fit's weight; 0 unless used.
    pub weight: f64,
    /// Probability that such a sensor reports such a shot.
    pub hearing: f64,
    /// Where the place moves without it, if it was used and enough others are left.
    pub without: Option<Shift>,
    /// All of it in a sentence.
    pub words: String,
}

/// An account for every sensor of the array.
pub(super) fn of_all(
    setting: &Setting<'_>,
    incident: &Incident,
    round: usize,
    influence: &Influence,
) -> Vec<Account> {
    (0..setting.array.sensors().len())
        .map(|k| {
            let sensor = SensorIdx(k);
            let arrivals = &setting.shot.arrivals;
            match arrivals.iter().position(|a| a.sensor == sensor) {
                Some(at) => {
                    let arrival = &arrivals[at];
                    let verdict = verdict(setting, incident, round, arrival);
                    let (weight, without) = (influence.weights[at], influence.without[at]);
                    account(setting, sensor, verdict, Some(arrival), weight, without)
                }
                None => account(setting, sensor, Verdict::NotRecording, None, 0.0, None),
            }
        })
        .collect()
}

fn verdict(
    setting: &Setting<'_>,
    incident: &Incident,
    round: usize,
    arrival: &ShotArrival,
) -> Verdict {
    match (arrival.status, arrival.residual) {
        (ArrivalStatus::Used, _) => Verdict::Used,
        (ArrivalStatus::Missing, _) | (ArrivalStatus::Rejected, None) => Verdict::Silent,
        (ArrivalStatus::Rejected, Some(residual)) => {
            let limit_s = OF_ROUND_SIGMAS * setting.sigma_s(arrival.sensor);
            let other = incident.shots.iter().enumerate().find(|(k, shot)| {
                let learned = setting.learned_from(shot.position);
                let due_s = setting.delay_from_s(shot.position, arrival.sensor, learned.as_ref());
                *k != round && (arrival.time.since(shot.time).0 - due_s).abs() < limit_s
            });
            match other {
                Some((k, _)) => Verdict::OtherRound(k + 1),
                None if residual.0 < 0.0 && setting.shot.trajectory.is_some() => Verdict::ShockWave,
                None if residual.0 < 0.0 => Verdict::Early,
                None => Verdict::Late,
            }
        }
    }
}

fn account(
    setting: &Setting<'_>,
    sensor: SensorIdx,
    verdict: Verdict,
    arrival: Option<&ShotArrival>,
    weight: f64,
    without: Option<Shift>,
) -> Account {
    let (hearing, by_levels) = probability(setting, sensor);
    let mut account = Account {
        sensor,
        verdict,
        range_m: setting.shot.position.distance_m(setting.position(sensor)),
        expected: setting.shot.time + Seconds(setting.delay_s(sensor)),
        residual: arrival.and_then(|a| a.residual),
        sigma: Seconds(setting.sigma_s(sensor)),
        weight,
        hearing,
        without,
        words: String::new(),
    };
    account.words = words(setting, &account, by_levels);
    account
}

fn words(setting: &Setting<'_>, account: &Account, by_levels: bool) -> String {
    let range = format!("{:.0} m away", account.range_m);
    let residual_s = account.residual.map_or(0.0, |r| r.0);
    let (off_ms, spread_ms) = (1e3 * residual_s.abs(), 1e3 * account.sigma.0);
    let sigmas = off_ms / spread_ms;
    match account.verdict {
        Verdict::Used => {
            let side = if residual_s < 0.0 { "before" } else { "after" };
            let moves = account.without.map_or_else(String::new, |without| {
                format!("; without it the place moves {:.1} m", without.length_m())
            });
            format!(
                "{range}, heard the shot {off_ms:.1} ms {side} the direct wave was due, where {spread_ms:.1} ms \
                 is usual; {} of the weight{moves}",
                percent(account.weight)
            )
        }
        Verdict::Late | Verdict::Early if sigmas < USUAL_SIGMAS => {
            let side = if residual_s < 0.0 { "before" } else { "after" };
            format!(
                "{range}, heard something {off_ms:.0} ms {side} the direct wave was due, which would fit, but was \
                 taken for another sound"
            )
        }
        Verdict::Late => format!(
            "{range}, heard something {off_ms:.0} ms after the direct wave was due, {sigmas:.0} times what \
             is usual: an echo or another sound"
        ),
        Verdict::Early => format!(
            "{range}, heard something {off_ms:.0} ms before the direct wave was due, {sigmas:.0} times what is usual, \
             and no way is shorter than the straight one: another sound"
        ),
        Verdict::ShockWave => format!(
            "{range}, heard only the shock wave of the bullet, {off_ms:.0} ms before the blast was due"
        ),
        Verdict::OtherRound(k) => {
            format!("{range}, reported at that time only the direct wave of round {k}")
        }
        Verdict::Silent => {
            let basis = if by_levels {
                "by the levels of the others"
            } else {
                "at this range"
            };
            let mut words = format!(
                "{range}, was recording and reported nothing; {basis} it would hear {} of such shots",
                percent(account.hearing)
            );
            if let Some(wind) = headwind_m_s(setting, account.sensor) {
                words += &format!(
                    ", less behind the shadow of the wind, {wind:.1} m/s against the sound"
                );
            } else if account.hearing > 0.8 {
                words += ": something stood between, or it was loud there";
            }
            words
        }
        Verdict::NotRecording => format!("{range}, was not recording"),
    }
}
