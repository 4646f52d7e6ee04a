//! Shots whose sensors heard a bullet pass before the blast: located anew with both.

use crate::geodesy::Enu;
use crate::incident::{ArrivalStatus, Shot, ShotArrival, Trajectory};
use crate::locate::{HeightPrior, SensorModel, ellipse95};
use crate::onset::Onset;
use crate::sensor::{Array, SensorIdx};
use crate::settings::Settings;
use crate::solve::{Air, Bullet, Heard, RifleFix, RifleProblem, Wave, locate_rifle};
use crate::timestamp::Timestamp;
use crate::travel::Medium;
use crate::units::Seconds;

/// A shock wave is at most this fraction of the blast's way ahead of it: `1 - c / v` at 1200 m/s.
const MOST_LEAD: f64 = 0.72;
/// Onsets of a sensor that are weighed, the strongest.
const MOST_ONSETS: usize = 6;
/// After the blast is due, seconds: a late blast.
const AFTER_S: f64 = 0.08;
/// An onset this much before the blast, in standard deviations, is a forerunner.
const FORERUNNER_SIGMAS: f64 = 3.0;
/// Fewest sensors with a shock wave on time for a bullet to be reported ...
const FEWEST: usize = 3;
/// ... and least log likelihood that the shock waves add against other sounds.
const LEAST_EVIDENCE: f64 = 8.0;
/// Standard deviation of a direction of fire that is told, degrees, at most. Automatic fire mixes the waves of
/// rounds 75 ms apart and leaves it open.
const SURE_DEG: f64 = 5.0;
/// The refitted place lies within so many standard deviations, and metres beyond, of the shot's.
const SAME_SIGMAS: f64 = 5.0;
const SAME_M: f64 = 30.0;

/// Refits each of the rounds of a burst that shows a bullet, and says where that went.
pub(crate) fn look_for_bullets(
    shots: &mut [Shot],
    array: &Array,
    settings: &Settings,
    onsets: &[&Onset],
) {
    let height = HeightPrior::new(array, settings.source_up_m);
    let rounds: Vec<(Timestamp, Enu)> = shots.iter().map(|s| (s.time, s.position)).collect();
    for (k, shot) in shots.iter_mut().enumerate() {
        let other: Vec<(Timestamp, Enu)> = (rounds.iter().enumerate())
            .filter(|(other, _)| *other != k)
            .map(|(_, round)| *round)
            .collect();
        let scene = Scene {
            array,
            settings,
            medium: Medium::of(&shot.atmosphere),
            shot: &*shot,
        };
        if let Some((fix, heard)) = scene.refit(&height, &other, onsets) {
            let trajectory = trajectory(&fix);
            let arrivals = scene.arrivals(&fix, &heard);
            shot.position = fix.position;
            shot.covariance_m2 = fix.covariance_m2;
            shot.ellipse95 = ellipse95(fix.covariance_m2);
            shot.time = shot.time + fix.t0;
            shot.time_sigma = fix.t0_sigma;
            shot.arrivals = arrivals;
            shot.trajectory = Some(trajectory);
        }
    }
}

fn trajectory(fix: &RifleFix) -> Trajectory {
    Trajectory {
        azimuth_deg: fix.azimuth_deg.mean,
        azimuth_sigma_deg: fix.azimuth_deg.sigma,
        speed_m_s: fix.speed_m_s.mean,
        speed_sigma_m_s: fix.speed_m_s.sigma,
        shock_waves: on_time(&fix.shocks),
    }
}

fn on_time(waves: &[Option<Wave>]) -> usize {
    waves.iter().flatten().filter(|w| w.on_time > 0.5).count()
}

/// What a sensor heard about the time of a shot.
struct SensorHeard<'a> {
    sensor: SensorIdx,
    onsets: Vec<&'a Onset>,
    /// After the time of firing first found.
    times: Vec<Seconds>,
    sigma: Seconds,
}

struct Scene<'a> {
    array: &'a Array,
    settings: &'a Settings,
    medium: Medium,
    shot: &'a Shot,
}

impl Scene<'_> {
    fn position(&self, sensor: SensorIdx) -> Enu {
        self.array.sensor(sensor).position
    }

    fn sigma_s(&self, sensor: SensorIdx, delay_s: f64) -> f64 {
        SensorModel::of(self.array.sensor(sensor), self.medium.speed_m_s)
            .arrival_sigma_s(delay_s, self.settings)
    }

    /// The fix with shock waves, if enough sensors show one.
    fn refit<'a>(
        &self,
        height: &HeightPrior,
        other_rounds: &[(Timestamp, Enu)],
        onsets: &[&'a Onset],
    ) -> Option<(RifleFix, Vec<SensorHeard<'a>>)> {
        let heard = self.heard(other_rounds, onsets);
        let forerunners = heard.iter().filter(|h| {
            let due_s = self
                .medium
                .delay_s(self.shot.position, self.position(h.sensor));
            let limit_s = due_s - FORERUNNER_SIGMAS * h.sigma.0;
            h.times.iter().any(|t| t.0 < limit_s)
        });
        if forerunners.count() < FEWEST {
            return None;
        }
        let sensors: Vec<Heard<'_>> = heard
            .iter()
            .map(|h| Heard {
                position: self.position(h.sensor),
                onsets: &h.times,
                sigma: h.sigma,
            })
            .collect();
        let place = self.shot.position;
        let fix = locate_rifle(&RifleProblem {
            sensors: &sensors,
            up_m: height.at(place.east_m, place.north_m),
            air: Air::of(&self.shot.atmosphere),
            bullet: Bullet::default(),
        })
        .ok()?;
        let wide_m = (self.shot.covariance_m2[0][0] + self.shot.covariance_m2[1][1]).sqrt();
        let near = fix.position.horizontal_distance_m(place) < SAME_M + SAME_SIGMAS * wide_m;
        let bullet = on_time(&fix.shocks) >= FEWEST && fix.shock_evidence > LEAST_EVIDENCE;
        let sure = fix.azimuth_deg.sigma < SURE_DEG && on_time(&fix.blasts) >= FEWEST;
        (near && bullet && sure).then_some((fix, heard))
    }

    /// What each sensor heard between the earliest shock wave and the latest blast, but for what
    /// other rounds explain.
    fn heard<'a>(
        &self,
        other_rounds: &[(Timestamp, Enu)],
        onsets: &[&'a Onset],
    ) -> Vec<SensorHeard<'a>> {
        let each = (0..self.array.sensors().len()).map(SensorIdx);
        each.filter_map(|sensor| {
            let place = self.position(sensor);
            let delay_s = self.medium.delay_s(self.shot.position, place);
            let sigma_s = self.sigma_s(sensor, delay_s);
            let lead_s = MOST_LEAD * delay_s + FORERUNNER_SIGMAS * sigma_s;
            let window = delay_s - lead_s..delay_s + AFTER_S;
            let after_s = |o: &Onset| o.time.since(self.shot.time).0;
            let of_other = |o: &Onset| {
                other_rounds.iter().any(|(fired, from)| {
                    let due_s = self.medium.delay_s(*from, place);
                    (o.time.since(*fired).0 - due_s).abs() < 2.0 * sigma_s
                })
            };
            let mut near: Vec<&Onset> = onsets
                .iter()
                .copied()
                .filter(|o| o.sensor == sensor && window.contains(&after_s(o)))
                // What fits this round best is not given to another.
                .filter(|o| (after_s(o) - delay_s).abs() < 2.0 * sigma_s || !of_other(o))
                .collect();
            near.sort_by(|a, b| b.snr_db.total_cmp(&a.snr_db).then(a.time.cmp(&b.time)));
            near.truncate(MOST_ONSETS);
            near.sort_by_key(|o| o.time);
            (!near.is_empty()).then(|| SensorHeard {
                sensor,
                times: near.iter().map(|o| Seconds(after_s(o))).collect(),
                onsets: near,
                sigma: Seconds(sigma_s),
            })
        })
        .collect()
    }

    /// The part of every sensor that was recording, as the new fix has it.
    fn arrivals(&self, fix: &RifleFix, heard: &[SensorHeard<'_>]) -> Vec<ShotArrival> {
        let fired = self.shot.time + fix.t0;
        let each = self.shot.arrivals.iter().map(|old| {
            let delay_s = self.medium.delay_s(fix.position, self.position(old.sensor));
            let missing = |reason: String| ShotArrival {
                sensor: old.sensor,
                time: fired + Seconds(delay_s),
                residual: None,
                status: ArrivalStatus::Missing,
                reason,
                level_db_spl: None,
            };
            let Some(k) = heard.iter().position(|h| h.sensor == old.sensor) else {
                return missing("nothing heard that fits blast or shock wave".to_owned());
            };
            let arrival = |wave: &Wave, residual: Seconds, status, reason: String| ShotArrival {
                sensor: old.sensor,
                time: heard[k].onsets[wave.onset].time,
                residual: Some(residual),
                status,
                reason,
                level_db_spl: heard[k].onsets[wave.onset].level_db_spl,
            };
            let time_s = |wave: &Wave| heard[k].times[wave.onset].0;
            match (&fix.blasts[k], &fix.shocks[k]) {
                (Some(blast), shock) if blast.on_time > 0.5 => {
                    let reason = shock.as_ref().map_or_else(
                        || "muzzle blast".to_owned(),
                        |shock| {
                            let lead_ms = 1e3 * (time_s(blast) - time_s(shock));
                            format!("muzzle blast; shock wave of the bullet {lead_ms:.0} ms before it")
                        },
                    );
                    arrival(blast, blast.residual, ArrivalStatus::Used, reason)
                }
                (Some(blast), _) => {
                    let reason = format!(
                        "{:.0} ms late: an echo whose direct wave was not heard",
                        1e3 * blast.residual.0
                    );
                    arrival(blast, blast.residual, ArrivalStatus::Rejected, reason)
                }
                (None, Some(shock)) => {
                    let early = Seconds(time_s(shock) - fix.t0.0 - delay_s);
                    let reason = format!(
                        "shock wave of the bullet, {:.0} ms before the blast, which was not heard; it \
                         took part in the fix as such",
                        -1e3 * early.0
                    );
                    arrival(shock, early, ArrivalStatus::Rejected, reason)
                }
                (None, None) => missing("nothing heard that fits blast or shock wave".to_owned()),
            }
        });
        each.collect()
    }
}
