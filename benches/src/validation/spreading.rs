//! How level falls with range in lossless air, and what level ground adds.

use shotfix_simulator::{Point, SceneError};

use super::stage::{Stage, at, range_m};
use super::{Piece, Row, Tolerance};

/// Frequency at which levels are compared, Hz: near the spectral peak of the shot.
const FREQUENCY_HZ: f64 = 500.0;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let mut rows = free_field()?;
    rows.extend(over_ground()?);
    Ok(Piece {
        title: "Spreading and ground",
        source: "Spherical spreading, 20 lg r, and the interference of a sound with its image in \
                 hard level ground, `|1 + R (r1/r2) exp(-2 pi i f (r2 - r1)/c)|`, both closed \
                 forms (A. D. Pierce, Acoustics, 1981). Simulated: spectra of recordings of one \
                 shot; with ground over without.",
        rows,
        remarks: "",
    })
}

fn stage<'a>(more: &'a str, sensors: &'a [Point]) -> Stage<'a> {
    Stage {
        sample_rate_hz: 96_000,
        firearm: "9mm",
        source_up_m: 1.5,
        shot: "",
        air: "absorption = false\ntemperature_c = 20.0\nrelative_humidity_percent = 0.0",
        more,
        sensors,
    }
}

fn free_field() -> Result<Vec<Row>, SceneError> {
    let ranges_m = [1.0, 100.0, 200.0, 400.0, 800.0];
    let heard = stage("", &ranges_m.map(|range_m| at(0.0, range_m, 1.5))).play()?;
    let levels_db: Vec<f64> = heard.iter().map(|h| h.level_db(FREQUENCY_HZ)).collect();
    Ok((1..ranges_m.len())
        .map(|k| Row {
            what: format!("level at {} m over that at 1 m", ranges_m[k]),
            unit: "dB",
            published: -20.0 * ranges_m[k].log10(),
            simulated: levels_db[k] - levels_db[0],
            // Samples are 32-bit floats; the rest is a pulse cut off after its last millionth.
            tolerance: Tolerance::Absolute(0.01),
        })
        .collect())
}

/// Speed of sound in dry air of 20 C, m/s; see the table of travel times.
const SPEED_M_S: f64 = 343.37;

fn over_ground() -> Result<Vec<Row>, SceneError> {
    let (source, sensor) = (at(0.0, 0.0, 1.5), at(60.0, 0.0, 8.0));
    let reflection = 0.9;
    let ground = format!("[ground]\nreflection = {reflection:?}");
    let with = stage(&ground, &[sensor]).play()?;
    let without = stage("", &[sensor]).play()?;
    let (r1, r2) = (range_m(source, sensor), range_m(at(0.0, 0.0, -1.5), sensor));
    Ok([100.0, 300.0, 600.0, 1_000.0]
        .map(|frequency_hz: f64| {
            let phase = std::f64::consts::TAU * frequency_hz * (r2 - r1) / SPEED_M_S;
            let image = reflection * r1 / r2;
            let sum = (1.0 + image * phase.cos()).hypot(image * phase.sin());
            Row {
                what: format!("ground, 1.5 m to 8 m over 60 m, {frequency_hz} Hz"),
                unit: "dB",
                published: 20.0 * sum.log10(),
                simulated: with[0].level_db(frequency_hz) - without[0].level_db(frequency_hz),
                // 0.05 m/s of the speed of sound are a tenth of this where it matters most.
                tolerance: Tolerance::Absolute(0.05),
            }
        })
        .into())
}
