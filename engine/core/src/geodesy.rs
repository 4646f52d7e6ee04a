//! WGS84 at the edges, one local tangent plane inside.
//!
//! There is no `From` between [`Geodetic`] and [`Enu`]: the way leads through a [`LocalFrame`].
//! Solvers see [`Enu`] metres only.

/// WGS84 semi-major axis, metres (NIMA TR8350.2).
const WGS84_A_M: f64 = 6_378_137.0;
/// WGS84 flattening (NIMA TR8350.2).
const WGS84_F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
const WGS84_E2: f64 = WGS84_F * (2.0 - WGS84_F);

/// A WGS84 position; the height is above the ellipsoid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geodetic {
    /// Latitude in degrees, north positive.
    pub latitude_deg: f64,
    /// Longitude in degrees, east positive.
    pub longitude_deg: f64,
    /// Height above the WGS84 ellipsoid in metres.
    pub height_m: f64,
}

/// A position in metres east, north and up of a [`LocalFrame`]'s origin (or x, y, z of an
/// anonymised array that has no geodetic origin).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Enu {
    /// Metres east (x).
    pub east_m: f64,
    /// Metres north (y).
    pub north_m: f64,
    /// Metres up (z).
    pub up_m: f64,
}

impl Enu {
    /// A position from its three coordinates in metres.
    pub const fn new(east_m: f64, north_m: f64, up_m: f64) -> Self {
        Self {
            east_m,
            north_m,
            up_m,
        }
    }

    /// Distance to `other` in three dimensions, metres.
    pub fn distance_m(self, other: Self) -> f64 {
        self.horizontal_distance_m(other)
            .hypot(self.up_m - other.up_m)
    }

    /// Distance to `other` on the map, metres.
    pub fn horizontal_distance_m(self, other: Self) -> f64 {
        (self.east_m - other.east_m).hypot(self.north_m - other.north_m)
    }
}

/// The tangent plane at one origin: x east, y north, z up, metres.
///
/// The transformation is the exact rotation of earth-centred coordinates, not a flat-earth
/// approximation, so it is invertible at any distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalFrame {
    origin: Geodetic,
    origin_ecef_m: [f64; 3],
    /// Rows: unit vectors east, north and up in earth-centred coordinates.
    axes: [[f64; 3]; 3],
}

impl LocalFrame {
    /// The frame whose origin is `origin`.
    pub fn new(origin: Geodetic) -> Self {
        let (sin_lat, cos_lat) = origin.latitude_deg.to_radians().sin_cos();
        let (sin_lon, cos_lon) = origin.longitude_deg.to_radians().sin_cos();
        Self {
            origin,
            origin_ecef_m: ecef_m(origin),
            axes: [
                [-sin_lon, cos_lon, 0.0],
                [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
                [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            ],
        }
    }

    /// Where the frame's zero lies.
    pub fn origin(&self) -> Geodetic {
        self.origin
    }

    /// `position` in this frame.
    pub fn to_enu(&self, position: Geodetic) -> Enu {
        let p = ecef_m(position);
        let d = [0, 1, 2].map(|k| p[k] - self.origin_ecef_m[k]);
        let [east, north, up] = self
            .axes
            .map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
        Enu::new(east, north, up)
    }

    /// `position` on the globe; inverse of [`LocalFrame::to_enu`] to better than a micrometre
    /// near the surface.
    pub fn to_geodetic(&self, position: Enu) -> Geodetic {
        let local = [position.east_m, position.north_m, position.up_m];
        let p = [0, 1, 2].map(|k| {
            self.origin_ecef_m[k]
                + (0..3)
                    .map(|row| self.axes[row][k] * local[row])
                    .sum::<f64>()
        });
        geodetic(p)
    }
}

/// Earth-centred earth-fixed coordinates of `position`, metres.
fn ecef_m(position: Geodetic) -> [f64; 3] {
    let (sin_lat, cos_lat) = position.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = position.longitude_deg.to_radians().sin_cos();
    let prime_vertical = WGS84_A_M / (1.0 - WGS84_E2 * sin_lat * sin_lat).sqrt();
    let h = position.height_m;
    [
        (prime_vertical + h) * cos_lat * cos_lon,
        (prime_vertical + h) * cos_lat * sin_lon,
        (prime_vertical * (1.0 - WGS84_E2) + h) * sin_lat,
    ]
}

/// Inverse of [`ecef_m`] by Bowring's iteration on the latitude.
///
/// B. R. Bowring, Transformation from spatial to geographical coordinates, Survey Review 23
/// (181), 1976. Two rounds already reach nanometres below 10 km of height; five are run.
fn geodetic(p: [f64; 3]) -> Geodetic {
    let [x, y, z] = p;
    let axis_distance = x.hypot(y);
    let semi_minor = WGS84_A_M * (1.0 - WGS84_F);
    let second_e2 = WGS84_E2 / (1.0 - WGS84_E2);
    let mut reduced = (z * WGS84_A_M).atan2(axis_distance * semi_minor);
    let mut latitude = 0.0_f64;
    for _ in 0..5 {
        let (s, c) = reduced.sin_cos();
        latitude = (z + second_e2 * semi_minor * s.powi(3))
            .atan2(axis_distance - WGS84_E2 * WGS84_A_M * c.powi(3));
        let (sin_lat, cos_lat) = latitude.sin_cos();
        reduced = ((1.0 - WGS84_F) * sin_lat).atan2(cos_lat);
    }
    let (sin_lat, cos_lat) = latitude.sin_cos();
    let prime_vertical = WGS84_A_M / (1.0 - WGS84_E2 * sin_lat * sin_lat).sqrt();
    // Free of the division by cos(latitude) that fails at the poles.
    let height_m = axis_distance * cos_lat + z * sin_lat
        - prime_vertical * (1.0 - WGS84_E2 * sin_lat * sin_lat);
    Geodetic {
        latitude_deg: latitude.to_degrees(),
        longitude_deg: y.atan2(x).to_degrees(),
        height_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn val_meridian_degree() {
        // Length of one degree of latitude centred on 45 N: 111 131.745 m on WGS84
        // (meridian arc series; NGA, Length of a degree calculator, 111.13 km).
        let frame = LocalFrame::new(Geodetic {
            latitude_deg: 45.0,
            longitude_deg: 7.0,
            height_m: 0.0,
        });
        let north = frame.to_enu(Geodetic {
            latitude_deg: 45.005,
            longitude_deg: 7.0,
            height_m: 0.0,
        });
        let south = frame.to_enu(Geodetic {
            latitude_deg: 44.995,
            longitude_deg: 7.0,
            height_m: 0.0,
        });
        assert!((north.distance_m(south) - 1_111.317_45).abs() < 1e-3);
        assert!(north.east_m.abs() < 1e-9);
    }

    #[test]
    fn val_equator_is_a_circle_of_the_semi_major_axis() {
        let frame = LocalFrame::new(Geodetic {
            latitude_deg: 0.0,
            longitude_deg: 0.0,
            height_m: 0.0,
        });
        let p = frame.to_enu(Geodetic {
            latitude_deg: 0.0,
            longitude_deg: 0.01,
            height_m: 0.0,
        });
        let angle = 0.01_f64.to_radians();
        assert!((p.east_m - WGS84_A_M * angle.sin()).abs() < 1e-6);
        assert!((p.up_m - WGS84_A_M * (angle.cos() - 1.0)).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn there_and_back(
            lat in -89.9..89.9_f64, lon in -180.0..180.0_f64, h in -100.0..5000.0_f64,
            e in -20_000.0..20_000.0_f64, n in -20_000.0..20_000.0_f64, u in -100.0..1000.0_f64,
        ) {
            let frame = LocalFrame::new(Geodetic { latitude_deg: lat, longitude_deg: lon, height_m: h });
            let p = Enu::new(e, n, u);
            prop_assert!(frame.to_enu(frame.to_geodetic(p)).distance_m(p) < 1e-6);
        }
    }
}
