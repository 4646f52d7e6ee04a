//! A shot in a court: echoes off one wall and off two.

use shotfix_simulator::{PathKind, SceneError};

use super::stage::{Stage, at, range_m};
use super::{Piece, Row, Tolerance};

/// Inner faces of the walls, as seen from the shot: west, east, south and north, metres. The
/// court of `benches/peers/court.toml`, which measures 60 x 40 m.
const FACES_M: [[f64; 2]; 2] = [[-33.7, 26.3], [-13.9, 26.1]];

/// The shot, and the first microphone of that court, metres.
const SHOT_M: [f64; 3] = [0.0, 0.0, 1.5];
const SENSOR_M: [f64; 3] = [-18.5, -8.2, 4.8];

/// Speed of sound in dry air of 20 C, m/s.
const SPEED_M_S: f64 = 343.37;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let simulation = Stage {
        sample_rate_hz: 48_000,
        firearm: "9mm",
        source_up_m: SHOT_M[2],
        shot: "",
        air: "absorption = false\ntemperature_c = 20.0\nrelative_humidity_percent = 0.0",
        more: &format!("[city]\ngeojson = '{}'", walls()),
        sensors: &[at(SENSOR_M[0], SENSOR_M[1], SENSOR_M[2])],
    }
    .simulation()?;
    let echoes = &simulation.truth.shots[0].arrivals[0].echoes;
    let rows = images()
        .into_iter()
        .map(|(what, image, walls)| {
            let [east, north] = image;
            let sensor = at(SENSOR_M[0], SENSOR_M[1], SENSOR_M[2]);
            let delay_s = range_m(at(east, north, SHOT_M[2]), sensor) / SPEED_M_S;
            let found_s = (echoes.iter())
                .filter(|echo| echo.path == walls)
                .map(|echo| echo.delay_s)
                .min_by(|a, b| (a - delay_s).abs().total_cmp(&(b - delay_s).abs()));
            Row {
                what,
                unit: "ms",
                published: 1e3 * delay_s,
                simulated: 1e3 * found_s.unwrap_or(f64::NAN),
                // 0.05 m/s of the speed of sound, over 40 to 90 m.
                tolerance: Tolerance::Absolute(0.04),
            }
        })
        .collect();
    Ok(Piece {
        title: "Echoes in a court",
        source: "Distances of the images of the shot in one wall and in two (J. B. Allen, D. A. \
                 Berkley, J. Acoust. Soc. Am. 65, 1979) over the speed of sound, in a court of 60 x \
                 40 m. Simulated: the echoes that the truth of the recording lists, which are those \
                 that were rendered.",
        rows,
        remarks: "",
    })
}

/// Images of the shot, with the walls they stand for.
fn images() -> Vec<(String, [f64; 2], PathKind)> {
    let [[west, east], [south, north]] = FACES_M;
    let mirror = |at: [f64; 2], wall: usize| match wall {
        0 => [2.0 * west - at[0], at[1]],
        1 => [2.0 * east - at[0], at[1]],
        2 => [at[0], 2.0 * south - at[1]],
        _ => [at[0], 2.0 * north - at[1]],
    };
    let names = ["west", "east", "south", "north"];
    let shot = [SHOT_M[0], SHOT_M[1]];
    let mut images = Vec::new();
    for first in 0..4 {
        images.push((names[first].to_owned(), mirror(shot, first), PathKind::Wall));
        for second in 0..4 {
            // Both orders of a corner have one image; walls that face each other have two.
            let is_new = second != first && (first / 2 == second / 2 || first < second);
            if is_new {
                let what = format!("{}, then {}", names[first], names[second]);
                let image = mirror(mirror(shot, first), second);
                images.push((what, image, PathKind::TwoWalls));
            }
        }
    }
    images
}

/// Four walls 1 m thick and 12 m high, as GeoJSON.
fn walls() -> String {
    let [[west, east], [south, north]] = FACES_M;
    let wall = |[w, s, e, n]: [f64; 4]| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"height\":12}},\"geometry\":{{\"type\":\
             \"Polygon\",\"coordinates\":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"
        )
    };
    let walls = [
        [west - 1.0, south, west, north],
        [east, south, east + 1.0, north],
        [west - 1.0, south - 1.0, east + 1.0, south],
        [west - 1.0, north, east + 1.0, north + 1.0],
    ]
    .map(wall);
    format!(
        "{{\"type\":\"FeatureCollection\",\"crs_metres\":true,\"features\":[{}]}}",
        walls.join(",")
    )
}
