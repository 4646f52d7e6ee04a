//! What is left of a sound behind a ridge.

use shotfix_simulator::SceneError;

use super::stage::{Heard, Stage, at};
use super::{Piece, Row, Tolerance};

/// Distance of source and sensor from the ridge, metres.
const SIDE_M: f64 = 40.0;

/// Height of the crest above the straight line, metres.
const ABOVE_M: f64 = 2.6;

/// Height of source and sensor, metres.
const UP_M: f64 = 2.0;

/// Fresnel number and loss in dB, read from Maekawa's chart.
const CHART: &[(f64, f64)] = &[(0.1, 7.5), (1.0, 13.0), (3.0, 17.5)];

pub(super) fn piece() -> Result<Piece, SceneError> {
    // A crest half-way along the line of sight, the only edge: its flanks lie below the way.
    let crest_m = UP_M + ABOVE_M;
    let ridge = format!(
        "[city.terrain.grid]\neast_m = -20.0\nnorth_m = -20.0\nstep_m = 20.0\n\
         heights_m = [[0.0, {crest_m:?}, 0.0], [0.0, {crest_m:?}, 0.0], [0.0, {crest_m:?}, 0.0]]"
    );
    // The stage fires at the origin, so the ridge is moved instead.
    let ridge = ridge.replace("east_m = -20.0", &format!("east_m = {:?}", SIDE_M - 20.0));
    let behind = &play(&ridge)?[0];
    let free = &play("")?[0];
    let extra_m = 2.0 * (SIDE_M.hypot(ABOVE_M) - SIDE_M);
    let loss_db = |fresnel: f64| {
        let frequency_hz = fresnel * SPEED_M_S / (2.0 * extra_m);
        free.level_db(frequency_hz) - behind.level_db(frequency_hz)
    };
    let mut rows: Vec<Row> = CHART
        .iter()
        .map(|&(fresnel, chart_db)| Row {
            what: format!("Maekawa's chart, N = {fresnel}"),
            unit: "dB",
            published: chart_db,
            simulated: loss_db(fresnel),
            // His measurements scatter about the chart by as much.
            tolerance: Tolerance::Absolute(1.0),
        })
        .collect();
    for fresnel in [0.1f64, 0.3, 1.0, 2.0, 4.0] {
        let x = (std::f64::consts::TAU * fresnel).sqrt();
        rows.push(Row {
            what: format!("Kurze and Anderson, N = {fresnel}"),
            unit: "dB",
            published: 5.0 + 20.0 * (x / x.tanh()).log10(),
            simulated: loss_db(fresnel),
            // By so much the formula of the standard leaves theirs, at N = 0.3.
            tolerance: Tolerance::Absolute(1.5),
        });
    }
    rows.push(Row {
        what: "later than along the line of sight".to_owned(),
        unit: "ms",
        published: 1e3 * extra_m / SPEED_M_S,
        simulated: 1e3 * (behind.front_s(0.1) - free.front_s(0.1)),
        // A front without its high frequencies rises more slowly.
        tolerance: Tolerance::Absolute(0.05),
    });
    Ok(Piece {
        title: "Diffraction",
        source: "Z. Maekawa, Applied Acoustics 1, 1968 (chart), and U. J. Kurze, G. S. Anderson, \
                 Applied Acoustics 4, 1971: `5 + 20 lg(sqrt(2 pi N)/tanh sqrt(2 pi N))`, for the \
                 Fresnel number N. Simulated: spectra of a recording behind a ridge, and of one \
                 without it.",
        rows,
        remarks: "The simulator uses the formula of ISO 9613-2, `10 lg(3 + 20 N)`, which is \
                  their curve made smooth; it ends at 20 dB for one edge. The delay is taken at a \
                  tenth of the peak.",
    })
}

/// Speed of sound in dry air of 20 C, m/s.
const SPEED_M_S: f64 = 343.37;

fn play(more: &str) -> Result<Vec<Heard>, SceneError> {
    Stage {
        sample_rate_hz: 96_000,
        firearm: "9mm",
        source_up_m: UP_M,
        shot: "",
        air: "absorption = false\ntemperature_c = 20.0\nrelative_humidity_percent = 0.0",
        more,
        sensors: &[at(2.0 * SIDE_M, 0.0, UP_M)],
    }
    .play()
}
