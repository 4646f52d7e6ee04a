//! The crack of a bullet: when it comes, how long and how loud it is.

use shotfix_simulator::{Firearm, SceneError};

use super::stage::{Heard, Stage, at, pascals, range_m};
use super::{Piece, Row, Tolerance};

/// Maher's case: speed of a .308 at the muzzle and of sound, m/s.
const BULLET_M_S: f64 = 831.5;
const SOUND_M_S: f64 = 328.0;

/// His sensor: aside and ahead of the muzzle, metres.
const ASIDE_M: f64 = 3.7;
const AHEAD_M: f64 = 6.3;

/// Dry air in which sound is as fast as he has it: Cramer's 331.45 m/s at 0 C goes as the root of
/// the temperature; degrees Celsius.
fn celsius() -> f64 {
    273.15 * ((SOUND_M_S / 331.45).powi(2) - 1.0)
}

/// Of the air, pascals.
const PRESSURE_PA: f64 = 101_325.0;

/// Miss distances at which the wave is measured, 20 m ahead, metres.
const MISSES_M: [f64; 3] = [2.0, 5.0, 10.0];

pub(super) fn piece() -> Result<Piece, SceneError> {
    let absolute = |what: &str, unit, published, simulated, most| Row {
        what: what.to_owned(),
        unit,
        published,
        simulated,
        tolerance: Tolerance::Absolute(most),
    };
    // The second sensor stands half a metre farther from the line of fire.
    let both = play(&[[ASIDE_M, AHEAD_M], [ASIDE_M + 0.5, AHEAD_M]])?;
    let (near, far) = (&both[0], &both[1]);
    let (shock_s, blast_s) = (near.crack.front_s(0.5), near.blast.front_s(0.5));
    let lag_s = far.crack.front_s(0.5) - shock_s;
    let cone_deg = (SOUND_M_S * lag_s / 0.5).acos().to_degrees();
    let mut rows = vec![
        absolute(
            "shock at 6.3 m ahead, 3.7 m aside",
            "ms",
            18.0,
            1e3 * shock_s,
            0.2,
        ),
        absolute("blast there", "ms", 22.4, 1e3 * blast_s, 0.2),
        absolute(
            "shock before blast there",
            "ms",
            4.39,
            1e3 * (blast_s - shock_s),
            0.1,
        ),
        absolute("Mach angle, from two sensors", "deg", 23.2, cone_deg, 0.2),
    ];
    for (miss_m, heard) in MISSES_M
        .iter()
        .zip(play(&MISSES_M.map(|miss_m| [miss_m, 20.0]))?)
    {
        let (peak_pa, duration_s) = whitham(*miss_m, 20.0);
        rows.push(Row {
            what: format!("duration of the N, miss of {miss_m} m"),
            unit: "us",
            published: 1e6 * duration_s,
            simulated: 1e6 * heard.crack.between_shocks_s(),
            tolerance: Tolerance::Relative(0.03),
        });
        rows.push(absolute(
            &format!("peak of the N, miss of {miss_m} m"),
            "dB SPL",
            20.0 * (peak_pa / pascals(0.0)).log10(),
            heard.crack.front_db_spl(),
            0.3,
        ));
    }
    Ok(Piece {
        title: "Shock wave of a bullet",
        source: "Times and angle of a .308: R. C. Maher, Modeling and signal processing of acoustic \
                 gunshot recordings, IEEE DSP Workshop, 2006; 4.39 ms is his measurement. Length and \
                 peak: G. B. Whitham, Comm. Pure Appl. Math. 5, 1952, for a slender bullet on a \
                 straight cone at the speed it has where the wave leaves it. Simulated: recordings \
                 at 192 kHz.",
        rows,
        remarks: "The anti-alias filter spreads each shock over four samples, 21 us, so the highest sample \
                  is lower than the wave; the peak is that of the samples behind the front, carried back \
                  to its time. The bullet slows, which bends the cone; the simulator counts that in \
                  length and peak, Whitham's formula does not.",
    })
}

/// What one sensor heard of the bullet and of the muzzle.
struct Shot {
    crack: Heard,
    blast: Heard,
}

/// Fires north; places are metres aside and ahead.
fn play(places: &[[f64; 2]]) -> Result<Vec<Shot>, SceneError> {
    let sensors: Vec<_> = places
        .iter()
        .map(|[aside, ahead]| at(*aside, *ahead, 1.5))
        .collect();
    let heard = Stage {
        sample_rate_hz: 192_000,
        firearm: ".308",
        source_up_m: 1.5,
        shot: &format!("azimuth_deg = 0.0\nbullet_speed_m_s = {BULLET_M_S:?}"),
        air: &format!(
            "absorption = false\nrelative_humidity_percent = 0.0\ntemperature_c = {:?}",
            celsius()
        ),
        more: "",
        sensors: &sensors,
    }
    .play()?;
    Ok(heard
        .iter()
        .zip(&sensors)
        .map(|(heard, sensor)| {
            // Half a millisecond before the blast the crack is over.
            let cut_s = range_m(at(0.0, 0.0, 1.5), *sensor) / SOUND_M_S - 0.5e-3;
            Shot {
                crack: heard.between(0.0, cut_s),
                blast: heard.between(cut_s, f64::MAX),
            }
        })
        .collect())
}

/// Peak in pascals and duration in seconds by Whitham's formulas.
fn whitham(miss_m: f64, ahead_m: f64) -> (f64, f64) {
    let Some(arm) = Firearm::by_name(".308") else {
        return (f64::NAN, f64::NAN);
    };
    // The bullet is `miss / sqrt(M^2 - 1)` short of abeam when the wave leaves it.
    let short = (BULLET_M_S / SOUND_M_S).powi(2) - 1.0;
    let gone_m = ahead_m - miss_m / short.sqrt();
    let mach = (BULLET_M_S - arm.deceleration_per_s * gone_m) / SOUND_M_S;
    let square = mach * mach - 1.0;
    let slender = arm.bullet_diameter_m / arm.bullet_length_m.powf(0.25);
    (
        0.53 * PRESSURE_PA * square.powf(0.125) * slender / miss_m.powf(0.75),
        1.82 * mach * miss_m.powf(0.25) * slender / (SOUND_M_S * square.powf(0.375)),
    )
}
