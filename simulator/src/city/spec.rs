//! `[city]` of a scene file.

use serde::Deserialize;

use crate::city::building::Outline;
use crate::city::{City, GenerateSpec, Terrain, generate, read_geojson};
use crate::error::SceneError;
use crate::scene::{Check, Origin};

/// `[city]`: buildings from a file or drawn, and the ground under them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CitySpec {
    /// A GeoJSON file, relative to the scene file, or its text itself. Give this, or `generate`, or neither for bare
    /// ground.
    pub geojson: Option<String>,
    /// A drawn neighbourhood.
    pub generate: Option<GenerateSpec>,
    /// The ground.
    pub terrain: TerrainSpec,
    /// Pressure that a wall reflects over what falls on it, at low frequencies.
    pub wall_reflection: f64,
}

impl Default for CitySpec {
    fn default() -> Self {
        Self {
            geojson: None,
            generate: None,
            terrain: TerrainSpec::default(),
            // Masonry absorbs some 5 % of the energy, windows and doors more (*estimated*).
            wall_reflection: 0.9,
        }
    }
}

/// `[city.terrain]`: level unless it has a relief or a grid.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TerrainSpec {
    /// Height of the lowest ground, metres.
    pub up_m: f64,
    /// From the lowest to the highest place, metres; 0 is level.
    pub relief_m: f64,
    /// Distance of hills, metres.
    pub scale_m: f64,
    /// Heights instead of drawn hills.
    pub grid: Option<HeightGridSpec>,
}

impl Default for TerrainSpec {
    fn default() -> Self {
        Self {
            up_m: 0.0,
            relief_m: 0.0,
            scale_m: 400.0,
            grid: None,
        }
    }
}

/// `[city.terrain.grid]`: heights at the nodes of a square grid.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeightGridSpec {
    /// The south-west node, metres.
    pub east_m: f64,
    /// The south-west node, metres.
    pub north_m: f64,
    /// Between nodes, metres.
    pub step_m: f64,
    /// Rows from south to north, each from west to east, metres above `city.terrain.up_m`.
    pub heights_m: Vec<Vec<f64>>,
}

/// Drawn hills reach this far beyond the buildings, metres.
const MARGIN_M: f64 = 1_000.0;

impl Check<'_> {
    pub(crate) fn city(&self, spec: &CitySpec) -> Result<(), SceneError> {
        if spec.geojson.is_some() && spec.generate.is_some() {
            let problem = "a file and a drawn neighbourhood at once";
            return self.refuse("city", problem, "give geojson or generate, not both");
        }
        if let Some(generate) = &spec.generate {
            self.generate(generate)?;
        }
        self.range(
            "city.wall_reflection",
            spec.wall_reflection,
            0.01,
            1.0,
            "of the pressure",
        )?;
        let terrain = &spec.terrain;
        self.range("city.terrain.up_m", terrain.up_m, -1e4, 1e4, "metres")?;
        self.range(
            "city.terrain.relief_m",
            terrain.relief_m,
            0.0,
            1e3,
            "metres",
        )?;
        self.range("city.terrain.scale_m", terrain.scale_m, 50.0, 1e4, "metres")?;
        if let Some(grid) = &terrain.grid {
            let columns = grid.heights_m.first().map_or(0, Vec::len);
            if terrain.relief_m != 0.0 {
                let remedy = "give relief_m or grid, not both";
                return self.refuse("city.terrain", "a grid and drawn hills at once", remedy);
            }
            if let Some(row) = grid.heights_m.iter().position(|row| row.len() != columns) {
                let field = format!("city.terrain.grid.heights_m[{row}]");
                let remedy = format!("give {columns} heights, as in the first row");
                return self.refuse(field, "a row of another length", remedy);
            }
        }
        Ok(())
    }

    /// Checks a spec, reads its file and builds the city.
    pub(crate) fn whole_city(
        &self,
        spec: &CitySpec,
        origin: Option<&Origin>,
        seed: u64,
    ) -> Result<City, SceneError> {
        self.city(spec)?;
        let text = match &spec.geojson {
            Some(text) if is_text(text) => Some(text.clone()),
            Some(path) => Some(self.read_text("city.geojson", path)?),
            None => None,
        };
        self.build_city(spec, text.as_deref(), origin, seed)
    }

    /// Builds the city of a spec that [`Check::city`] has passed.
    ///
    /// `geojson` is the text of the spec's file, `None` if it names none; `seed` is the scene's.
    pub(crate) fn build_city(
        &self,
        spec: &CitySpec,
        geojson: Option<&str>,
        origin: Option<&Origin>,
        seed: u64,
    ) -> Result<City, SceneError> {
        let name = match spec.geojson.as_deref() {
            Some(text) if is_text(text) => "text",
            name => name.unwrap_or(""),
        };
        let outlines: Vec<Outline> = match (geojson, &spec.generate) {
            (Some(text), _) => match read_geojson(text, origin) {
                Ok(found) => found.outlines,
                Err(error) => {
                    let field = format!("city.geojson ({name}): {}", error.place);
                    return self.refuse(field, error.problem, error.remedy);
                }
            },
            (None, Some(generated)) => generate(generated, seed),
            (None, None) => Vec::new(),
        };
        let farthest_m = outlines
            .iter()
            .flat_map(|outline| outline.footprint.iter().flatten())
            .fold(0.0_f64, |most, metres| most.max(metres.abs()));
        let terrain = terrain(&spec.terrain, 2.0 * (farthest_m + MARGIN_M), seed);
        let built = terrain.and_then(|terrain| {
            let buildings = outlines.into_iter().map(|o| o.stand_on(&terrain)).collect();
            City::new(buildings, terrain)
        });
        built.or_else(|error| {
            let field = match error.place.as_str() {
                place if place.starts_with("city") => error.place.clone(),
                place => format!("city.{place}"),
            };
            self.refuse(field, error.problem, error.remedy)
        })
    }
}

/// Whether it is a GeoJSON object rather than the name of a file.
fn is_text(geojson: &str) -> bool {
    geojson.trim_start().starts_with('{')
}

fn terrain(
    spec: &TerrainSpec,
    extent_m: f64,
    seed: u64,
) -> Result<Terrain, crate::city::CityError> {
    if let Some(grid) = &spec.grid {
        let columns = grid.heights_m.first().map_or(0, Vec::len);
        let heights = grid.heights_m.iter().flatten().map(|up| up + spec.up_m);
        let south_west = [grid.east_m, grid.north_m];
        return Terrain::grid(south_west, grid.step_m, columns, heights.collect());
    }
    if spec.relief_m > 0.0 {
        return Terrain::hills(spec.up_m, spec.relief_m, spec.scale_m, extent_m, seed);
    }
    Ok(Terrain::Flat(spec.up_m))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: Check<'static> = Check { file: "x.toml" };

    fn build(text: &str, geojson: Option<&str>) -> Result<City, String> {
        let spec: CitySpec = toml::from_str(text).map_err(|error| error.to_string())?;
        CHECK.city(&spec).map_err(|error| error.to_string())?;
        let city = CHECK.build_city(&spec, geojson, None, 5);
        city.map_err(|error| error.to_string())
    }

    #[test]
    fn a_drawn_city_stands_on_its_hills() {
        let city = build(
            "generate = { extent_m = 500.0 }\nterrain = { relief_m = 20.0, up_m = 2.0 }",
            None,
        )
        .unwrap();
        assert!(city.buildings().len() > 50);
        for building in city.buildings() {
            let ground = building
                .footprint
                .iter()
                .map(|c| city.ground_up_m(c[0], c[1]));
            assert!(ground.fold(f64::INFINITY, f64::min) >= building.base_up_m - 1e-9);
            assert!(building.roof_up_m > building.base_up_m && building.base_up_m >= 2.0);
        }
        assert!(build("", None).unwrap().buildings().is_empty());
    }

    #[test]
    fn a_scene_may_hold_its_buildings_itself() {
        let spec: CitySpec = toml::from_str(
            r#"geojson = '{"type":"FeatureCollection","crs_metres":true,"features":[{"properties":
            {"height":9},"geometry":{"type":"Polygon","coordinates":[[[9,0],[19,0],[19,9]]]}}]}'"#
                .replace('\n', " ")
                .as_str(),
        )
        .unwrap();
        let city = CHECK.whole_city(&spec, None, 5).unwrap();
        assert_eq!(city.buildings().len(), 1);
    }

    #[test]
    fn errors_name_field_and_remedy() {
        let bad = r#"{"type":"FeatureCollection","features":[{"geometry":
            {"type":"Polygon","coordinates":[[[900,0],[950,0],[950,9]]]}}]}"#;
        for (text, geojson, says) in [
            ("geojson = \"a\"\ngenerate = {}", None, "not both"),
            (
                "generate = { extent_m = 1.0 }",
                None,
                "city.generate.extent_m",
            ),
            ("generate = { streets = 1.0 }", None, "unknown field"),
            ("terrain = { scale_m = 0.0 }", None, "city.terrain.scale_m"),
            (
                "geojson = \"a.json\"",
                Some(bad),
                "city.geojson (a.json): features[0]",
            ),
            (
                "[terrain.grid]\neast_m = 0\nnorth_m = 0\nstep_m = 1\nheights_m = [[1.0, 2.0], [3.0]]",
                None,
                "heights_m[1]",
            ),
        ] {
            let error = build(text, geojson).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
