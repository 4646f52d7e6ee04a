//! The chunk `smj0`/`smjx` of commercial gunshot evidence files: zlib-compressed JSON with the
//! sensor's serial number, start time, position, weather and full scale.
//!
//! Field meanings: the published schema of ShotSpotter/research.source-location-shotspotter-audio.
//! `lambda`, in files of newer sensors, is the largest error of the system clock in seconds:
//! |offset| + dispersion + half the round trip (RFC 5905). `pdop` is the GPS position dilution.

use std::io::Read;

use serde::Deserialize;
use shotfix_core::{Geodetic, Timestamp};

/// Largest JSON accepted, bytes; published files hold two thousand.
const MAX_JSON_BYTES: u64 = 1 << 20;

/// What the chunk says that matters here.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The sensor.
    pub serial_number: String,
    /// Time of the first sample.
    pub start: Timestamp,
    /// The sensor's position. The height is above mean sea level, which differs from the
    /// ellipsoid by the same tens of metres for all sensors of a city.
    pub position: Geodetic,
    /// Largest error of the clock, seconds.
    pub clock_error_s: Option<f64>,
    /// Weather at the recording, if it is of the air.
    pub weather: Option<EvidenceWeather>,
    /// Level of a full-scale sample of each transducer: channel and dB SPL.
    pub full_scale_db_spl: Vec<(u16, f64)>,
}

/// The nearest station's weather, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EvidenceWeather {
    /// Degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Percent.
    pub relative_humidity_percent: Option<f64>,
    /// Metres per second.
    pub wind_speed_m_s: Option<f64>,
    /// Degrees clockwise from north that the wind comes from.
    pub wind_from_deg: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    serial_number: String,
    #[serde(rename = "startTimeUTC")]
    start_time_utc: String,
    geolocation: Geolocation,
    lambda: Option<f64>,
    weather: Option<Weather>,
    #[serde(default)]
    transducers: Vec<Transducer>,
}

#[derive(Deserialize)]
struct Geolocation {
    latitude: f64,
    longitude: f64,
    elevation: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weather {
    medium: Option<String>,
    temperature: Option<f64>,
    relative_humidity: Option<f64>,
    speed: Option<f64>,
    direction: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transducer {
    #[serde(default)]
    channel: u16,
    full_scale: Option<f64>,
}

/// Reads a chunk's content.
///
/// # Errors
/// A sentence that says which part is damaged or missing.
pub fn parse(chunk: &[u8]) -> Result<Evidence, String> {
    let mut json = Vec::new();
    flate2::read::ZlibDecoder::new(chunk)
        .take(MAX_JSON_BYTES + 1)
        .read_to_end(&mut json)
        .map_err(|e| format!("the smj chunk cannot be decompressed ({e})"))?;
    if json.len() as u64 > MAX_JSON_BYTES {
        return Err(format!(
            "the smj chunk inflates to more than {MAX_JSON_BYTES} bytes"
        ));
    }
    parse_json(&json)
}

/// Reads the decompressed JSON.
///
/// # Errors
/// As [`parse`].
pub fn parse_json(json: &[u8]) -> Result<Evidence, String> {
    let json: Json =
        serde_json::from_slice(json).map_err(|e| format!("the JSON of the smj chunk: {e}"))?;
    let start = json
        .start_time_utc
        .parse()
        .map_err(|e| format!("startTimeUTC of the smj chunk: {e}"))?;
    let place = json.geolocation;
    let finite = |x: &f64| x.is_finite();
    let weather = json
        .weather
        .filter(|w| w.medium.as_deref().is_none_or(|m| m == "air"));
    Ok(Evidence {
        serial_number: json.serial_number,
        start,
        position: crate::position::checked_geodetic(
            place.latitude,
            place.longitude,
            place.elevation.unwrap_or(0.0),
        )
        .map_err(|e| format!("geolocation of the smj chunk: {e}"))?,
        clock_error_s: json.lambda.filter(|x| *x >= 0.0 && x.is_finite()),
        weather: weather.map(|w| EvidenceWeather {
            temperature_c: w.temperature.filter(finite),
            relative_humidity_percent: w.relative_humidity.filter(finite),
            wind_speed_m_s: w.speed.filter(finite),
            wind_from_deg: w.direction.filter(finite),
        }),
        full_scale_db_spl: json
            .transducers
            .iter()
            .filter_map(|t| Some((t.channel, t.full_scale.filter(finite)?)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn pack(json: &[u8]) -> Vec<u8> {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(json).unwrap();
        zlib.finish().unwrap()
    }

    const SAMPLE: &str = r#"{"serialNumber":"SCP-1","startTimeUTC":"2022-09-18T05:20:54.178Z",
        "geolocation":{"latitude":41.697987,"longitude":-87.633597,"elevation":195.5},
        "lambda":2.4e-5,"weather":{"medium":"air","temperature":25.0,"relativeHumidity":null,
        "speed":6.7,"direction":210.0},"transducers":[{"channel":0,"fullScale":93.09}]}"#;

    #[test]
    fn reads_what_matters() {
        let evidence = parse(&pack(SAMPLE.as_bytes())).unwrap();
        assert_eq!(evidence.serial_number, "SCP-1");
        assert_eq!(evidence.start, "2022-09-18T05:20:54.178Z".parse().unwrap());
        assert_eq!(evidence.position.height_m, 195.5);
        assert_eq!(evidence.clock_error_s, Some(2.4e-5));
        assert_eq!(evidence.full_scale_db_spl, [(0, 93.09)]);
        let weather = evidence.weather.unwrap();
        assert_eq!(weather.relative_humidity_percent, None);
        assert_eq!(weather.wind_from_deg, Some(210.0));
    }

    #[test]
    fn refuses_bombs_and_damage() {
        let bomb = pack(&vec![b' '; 50 << 20]);
        assert!(bomb.len() < 100_000);
        assert!(parse(&bomb).unwrap_err().contains("inflates"));
        assert!(parse(b"not zlib").unwrap_err().contains("decompressed"));
        assert!(parse(&pack(b"{}")).unwrap_err().contains("serialNumber"));
        let far = SAMPLE.replace("41.697987", "141.0");
        assert!(
            parse(&pack(far.as_bytes()))
                .unwrap_err()
                .contains("latitude")
        );
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..200, value in any::<u8>()) {
            let _ = parse(&bytes);
            let _ = parse_json(&bytes);
            let mut chunk = pack(SAMPLE.as_bytes());
            let at = at % chunk.len();
            chunk[at] = value;
            let _ = parse(&chunk);
        }
    }
}
