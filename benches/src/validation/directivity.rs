//! How much louder a shot is in front of the barrel than beside and behind it.

use shotfix_simulator::SceneError;

use super::stage::{Stage, at};
use super::{Piece, Row, Tolerance};

/// Directions off the line of fire, degrees; the third is the reference of the tables.
const ANGLES_DEG: [f64; 5] = [0.0, 45.0, 90.0, 135.0, 180.0];

/// Front over rear that the simulator gives a rifle, dB.
const FRONT_TO_REAR_DB: f64 = 18.0;

/// Radius of the circle of sensors, metres.
const RADIUS_M: f64 = 20.0;

pub(super) fn piece() -> Result<Piece, SceneError> {
    let sensors = ANGLES_DEG.map(|angle_deg| {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        at(RADIUS_M * sin, RADIUS_M * cos, 1.5)
    });
    let heard = Stage {
        sample_rate_hz: 192_000,
        firearm: ".308",
        source_up_m: 1.5,
        // Slower than sound: the crack of the bullet would lie in the blast straight ahead.
        shot: "azimuth_deg = 0.0\nbullet_speed_m_s = 300.0",
        air: "absorption = false",
        more: "",
        sensors: &sensors,
    }
    .play()?;
    let levels_db: Vec<f64> = heard.iter().map(|heard| heard.front_db_spl()).collect();
    let rear = 10f64.powf(-FRONT_TO_REAR_DB / 20.0);
    let mu = (1.0 - rear) / (1.0 + rear);
    let fansler = |angle: f64| mu * angle.cos() + (1.0 - (mu * angle.sin()).powi(2)).sqrt();
    let baker = |angle: f64| 1.0 - (1.0 - rear) * (0.5 * angle).sin();
    let mut rows = Vec::new();
    for (law, of, most) in [
        ("Fansler", &fansler as &dyn Fn(f64) -> f64, 0.05),
        // By so much the published laws differ among each other.
        ("Baker", &baker, 2.5),
    ] {
        for (angle_deg, level_db) in ANGLES_DEG.iter().zip(&levels_db) {
            let aside = of(90f64.to_radians());
            rows.push(Row {
                what: format!("{law}, {angle_deg} degrees over 90"),
                unit: "dB",
                published: 20.0 * (of(angle_deg.to_radians()) / aside).log10(),
                simulated: level_db - levels_db[2],
                tolerance: Tolerance::Absolute(most),
            });
        }
    }
    rows.retain(|row| !row.what.contains(" 90 degrees"));
    rows.push(Row {
        what: "rifle, front over rear".to_owned(),
        unit: "dB",
        published: 17.5,
        simulated: levels_db[0] - levels_db[4],
        // 15 to 20 dB were measured.
        tolerance: Tolerance::Absolute(2.5),
    });
    Ok(Piece {
        title: "Directivity",
        source: "K. S. Fansler et al., ARL-TR-227, 1993: `mu cos a + sqrt(1 - mu^2 sin^2 a)` for the \
                 angle a from the line of fire; W. E. Baker's law as others cite it, \
                 `P0 - (P0 - P180) sin(a/2)`, both for 18 dB from front to rear; 15 to 20 dB between \
                 the axis of a rifle and directions off it: R. C. Maher, Audio Engineering Society, \
                 2011. Simulated: fronts of a .308 recorded 20 m away all round, at 192 kHz.",
        rows,
        remarks: "The shape of the wave is the same at all angles.",
    })
}
