//! The ways a sound takes from a place to a sensor: straight, off the ground, off walls.

use crate::air::Medium;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::{EchoSpec, GroundSpec};
use crate::scene::{Scene, SceneSensor, SceneShot};

/// One way from a source to a receiver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Path {
    /// Seconds from emission to arrival.
    pub(crate) delay_s: f64,
    /// Pressure at the receiver over pressure at 1 m, without absorption.
    pub(crate) gain: f64,
    /// Metres of air passed, for absorption.
    pub(crate) air_m: f64,
}

/// Every way from a shot to a sensor; the direct one comes first.
///
/// What is drawn depends on the shot's place alone, so all rounds of a burst share it.
pub(crate) fn paths(
    scene: &Scene,
    medium: &Medium,
    sensor: &SceneSensor,
    shot: &SceneShot,
) -> Vec<Path> {
    let source = shot.position;
    let loss = 10f64.powf(-scene.atmosphere.excess_loss_db / 20.0);
    let direct = straight(medium, source, sensor.position, loss);
    let mut paths = vec![direct];
    if let Some(ground) = &scene.ground {
        paths.push(off_the_ground(
            medium,
            ground,
            source,
            sensor.position,
            loss,
        ));
    }
    if let Some(echoes) = &scene.echoes {
        let mut random = Random::stream(scene.seed, Purpose::Echoes, &sensor.id, shot.place_idx);
        paths.extend(off_walls(medium, echoes, direct, &mut random));
    }
    paths
}

/// Spherical spreading: the front that arrives has a radius of `c t`, which is the range in
/// still air and a little more or less than that in wind.
fn straight(medium: &Medium, source: Point, receiver: Point, loss: f64) -> Path {
    let delay_s = medium.travel_time_s(source, receiver);
    let air_m = medium.speed_m_s() * delay_s;
    Path {
        delay_s,
        gain: loss / air_m,
        air_m,
    }
}

/// The source mirrored below the ground, `reflection` times as loud.
fn off_the_ground(
    medium: &Medium,
    ground: &GroundSpec,
    source: Point,
    receiver: Point,
    loss: f64,
) -> Path {
    let image = Point {
        up: 2.0 * ground.up_m - source.up,
        ..source
    };
    straight(medium, image, receiver, loss * ground.reflection)
}

/// Later and weaker copies of the direct sound.
fn off_walls(medium: &Medium, echoes: &EchoSpec, direct: Path, random: &mut Random) -> Vec<Path> {
    let count = random.count(echoes.count_min, echoes.count_max);
    (0..count)
        .map(|_| {
            let extra_s = echoes.delay_min_s + echoes.delay_mean_s * random.exponential();
            let below_db = random.between(echoes.level_min_db, echoes.level_max_db);
            Path {
                delay_s: direct.delay_s + extra_s,
                gain: direct.gain * 10f64.powf(-below_db / 20.0),
                air_m: direct.air_m + medium.speed_m_s() * extra_s,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ground_reflection_lags_by_the_closed_form() {
        // 1.5 m and 8 m over 300 m: 2 h1 h2 / (d c) = 0.235 ms at 340 m/s.
        let medium = Medium::new(15.0, 50.0, 101_325.0);
        let c = medium.speed_m_s();
        let source = Point {
            east: 0.0,
            north: 0.0,
            up: 11.5,
        };
        let receiver = Point {
            east: 300.0,
            north: 0.0,
            up: 18.0,
        };
        let ground = GroundSpec {
            reflection: 0.9,
            up_m: 10.0,
        };
        let direct = straight(&medium, source, receiver, 1.0);
        let bounced = off_the_ground(&medium, &ground, source, receiver, 1.0);
        let exact = ((300f64.powi(2) + 9.5f64.powi(2)).sqrt()
            - (300f64.powi(2) + 6.5f64.powi(2)).sqrt())
            / c;
        assert!((bounced.delay_s - direct.delay_s - exact).abs() < 1e-12);
        assert!((exact - 2.35e-4).abs() < 2e-6);
        assert!(bounced.gain < 0.9 * direct.gain && bounced.gain > 0.89 * direct.gain);
    }

    #[test]
    fn echoes_stay_in_their_ranges() {
        let medium = Medium::new(15.0, 50.0, 101_325.0);
        let origin = Point {
            east: 0.0,
            north: 0.0,
            up: 0.0,
        };
        let far = Point {
            east: 200.0,
            ..origin
        };
        let direct = straight(&medium, origin, far, 1.0);
        let spec = EchoSpec {
            count_min: 2,
            count_max: 3,
            ..EchoSpec::default()
        };
        for index in 0..100 {
            let mut random = Random::stream(1, Purpose::Echoes, "S1", index);
            let echoes = off_walls(&medium, &spec, direct, &mut random);
            assert!((2..=3).contains(&echoes.len()));
            for echo in echoes {
                assert!(echo.delay_s >= direct.delay_s + spec.delay_min_s);
                let below_db = 20.0 * (direct.gain / echo.gain).log10();
                assert!((spec.level_min_db..=spec.level_max_db).contains(&below_db));
            }
        }
    }
}
