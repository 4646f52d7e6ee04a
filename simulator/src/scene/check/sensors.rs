//! The sensors of a scene: those of the layout, then those listed, with their errors drawn.

use std::collections::HashSet;

use super::refuse::{Check, FARTHEST_M};
use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::SceneSensor;
use crate::scene::layout;
use crate::scene::{LayoutSpec, MicrophoneSpec, SceneSpec, SensorSpec};

impl Check<'_> {
    pub(super) fn sensors(&self, spec: &SceneSpec) -> Result<Vec<SceneSensor>, SceneError> {
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
}
