//! What air takes from sound.

use shotfix_simulator::SceneError;

use super::stage::{Stage, at};
use super::{Piece, Row, Tolerance};

/// ISO 9613-1:1993, table 1, at one standard atmosphere: degrees Celsius, percent, third-octave
/// band from 1 kHz, dB/km. The table is computed at the exact midband frequencies
/// `1000 * 10^(band / 10)` Hz, its note 5 says.
const TABLE_1: &[(f64, f64, i32, f64)] = &[
    (20.0, 50.0, -9, 0.445),
    (20.0, 70.0, -9, 0.339),
    (20.0, 70.0, -7, 0.776),
    (20.0, 70.0, 0, 4.98),
    (20.0, 10.0, 6, 109.0),
    (20.0, 100.0, 6, 19.4),
    (0.0, 70.0, -9, 0.390),
    (0.0, 70.0, 0, 4.64),
    (10.0, 70.0, -9, 0.411),
    (10.0, 70.0, 0, 3.66),
    (10.0, 70.0, 6, 32.8),
    (10.0, 10.0, 9, 69.4),
    (-10.0, 70.0, 9, 86.2),
];

/// ISO 9613-2:1996, table 2, 10 C and 70 %: octave from 1 kHz, dB/km.
const TABLE_2: &[(i32, f64)] = &[
    (-2, 1.0),
    (-1, 1.9),
    (0, 3.7),
    (1, 9.7),
    (2, 32.8),
    (3, 117.0),
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
    for (celsius, percent, band, db_per_km) in TABLE_1.iter().copied() {
        let frequency_hz = 1e3 * 10f64.powf(0.1 * f64::from(band));
        rows.push(Row {
            what: format!(
                "table 1, {celsius} °C, {percent} %, {:.0} Hz",
                nominal_hz(band)
            ),
            unit: "dB/km",
            published: db_per_km,
            simulated: measured(celsius, percent, frequency_hz, db_per_km)?,
            tolerance: Tolerance::Relative(0.01),
        });
    }
    for (octave, db_per_km) in TABLE_2.iter().copied() {
        let frequency_hz = 1e3 * 10f64.powf(0.3 * f64::from(octave));
        // Printed to a tenth, and in whole decibels from 100 on: half of the last place, or 1 %.
        let last_place = if db_per_km < 100.0 { 0.1 } else { 1.0 };
        rows.push(Row {
            what: format!("table 2, 10 °C, 70 %, {:.0} Hz", nominal_hz(3 * octave)),
            unit: "dB/km",
            published: db_per_km,
            simulated: measured(10.0, 70.0, frequency_hz, db_per_km)?,
            tolerance: Tolerance::Absolute(f64::max(0.5 * last_place, 0.01 * db_per_km)),
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
        air: &format!("temperature_c = {celsius:?}\nrelative_humidity_percent = {percent:?}"),
        more: "",
        sensors: &[at(NEAR_M, 0.0, 1.5), at(NEAR_M + way_m, 0.0, 1.5)],
    }
    .play()?;
    let spreading_db = 20.0 * ((NEAR_M + way_m) / NEAR_M).log10();
    let lost_db = heard[0].level_db(frequency_hz) - heard[1].level_db(frequency_hz) - spreading_db;
    Ok(1e3 * lost_db / way_m)
}

/// The name of a band, Hz.
fn nominal_hz(band: i32) -> f64 {
    let hz = 1e3 * 10f64.powf(0.1 * f64::from(band));
    match band {
        -9 => 125.0,
        -7 => 200.0,
        _ => 10.0 * (hz / 10.0).round().max(1.0),
    }
}
