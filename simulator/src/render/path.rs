//! One way from a source to a sensor.

use serde::{Deserialize, Serialize};

use crate::air::Air;
use crate::point::Point;
use crate::render::filter::PathFilter;

/// What a sound does on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathKind {
    /// Straight, with nothing in between.
    Sight,
    /// Bent over roofs or hills.
    OverRoofs,
    /// Bent round the corners of buildings.
    RoundCorner,
    /// Off one wall.
    Wall,
    /// Off two walls.
    TwoWalls,
    /// An echo that the scene draws at random.
    Echo,
}

/// One way from a place to a sensor. It is the same for every sound from that place.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Path {
    /// What the sound does on its way.
    pub kind: PathKind,
    /// Whether it also bounces off the ground in front of the source.
    pub off_ground: bool,
    /// Seconds from emission to arrival.
    pub delay_s: f64,
    /// Corners of the way, the source first and the sensor last; empty for a drawn echo.
    pub points: Vec<Point>,
    /// Pressure at the sensor over pressure at 1 m, without absorption and without `filter`.
    pub(crate) gain: f64,
    /// Metres of air passed, for absorption.
    pub(crate) air_m: f64,
    /// What edges, walls and shadows take.
    pub(crate) filter: Option<PathFilter>,
    /// Unit vector along which the sound leaves the source: east, north, up.
    pub(crate) departure: [f64; 3],
}

impl Path {
    /// Level at the sensor of a component of `frequency_hz` that has 0 dB at 1 m, decibels.
    pub fn level_db(&self, air: &Air, frequency_hz: f64) -> f64 {
        let filter = self
            .filter
            .as_ref()
            .map_or(1.0, |f| f.at(frequency_hz).norm());
        20.0 * (self.gain.abs() * filter).log10()
            - air.medium().absorption_db_per_m(frequency_hz) * self.air_m
    }
}
