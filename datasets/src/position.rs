//! A sensor's place as a file gives it, before it is in the array's frame.

use serde::Deserialize;
use shotfix_core::{Enu, Geodetic, LocalFrame};

/// A place on the globe or in an anonymous frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Position {
    /// Metres in the array's frame.
    Local(Enu),
    /// WGS84.
    Globe(Geodetic),
}

impl Position {
    /// The place in `frame`; `None` if it is on the globe and the frame is not.
    pub(crate) fn to_enu(self, frame: Option<&LocalFrame>) -> Option<Enu> {
        match self {
            Self::Local(enu) => Some(enu),
            Self::Globe(place) => frame.map(|f| f.to_enu(place)),
        }
    }
}

/// A geodetic position whose numbers make sense.
pub(crate) fn checked_geodetic(
    latitude_deg: f64,
    longitude_deg: f64,
    height_m: f64,
) -> Result<Geodetic, String> {
    // Anything outside is a mistake such as swapped columns; the bounds of the height are the
    // deepest shore and the highest aircraft.
    for (name, value, limit) in [
        ("latitude", latitude_deg, 90.0),
        ("longitude", longitude_deg, 360.0),
        ("height", height_m, 20_000.0),
    ] {
        if !(-limit..=limit).contains(&value) {
            return Err(format!(
                "{name} is {value}; expected a number from {} to {limit}",
                -limit
            ));
        }
    }
    Ok(Geodetic {
        latitude_deg,
        longitude_deg,
        height_m,
    })
}

/// Local coordinates that are numbers.
pub(crate) fn checked_enu(east_m: f64, north_m: f64, up_m: f64) -> Result<Enu, String> {
    for (name, value) in [("east", east_m), ("north", north_m), ("up", up_m)] {
        // Map grids such as UTM reach 1e7 m; what is larger is no metre.
        if !(-2e7..=2e7).contains(&value) {
            return Err(format!(
                "{name} is {value}; expected metres from -2e7 to 2e7"
            ));
        }
    }
    Ok(Enu::new(east_m, north_m, up_m))
}

/// Either form, as written in TOML and JSON.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPosition {
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) height: Option<f64>,
    pub(crate) east: Option<f64>,
    pub(crate) north: Option<f64>,
    pub(crate) up: Option<f64>,
}

impl RawPosition {
    /// The place, if exactly one of the two forms is given in full. Heights default to zero.
    pub(crate) fn resolve(self) -> Result<Position, String> {
        match self {
            Self {
                latitude: Some(latitude),
                longitude: Some(longitude),
                height,
                east: None,
                north: None,
                up: None,
            } => checked_geodetic(latitude, longitude, height.unwrap_or(0.0)).map(Position::Globe),
            Self {
                latitude: None,
                longitude: None,
                height: None,
                east: Some(east),
                north: Some(north),
                up,
            } => checked_enu(east, north, up.unwrap_or(0.0)).map(Position::Local),
            _ => {
                Err("needs either latitude, longitude (and height) or east, north (and up)".into())
            }
        }
    }
}

/// The mean of the given places, summed in order so that it is the same every time.
pub(crate) fn mean(places: &[Geodetic]) -> Option<Geodetic> {
    let first = places.first()?;
    let n = places.len() as f64;
    // Longitudes relative to the first, so that an array across the date line has its mean there.
    let turn = |deg: f64| (deg - first.longitude_deg + 540.0).rem_euclid(360.0) - 180.0;
    let sum = |of: &dyn Fn(&Geodetic) -> f64| places.iter().map(of).sum::<f64>() / n;
    Some(Geodetic {
        latitude_deg: sum(&|p| p.latitude_deg),
        longitude_deg: first.longitude_deg + sum(&|p| turn(p.longitude_deg)),
        height_m: sum(&|p| p.height_m),
    })
}
