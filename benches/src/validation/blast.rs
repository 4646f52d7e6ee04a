//! The muzzle blast as a recording shows it.

use shotfix_simulator::SceneError;

use super::stage::{Heard, Stage, at, pascals};
use super::{Piece, Row, Tolerance};

/// Firearm, peak level at 1 m in dB SPL, and frequency of the spectral peak in Hz.
const TABLE: &[(&str, f64, f64)] = &[
    (".22", 146.0, 750.0),
    (".38", 153.0, 500.0),
    (".357", 157.0, 400.0),
    (".30-06", 160.5, 250.0),
    (".50", 170.0, 75.0),
];

/// Distance of the sensor, metres.
const RANGE_M: f64 = 10.0;

/// Of the recordings, Hz: the front takes two samples on either side.
const SAMPLE_RATE_HZ: u32 = 192_000;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let mut rows = Vec::new();
    for (firearm, level_db_spl, peak_hz) in TABLE.iter().copied() {
        let heard = Stage {
            sample_rate_hz: SAMPLE_RATE_HZ,
            firearm,
            source_up_m: 1.5,
            shot: "",
            air: "absorption = false",
            more: "",
            sensors: &[at(0.0, RANGE_M, 1.5)],
        }
        .play()?;
        let heard = &heard[0];
        // A Friedlander wave with b = 1 is strongest at 1/(2 pi T0).
        let positive_s = 1.0 / (std::f64::consts::TAU * peak_hz);
        let row = |what: &str, unit, published, simulated, tolerance| Row {
            what: format!("{firearm}: {what}"),
            unit,
            published,
            simulated,
            tolerance,
        };
        rows.push(row(
            "peak level at 1 m",
            "dB SPL",
            level_db_spl,
            heard.front_db_spl() + 20.0 * RANGE_M.log10(),
            Tolerance::Absolute(0.1),
        ));
        rows.push(row(
            "spectral peak",
            "Hz",
            peak_hz,
            strongest_hz(heard, peak_hz),
            Tolerance::Relative(0.01),
        ));
        rows.push(row(
            "positive phase",
            "ms",
            1e3 * positive_s,
            1e3 * heard.positive_s(),
            // Half a sample where the front is rounded.
            Tolerance::Absolute(0.003),
        ));
        rows.push(row(
            "impulse over peak x positive phase",
            "",
            0.0,
            heard.impulse_pa_s() * RANGE_M / (pascals(level_db_spl) * positive_s),
            Tolerance::Absolute(1e-3),
        ));
    }
    Ok(Piece {
        title: "Muzzle blast",
        source: "Levels and spectral peaks: S. D. Beck, H. Nakasone, K. W. Marr, J. Acoust. Soc. \
                 Am. 129, 2011; the middle of a range where they give one. Positive phase and \
                 impulse: closed forms of the Friedlander wave with b = 1, whose spectral peak \
                 lies at 1/(2 pi T0) and whose impulse is nothing. Simulated: the samples of a \
                 recording 10 m to the side, at 192 kHz.",
        rows,
        remarks: "The front of a sampled wave takes four samples, in which the wave already falls; \
                  its level is that of the samples behind it, carried back to its time.",
    })
}

/// Where the spectrum of a recording is strongest, near a first guess, Hz: by golden section.
fn strongest_hz(heard: &Heard, guess_hz: f64) -> f64 {
    let golden = 0.618_033_988_75;
    let (mut low, mut high) = (0.5 * guess_hz, 2.0 * guess_hz);
    while high - low > 1e-4 * guess_hz {
        let width = golden * (high - low);
        if heard.level_db(high - width) > heard.level_db(low + width) {
            high = low + width;
        } else {
            low = high - width;
        }
    }
    0.5 * (low + high)
}
