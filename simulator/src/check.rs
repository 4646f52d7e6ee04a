//! From the values of a scene file to a [`Scene`]: refuses what cannot be, draws what is random.

use std::collections::HashSet;
use std::fmt::Display;

use jiff::Timestamp;

use crate::error::SceneError;
use crate::firearm::{FIREARMS, Firearm};
use crate::layout;
use crate::random::{Purpose, Random};
use crate::scene::{Point, Scene, SceneSensor, SceneShot};
use crate::spec::{
    AirSpec, BurstSpec, EchoSpec, LayoutSpec, MicrophoneSpec, Origin, SceneSpec, SensorSpec,
};

/// Most samples of all recordings together: 4 GB of memory, 2 GB of 16-bit files.
const MOST_SAMPLES: f64 = 1e9;

/// Most arrivals in the truth: a few GB of JSON.
const MOST_ARRIVALS: usize = 10_000_000;

/// Coordinates beyond this are a slip of units, metres.
const FARTHEST_M: f64 = 100_000.0;

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
        let sensors = check.sensors(&spec)?;
        let mut shots = check.shots(&spec)?;
        check.size(&spec, &sensors, shots.len())?;
        check.clearances(&spec, &sensors, &shots)?;

        let mut places: Vec<Point> = Vec::new();
        for shot in &mut shots {
            shot.place_idx = match places.iter().position(|place| *place == shot.position) {
                Some(known) => known,
                None => {
                    places.push(shot.position);
                    places.len() - 1
                }
            };
        }
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
            places,
            shots,
            noise: spec.noise,
            echoes: spec.echoes,
            ground: spec.ground,
        })
    }
}

struct Check<'a> {
    file: &'a str,
}

impl Check<'_> {
    fn refuse<T>(
        &self,
        field: impl Display,
        problem: impl Display,
        remedy: impl Display,
    ) -> Result<T, SceneError> {
        Err(SceneError::Field {
            file: self.file.to_owned(),
            field: field.to_string(),
            problem: problem.to_string(),
            remedy: remedy.to_string(),
        })
    }

    /// NaN is in no range.
    fn range(
        &self,
        field: impl Display,
        value: f64,
        low: f64,
        high: f64,
        unit: &str,
    ) -> Result<(), SceneError> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        let remedy = format!("give a number of {unit} from {low} to {high}");
        self.refuse(field, format!("{value} is out of range"), remedy)
    }

    fn level(&self, field: impl Display, value: f64) -> Result<(), SceneError> {
        self.range(field, value, -20.0, 200.0, "dB SPL")
    }

    fn rate(&self, field: impl Display, rate_hz: u32) -> Result<(), SceneError> {
        self.range(field, f64::from(rate_hz), 4_000.0, 192_000.0, "hertz")
    }

    fn point(&self, field: &str, position: Point) -> Result<(), SceneError> {
        for (axis, value) in [
            ("east", position.east),
            ("north", position.north),
            ("up", position.up),
        ] {
            let name = format!("{field}.{axis}");
            self.range(name, value, -FARTHEST_M, FARTHEST_M, "metres")?;
        }
        Ok(())
    }

    fn start(&self, text: &str) -> Result<Timestamp, SceneError> {
        let remedy = "write it like \"2026-06-01T02:00:00.000Z\", on a whole millisecond";
        let start: Timestamp = match text.parse() {
            Ok(start) => start,
            Err(_) => return self.refuse("start", format!("`{text}` is no RFC 3339 time"), remedy),
        };
        // File names carry milliseconds; a finer start would be lost there.
        if start.subsec_nanosecond() % 1_000_000 != 0 {
            return self.refuse(
                "start",
                format!("`{text}` is finer than a millisecond"),
                remedy,
            );
        }
        // Keeps all arithmetic of the recording away from the ends of the calendar.
        let year = start.as_second() / 31_556_952 + 1970;
        if !(1900..2200).contains(&year) {
            return self.refuse("start", format!("the year of `{text}` is absurd"), remedy);
        }
        Ok(start)
    }

    fn origin(&self, origin: &Origin) -> Result<(), SceneError> {
        self.range("origin.latitude", origin.latitude, -90.0, 90.0, "degrees")?;
        self.range(
            "origin.longitude",
            origin.longitude,
            -180.0,
            180.0,
            "degrees",
        )?;
        self.range("origin.height", origin.height, -500.0, 9_000.0, "metres")
    }

    fn air(&self, air: &AirSpec) -> Result<(), SceneError> {
        let fields = [
            (
                "temperature_c",
                air.temperature_c,
                -60.0,
                60.0,
                "degrees Celsius",
            ),
            (
                "relative_humidity_percent",
                air.relative_humidity_percent,
                0.0,
                100.0,
                "percent",
            ),
            (
                "pressure_pa",
                air.pressure_pa,
                50_000.0,
                110_000.0,
                "pascals",
            ),
            (
                "wind_east_m_s",
                air.wind_east_m_s,
                -60.0,
                60.0,
                "metres per second",
            ),
            (
                "wind_north_m_s",
                air.wind_north_m_s,
                -60.0,
                60.0,
                "metres per second",
            ),
            (
                "temperature_sigma_c",
                air.temperature_sigma_c,
                0.0,
                30.0,
                "degrees Celsius",
            ),
            (
                "wind_sigma_m_s",
                air.wind_sigma_m_s,
                0.0,
                20.0,
                "metres per second",
            ),
            ("excess_loss_db", air.excess_loss_db, 0.0, 100.0, "decibels"),
        ];
        for (field, value, low, high, unit) in fields {
            self.range(format!("atmosphere.{field}"), value, low, high, unit)?;
        }
        Ok(())
    }

    fn echoes(&self, echoes: &EchoSpec) -> Result<(), SceneError> {
        self.range(
            "echoes.count_max",
            echoes.count_max as f64,
            0.0,
            1_000.0,
            "echoes",
        )?;
        self.range(
            "echoes.delay_min_s",
            echoes.delay_min_s,
            0.0,
            60.0,
            "seconds",
        )?;
        self.range(
            "echoes.delay_mean_s",
            echoes.delay_mean_s,
            0.0,
            60.0,
            "seconds",
        )?;
        self.range(
            "echoes.level_min_db",
            echoes.level_min_db,
            0.0,
            200.0,
            "decibels",
        )?;
        self.range(
            "echoes.level_max_db",
            echoes.level_max_db,
            0.0,
            200.0,
            "decibels",
        )?;
        if echoes.count_min > echoes.count_max {
            return self.refuse("echoes.count_min", "is above count_max", "swap the two");
        }
        if echoes.level_min_db > echoes.level_max_db {
            return self.refuse(
                "echoes.level_min_db",
                "is above level_max_db",
                "swap the two",
            );
        }
        Ok(())
    }

    fn microphone(&self, field: &str, spec: &MicrophoneSpec) -> Result<(), SceneError> {
        let name = |key: &str| format!("{field}.{key}");
        self.range(
            name("position_sigma_m"),
            spec.position_sigma_m,
            0.0,
            1e3,
            "metres",
        )?;
        self.range(
            name("clock_sigma_s"),
            spec.clock_sigma_s,
            0.0,
            1e3,
            "seconds",
        )?;
        // Below 40 dB a microphone clips on talk, above 200 dB air itself does.
        self.range(
            name("full_scale_db_spl"),
            spec.full_scale_db_spl,
            40.0,
            200.0,
            "dB SPL",
        )?;
        spec.noise_db_spl
            .map_or(Ok(()), |level| self.level(name("noise_db_spl"), level))
    }

    fn sensors(&self, spec: &SceneSpec) -> Result<Vec<SceneSensor>, SceneError> {
        self.microphone("microphone", &spec.microphone)?;
        let mut listed = Vec::new();
        if let Some(layout) = &spec.layout {
            listed.extend(self.grid(layout, spec.seed)?);
        }
        let from_layout = listed.len();
        listed.extend(spec.sensor.iter().cloned());
        if listed.is_empty() {
            let remedy = "add a [layout] or at least one [[sensor]]";
            return self.refuse("sensor", "the scene has no sensors", remedy);
        }
        let mut ids = HashSet::new();
        let mut sensors = Vec::with_capacity(listed.len());
        for (index, sensor) in listed.iter().enumerate() {
            let field = match index.checked_sub(from_layout) {
                Some(index) => format!("sensor[{index}]"),
                None => format!("layout sensor {}", sensor.id),
            };
            // File systems ignore case; two files must not fall together.
            if !ids.insert(sensor.id.to_ascii_lowercase()) {
                let problem = format!("the name `{}` is taken", sensor.id);
                return self.refuse(format!("{field}.id"), problem, "give every sensor its own");
            }
            sensors.push(self.sensor(&field, sensor, spec)?);
        }
        Ok(sensors)
    }

    fn grid(&self, layout: &LayoutSpec, seed: u64) -> Result<Vec<SensorSpec>, SceneError> {
        self.range(
            "layout.count",
            layout.count as f64,
            1.0,
            10_000.0,
            "sensors",
        )?;
        self.range("layout.jitter", layout.jitter, 0.0, 1.0, "cells")?;
        self.range("layout.height_m", layout.height_m, -1e3, 1e4, "metres")?;
        self.range(
            "layout.height_spread_m",
            layout.height_spread_m,
            0.0,
            1e3,
            "metres",
        )?;
        let side_m = match (layout.side_m, layout.density_per_km2) {
            (Some(side_m), None) => side_m,
            (None, Some(density)) => {
                self.range("layout.density_per_km2", density, 1e-3, 1e6, "sensors")?;
                layout::side_m(layout.count, density)
            }
            _ => {
                let remedy = "give one of side_m and density_per_km2";
                return self.refuse("layout", "its size is missing or given twice", remedy);
            }
        };
        self.range("layout.side_m", side_m, 1.0, FARTHEST_M, "metres")?;
        let digits = layout.count.to_string().len().max(2);
        let points = layout::positions(layout, side_m, seed);
        let sensor = |(index, point): (usize, Point)| SensorSpec {
            id: format!("S{:0digits$}", index + 1),
            east: point.east,
            north: point.north,
            up: point.up,
            sample_rate_hz: None,
            position_sigma_m: None,
            clock_offset_s: None,
            clock_sigma_s: None,
            full_scale_db_spl: None,
            noise_db_spl: None,
        };
        Ok(points.into_iter().enumerate().map(sensor).collect())
    }

    fn sensor(
        &self,
        field: &str,
        sensor: &SensorSpec,
        spec: &SceneSpec,
    ) -> Result<SceneSensor, SceneError> {
        let id = &sensor.id;
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if id.is_empty() || id.len() > 64 || id.starts_with('.') || !id.chars().all(legal) {
            let problem = format!("{id:?} cannot be part of a file name");
            let remedy = "use up to 64 letters, digits, `-` and `.`";
            return self.refuse(format!("{field}.id"), problem, remedy);
        }
        let position = Point {
            east: sensor.east,
            north: sensor.north,
            up: sensor.up,
        };
        self.point(field, position)?;
        let general = &spec.microphone;
        let own = MicrophoneSpec {
            position_sigma_m: sensor.position_sigma_m.unwrap_or(general.position_sigma_m),
            clock_sigma_s: sensor.clock_sigma_s.unwrap_or(general.clock_sigma_s),
            full_scale_db_spl: sensor
                .full_scale_db_spl
                .unwrap_or(general.full_scale_db_spl),
            noise_db_spl: sensor.noise_db_spl.or(general.noise_db_spl),
        };
        self.microphone(field, &own)?;
        let sample_rate_hz = sensor.sample_rate_hz.unwrap_or(spec.sample_rate_hz);
        self.rate(format!("{field}.sample_rate_hz"), sample_rate_hz)?;
        let drawn_s = own.clock_sigma_s * Random::stream(spec.seed, Purpose::Clock, id, 0).normal();
        let clock_offset_s = sensor.clock_offset_s.unwrap_or(drawn_s);
        self.range(
            format!("{field}.clock_offset_s"),
            clock_offset_s,
            -1e6,
            1e6,
            "seconds",
        )?;
        let mut survey = Random::stream(spec.seed, Purpose::Survey, id, 0);
        Ok(SceneSensor {
            id: id.clone(),
            position,
            surveyed: Point {
                east: position.east + own.position_sigma_m * survey.normal(),
                north: position.north + own.position_sigma_m * survey.normal(),
                up: position.up + own.position_sigma_m * survey.normal(),
            },
            position_sigma_m: own.position_sigma_m,
            clock_offset_s,
            clock_sigma_s: own.clock_sigma_s,
            sample_rate_hz,
            full_scale_db_spl: own.full_scale_db_spl,
            noise_db_spl: own.noise_db_spl,
        })
    }

    fn shots(&self, spec: &SceneSpec) -> Result<Vec<SceneShot>, SceneError> {
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

    fn size(
        &self,
        spec: &SceneSpec,
        sensors: &[SceneSensor],
        shots: usize,
    ) -> Result<(), SceneError> {
        let samples: f64 = sensors
            .iter()
            .map(|sensor| spec.duration_s * f64::from(sensor.sample_rate_hz))
            .sum();
        if samples > MOST_SAMPLES {
            let problem = format!("{samples:.0} samples in all, more than {MOST_SAMPLES:.0}");
            let remedy = "shorten the scene, lower sample_rate_hz or use fewer sensors";
            return self.refuse("duration_s", problem, remedy);
        }
        if shots.saturating_mul(sensors.len()) > MOST_ARRIVALS {
            let problem = format!("{shots} shots at {} sensors are too many", sensors.len());
            let remedy = format!("keep their product below {MOST_ARRIVALS}");
            return self.refuse("shot", problem, remedy);
        }
        Ok(())
    }

    /// Distances and heights at which the formulas hold.
    fn clearances(
        &self,
        spec: &SceneSpec,
        sensors: &[SceneSensor],
        shots: &[SceneShot],
    ) -> Result<(), SceneError> {
        // A burst stands in one place; without this a long one would be checked round by round.
        let mut places: Vec<Point> = shots.iter().map(|shot| shot.position).collect();
        places.dedup();
        for place in &places {
            for sensor in sensors {
                let range_m = place.range_m(sensor.position);
                if range_m < NEAREST_M {
                    let problem = format!("a shot is {range_m:.2} m from sensor {}", sensor.id);
                    let remedy = format!("keep {NEAREST_M} m, where the level is defined");
                    return self.refuse("shot", problem, remedy);
                }
            }
        }
        let Some(ground) = &spec.ground else {
            return Ok(());
        };
        self.range("ground.reflection", ground.reflection, -1.0, 1.0, "no unit")?;
        self.range(
            "ground.up_m",
            ground.up_m,
            -FARTHEST_M,
            FARTHEST_M,
            "metres",
        )?;
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
