//! The shots of a scene: those listed, then the rounds of bursts.

use super::refuse::Check;
use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::SceneShot;
use crate::scene::{BurstSpec, SceneSpec};
use crate::source::{FIREARMS, Firearm};

impl Check<'_> {
    pub(super) fn shots(&self, spec: &SceneSpec) -> Result<Vec<SceneShot>, SceneError> {
        let mut shots = Vec::new();
        for (index, shot) in spec.shot.iter().enumerate() {
            let position = Point {
                east: shot.east,
                north: shot.north,
                up: shot.up,
            };
            let field = format!("shot[{index}]");
            let (firearm, level) = (&shot.firearm, shot.level_db_spl);
            shots.push(self.shot(spec, &field, shot.time_s, position, firearm, level)?);
        }
        for (index, burst) in spec.burst.iter().enumerate() {
            let field = format!("burst[{index}]");
            let position = Point {
                east: burst.east,
                north: burst.north,
                up: burst.up,
            };
            for time_s in self.cadence(&field, burst, spec.seed, index)? {
                let (firearm, level) = (&burst.firearm, burst.level_db_spl);
                shots.push(self.shot(spec, &field, time_s, position, firearm, level)?);
            }
        }
        Ok(shots)
    }

    /// When the rounds of a burst go off.
    fn cadence(
        &self,
        field: &str,
        burst: &BurstSpec,
        seed: u64,
        index: usize,
    ) -> Result<Vec<f64>, SceneError> {
        let name = |key: &str| format!("{field}.{key}");
        let (mean_s, spread_s) = (burst.interval_s, burst.interval_spread_s);
        self.range(name("rounds"), burst.rounds as f64, 1.0, 10_000.0, "rounds")?;
        self.range(name("interval_s"), mean_s, 1e-3, 1e5, "seconds")?;
        self.range(name("interval_spread_s"), spread_s, 0.0, mean_s, "seconds")?;
        let mut random = Random::stream(seed, Purpose::Cadence, "", index);
        let mut time_s = burst.time_s;
        let mut times_s = vec![time_s];
        for _ in 1..burst.rounds {
            time_s += mean_s + spread_s * random.between(-1.0, 1.0);
            times_s.push(time_s);
        }
        Ok(times_s)
    }

    fn shot(
        &self,
        spec: &SceneSpec,
        field: &str,
        time_s: f64,
        position: Point,
        firearm: &str,
        level_db_spl: Option<f64>,
    ) -> Result<SceneShot, SceneError> {
        if !(0.0..spec.duration_s).contains(&time_s) {
            let problem = format!("a shot at {time_s} s is outside the recording");
            let remedy = format!(
                "keep it from 0 to {} s or raise duration_s",
                spec.duration_s
            );
            return self.refuse(format!("{field}.time_s"), problem, remedy);
        }
        self.point(field, position)?;
        if let Some(level) = level_db_spl {
            self.level(format!("{field}.level_db_spl"), level)?;
        }
        let Some(firearm) = Firearm::by_name(firearm) else {
            let known: Vec<&str> = FIREARMS.iter().map(|firearm| firearm.name).collect();
            let problem = format!("`{firearm}` is unknown");
            let remedy = format!("use one of {}", known.join(", "));
            return self.refuse(format!("{field}.firearm"), problem, remedy);
        };
        Ok(SceneShot {
            time_s,
            position,
            firearm: firearm.name,
            blast: firearm.blast(level_db_spl),
            place_idx: 0,
        })
    }
}
