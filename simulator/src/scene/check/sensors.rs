//! The sensors of a scene: those of the layout, then those listed, with their errors drawn.

use std::collections::HashSet;

use super::refuse::{Check, FARTHEST_M};
use crate::error::SceneError;
use crate::scene::SceneSensor;
use crate::scene::layout;
use crate::scene::{LayoutSpec, SceneSpec, SensorSpec, Site};

impl Check<'_> {
    pub(super) fn sensors(
        &self,
        spec: &SceneSpec,
        site: Site<'_>,
    ) -> Result<Vec<SceneSensor>, SceneError> {
        self.microphone("microphone", &spec.microphone)?;
        self.clock("clock", &spec.clock)?;
        self.losses("losses", &spec.losses)?;
        let mut listed = Vec::new();
        if let Some(layout) = &spec.layout {
            listed.extend(self.grid(layout, spec.seed, site)?);
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
            sensors.push(self.sensor(&field, sensor, spec, site)?);
        }
        Ok(sensors)
    }

    fn grid(
        &self,
        layout: &LayoutSpec,
        seed: u64,
        site: Site<'_>,
    ) -> Result<Vec<SensorSpec>, SceneError> {
        self.range(
            "layout.count",
            layout.count as f64,
            1.0,
            10_000.0,
            "sensors",
        )?;
        self.range("layout.jitter", layout.jitter, 0.0, 1.0, "cells")?;
        let height_m = layout.height_m.unwrap_or(layout::usual_height_m(site));
        self.range("layout.height_m", height_m, 0.0, 1e4, "metres")?;
        self.range(
            "layout.height_spread_m",
            layout.height_spread_m,
            0.0,
            height_m,
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
        let mut places = layout::places(layout, side_m, seed);
        if layout.on_roofs {
            let Some(city) = site.city.filter(|city| !city.buildings().is_empty()) else {
                let remedy = "leave it out or give [city] a geojson or generate";
                return self.refuse("layout.on_roofs", "the scene has no roofs", remedy);
            };
            layout::move_to_roofs(city, &mut places);
        }
        let heights = layout::heights_m(layout, height_m, seed);
        let sensor = |(index, ([east, north], height_m)): (usize, ([f64; 2], f64))| SensorSpec {
            id: format!("S{:0digits$}", index + 1),
            east,
            north,
            height_m: Some(height_m),
            ..SensorSpec::default()
        };
        Ok(places
            .into_iter()
            .zip(heights)
            .enumerate()
            .map(sensor)
            .collect())
    }
}
