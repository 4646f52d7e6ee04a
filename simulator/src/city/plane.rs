//! From degrees to metres: the plane that touches the WGS84 ellipsoid at the scene's origin.

use crate::scene::Origin;

/// Semi-major axis of WGS84, metres.
const EQUATOR_M: f64 = 6_378_137.0;

/// Flattening of WGS84.
const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// East and north of an origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    origin: [f64; 3],
    height_m: f64,
    east: [f64; 3],
    north: [f64; 3],
}

impl Plane {
    pub(crate) fn new(origin: &Origin) -> Self {
        let (lat, lon) = (origin.latitude.to_radians(), origin.longitude.to_radians());
        Self {
            origin: geocentric(origin.longitude, origin.latitude, origin.height),
            height_m: origin.height,
            east: [-lon.sin(), lon.cos(), 0.0],
            north: [-lat.sin() * lon.cos(), -lat.sin() * lon.sin(), lat.cos()],
        }
    }

    /// Metres east and north of a place at the origin's height, by way of geocentric coordinates:
    /// exact, so 5 km away it is as good as the degrees.
    pub(crate) fn metres(&self, longitude: f64, latitude: f64) -> [f64; 2] {
        let place = geocentric(longitude, latitude, self.height_m);
        let along =
            |axis: [f64; 3]| -> f64 { (0..3).map(|i| axis[i] * (place[i] - self.origin[i])).sum() };
        [along(self.east), along(self.north)]
    }
}

/// Earth-centred coordinates of degrees and ellipsoidal height, metres.
///
/// # Source
/// The definition of the ellipsoid, as in any textbook of geodesy.
fn geocentric(longitude: f64, latitude: f64, height_m: f64) -> [f64; 3] {
    let (lat, lon) = (latitude.to_radians(), longitude.to_radians());
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let vertical = EQUATOR_M / (1.0 - e2 * lat.sin().powi(2)).sqrt();
    [
        (vertical + height_m) * lat.cos() * lon.cos(),
        (vertical + height_m) * lat.cos() * lon.sin(),
        (vertical * (1.0 - e2) + height_m) * lat.sin(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres of a degree of latitude and of longitude, the usual series for
    /// WGS84 that almanacs and length-of-a-degree calculators print, good to a centimetre.
    fn degree_m(latitude: f64) -> (f64, f64) {
        let x = latitude.to_radians();
        let lat = 111_132.92 - 559.82 * (2.0 * x).cos() + 1.175 * (4.0 * x).cos()
            - 0.0023 * (6.0 * x).cos();
        let lon = 111_412.84 * x.cos() - 93.5 * (3.0 * x).cos() + 0.118 * (5.0 * x).cos();
        (lat, lon)
    }

    #[test]
    fn val_metres_against_the_published_length_of_a_degree() {
        for latitude in [-60.0, -12.0, 0.0, 40.44, 71.0] {
            let plane = Plane::new(&Origin {
                latitude,
                longitude: -79.99,
                height: 0.0,
            });
            let [_, north] = plane.metres(-79.99, latitude + 0.04);
            assert!(
                (north - 0.04 * degree_m(latitude + 0.02).0).abs() < 0.01,
                "{north}"
            );
            let [east, _] = plane.metres(-79.94, latitude);
            assert!((east - 0.05 * degree_m(latitude).1).abs() < 0.01, "{east}");
        }
    }

    #[test]
    fn val_parallels_bend_polewards() {
        // A parallel leaves the tangent plane's east axis by east^2 tan(latitude) / (2 N),
        // N = 6387 km at 40.44 degrees: 5000 m give 1.668 m.
        let plane = Plane::new(&Origin {
            latitude: 40.44,
            longitude: 0.0,
            height: 0.0,
        });
        let [east, north] = plane.metres(0.059, 40.44);
        let expected = east * east * 40.44_f64.to_radians().tan() / (2.0 * 6_387_150.0);
        assert!((north - expected).abs() < 0.01);
    }
}
