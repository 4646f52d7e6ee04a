//! When sound arrives.

use shotfix_simulator::{Air, Point, Scene, SceneError};

use super::ray_tracer::RayTracer;
use super::stage::{Heard, Stage, at, range_m};
use super::{Piece, Row, Tolerance};

/// Dry or half humid air: degrees Celsius, percent, speed in m/s.
const SPEEDS: &[(f64, f64, f64)] = &[
    (0.0, 0.0, 331.45),
    (20.0, 0.0, 343.37),
    (20.0, 50.0, 343.99),
];

/// Weather as lines of a scene, and what it is called.
const WEATHERS: &[(&str, &str)] = &[
    ("lapse of 0.05 °C/m", "temperature_gradient_c_per_m = -0.05"),
    (
        "inversion of 0.1 °C/m",
        "temperature_gradient_c_per_m = 0.1",
    ),
    (
        "5 m/s over grass",
        "wind_east_m_s = 5.0\nroughness_m = 0.03",
    ),
    (
        "15 m/s over a suburb",
        "wind_east_m_s = 15.0\nroughness_m = 0.5",
    ),
    (
        "10 m/s, inversion of 0.05 °C/m",
        "wind_east_m_s = 10.0\nroughness_m = 0.1\ntemperature_gradient_c_per_m = 0.05",
    ),
];

/// Name of a direction, degrees from the way the wind blows; heights of source and receiver and
/// range, metres; short of the shadow. Still air has no upwind.
const WAYS: &[(&str, f64, f64, f64, f64)] = &[
    ("downwind", 0.0, 1.5, 25.0, 400.0),
    ("crosswind", 90.0, 10.0, 40.0, 1_000.0),
    ("upwind", 180.0, 10.0, 40.0, 250.0),
];

pub(super) fn piece() -> Result<Piece, SceneError> {
    let mut rows = speeds()?;
    rows.extend(uniform_wind()?);
    for (name, air) in WEATHERS {
        rows.extend(layers(name, air)?);
    }
    Ok(Piece {
        title: "Travel times",
        source: "Speed: O. Cramer, J. Acoust. Soc. Am. 93(5), 1993. Uniform wind: `r/(c + w)`, \
                 `r/(c - w)` and `r/sqrt(c^2 - w^2)`. Layers of temperature and wind: a numerical \
                 ray tracer (Runge-Kutta of the ray equations, Pierce 1981, eq. 8-1.10), which \
                 shares the profile with the simulator and nothing else. Simulated: where the \
                 front stands half-way up in recordings at 192 kHz.",
        rows,
        remarks: "The air of today holds more carbon dioxide than Cramer's, which is worth up to \
                  0.05 m/s. More rays, and which of them end in shadow, are compared in \
                  `benches/tests/ray_tracer.rs`.",
    })
}

/// Onset at every sensor, seconds.
fn onsets_s(air: &str, source_up_m: f64, sensors: &[Point]) -> Result<Vec<f64>, SceneError> {
    let heard = Stage {
        sample_rate_hz: 192_000,
        firearm: "9mm",
        source_up_m,
        shot: "",
        air: &format!("absorption = false\n{air}"),
        more: "",
        sensors,
    }
    .play()?;
    // The front is symmetric about its time; the peak above it is rounded by a few percent, which
    // moves the half by less than 1 us.
    Ok(heard
        .iter()
        .map(|heard: &Heard| heard.front_s(0.5))
        .collect())
}

fn speeds() -> Result<Vec<Row>, SceneError> {
    let mut rows = Vec::new();
    for (celsius, percent, published) in SPEEDS.iter().copied() {
        let air = format!("temperature_c = {celsius:?}\nrelative_humidity_percent = {percent:?}");
        rows.push(Row {
            what: format!("speed at {celsius} °C, {percent} %"),
            unit: "m/s",
            published,
            simulated: 1e3 / onsets_s(&air, 1.5, &[at(0.0, 1e3, 1.5)])?[0],
            tolerance: Tolerance::Absolute(0.05),
        });
    }
    Ok(rows)
}

fn uniform_wind() -> Result<Vec<Row>, SceneError> {
    let (wind_m_s, range_m) = (10.0, 1_000.0);
    let air = "temperature_c = 20.0\nrelative_humidity_percent = 50.0\nwind_east_m_s = 10.0";
    let c = scene_air(air)?.medium().speed_m_s();
    let across_m_s = (c * c - wind_m_s * wind_m_s).sqrt();
    let ways = [
        ("downwind", at(range_m, 0.0, 1.5), c + wind_m_s),
        ("upwind", at(-range_m, 0.0, 1.5), c - wind_m_s),
        ("crosswind", at(0.0, range_m, 1.5), across_m_s),
    ];
    let onsets_s = onsets_s(air, 1.5, &ways.map(|(_, sensor, _)| sensor))?;
    let rows = ways.iter().zip(onsets_s);
    Ok(rows
        .map(|((name, _, speed_m_s), onset_s)| Row {
            what: format!("uniform wind of 10 m/s, {name}, 1 km"),
            unit: "ms",
            published: 1e3 * range_m / speed_m_s,
            simulated: 1e3 * onset_s,
            tolerance: Tolerance::Absolute(0.002),
        })
        .collect())
}

fn layers(name: &str, air: &str) -> Result<Vec<Row>, SceneError> {
    let sampled = scene_air(air)?;
    let calm = !air.contains("wind");
    let mut rows = Vec::new();
    for (way, degrees, source_m, receiver_m, across_m) in WAYS.iter().copied() {
        if calm && degrees > 90.0 {
            continue;
        }
        let (sin, cos) = degrees.to_radians().sin_cos();
        let sensor = at(across_m * cos, across_m * sin, receiver_m);
        let tracer = RayTracer {
            profile: sampled.profile(),
            towards: [cos, sin],
            range_m: across_m,
        };
        // A shadow is no number and so does not hold.
        let traced_s = tracer.first_s(source_m, receiver_m).unwrap_or(f64::NAN);
        let direction = if calm { "" } else { way };
        let slant_m = range_m(at(0.0, 0.0, source_m), sensor);
        rows.push(Row {
            what: format!("{name}, {direction} {slant_m:.0} m").replace(",  ", ", "),
            unit: "ms",
            published: 1e3 * traced_s,
            simulated: 1e3 * onsets_s(air, source_m, &[sensor])?[0],
            // What the simulator promises: 0.02 ms at up to 1 km.
            tolerance: Tolerance::Absolute(0.02),
        });
    }
    Ok(rows)
}

/// The air of a scene with these lines.
fn scene_air(air: &str) -> Result<Air, SceneError> {
    let text = format!(
        "[atmosphere]\nabsorption = false\n{air}\n[[sensor]]\nid = \"S\"\neast = 0.0\nnorth = 9.0\n"
    );
    Ok(Scene::from_toml(&text, "validation.toml")?.air().clone())
}
