//! Shooters whose places the scene draws.

use serde::Deserialize;

use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::{Check, SceneShot, SceneSpec, Site};
use crate::source::{BurstMode, BurstSpec};

/// Places tried for one shooter: in a city that is built up to 99 % one is found with certainty,
/// for 0.99^2000 is 2e-9.
const TRIES: usize = 2_000;

/// Most shooters of one table.
const MOST_SHOOTERS: f64 = 100_000.0;

/// `[[scatter]]`: shooters at places drawn in the open, one after the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScatterSpec {
    /// How many places.
    pub shooters: usize,
    /// Seconds after the start at which the first one fires.
    pub time_s: f64,
    /// Seconds from one shooter's first round to the next one's.
    #[serde(default = "some_seconds")]
    pub every_s: f64,
    /// Side of the square about the origin within which they stand, metres.
    pub side_m: f64,
    /// Metres above the ground.
    #[serde(default = "shoulder_m")]
    pub height_m: f64,
    /// Names from [`FIREARMS`](crate::FIREARMS), in turn.
    #[serde(default = "pistols")]
    pub firearms: Vec<String>,
    /// Rounds of each.
    #[serde(default = "one")]
    pub rounds: usize,
    /// As in [`BurstSpec::interval_s`]; only for several rounds.
    pub interval_s: Option<f64>,
    /// As in [`BurstSpec::rate_rpm`].
    pub rate_rpm: Option<f64>,
    /// As in [`BurstSpec::mode`].
    pub mode: Option<BurstMode>,
    /// As in [`BurstSpec::interval_spread_s`].
    #[serde(default)]
    pub interval_spread_s: f64,
    /// As in [`BurstSpec::level_sigma_db`].
    #[serde(default)]
    pub level_sigma_db: f64,
    /// Whether barrels point somewhere, level and in a direction that is drawn.
    #[serde(default)]
    pub aimed: bool,
}

fn some_seconds() -> f64 {
    5.0
}

fn shoulder_m() -> f64 {
    1.5
}

fn pistols() -> Vec<String> {
    vec!["9mm".into()]
}

fn one() -> usize {
    1
}

impl Check<'_> {
    /// Adds the shots of `scatter[index]`. A shooter is the same whatever the number of them.
    pub(super) fn scatter(
        &self,
        spec: &SceneSpec,
        site: Site<'_>,
        index: usize,
        scatter: &ScatterSpec,
        shots: &mut Vec<SceneShot>,
    ) -> Result<(), SceneError> {
        let field = format!("scatter[{index}]");
        let name = |key: &str| format!("{field}.{key}");
        self.range(
            name("shooters"),
            scatter.shooters as f64,
            1.0,
            MOST_SHOOTERS,
            "shooters",
        )?;
        self.range(name("every_s"), scatter.every_s, 0.0, 1e6, "seconds")?;
        self.range(name("side_m"), scatter.side_m, 1.0, 50_000.0, "metres")?;
        self.range(name("height_m"), scatter.height_m, 0.0, 1e3, "metres")?;
        if scatter.firearms.is_empty() {
            let remedy = "name at least one, or leave the key out";
            return self.refuse(name("firearms"), "there are none", remedy);
        }
        for shooter in 0..scatter.shooters {
            let id = format!("shooters {index}");
            let mut random = Random::stream(spec.seed, Purpose::Placement, &id, shooter);
            let Some([east, north]) = place(scatter, site, &mut random) else {
                let problem = format!("no open place in {TRIES} tries");
                return self.refuse(name("side_m"), problem, "widen the square or empty_share");
            };
            let single = scatter.rounds == 1;
            let burst = BurstSpec {
                time_s: scatter.time_s + scatter.every_s * shooter as f64,
                rounds: scatter.rounds,
                // A single round has no time to the next; any will do.
                interval_s: if single {
                    Some(1.0)
                } else {
                    scatter.interval_s
                },
                rate_rpm: scatter.rate_rpm.filter(|_| !single),
                mode: scatter.mode.filter(|_| !single),
                interval_spread_s: scatter.interval_spread_s,
                east,
                north,
                up: None,
                height_m: Some(scatter.height_m),
                walk: None,
                firearm: scatter.firearms[shooter % scatter.firearms.len()].clone(),
                level_db_spl: None,
                level_sigma_db: scatter.level_sigma_db,
                azimuth_deg: scatter.aimed.then(|| random.between(0.0, 360.0)),
                elevation_deg: None,
                turn_deg: 0.0,
                bullet_speed_m_s: None,
            };
            self.burst(spec, site, &field, (&id, shooter), &burst, shots)?;
        }
        Ok(())
    }
}

/// East and north of a place in the open.
fn place(scatter: &ScatterSpec, site: Site<'_>, random: &mut Random) -> Option<[f64; 2]> {
    let half_m = 0.5 * scatter.side_m;
    (0..TRIES)
        .map(|_| {
            [
                random.between(-half_m, half_m),
                random.between(-half_m, half_m),
            ]
        })
        .find(|&[east, north]| {
            let up = site.ground_up_m(east, north) + scatter.height_m;
            site.is_open(Point { east, north, up })
        })
}

#[cfg(test)]
mod tests {
    use crate::scene::Scene;

    fn scene(more: &str) -> Scene {
        let text = format!(
            "duration_s = 100.0\n[[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\nheight_m = 3.0\n\
             [city]\ngenerate = {{}}\nterrain = {{ relief_m = 20.0 }}\n{more}"
        );
        Scene::from_toml(&text, "a.toml").unwrap()
    }

    #[test]
    fn shooters_stand_in_the_open_and_keep_their_places() {
        let table = |shooters: usize| {
            format!(
                "[[scatter]]\nshooters = {shooters}\ntime_s = 1.0\nevery_s = 2.0\nside_m = 600.0\n\
                 rounds = 2\ninterval_s = 0.4\nfirearms = [\".40\", \"9mm\"]\naimed = true\n"
            )
        };
        let (few, many) = (scene(&table(5)), scene(&table(20)));
        assert_eq!((few.shots().len(), many.shots().len()), (10, 40));
        assert_eq!(few.shots(), &many.shots()[..10]);
        let city = many.city().unwrap();
        let mut aims = 0.0;
        for pair in many.shots().chunks(2) {
            let at = pair[0].position;
            assert_eq!(at, pair[1].position);
            assert!((at.up - city.ground_up_m(at.east, at.north) - 1.5).abs() < 1e-9);
            assert!(at.east.abs() <= 300.0 && at.north.abs() <= 300.0);
            assert!(city.solid_at(at).is_none());
            aims += pair[0].aim.unwrap().azimuth_deg / 20.0;
        }
        // The mean of 20 uniform directions has a deviation of 104/sqrt 20 = 23 degrees.
        assert!((aims - 180.0).abs() < 93.0);
        assert_eq!(many.shots()[2].firearm, "9mm");
        assert!((many.shots()[2].time_s - 3.0).abs() < 1e-9);
    }
}
