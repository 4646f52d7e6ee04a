//! Where refraction keeps sound from the ground, and how deep it gets there.

use shotfix_simulator::{Air, AirSpec, SceneError, Shadow};

use super::stage::{Heard, Stage, at};
use super::{Piece, Row, Tolerance};

/// Degrees Celsius per metre, height of the source and of the receiver in metres.
const EDGES: &[(f64, f64, f64)] = &[
    (-0.165, 1.5, 8.0),
    (-0.165, 1.5, 1.5),
    (-0.1, 10.0, 10.0),
    (-0.05, 1.5, 25.0),
];

pub(super) fn piece() -> Result<Piece, SceneError> {
    let mut rows: Vec<Row> = EDGES
        .iter()
        .map(|&(gradient, source_m, receiver_m)| Row {
            what: format!("edge at {gradient} °C/m, {source_m} m to {receiver_m} m"),
            unit: "m",
            published: edge_m(gradient, source_m, receiver_m),
            simulated: found_edge_m(gradient, source_m, receiver_m),
            // The rays of the closed form are parabolas; the speed is taken at the ground.
            tolerance: Tolerance::Relative(0.01),
        })
        .collect();
    for frequency_hz in [250.0, 1_000.0] {
        // A way down the middle of the shadow of the first line of the table.
        let (gradient, source_m, receiver_m) = EDGES[0];
        let edge_m = edge_m(gradient, source_m, receiver_m);
        let shadow = Shadow::new(source_m, receiver_m, edge_m, 2.0 * edge_m, SPEED_M_S);
        let k = std::f64::consts::TAU * frequency_hz / SPEED_M_S;
        // Im tau / (2 k l^2) with l^3 = R / (2 k^2): 1.0188 sin 60 / 2^(1/3) = 0.70035.
        let published = DB_PER_NEPER * 0.700_35 * k.cbrt() / radius_m(gradient).powf(2.0 / 3.0);
        rows.push(Row {
            what: format!("creeping wave, {frequency_hz} Hz, by the model's formula"),
            unit: "dB/km",
            published: 1e3 * published,
            simulated: 1e3 * shadow.creeping_db_per_m(frequency_hz),
            tolerance: Tolerance::Relative(0.01),
        });
    }
    let (dark, light) = (&play(EDGES[0].0)?[0], &play(0.0)?[0]);
    for frequency_hz in [1_000.0, 2_000.0] {
        rows.push(Row {
            what: format!("loss 800 m away, {frequency_hz} Hz"),
            unit: "dB",
            published: 22.5,
            simulated: light.level_db(frequency_hz) - dark.level_db(frequency_hz),
            // 20 to 25 dB were measured.
            tolerance: Tolerance::Absolute(2.5),
        });
    }
    Ok(Piece {
        title: "Shadow",
        source: "Edge: `sqrt(2 R)(sqrt hs + sqrt hr)` with the radius `R = 2 T / |dT/dz|` of the \
                 rays. Creeping wave: A. D. Pierce, Acoustics, 1981, section 9-5. Depth: 20 to \
                 25 dB, G. A. Daigle, T. F. W. Embleton, J. E. Piercy, J. Acoust. Soc. Am. 79(3), \
                 1986. Simulated: the range at which rays cease, by bisection; spectra of \
                 recordings with and without the gradient of the first line, 1.5 m to 8 m.",
        rows,
        remarks: "",
    })
}

/// Decibels of one neper.
const DB_PER_NEPER: f64 = 8.685_889_638;

/// Kelvin at the ground.
const KELVIN: f64 = 288.15;

/// Speed of sound at that temperature, m/s.
const SPEED_M_S: f64 = 340.3;

/// The gradient ends above all sources and receivers, metres.
const CAP_M: f64 = 30.0;

/// Radius of rays, metres: `c / |dc/dz|`, c going as the root of the temperature.
fn radius_m(gradient_c_per_m: f64) -> f64 {
    2.0 * KELVIN / gradient_c_per_m.abs()
}

fn edge_m(gradient_c_per_m: f64, source_m: f64, receiver_m: f64) -> f64 {
    (2.0 * radius_m(gradient_c_per_m)).sqrt() * (source_m.sqrt() + receiver_m.sqrt())
}

fn found_edge_m(gradient_c_per_m: f64, source_m: f64, receiver_m: f64) -> f64 {
    let air = Air::new(&AirSpec {
        temperature_c: KELVIN - 273.15,
        temperature_height_m: 0.0,
        temperature_cap_m: CAP_M,
        // At a constant relative humidity warm air holds more vapour, which bends rays by 2 % more.
        relative_humidity_percent: 0.0,
        temperature_gradient_c_per_m: gradient_c_per_m,
        ..AirSpec::default()
    });
    let dark = |range_m: f64| {
        let travel = air.travel(at(0.0, 0.0, source_m), at(range_m, 0.0, receiver_m), 0.0);
        travel.shadow.is_some()
    };
    let (mut light_m, mut dark_m) = (1.0, 10_000.0);
    while dark_m - light_m > 0.01 {
        let middle_m = 0.5 * (light_m + dark_m);
        if dark(middle_m) {
            dark_m = middle_m;
        } else {
            light_m = middle_m;
        }
    }
    0.5 * (light_m + dark_m)
}

fn play(gradient_c_per_m: f64) -> Result<Vec<Heard>, SceneError> {
    Stage {
        sample_rate_hz: 48_000,
        firearm: "9mm",
        source_up_m: 1.5,
        shot: "",
        air: &format!(
            "absorption = false\nrelative_humidity_percent = 0.0\n\
             temperature_height_m = 0.0\ntemperature_cap_m = {CAP_M:?}\n\
             temperature_gradient_c_per_m = {gradient_c_per_m:?}"
        ),
        more: "",
        sensors: &[at(0.0, 800.0, 8.0)],
    }
    .play()
}
