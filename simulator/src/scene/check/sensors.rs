//! The sensors of a scene: those of the layout, then those listed, with their errors drawn.

use std::collections::HashSet;

use super::refuse::{Check, FARTHEST_M};
use crate::error::SceneError;
use crate::point::Point;
use crate::scene::SceneSensor;
use crate::scene::layout;
use crate::scene::{LayoutSpec, SceneSpec, SensorSpec};

impl Check<'_> {
    pub(super) fn sensors(&self, spec: &SceneSpec) -> Result<Vec<SceneSensor>, SceneError> {
        self.microphone("microphone", &spec.microphone)?;
        self.clock("clock", &spec.clock)?;
        self.losses("losses", &spec.losses)?;
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
            ..SensorSpec::default()
        };
        Ok(points.into_iter().enumerate().map(sensor).collect())
    }
}
