//! A drawn city, the places in it and what its sensors hear.

use crate::random::normal;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_core::paths::{Calibration, KnownPlace, PathTerms, Shot, learn, locate};
use shotfix_core::solve::{Air, Dimensions, Problem, Settings, Solution};
use shotfix_core::{Atmosphere, Enu, Seconds, Timestamp, Uncertain, Wind};
use shotfix_simulator::{ArrivalModel, FirstArrival, Point, Scene, SceneError, SceneSpec, ShotAt};

/// Half the side of the square in which shots are fired, metres; sensors stand on 4 km2 about it.
pub(super) const HALF_M: f64 = 600.0;
/// Places drawn in the whole city.
const PLACES: usize = 12_000;
/// A muzzle over the ground, metres: the scene's own 1.5 m, and what a map of heights is off by.
const MUZZLE_M: Uncertain = Uncertain::new(1.5, 1.0);
/// Noise over which shots are picked, dB SPL: with it 13 sensors hear a shot at 9.9 per square
/// kilometre, as in the live fire.
const NOISE_DB_SPL: f64 = 58.0;
/// Jitter of an arrival, seconds, as the simulated detector has it at 17 dB.
pub(super) const JITTER: Seconds = Seconds(0.0015);
/// Rounds fired to calibrate a place.
const ROUNDS: usize = 3;

/// A city in air of one weather.
pub(super) struct City {
    scene: Scene,
    sensors: Vec<Enu>,
    reported: Atmosphere,
}

/// Arrivals of one shot.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) place: Enu,
    pub(super) known: Vec<Option<usize>>,
    pub(super) sensors: Vec<Enu>,
    arrivals: Vec<Seconds>,
}

impl City {
    /// The preset `pittsburgh-like` with another seed, density and wind (east, north, m/s), on 4 km2.
    pub(super) fn new(seed: u64, density_per_km2: f64, wind: [f64; 2]) -> Result<Self, SceneError> {
        let count = (4.0 * density_per_km2).round() as usize;
        Self::of(seed, (count, density_per_km2), wind)
    }

    /// The same with so many sensors, on as much ground as they take at so many a square kilometre.
    pub(super) fn of(
        seed: u64,
        (count, density_per_km2): (usize, f64),
        wind: [f64; 2],
    ) -> Result<Self, SceneError> {
        let preset = Scene::presets()
            .iter()
            .find(|p| p.name == "pittsburgh-like");
        let text = preset.map_or("", |preset| preset.toml);
        let mut spec = SceneSpec::from_toml(text, "pittsburgh-like.toml")?;
        spec.seed = seed;
        // Its places are within houses in other cities.
        spec.burst.clear();
        spec.sound.clear();
        if let Some(layout) = &mut spec.layout {
            layout.count = count;
            layout.side_m = None;
            layout.density_per_km2 = Some(density_per_km2);
        }
        [
            spec.atmosphere.wind_east_m_s,
            spec.atmosphere.wind_north_m_s,
        ] = wind;
        spec.picks.noise_db_spl = NOISE_DB_SPL;
        let scene = Scene::from_spec(spec, "pittsburgh-like.toml")?;
        let reported = scene.reported_air();
        let sensors = (scene.sensors().iter())
            .map(|s| Enu::new(s.surveyed.east, s.surveyed.north, s.surveyed.up))
            .collect();
        Ok(Self {
            scene,
            sensors,
            reported: Atmosphere {
                temperature_c: Uncertain::new(reported.temperature_c, reported.temperature_sigma_c),
                relative_humidity_percent: Uncertain::new(reported.relative_humidity_percent, 5.0),
                pressure_pa: Uncertain::new(reported.pressure_pa, 100.0),
                wind: Wind::default(),
            },
        })
    }

    pub(super) fn sensors(&self) -> &[Enu] {
        &self.sensors
    }

    /// The air as it is reported, with a wind that was measured.
    pub(super) fn reported(&self, wind: Wind) -> Atmosphere {
        Atmosphere {
            wind,
            ..self.reported
        }
    }

    /// Reported temperature, and wind as far as it is known.
    pub(super) fn air(&self, wind: Wind) -> Air {
        let air = &self.reported;
        Air {
            speed_m_s: Uncertain::new(air.speed_of_sound().0, air.speed_of_sound_sigma().0),
            wind,
        }
    }

    /// Places outdoors in the middle of the city.
    pub(super) fn places(&self) -> Result<Vec<ShotAt>, SceneError> {
        let mut drawn = self.scene.draw_shots(PLACES)?;
        drawn.retain(|s| s.position.east.abs() < HALF_M && s.position.north.abs() < HALF_M);
        Ok(drawn)
    }

    /// `first` fired `after_s` later by a shooter who moved on over the ground at a velocity towards east and north, m/s. What is drawn
    /// for the levels of paths stays.
    pub(super) fn moved(&self, first: &ShotAt, velocity_m_s: [f64; 2], after_s: f64) -> ShotAt {
        let from = first.position;
        let (east, north) = (
            from.east + velocity_m_s[0] * after_s,
            from.north + velocity_m_s[1] * after_s,
        );
        let up = self.ground_up_m(east, north) + from.up - self.ground_up_m(from.east, from.north);
        ShotAt {
            time_s: first.time_s + after_s,
            position: Point { east, north, up },
            ..*first
        }
    }

    /// Is a point in no house?
    pub(super) fn is_open(&self, point: Point) -> bool {
        let city = self.scene.city();
        city.is_none_or(|city| city.solid_at(point).is_none())
    }

    /// First arrivals of shots, in their order.
    pub(super) fn arrivals(&self, shots: &[ShotAt]) -> Vec<Vec<FirstArrival>> {
        ArrivalModel::new(&self.scene).hear(shots)
    }

    fn ground_up_m(&self, east_m: f64, north_m: f64) -> f64 {
        let city = self.scene.city();
        city.map_or(0.0, |city| city.ground_up_m(east_m, north_m))
    }

    /// What the sensors hear of shots; those with fewer than five arrivals are left out.
    pub(super) fn hear(&self, shots: &[ShotAt]) -> Vec<Heard> {
        let all = self.arrivals(shots);
        (shots.iter().zip(all))
            .filter(|(_, arrivals)| arrivals.len() >= 5)
            .map(|(shot, arrivals)| self.heard(shot, &arrivals))
            .collect()
    }

    fn heard(&self, shot: &ShotAt, arrivals: &[FirstArrival]) -> Heard {
        let p = shot.position;
        Heard {
            place: Enu::new(p.east, p.north, p.up),
            known: arrivals.iter().map(|a| Some(a.sensor_idx)).collect(),
            sensors: arrivals
                .iter()
                .map(|a| self.sensors[a.sensor_idx])
                .collect(),
            arrivals: arrivals.iter().map(|a| Seconds(a.time_s)).collect(),
        }
    }

    /// The height of a muzzle at a place, from a map of heights.
    pub(super) fn ground(&self, place: Enu) -> Uncertain {
        let ground_m = self.ground_up_m(place.east_m, place.north_m);
        Uncertain::new(ground_m + MUZZLE_M.mean, MUZZLE_M.sigma)
    }

    /// Locates one shot; `None` if it cannot be.
    pub(super) fn locate(&self, terms: &PathTerms, heard: &Heard, air: Air) -> Option<Solution> {
        let ground = |place: Enu| self.ground(place);
        let shot = Shot {
            problem: self.problem(heard, air),
            known: &heard.known,
            time: None,
            ground: Some(&ground),
        };
        locate(terms, &shot, &Settings::default()).ok()
    }

    /// The problem of a shot before anything is known of place and paths.
    pub(super) fn problem<'a>(&self, heard: &'a Heard, air: Air) -> Problem<'a> {
        let n = heard.sensors.len() as f64;
        let middle_m = heard.sensors.iter().map(|s| s.up_m).sum::<f64>() / n;
        Problem {
            sensors: &heard.sensors,
            arrivals: &heard.arrivals,
            sigma: JITTER,
            survey_sigma_m: 0.02,
            dimensions: Dimensions::Three,
            air,
            up_m: Some(Uncertain::new(middle_m - 10.0, 30.0)),
            paths: &[],
        }
    }

    /// Fires three rounds at each place, states the places with an error and learns from them.
    ///
    /// `wind` is what the testers measured, with its sigma.
    pub(super) fn calibrate(
        &self,
        places: &[ShotAt],
        place_sigma_m: f64,
        wind: Wind,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Calibration> {
        let mut rounds = Vec::new();
        for place in places {
            rounds.extend((0..ROUNDS).map(|k| ShotAt {
                time_s: place.time_s + 2.0 * k as f64,
                ..*place
            }));
        }
        let all = self.arrivals(&rounds);
        let air = self.air(wind);
        let mut learned = Vec::new();
        for (place, shots) in places.iter().zip(all.chunks(ROUNDS)) {
            let off = [place_sigma_m * normal(rng), place_sigma_m * normal(rng)];
            let p = place.position;
            let known = KnownPlace {
                name: format!("place {}", place.place_idx),
                place: Enu::new(p.east + off[0], p.north + off[1], p.up),
                place_sigma_m,
                time: None,
                medium: air.medium(),
                air_sigma_m_s: [wind.east.sigma, wind.north.sigma, air.speed_m_s.sigma],
            };
            let arrivals: Vec<Vec<(usize, f64)>> = (shots.iter())
                .map(|shot| shot.iter().map(|a| (a.sensor_idx, a.time_s)).collect())
                .collect();
            learned.extend(learn(&known, &self.sensors, &arrivals));
        }
        learned
    }
}

/// Horizontal error of an answer, metres; none is as far off as can be.
pub(super) fn error_m(found: Option<&Solution>, place: Enu) -> f64 {
    found.map_or(f64::INFINITY, |f| f.position.horizontal_distance_m(place))
}

/// The time of event `k`, one every three minutes.
pub(super) fn event_time(k: usize) -> Timestamp {
    Timestamp::from_unix_ns(0) + Seconds(180.0 * k as f64)
}

pub(super) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A wind of up to `most_m_s` from anywhere, uniform over the disc.
pub(super) fn wind(rng: &mut ChaCha8Rng, most_m_s: f64) -> [f64; 2] {
    let speed = most_m_s * rng.random::<f64>().sqrt();
    let from = std::f64::consts::TAU * rng.random::<f64>();
    [speed * from.cos(), speed * from.sin()]
}

/// A wind at 10 m measured with an error of `sigma_m_s` per axis. Sound over roofs rides on more than
/// that, up to 1.4 times as much at 25 m over a rough city, which nobody measures: the stated sigma is
/// twice that of the instrument.
pub(super) fn measured(rng: &mut ChaCha8Rng, wind: [f64; 2], sigma_m_s: f64) -> Wind {
    let stated = 2.0 * sigma_m_s;
    Wind {
        east: Uncertain::new(wind[0] + sigma_m_s * normal(rng), stated),
        north: Uncertain::new(wind[1] + sigma_m_s * normal(rng), stated),
    }
}
