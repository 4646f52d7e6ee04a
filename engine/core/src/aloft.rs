//! Was a source on the ground or in the air?
//!
//! With sensors near one plane the height of a source changes its arrival times by `h^2 / 2r`, which place and time of
//! firing take in but for what differs from sensor to sensor: that is much within a few heights of it and nothing far away.
//! So the arrivals are solved twice, with a prior of the height near the ground and with one of the air, and the log
//! of the likelihood ratio of the two says which it was. Late arrivals count as they do in any solution: one
//! sensor in the shadow of a house is explained by that, two that agree on a height are not.

use crate::arrivals::Arrivals;
use crate::associate::{Burst, Episode, Site};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::solve::{Dimensions, Problem, Settings, solve};
use crate::units::Seconds;

/// Where shells burst and aircraft fly low, metres over the ground; half of the prior is within 37 m of its mean.
const AIR_M: Uncertain = Uncertain::new(120.0, 55.0);
/// Four arrivals fix a place and a time and leave nothing for a height.
pub const LEAST_ARRIVALS: usize = 5;

/// Log odds from which a height is told: e^5 against the twentieth of all sources that may be aloft.
const TOLD: f64 = 5.0;
/// The sensors that hear it first know its height; more only take time.
const MOST_ARRIVALS: usize = 24;

/// What arrival times say of a height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aloft {
    /// Height over the ground if it was aloft, metres.
    pub over_ground_m: Uncertain,
    /// Log of the likelihood of the arrivals from the air over that from the ground.
    pub log_odds: f64,
}

impl Aloft {
    /// Of arrivals with what is known of the air and the sensors; `ground` is the height of a source on the ground, and the
    /// problem's own prior of the height does not count. `None` with fewer than [`LEAST_ARRIVALS`], or where either is no
    /// solvable problem.
    pub fn of(problem: &Problem<'_>, ground: Uncertain) -> Option<Self> {
        let n = problem.sensors.len();
        if n < LEAST_ARRIVALS || problem.arrivals.len() != n {
            return None;
        }
        let near = nearest(problem);
        let sensors: Vec<Enu> = near.iter().map(|&k| problem.sensors[k]).collect();
        let arrivals: Vec<Seconds> = near.iter().map(|&k| problem.arrivals[k]).collect();
        let paths: Vec<Uncertain> = (near.iter())
            .filter_map(|&k| problem.paths.get(k).copied())
            .collect();
        let with = |up: Uncertain| {
            let problem = Problem {
                sensors: &sensors,
                arrivals: &arrivals,
                paths: &paths,
                dimensions: Dimensions::Three,
                up_m: Some(up),
                ..*problem
            };
            solve(&problem, &Settings::default()).ok()
        };
        let below = with(ground)?;
        let above = with(Uncertain::new(
            ground.mean + AIR_M.mean,
            ground.sigma.hypot(AIR_M.sigma),
        ))?;
        Some(Self {
            over_ground_m: Uncertain::new(
                above.position.up_m - ground.mean,
                above.covariance_m2[2][2].max(0.0).sqrt(),
            ),
            log_odds: above.log_evidence - below.log_evidence,
        })
    }

    /// Round `k` of a burst, as far as the arrivals tell that it was aloft.
    pub(crate) fn of_round(
        site: &Site,
        burst: &Burst,
        k: usize,
        episode: &Episode,
    ) -> Option<Self> {
        let chosen = burst.rounds[k].picks.iter().enumerate();
        let heard: Vec<(usize, f64)> = chosen
            .filter_map(|(sensor, pick)| {
                let time_s = episode.picks()[(*pick)?].time_s;
                Some((sensor, time_s - burst.fix.times_s[k]))
            })
            .collect();
        let at = burst.fix.positions[k];
        let arrivals = Arrivals::new(site, at, &heard);
        let told = Self::of(&arrivals.problem(), site.height.at(at.east_m, at.north_m))?;
        told.is_told().then_some(told)
    }

    /// Do the arrivals tell that it was aloft? Of 1 754 shots in streets of simulated cities none did, nor of 179 of live fire
    /// (`cargo test -p shotfix-benches --test aloft`), so that with one source in twenty aloft it is right 7 times in 8.
    pub fn is_told(&self) -> bool {
        self.log_odds > TOLD
    }

    /// `124 +- 14 m over the ground: a shell, an aircraft or a high window`.
    pub fn words(&self) -> String {
        format!(
            "{:.0} +- {:.0} m over the ground: a shell, an aircraft or a high window",
            self.over_ground_m.mean, self.over_ground_m.sigma
        )
    }
}

/// The first arrivals, in the order of the problem.
fn nearest(problem: &Problem<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.sensors.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |k: usize| (problem.arrivals[k].0, problem.sensors[k]);
        let ((t, s), (u, r)) = (key(a), key(b));
        (t.total_cmp(&u))
            .then(s.east_m.total_cmp(&r.east_m))
            .then(s.north_m.total_cmp(&r.north_m))
    });
    order.truncate(MOST_ARRIVALS);
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atmosphere::Wind;
    use crate::solve::Air;

    /// Sensors on roofs of differing height, 150 to 400 m about the middle.
    fn sensors() -> Vec<Enu> {
        (0..9)
            .map(|k| {
                let (turn, range_m) = (0.7 * f64::from(k), 150.0 + 31.0 * f64::from(k));
                let up_m = 6.0 + f64::from(k * 5 % 17);
                Enu::new(range_m * turn.cos(), range_m * turn.sin(), up_m)
            })
            .collect()
    }

    fn problem<'a>(sensors: &'a [Enu], arrivals: &'a [Seconds]) -> Problem<'a> {
        Problem {
            sensors,
            arrivals,
            sigma: Seconds(0.008),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: Air {
                speed_m_s: Uncertain::new(340.0, 0.5),
                wind: Wind::default(),
            },
            up_m: None,
            paths: &[],
        }
    }

    fn told(source: Enu, late_s: impl Fn(usize) -> f64) -> Aloft {
        let sensors = sensors();
        let arrivals: Vec<Seconds> = (sensors.iter().enumerate())
            .map(|(k, s)| Seconds(source.distance_m(*s) / 340.0 + late_s(k)))
            .collect();
        Aloft::of(&problem(&sensors, &arrivals), Uncertain::new(1.5, 10.0)).unwrap()
    }

    #[test]
    fn a_shell_is_aloft_and_a_shot_behind_a_house_is_not() {
        let shell = told(Enu::new(30.0, -20.0, 140.0), |_| 0.0);
        assert!(shell.is_told(), "{shell:?}");
        // Its height over the muzzle at 1.5 m, within three sigmas and those within a third of it.
        let off_m = (shell.over_ground_m.mean - 138.5).abs();
        assert!(off_m < 3.0 * shell.over_ground_m.sigma && shell.over_ground_m.sigma < 46.0);
        let shot = Enu::new(30.0, -20.0, 1.5);
        assert!(told(shot, |_| 0.0).log_odds < 0.0);
        // A house before the nearest sensor, and another before the farthest.
        let hidden = told(shot, |k| if k == 0 || k == 8 { 0.04 } else { 0.0 });
        assert!(!hidden.is_told(), "{hidden:?}");
    }

    #[test]
    fn four_arrivals_tell_no_height() {
        let sensors = sensors();
        let problem = problem(&sensors[..4], &[Seconds(0.5); 4]);
        assert_eq!(Aloft::of(&problem, Uncertain::new(1.5, 10.0)), None);
    }
}
