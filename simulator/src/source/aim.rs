//! Which way a barrel points.

use serde::{Deserialize, Serialize};

/// A direction in the scene, as compass and level give it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Aim {
    /// Degrees clockwise from north, from 0 to 360.
    pub azimuth_deg: f64,
    /// Degrees upwards from level.
    pub elevation_deg: f64,
}

impl Aim {
    /// A direction; any number of turns may be added to the azimuth.
    pub fn new(azimuth_deg: f64, elevation_deg: f64) -> Self {
        Self {
            azimuth_deg: azimuth_deg.rem_euclid(360.0),
            elevation_deg,
        }
    }

    /// The direction `by_deg` further clockwise.
    pub(crate) fn turned(self, by_deg: f64) -> Self {
        Self::new(self.azimuth_deg + by_deg, self.elevation_deg)
    }

    /// Unit vector: east, north, up.
    pub fn direction(&self) -> [f64; 3] {
        let (sin_azimuth, cos_azimuth) = self.azimuth_deg.to_radians().sin_cos();
        let (sin_elevation, cos_elevation) = self.elevation_deg.to_radians().sin_cos();
        [
            cos_elevation * sin_azimuth,
            cos_elevation * cos_azimuth,
            sin_elevation,
        ]
    }

    /// Angle between this direction and a unit vector (east, north, up), radians.
    pub fn angle_rad(&self, towards: [f64; 3]) -> f64 {
        let dot: f64 = self
            .direction()
            .iter()
            .zip(towards)
            .map(|(a, b)| a * b)
            .sum();
        dot.clamp(-1.0, 1.0).acos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azimuth_goes_clockwise_from_north() {
        let half = 0.5f64.sqrt();
        for (azimuth_deg, elevation_deg, expected) in [
            (0.0, 0.0, [0.0, 1.0, 0.0]),
            (90.0, 0.0, [1.0, 0.0, 0.0]),
            (-90.0, 0.0, [-1.0, 0.0, 0.0]),
            (180.0, 45.0, [0.0, -half, half]),
            (37.0, 90.0, [0.0, 0.0, 1.0]),
        ] {
            let direction = Aim::new(azimuth_deg, elevation_deg).direction();
            for (got, expected) in direction.iter().zip(expected) {
                assert!((got - expected).abs() < 1e-15, "{azimuth_deg}");
            }
        }
    }

    #[test]
    fn angles_are_those_between_directions() {
        let north = Aim::new(0.0, 0.0);
        for azimuth_deg in [0.0f64, 30.0, 90.0, 180.0] {
            let angle_rad = north.angle_rad(Aim::new(azimuth_deg, 0.0).direction());
            assert!((angle_rad - azimuth_deg.to_radians()).abs() < 1e-7);
        }
    }
}
