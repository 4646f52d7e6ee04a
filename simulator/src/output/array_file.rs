//! `array.toml`: what the array's owner knows, in the format that locators read.

use std::fmt::Write;

use crate::scene::{AirSpec, Origin};
use crate::sensor::Station;

/// The text of the file. Positions are the surveyed ones, the weather is the reported one.
///
/// `{:?}` of an f64 is its shortest exact decimal form and always a TOML float.
pub(crate) fn array_toml<'a>(
    origin: Option<Origin>,
    air: &AirSpec,
    stations: impl IntoIterator<Item = &'a Station>,
) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(o) = origin {
        let _ = writeln!(
            text,
            "[frame]\norigin = {{ latitude = {:?}, longitude = {:?}, height = {:?} }}\n",
            o.latitude, o.longitude, o.height
        );
    }
    let _ = writeln!(
        text,
        "[atmosphere]\n\
         temperature_c = {:?}\n\
         temperature_sigma_c = {:?}\n\
         relative_humidity_percent = {:?}\n\
         pressure_pa = {:?}\n\
         wind_east_m_s = {:?}\n\
         wind_north_m_s = {:?}\n\
         wind_sigma_m_s = {:?}",
        air.temperature_c,
        air.temperature_sigma_c,
        air.relative_humidity_percent,
        air.pressure_pa,
        air.wind_east_m_s,
        air.wind_north_m_s,
        air.wind_sigma_m_s
    );
    for station in stations {
        let at = station.surveyed;
        // Names hold letters, digits, `-` and `.` only: nothing to escape.
        let _ = writeln!(
            text,
            "\n[[sensor]]\n\
             id = \"{}\"\n\
             position = {{ east = {:?}, north = {:?}, up = {:?} }}\n\
             position_sigma_m = {:?}\n\
             clock_sigma_s = {:?}\n\
             full_scale_db_spl = {:?}",
            station.id,
            at.east,
            at.north,
            at.up,
            station.position_sigma_m,
            station.clock_sigma_s,
            station.full_scale_db_spl
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::Point;

    #[test]
    fn reads_back_as_toml() {
        let at = Point {
            east: 1e-7,
            north: -2.0,
            up: 8.25,
        };
        let station = Station {
            id: "S01".into(),
            position: at,
            surveyed: at,
            position_sigma_m: 0.0,
            clock_offset_s: 0.0,
            clock_sigma_s: 1e-6,
            full_scale_db_spl: 120.0,
            sensitivity_sigma_db: 0.0,
        };
        let origin = Origin {
            latitude: 40.44,
            longitude: -79.99,
            height: 300.0,
        };
        let text = array_toml(Some(origin), &AirSpec::default(), [&station]);
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(
            table["frame"]["origin"]["longitude"].as_float(),
            Some(-79.99)
        );
        assert_eq!(
            table["atmosphere"]["pressure_pa"].as_float(),
            Some(101_325.0)
        );
        let sensor = &table["sensor"][0];
        assert_eq!(sensor["position"]["east"].as_float(), Some(1e-7));
        assert_eq!(sensor["clock_sigma_s"].as_float(), Some(1e-6));
        assert_eq!(sensor["id"].as_str(), Some("S01"));
    }
}
