//! What sources and sensors stand on, and must not be inside of.

use crate::city::City;
use crate::error::SceneError;
use crate::point::Point;
use crate::scene::{Check, GroundSpec, Scene};

/// Ground and buildings of a scene.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) city: Option<&'a City>,
    pub(crate) ground: Option<&'a GroundSpec>,
}

/// How high something is, as a scene writes it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Height {
    /// Metres above the origin.
    pub(crate) up: Option<f64>,
    /// Metres above what is below.
    pub(crate) height_m: Option<f64>,
}

impl<'a> Site<'a> {
    pub(crate) fn of(scene: &'a Scene) -> Self {
        Self {
            city: scene.city.as_deref(),
            ground: scene.ground.as_ref(),
        }
    }

    /// Height of the ground, metres; of a scene without any, 0.
    pub(crate) fn ground_up_m(&self, east: f64, north: f64) -> f64 {
        match (self.city, self.ground) {
            (Some(city), _) => city.ground_up_m(east, north),
            (None, ground) => ground.map_or(0.0, |ground| ground.up_m),
        }
    }

    /// Height of the highest roof over a place, or of the ground, metres.
    pub(crate) fn roof_or_ground_up_m(&self, east: f64, north: f64) -> f64 {
        match self.city {
            Some(city) => city.roof_or_ground_up_m(east, north),
            None => self.ground_up_m(east, north),
        }
    }

    /// Whether a point is in the open: above the ground and in no building.
    pub(crate) fn is_open(&self, point: Point) -> bool {
        self.city.is_none_or(|city| city.solid_at(point).is_none()) && !self.is_under_ground(point)
    }

    /// A scene of neither ground nor city has nothing to be under.
    fn is_under_ground(&self, point: Point) -> bool {
        (self.city.is_some() || self.ground.is_some())
            && point.up < self.ground_up_m(point.east, point.north)
    }
}

impl Check<'_> {
    /// Metres above the origin of something at a place: as written, or `usual_m` above `below`.
    pub(crate) fn up_m(
        &self,
        field: &str,
        height: Height,
        below_up_m: f64,
        usual_m: f64,
    ) -> Result<f64, SceneError> {
        match (height.up, height.height_m) {
            (Some(_), Some(_)) => {
                let problem = "its height is given twice";
                self.refuse(
                    field,
                    problem,
                    "give up, above the origin, or height_m, above what is below",
                )
            }
            (Some(up), None) => Ok(up),
            (None, Some(height_m)) => {
                self.range(
                    format!("{field}.height_m"),
                    height_m,
                    0.0,
                    10_000.0,
                    "metres",
                )?;
                Ok(below_up_m + height_m)
            }
            (None, None) => Ok(below_up_m + usual_m),
        }
    }

    /// Refuses what is inside a building or under the ground.
    pub(crate) fn open(&self, field: &str, site: Site<'_>, point: Point) -> Result<(), SceneError> {
        let inside = site.city.and_then(|city| {
            let roof_up_m = city.buildings()[city.solid_at(point)?].roof_up_m;
            Some(roof_up_m)
        });
        if let Some(roof_up_m) = inside {
            let problem = format!("{} is inside a building", words(point));
            let remedy =
                format!("move it out of the footprint, or up to its roof at {roof_up_m:.2} m");
            return self.refuse(field, problem, remedy);
        }
        if site.is_under_ground(point) {
            let ground_up_m = site.ground_up_m(point.east, point.north);
            let problem = format!("{} is below the ground", words(point));
            let remedy = format!("raise it to {ground_up_m:.2} m or more, or lower the ground");
            return self.refuse(field, problem, remedy);
        }
        Ok(())
    }
}

fn words(point: Point) -> String {
    format!("({:.2}, {:.2}, {:.2}) m", point.east, point.north, point.up)
}
