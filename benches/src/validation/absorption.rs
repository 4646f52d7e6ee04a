//! What air takes from sound.

use shotfix_simulator::SceneError;

use super::stage::{Stage, at};
use super::{Piece, Row, Tolerance};

/// ISO 9613-1:1993, table 1, at one standard atmosphere: degrees Celsius, percent, name of the
/// third-octave band in Hz, dB/km.
const TABLE_1: &[(f64, f64, f64, f64)] = &[
    (20.0, 50.0, 125.0, 0.445),
    (20.0, 70.0, 125.0, 0.339),
    (20.0, 70.0, 200.0, 0.776),
    (20.0, 70.0, 1e3, 4.98),
    (20.0, 10.0, 4e3, 109.0),
    (20.0, 100.0, 4e3, 19.4),
    (0.0, 70.0, 125.0, 0.390),
    (0.0, 70.0, 1e3, 4.64),
    (10.0, 70.0, 125.0, 0.411),
    (10.0, 70.0, 1e3, 3.66),
    (10.0, 70.0, 4e3, 32.8),
    (10.0, 10.0, 8e3, 69.4),
    (-10.0, 70.0, 8e3, 86.2),
];

/// ISO 9613-2:1996, table 2, 10 C and 70 %: name of the octave in Hz, dB/km.
const TABLE_2: &[(f64, f64)] = &[
    (250.0, 1.0),
    (500.0, 1.9),
    (1e3, 3.7),
    (2e3, 9.7),
    (4e3, 32.8),
    (8e3, 117.0),
];

/// Near sensor, metres from the muzzle.
const NEAR_M: f64 = 20.0;

/// Loss between the sensors to aim for: far above the rounding of the samples, far below where
/// the renderer drops what is inaudible, dB.
const LOSS_DB: f64 = 10.0;

/// Longest way between the sensors, metres.
const LONGEST_M: f64 = 1_000.0;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let mut rows = Vec::new();
    for (celsius, percent, band_hz, db_per_km) in TABLE_1.iter().copied() {
        rows.push(Row {
            what: format!("table 1, {celsius} °C, {percent} %, {band_hz} Hz"),
            unit: "dB/km",
            published: db_per_km,
            simulated: measured(celsius, percent, midband_hz(band_hz), db_per_km)?,
            tolerance: Tolerance::Relative(0.01),
        });
    }
    for (band_hz, db_per_km) in TABLE_2.iter().copied() {
        // Printed to a tenth, and in whole decibels from 100 on.
        let half_place = if db_per_km < 100.0 { 0.05 } else { 0.5 };
        let tolerance = if half_place > 0.01 * db_per_km {
            Tolerance::Absolute(half_place)
        } else {
            Tolerance::Relative(0.01)
        };
        rows.push(Row {
            what: format!("table 2, 10 °C, 70 %, {band_hz} Hz"),
            unit: "dB/km",
            published: db_per_km,
            simulated: measured(10.0, 70.0, midband_hz(band_hz), db_per_km)?,
            tolerance,
        });
    }
    Ok(Piece {
        title: "Absorption",
        source: "ISO 9613-1:1993, table 1, and ISO 9613-2:1996, table 2, at their exact midband \
                 frequencies. Simulated: spectra of one shot recorded 20 m and up to 1 km from \
                 the muzzle, compared after spherical spreading.",
        rows,
        remarks: "Table 2 is printed with two or three digits; half of the last is allowed where \
                  that is more than 1 %.",
    })
}

/// Absorption between two recordings, dB/km.
fn measured(
    celsius: f64,
    percent: f64,
    frequency_hz: f64,
    expected: f64,
) -> Result<f64, SceneError> {
    let way_m = (1e3 * LOSS_DB / expected).min(LONGEST_M).round();
    let heard = Stage {
        // High enough that nothing folds back onto 8 kHz.
        sample_rate_hz: 96_000,
        firearm: "9mm",
        source_up_m: 1.5,
        shot: "",
        air: &format!("temperature_c = {celsius:?}\nrelative_humidity_percent = {percent:?}"),
        more: "",
        sensors: &[at(NEAR_M, 0.0, 1.5), at(NEAR_M + way_m, 0.0, 1.5)],
    }
    .play()?;
    let spreading_db = 20.0 * ((NEAR_M + way_m) / NEAR_M).log10();
    let lost_db = heard[0].level_db(frequency_hz) - heard[1].level_db(frequency_hz) - spreading_db;
    Ok(1e3 * lost_db / way_m)
}

/// The exact midband frequency `1000 * 10^(k/10)` Hz of the band of that name, at which both tables
/// are computed (ISO 9613-1, note 5 to 6.4).
fn midband_hz(band_hz: f64) -> f64 {
    1e3 * 10f64.powf(0.1 * (10.0 * (band_hz / 1e3).log10()).round())
}
