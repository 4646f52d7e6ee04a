//! From the values of a scene file to a [`Scene`]: refuses what cannot be, draws what is random.

mod refuse;
mod sensors;
mod surroundings;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use refuse::Check;

use crate::air::Air;
use crate::error::SceneError;
use crate::point::Point;
use crate::scene::{GroundSpec, SceneSpec};
use crate::scene::{Scene, SceneSensor, SceneShot};

/// Most samples of all recordings together: 4 GB of memory, 2 GB of 16-bit files.
const MOST_SAMPLES: f64 = 1e9;

/// Most arrivals in the truth: a few GB of JSON.
const MOST_ARRIVALS: usize = 10_000_000;

/// The pressure of a blast is known from here on, metres.
const NEAREST_M: f64 = 1.0;

impl Scene {
    /// Checks the values of a scene; `file_name` is only used in messages, and as the name of a
    /// nameless scene.
    ///
    /// # Errors
    /// [`SceneError::Field`] for the first value that cannot be.
    pub fn from_spec(spec: SceneSpec, file_name: &str) -> Result<Self, SceneError> {
        let check = Check { file: file_name };
        check.range("duration_s", spec.duration_s, 1e-3, 1e6, "seconds")?;
        let start = check.start(&spec.start.0)?;
        check.rate("sample_rate_hz", spec.sample_rate_hz)?;
        if let Some(origin) = &spec.origin {
            check.origin(origin)?;
        }
        check.air(&spec.atmosphere)?;
        if let Some(noise) = &spec.noise {
            check.level("noise.ambient_db_spl", noise.ambient_db_spl)?;
        }
        if let Some(echoes) = &spec.echoes {
            check.echoes(echoes)?;
        }
        if let Some(ground) = &spec.ground {
            check.ground(ground)?;
        }
        if let Some(tail) = &spec.tail {
            check.tail(tail)?;
        }
        check.picks(&spec.picks)?;
        let city = match &spec.city {
            Some(city) => Some(Arc::new(check.whole_city(
                city,
                spec.origin.as_ref(),
                spec.seed,
            )?)),
            None => None,
        };
        let sensors = check.sensors(&spec)?;
        // Before bursts are worked out: a few lines can ask for more than fits in memory.
        check.size(&spec, &sensors)?;
        let mut shots = check.shots(&spec)?;
        let places = number_places(&mut shots);
        check.clearances(spec.ground.as_ref(), &sensors, &places)?;
        // Stable, so shots of one instant keep the order of the file.
        shots.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        let stem = std::path::Path::new(file_name).file_stem();
        let name = match spec.name.is_empty() {
            true => stem.map_or("scene".into(), |stem| stem.to_string_lossy().into_owned()),
            false => spec.name,
        };
        Ok(Scene {
            name,
            description: spec.description,
            seed: spec.seed,
            duration_s: spec.duration_s,
            start,
            format: spec.format,
            origin: spec.origin,
            atmosphere: spec.atmosphere,
            sensors,
            shots,
            emissions: Vec::new(),
            noise: spec.noise,
            echoes: spec.echoes,
            ground: spec.ground,
            tail: spec.tail,
            picks: spec.picks,
            air: Air::new(&spec.atmosphere),
            wall_reflection: spec.city.as_ref().map_or(1.0, |city| city.wall_reflection),
            city,
        })
    }
}

/// Gives every shot the index of its place and returns the distinct places, in order.
fn number_places(shots: &mut [SceneShot]) -> Vec<Point> {
    let mut places = Vec::new();
    let mut known: HashMap<[u64; 3], usize> = HashMap::new();
    for shot in shots {
        let Point { east, north, up } = shot.position;
        // Adding 0.0 turns -0.0 into 0.0: one place has one key.
        let key = [east, north, up].map(|metres| (metres + 0.0).to_bits());
        shot.place_idx = *known.entry(key).or_insert_with(|| {
            places.push(shot.position);
            places.len() - 1
        });
    }
    places
}

impl Check<'_> {
    fn size(&self, spec: &SceneSpec, sensors: &[SceneSensor]) -> Result<(), SceneError> {
        let samples: f64 = sensors
            .iter()
            .map(|sensor| spec.duration_s * f64::from(sensor.sample_rate_hz))
            .sum();
        if samples > MOST_SAMPLES {
            let problem = format!("{samples:.0} samples in all, more than {MOST_SAMPLES:.0}");
            let remedy = "shorten the scene, lower sample_rate_hz or use fewer sensors";
            return self.refuse("duration_s", problem, remedy);
        }
        let rounds = spec.burst.iter().map(|burst| burst.rounds);
        let shots = rounds.fold(spec.shot.len(), usize::saturating_add);
        if shots.saturating_mul(sensors.len()) > MOST_ARRIVALS {
            let problem = format!("{shots} shots at {} sensors are too many", sensors.len());
            let remedy = format!("keep their product at or below {MOST_ARRIVALS}");
            return self.refuse("shot", problem, remedy);
        }
        Ok(())
    }

    /// Distances and heights at which the formulas hold.
    fn clearances(
        &self,
        ground: Option<&GroundSpec>,
        sensors: &[SceneSensor],
        places: &[Point],
    ) -> Result<(), SceneError> {
        for place in places {
            for sensor in sensors {
                let range_m = place.range_m(sensor.position);
                if range_m < NEAREST_M {
                    let problem = format!("a shot is {range_m:.2} m from sensor {}", sensor.id);
                    let remedy = format!("keep {NEAREST_M} m, where the level is defined");
                    return self.refuse("shot", problem, remedy);
                }
            }
        }
        let Some(ground) = ground else {
            return Ok(());
        };
        let heights = sensors.iter().map(|sensor| sensor.position.up);
        let lowest = heights
            .chain(places.iter().map(|place| place.up))
            .fold(f64::INFINITY, f64::min);
        if lowest < ground.up_m {
            let problem = format!("a sensor or shot at {lowest} m is below the ground");
            let remedy = "raise it or lower ground.up_m";
            return self.refuse("ground.up_m", problem, remedy);
        }
        Ok(())
    }
}
