//! A rifle from its recordings: place, direction of fire and speed of the bullet.

use serde_json::Value;

use crate::run::{Run, shotfix};

/// Nine microphones over 300 m, a .308 (831.5 m/s) from the south-west, then a pistol.
const SCENE: &str = r#"
duration_s = 7.0
sample_rate_hz = 48000

[atmosphere]
temperature_c = 15.0

[noise]
ambient_db_spl = 45.0

[microphone]
full_scale_db_spl = 140.0

[layout]
count = 9
side_m = 300.0

[[shot]]
time_s = 1.0
firearm = ".308"
east = -140.0
north = -110.0
azimuth_deg = 48.0

[[shot]]
time_s = 5.0
firearm = "9mm"
east = 30.0
north = 40.0
"#;

#[test]
fn a_bullet_tells_where_it_was_fired_to() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("rifle.toml"), SCENE).unwrap();
    shotfix(dir.path(), "simulate rifle.toml -o set").done();
    let run: Run = shotfix(dir.path(), "locate set --format json --explain").done();
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let shots: Vec<&Value> = report["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|i| i["shots"].as_array().unwrap())
        .collect();
    let near = |east: f64, north: f64| {
        shots.iter().find(|shot| {
            let at = |axis: &str| shot["position"][axis].as_f64().unwrap();
            (at("east") - east).hypot(at("north") - north) < 8.0
        })
    };
    let rifle = near(-140.0, -110.0).unwrap_or_else(|| panic!("{shots:#?}"));
    let number = |key: &str| rifle["trajectory"][key].as_f64().unwrap();
    let sigma = number("sigma_deg");
    assert!(
        (number("azimuth_deg") - 48.0).abs() < 3.0 * sigma.max(0.3),
        "{rifle:#?}"
    );
    let off = (number("speed_m_s") - 831.5).abs();
    assert!(
        off < 3.0 * number("speed_sigma_m_s") && off < 150.0,
        "{rifle:#?}"
    );
    assert!(number("shock_waves") >= 3.0);
    assert!(rifle["explanation"]["summary"].is_array());
    let pistol = near(30.0, 40.0).unwrap_or_else(|| panic!("{shots:#?}"));
    assert!(pistol.get("trajectory").is_none(), "{pistol:#?}");
}
