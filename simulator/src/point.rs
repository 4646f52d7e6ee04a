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
    /// Unit vector to `other`: east, north, up; straight up if the two are one.
    pub(crate) fn direction_to(self, other: Point) -> [f64; 3] {
        let range_m = self.range_m(other);
        if range_m == 0.0 {
            return [0.0, 0.0, 1.0];
        }
        [
            (other.east - self.east) / range_m,
            (other.north - self.north) / range_m,
            (other.up - self.up) / range_m,
        ]
    }

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
