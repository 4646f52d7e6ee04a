//! Places in the scene.

use serde::{Deserialize, Serialize};

/// A point in the scene's frame, metres.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Point {
    /// Metres east of the origin.
    pub east: f64,
    /// Metres north of the origin.
    pub north: f64,
    /// Metres above the origin.
    pub up: f64,
}

impl Point {
    /// Straight distance to `other`, metres.
    pub fn range_m(&self, other: Point) -> f64 {
        let (e, n, u) = (
            self.east - other.east,
            self.north - other.north,
            self.up - other.up,
        );
        (e * e + n * n + u * u).sqrt()
    }
}
