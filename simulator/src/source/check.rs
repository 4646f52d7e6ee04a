//! The shots of a scene: those listed, then the rounds of bursts.

use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::{Check, Height, SceneShot, SceneSpec, Site};
use crate::source::{Aim, BurstMode, BurstSpec, FIREARMS, Firearm, ShotSpec};

/// Slowest and fastest fire that may be called a rate, rounds per minute. Hand-held automatics
/// lie between 450 and 950.
const RATES_RPM: (f64, f64) = (30.0, 1_500.0);

/// Height of a muzzle above the ground if the scene gives none, metres.
const SHOULDER_M: f64 = 1.5;

/// What is fired and which way, written alike in shots and bursts.
struct Gun<'a> {
    firearm: &'a str,
    level_db_spl: Option<f64>,
    azimuth_deg: Option<f64>,
    elevation_deg: Option<f64>,
    bullet_speed_m_s: Option<f64>,
}

/// A gun after the checks.
struct CheckedGun {
    arm: &'static Firearm,
    level_db_spl: Option<f64>,
    aim: Option<Aim>,
    bullet_speed_m_s: f64,
}

impl ShotSpec {
    fn gun(&self) -> Gun<'_> {
        Gun {
            firearm: &self.firearm,
            level_db_spl: self.level_db_spl,
            azimuth_deg: self.azimuth_deg,
            elevation_deg: self.elevation_deg,
            bullet_speed_m_s: self.bullet_speed_m_s,
        }
    }
}

impl BurstSpec {
    fn gun(&self) -> Gun<'_> {
        Gun {
            firearm: &self.firearm,
            level_db_spl: self.level_db_spl,
            azimuth_deg: self.azimuth_deg,
            elevation_deg: self.elevation_deg,
            bullet_speed_m_s: self.bullet_speed_m_s,
        }
    }
}

impl Check<'_> {
    pub(crate) fn shots(
        &self,
        spec: &SceneSpec,
        site: Site<'_>,
    ) -> Result<Vec<SceneShot>, SceneError> {
        let mut shots = Vec::new();
        for (index, shot) in spec.shot.iter().enumerate() {
            let field = format!("shot[{index}]");
            let gun = self.gun(&field, &shot.gun())?;
            let height = Height {
                up: shot.up,
                height_m: shot.height_m,
            };
            let position = self.muzzle(&field, [shot.east, shot.north], height, site)?;
            shots.push(self.shot(&field, spec.duration_s, shot.time_s, position, &gun)?);
        }
        for (index, burst) in spec.burst.iter().enumerate() {
            let field = format!("burst[{index}]");
            self.burst(spec, site, &field, ("", index), burst, &mut shots)?;
        }
        for (index, scatter) in spec.scatter.iter().enumerate() {
            self.scatter(spec, site, index, scatter, &mut shots)?;
        }
        Ok(shots)
    }

    /// Adds the rounds of a burst that is written at `field`; `stream` names the random numbers of
    /// its cadence.
    pub(super) fn burst(
        &self,
        spec: &SceneSpec,
        site: Site<'_>,
        field: &str,
        stream: (&str, usize),
        burst: &BurstSpec,
        shots: &mut Vec<SceneShot>,
    ) -> Result<(), SceneError> {
        let gun = self.gun(field, &burst.gun())?;
        let (turn, turn_deg) = (format!("{field}.turn_deg"), burst.turn_deg);
        self.range(&turn, turn_deg, -360.0, 360.0, "degrees")?;
        if turn_deg != 0.0 && gun.aim.is_none() {
            return self.pointless(&turn);
        }
        let (east_m_s, north_m_s) = burst.walk.map_or((0.0, 0.0), |w| (w.east_m_s, w.north_m_s));
        for (key, value) in [("east_m_s", east_m_s), ("north_m_s", north_m_s)] {
            // As fast as a car.
            let name = format!("{field}.walk.{key}");
            self.range(name, value, -60.0, 60.0, "metres per second")?;
        }
        let (sigma, sigma_db) = (format!("{field}.level_sigma_db"), burst.level_sigma_db);
        self.range(&sigma, sigma_db, 0.0, 10.0, "decibels")?;
        let mut charge = Random::stream(spec.seed, Purpose::Ammunition, stream.0, stream.1);
        let after_s = self.cadence(field, burst, gun.arm, spec.seed, stream)?;
        let last_s = after_s.last().copied().unwrap_or(0.0);
        for after_s in after_s {
            let turned = if last_s > 0.0 { after_s / last_s } else { 0.0 };
            let place = [
                burst.east + east_m_s * after_s,
                burst.north + north_m_s * after_s,
            ];
            let height = Height {
                up: burst.up,
                height_m: burst.height_m,
            };
            let position = self.muzzle(field, place, height, site)?;
            let time_s = burst.time_s + after_s;
            let mut shot = self.shot(field, spec.duration_s, time_s, position, &gun)?;
            shot.aim = gun.aim.map(|aim| aim.turned(turn_deg * turned));
            shot.blast.peak_pa *= 10f64.powf(burst.level_sigma_db * charge.normal() / 20.0);
            shots.push(shot);
        }
        Ok(())
    }

    /// Where a muzzle is: in the open.
    fn muzzle(
        &self,
        field: &str,
        [east, north]: [f64; 2],
        height: Height,
        site: Site<'_>,
    ) -> Result<Point, SceneError> {
        let below_up_m = site.ground_up_m(east, north);
        let up = self.up_m(field, height, below_up_m, SHOULDER_M)?;
        let position = Point { east, north, up };
        self.point(field, position)?;
        self.open(field, site, position)?;
        Ok(position)
    }

    /// Seconds after the first round at which each round of a burst goes off.
    fn cadence(
        &self,
        field: &str,
        burst: &BurstSpec,
        arm: &Firearm,
        seed: u64,
        stream: (&str, usize),
    ) -> Result<Vec<f64>, SceneError> {
        let name = |key: &str| format!("{field}.{key}");
        let spread_s = burst.interval_spread_s;
        self.range(name("rounds"), burst.rounds as f64, 1.0, 10_000.0, "rounds")?;
        let mean_s = match (burst.interval_s, burst.rate_rpm, burst.mode) {
            (Some(interval_s), None, None) => {
                self.range(name("interval_s"), interval_s, 1e-3, 1e5, "seconds")?;
                interval_s
            }
            (None, Some(rate_rpm), None) => {
                let (low, high) = RATES_RPM;
                self.range(name("rate_rpm"), rate_rpm, low, high, "rounds per minute")?;
                60.0 / rate_rpm
            }
            (None, None, Some(BurstMode::Auto)) => match arm.cyclic_rpm {
                Some(rate_rpm) => 60.0 / rate_rpm,
                None => return self.no_automatic(name("mode"), arm),
            },
            _ => {
                let remedy = "give exactly one of interval_s, rate_rpm and mode = \"auto\"";
                let problem = "the time between rounds is missing or given twice";
                return self.refuse(field, problem, remedy);
            }
        };
        self.range(name("interval_spread_s"), spread_s, 0.0, mean_s, "seconds")?;
        let mut random = Random::stream(seed, Purpose::Cadence, stream.0, stream.1);
        let mut after_s = 0.0;
        let mut all_s = vec![after_s];
        for _ in 1..burst.rounds {
            after_s += mean_s + spread_s * random.between(-1.0, 1.0);
            all_s.push(after_s);
        }
        Ok(all_s)
    }

    fn gun(&self, field: &str, gun: &Gun<'_>) -> Result<CheckedGun, SceneError> {
        let name = |key: &str| format!("{field}.{key}");
        let Some(arm) = Firearm::by_name(gun.firearm) else {
            let known: Vec<&str> = FIREARMS.iter().map(|firearm| firearm.name).collect();
            let problem = format!("`{}` is unknown", gun.firearm);
            let remedy = format!("use one of {}", known.join(", "));
            return self.refuse(name("firearm"), problem, remedy);
        };
        if let Some(level) = gun.level_db_spl {
            self.level(name("level_db_spl"), level)?;
        }
        if let Some(elevation_deg) = gun.elevation_deg {
            self.range(name("elevation_deg"), elevation_deg, -90.0, 90.0, "degrees")?;
        }
        if let Some(speed_m_s) = gun.bullet_speed_m_s {
            let (field, unit) = (name("bullet_speed_m_s"), "metres per second");
            self.range(field, speed_m_s, 10.0, 2_000.0, unit)?;
        }
        let aim = match gun.azimuth_deg {
            Some(azimuth_deg) => {
                self.range(name("azimuth_deg"), azimuth_deg, -360.0, 360.0, "degrees")?;
                Some(Aim::new(azimuth_deg, gun.elevation_deg.unwrap_or(0.0)))
            }
            None if gun.elevation_deg.is_some() => return self.pointless(&name("elevation_deg")),
            None if gun.bullet_speed_m_s.is_some() => {
                return self.pointless(&name("bullet_speed_m_s"));
            }
            None => None,
        };
        Ok(CheckedGun {
            arm,
            level_db_spl: gun.level_db_spl,
            aim,
            bullet_speed_m_s: gun.bullet_speed_m_s.unwrap_or(arm.muzzle_speed_m_s),
        })
    }

    fn shot(
        &self,
        field: &str,
        duration_s: f64,
        time_s: f64,
        position: Point,
        gun: &CheckedGun,
    ) -> Result<SceneShot, SceneError> {
        if !(0.0..duration_s).contains(&time_s) {
            let problem = format!("a shot at {time_s} s is outside the recording");
            let remedy = format!("keep it from 0 to {duration_s} s or raise duration_s");
            return self.refuse(format!("{field}.time_s"), problem, remedy);
        }
        Ok(SceneShot {
            time_s,
            position,
            firearm: gun.arm.name,
            arm: gun.arm,
            blast: gun.arm.blast(gun.level_db_spl),
            aim: gun.aim,
            bullet_speed_m_s: gun.bullet_speed_m_s,
            place_idx: 0,
        })
    }

    /// A key that means something only for a barrel that points somewhere.
    fn pointless<T>(&self, field: &str) -> Result<T, SceneError> {
        let problem = "has no effect on a barrel that points nowhere";
        self.refuse(field, problem, "give azimuth_deg too, or leave it out")
    }

    fn no_automatic<T>(&self, field: String, arm: &Firearm) -> Result<T, SceneError> {
        let automatic: Vec<&str> = FIREARMS
            .iter()
            .filter(|firearm| firearm.cyclic_rpm.is_some())
            .map(|firearm| firearm.name)
            .collect();
        let problem = format!("`{}` does not fire by itself", arm.name);
        let remedy = format!(
            "give interval_s or rate_rpm, or use one of {}",
            automatic.join(", ")
        );
        self.refuse(field, problem, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    const SENSOR: &str = "[[sensor]]\nid = \"A\"\neast = 500.0\nnorth = 0.0\nup = 5.0\n";

    fn scene(gun: &str) -> Result<Scene, SceneError> {
        Scene::from_toml(&format!("{SENSOR}{gun}"), "guns.toml")
    }

    fn burst(keys: &str) -> String {
        format!("[[burst]]\ntime_s = 1.0\nrounds = 5\neast = 0.0\nnorth = 0.0\n{keys}")
    }

    #[test]
    fn what_guns_cannot_do_is_refused_with_a_remedy() {
        let shot = |keys: &str| format!("[[shot]]\ntime_s = 1.0\neast = 0.0\nnorth = 0.0\n{keys}");
        let cases = [
            (burst(""), vec!["burst[0]", "exactly one", "rate_rpm"]),
            (
                burst("interval_s = 0.1\nrate_rpm = 600.0"),
                vec!["burst[0]", "given twice", "exactly one"],
            ),
            (
                burst("rate_rpm = -600.0"),
                vec!["burst[0].rate_rpm", "30 to 1500 rounds per minute"],
            ),
            (burst("rate_rpm = 0.0"), vec!["burst[0].rate_rpm"]),
            (burst("rate_rpm = nan"), vec!["burst[0].rate_rpm"]),
            (
                burst("mode = \"auto\"\nfirearm = \".38\""),
                vec!["burst[0].mode", "`.38`", "interval_s", "7.62x39"],
            ),
            (
                burst("mode = \"auto\"\nfirearm = \"musket\""),
                vec!["burst[0].firearm", "musket"],
            ),
            (
                burst("mode = \"auto\"\ninterval_spread_s = 0.2"),
                vec!["burst[0].interval_spread_s"],
            ),
            (
                burst("rate_rpm = 600.0\nwalk = { east_m_s = 99.0 }"),
                vec!["burst[0].walk.east_m_s", "metres per second"],
            ),
            (
                burst("rate_rpm = 600.0\nturn_deg = 30.0"),
                vec!["burst[0].turn_deg", "azimuth_deg"],
            ),
            (burst("mode = \"semi\""), vec!["mode", "auto"]),
            (
                shot("azimuth_deg = 400.0"),
                vec!["shot[0].azimuth_deg", "-360 to 360 degrees"],
            ),
            (
                shot("azimuth_deg = 0.0\nelevation_deg = 91.0"),
                vec!["shot[0].elevation_deg"],
            ),
            (
                shot("elevation_deg = 10.0"),
                vec!["shot[0].elevation_deg", "azimuth_deg"],
            ),
            (
                shot("bullet_speed_m_s = 900.0"),
                vec!["shot[0].bullet_speed_m_s", "azimuth_deg"],
            ),
            (
                shot("azimuth_deg = 0.0\nbullet_speed_m_s = -1.0"),
                vec!["shot[0].bullet_speed_m_s", "10 to 2000"],
            ),
        ];
        for (text, fragments) in cases {
            let message = scene(&text).expect_err(&text).to_string();
            for fragment in fragments {
                assert!(message.contains(fragment), "no {fragment:?} in: {message}");
            }
        }
    }

    #[test]
    fn a_rate_and_the_trigger_held_set_the_interval() {
        // 600 rounds per minute are 0.1 s; the table gives the 7.62x39 the same rate.
        for keys in [
            "rate_rpm = 600.0",
            "interval_s = 0.1",
            "mode = \"auto\"\nfirearm = \"7.62x39\"",
        ] {
            let scene = scene(&burst(keys)).expect(keys);
            for (round, shot) in scene.shots().iter().enumerate() {
                let expected_s = 1.0 + 0.1 * round as f64;
                assert!((shot.time_s - expected_s).abs() < 1e-12, "{keys}");
            }
        }
    }

    #[test]
    fn a_shooter_walks_and_turns_evenly_in_time() {
        // Five rounds in 0.4 s: at 2 m/s northwards the last is 0.8 m on, and 40 degrees further.
        let keys = "rate_rpm = 600.0\nwalk = { north_m_s = 2.0 }\nazimuth_deg = 350.0\n\
                    turn_deg = 40.0\nfirearm = \"5.56\"";
        let scene = scene(&burst(keys)).expect(keys);
        for (round, shot) in scene.shots().iter().enumerate() {
            let share = round as f64 / 4.0;
            assert!((shot.position.north - 0.8 * share).abs() < 1e-12);
            let aim = shot.aim.expect("it has an azimuth");
            let expected_deg = (350.0 + 40.0 * share).rem_euclid(360.0);
            assert!((aim.azimuth_deg - expected_deg).abs() < 1e-9);
            assert_eq!(shot.place_idx, round);
        }
    }

    #[test]
    fn a_barrel_that_points_nowhere_sounds_alike_all_round() {
        let scene = scene(&burst("interval_s = 0.3\nfirearm = \".223\"")).expect("legal");
        let shot = &scene.shots()[0];
        assert!(shot.aim.is_none() && shot.bullet().is_none());
        assert_eq!(shot.gain_towards([0.0, 1.0, 0.0]), 1.0);
    }
}
