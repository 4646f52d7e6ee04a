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
use crate::scene::{Scene, SceneSensor, SceneShot, SceneSpec, Site};
use crate::source::Emission;

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
            check.noise(noise)?;
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
        let site = Site {
            city: city.as_deref(),
            ground: spec.ground.as_ref(),
        };
        let sensors = check.sensors(&spec, site)?;
        // Before bursts are worked out: a few lines can ask for more than fits in memory.
        check.size(&spec, &sensors)?;
        let mut shots = check.shots(&spec, site)?;
        let mut emissions = check.sounds(&spec.sound, spec.seed, spec.duration_s, site)?;
        check.arrivals(shots.len() + emissions.len(), sensors.len())?;
        let places = number_places(&mut shots, &mut emissions);
        check.clearances(&sensors, &places)?;
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
            emissions,
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
///
/// Shots come first, so that other sounds leave what is drawn for them as it is.
fn number_places(shots: &mut [SceneShot], emissions: &mut [Emission]) -> Vec<Place> {
    let mut places = Vec::new();
    let mut known: HashMap<[u64; 3], usize> = HashMap::new();
    let mut number = |position: Point, what: &dyn Fn() -> String| {
        let Point { east, north, up } = position;
        // Adding 0.0 turns -0.0 into 0.0: one place has one key.
        let key = [east, north, up].map(|metres| (metres + 0.0).to_bits());
        *known.entry(key).or_insert_with(|| {
            let field = what();
            places.push(Place { field, position });
            places.len() - 1
        })
    };
    for shot in shots {
        shot.place_idx = number(shot.position, &|| "shot".to_owned());
    }
    for emission in emissions {
        let sound_idx = emission.sound_idx;
        emission.place_idx = number(emission.position, &|| format!("sound[{sound_idx}]"));
    }
    places
}

/// Where something sounds, and what the scene calls it.
struct Place {
    field: String,
    position: Point,
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
        self.arrivals(shots, sensors.len())
    }

    fn arrivals(&self, sounds: usize, sensors: usize) -> Result<(), SceneError> {
        if sounds.saturating_mul(sensors) > MOST_ARRIVALS {
            let problem = format!("{sounds} shots and sounds at {sensors} sensors are too many");
            let remedy = format!("keep their product at or below {MOST_ARRIVALS}");
            return self.refuse("shot", problem, remedy);
        }
        Ok(())
    }

    /// Distances from which on the formulas hold.
    fn clearances(&self, sensors: &[SceneSensor], places: &[Place]) -> Result<(), SceneError> {
        for place in places {
            for sensor in sensors {
                let range_m = place.position.range_m(sensor.position);
                if range_m < NEAREST_M {
                    let problem = format!("it is {range_m:.2} m from sensor {}", sensor.id);
                    let remedy = format!("keep {NEAREST_M} m, where the level is defined");
                    return self.refuse(&place.field, problem, remedy);
                }
            }
        }
        Ok(())
    }
}
