//! Digits that mean something: the fix is no better than its printed precision.

use serde::Serialize;
use shotfix_core::{Array, Enu, Geodetic, Timestamp};

/// Rounds to `decimals`; never gives -0.0. What is no number stays none (JSON writes `null`).
pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let rounded = (value * scale).round() / scale;
    // Values beyond 2^53 / scale have no decimals to round, and scaling may overflow.
    if rounded.is_finite() {
        rounded + 0.0
    } else {
        value
    }
}

/// Metres to the millimetre.
pub(super) fn metres(value: f64) -> f64 {
    round(value, 3)
}

/// Seconds to the microsecond.
pub(super) fn seconds(value: f64) -> f64 {
    round(value, 6)
}

/// A probability in whole percent; what is nearly certain is not told as if it were.
pub(crate) fn percent(probability: f64) -> String {
    if probability >= 0.995 {
        ">99 %".to_owned()
    } else {
        format!("{:.0} %", 100.0 * probability)
    }
}

/// RFC 3339 with microseconds.
pub(super) fn rfc_3339(time: Timestamp) -> String {
    time.to_string()
}

/// A place as the array allows: on the globe if it has a frame, else in its own coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Place {
    /// WGS84 degrees to 1e-7 (1 cm) and ellipsoidal metres.
    Globe {
        latitude: f64,
        longitude: f64,
        height: f64,
    },
    /// Metres in the array's own frame.
    Local { east: f64, north: f64, up: f64 },
}

impl Place {
    pub(super) fn new(array: &Array, position: Enu) -> Self {
        match array.frame() {
            Some(frame) => {
                let p = frame.to_geodetic(position);
                Self::Globe {
                    latitude: round(p.latitude_deg, 7),
                    longitude: round(p.longitude_deg, 7),
                    height: metres(p.height_m),
                }
            }
            None => Self::local(position),
        }
    }

    /// In metres of the array's own frame, wherever that lies.
    pub(super) fn local(position: Enu) -> Self {
        Self::Local {
            east: metres(position.east_m),
            north: metres(position.north_m),
            up: metres(position.up_m),
        }
    }

    /// With all digits, as origins need: what is measured from them is as good as they are.
    pub(super) fn whole(position: Geodetic) -> Self {
        Self::Globe {
            latitude: position.latitude_deg,
            longitude: position.longitude_deg,
            height: position.height_m,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_zero_positive_and_large_values_whole() {
        assert_eq!(round(-0.0004, 3).to_string(), "0");
        assert_eq!(round(1.234_567_89, 7), 1.234_567_9);
        assert_eq!(round(1e300, 300), 1e300);
        assert!(round(f64::NAN, 3).is_nan());
    }
}
