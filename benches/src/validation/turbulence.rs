//! How far gusts scatter times and levels.

use std::f64::consts::{LN_10, PI};

use shotfix_simulator::{Air, AirSpec, SceneError, Wander};

use super::stage::{Heard, Stage, at};
use super::{Piece, Row, Tolerance};

/// Draws for each figure. The deviation of a normal variable is then known to
/// `1/sqrt(2 n)` = 0.9 %, a correlation to 0.013.
const DRAWS: usize = 6_000;

/// Four of those errors.
const WITHIN: f64 = 0.04;

/// Mean wind and gusts, m/s, and the scale of the gusts, metres.
const WIND_M_S: f64 = 4.0;
const GUSTS_M_S: f64 = 1.0;
const SCALE_M: f64 = 10.0;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let air = gusty(GUSTS_M_S, SCALE_M);
    let c = air.medium().speed_m_s();
    let mu = GUSTS_M_S / c;
    let mut rows = Vec::new();
    for range_m in [500.0, 1_000.0, 2_000.0] {
        rows.push(Row {
            what: format!("travel time over {range_m} m, standard deviation"),
            unit: "ms",
            published: 1e3 * (PI.sqrt() * mu * mu * SCALE_M * range_m).sqrt() / c,
            simulated: 1e3 * deviation(&air, range_m, |wander| wander.delay_s),
            tolerance: Tolerance::Relative(WITHIN),
        });
    }
    rows.push(Row {
        what: "travel time over 1 m, one gust all the way".to_owned(),
        unit: "us",
        published: 1e6 * mu / c,
        simulated: 1e6 * deviation(&air, 1.0, |wander| wander.delay_s),
        tolerance: Tolerance::Relative(WITHIN),
    });
    for lag_s in [1.0, 2.0] {
        let speed_sqr = WIND_M_S.powi(2) + GUSTS_M_S.powi(2);
        rows.push(Row {
            what: format!("correlation of two shots {lag_s} s apart"),
            unit: "",
            published: (-speed_sqr * lag_s * lag_s / (SCALE_M * SCALE_M)).exp(),
            simulated: correlation(&air, lag_s),
            tolerance: Tolerance::Absolute(0.055),
        });
    }
    // Large, weak gusts: rays still hold.
    let (weak_m_s, large_m, range_m) = (0.034, 50.0, 100.0);
    let weak = gusty(weak_m_s, large_m);
    let log_variance =
        0.8 * PI.sqrt() / 3.0 * (weak_m_s / c).powi(2) * f64::powi(range_m / large_m, 3);
    rows.push(Row {
        what: "level over 100 m of gusts of 50 m, standard deviation".to_owned(),
        unit: "dB",
        published: 20.0 / LN_10 * log_variance.sqrt(),
        simulated: deviation(&weak, range_m, |wander| wander.level_db),
        tolerance: Tolerance::Relative(WITHIN),
    });
    rows.push(Row {
        what: "level after strong scattering, standard deviation".to_owned(),
        unit: "dB",
        published: 10.0 / LN_10 * PI / 6f64.sqrt(),
        simulated: deviation(&air, 1e6, |wander| wander.level_db),
        tolerance: Tolerance::Relative(WITHIN),
    });
    let (time_s, level_db) = recorded()?;
    let drawn = [
        (
            "travel time",
            "ms",
            1e3 * (PI.sqrt() * mu * mu * SCALE_M * RING_M).sqrt() / c,
            1e3 * time_s,
        ),
        (
            "level",
            "dB",
            deviation(&air, RING_M, |wander| wander.level_db),
            level_db,
        ),
    ];
    for (what, unit, published, simulated) in drawn {
        rows.push(Row {
            what: format!("{what} over {RING_M} m in {RING} recordings, standard deviation"),
            unit,
            published,
            simulated,
            // Four of their errors, 1/sqrt(2 n) each.
            tolerance: Tolerance::Relative(0.14),
        });
    }
    Ok(Piece {
        title: "Turbulence",
        source: "L. A. Chernov, Wave Propagation in a Random Medium, 1960: travel time \
                 `sqrt(sqrt(pi) mu^2 L r)/c` far away and `mu r/c` within one gust; level of a \
                 point source as long as rays hold, a tenth of his `8 sqrt(pi)/3 mu^2 (r/L)^3`; \
                 5.57 dB, the deviation of an exponential intensity, once scattering is strong. \
                 Frozen gusts of 1 m/s and 10 m in 4 m/s of wind decorrelate as \
                 `exp(-(U t/L)^2)`. Simulated: 6000 drawn paths each, and fronts in recordings of one \
                 shot by a ring of sensors.",
        rows,
        remarks: "The level in recordings stands beside that of the drawn paths: between weak and \
                  strong scattering there is no closed form.",
    })
}

/// Sensors on a ring about a shot, and its radius in metres.
const RING: usize = 400;
const RING_M: f64 = 500.0;

/// Standard deviations of time in seconds and of level in dB over the ring, about their means.
fn recorded() -> Result<(f64, f64), SceneError> {
    let sensors: Vec<_> = (0..RING)
        .map(|k| {
            let (sin, cos) = (std::f64::consts::TAU * k as f64 / RING as f64).sin_cos();
            at(RING_M * sin, RING_M * cos, 1.5)
        })
        .collect();
    let heard = Stage {
        sample_rate_hz: 24_000,
        firearm: "9mm",
        source_up_m: 1.5,
        shot: "",
        air: &format!(
            "absorption = false\nturbulence_m_s = {GUSTS_M_S:?}\nturbulence_scale_m = {SCALE_M:?}"
        ),
        more: "",
        sensors: &sensors,
    }
    .play()?;
    let spread = |of: fn(&Heard) -> f64| {
        let values: Vec<f64> = heard.iter().map(of).collect();
        let mean = values.iter().sum::<f64>() / RING as f64;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / RING as f64).sqrt()
    };
    Ok((
        spread(|heard| heard.front_s(0.5)),
        spread(|heard| heard.level_db(500.0)),
    ))
}

fn gusty(gusts_m_s: f64, scale_m: f64) -> Air {
    Air::new(&AirSpec {
        turbulence_m_s: gusts_m_s,
        turbulence_scale_m: scale_m,
        wind_east_m_s: WIND_M_S,
        ..AirSpec::default()
    })
}

/// What gusts do at `time_s` to the sound of each place in turn.
fn drawn<'a>(air: &'a Air, time_s: f64, range_m: f64) -> impl Iterator<Item = Wander> + 'a {
    (0..DRAWS).map(move |place| air.turbulence().sample(1, "S1", place, time_s, range_m))
}

/// About the mean of none.
fn deviation(air: &Air, range_m: f64, of: fn(&Wander) -> f64) -> f64 {
    let sum_sqr: f64 = drawn(air, 1.0, range_m).map(|w| of(&w).powi(2)).sum();
    (sum_sqr / DRAWS as f64).sqrt()
}

fn correlation(air: &Air, lag_s: f64) -> f64 {
    let (first, second) = (drawn(air, 10.0, 300.0), drawn(air, 10.0 + lag_s, 300.0));
    let (mut both, mut square) = (0.0, 0.0);
    for (a, b) in first.zip(second) {
        both += a.delay_s * b.delay_s;
        square += 0.5 * (a.delay_s.powi(2) + b.delay_s.powi(2));
    }
    both / square
}
