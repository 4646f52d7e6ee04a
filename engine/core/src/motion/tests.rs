use super::*;
use crate::atmosphere::{Atmosphere, Wind};
use crate::classify::pool;
use crate::geodesy::Enu;
use crate::incident::{ArrivalStatus, ShotArrival};
use crate::locate::ellipse95;
use crate::sensor::{Array, Sensor, SensorIdx};
use crate::settings::Settings;
use crate::timestamp::Timestamp;

const SENSORS: usize = 8;
const RING_M: f64 = 300.0;

/// Sensors evenly about the origin, all at the height of the source: a plane.
fn site() -> Site {
    let sensors = (0..SENSORS).map(|k| {
        let (sin, cos) = (std::f64::consts::TAU * k as f64 / SENSORS as f64).sin_cos();
        Sensor::new(format!("S{k}"), Enu::new(RING_M * cos, RING_M * sin, 0.0))
    });
    let air = Atmosphere {
        wind: Wind::default(),
        ..Atmosphere::default()
    };
    let array = Array::try_new(sensors.collect(), None).unwrap();
    Site::new(array, air, Settings::default())
}

/// Rounds at the times of `fired_s` from where `place` has the source, each arrival late by `late_s` of round and sensor. The shots are
/// said to have come from the origin.
fn shots(
    site: &Site,
    fired_s: &[f64],
    place: impl Fn(f64) -> Enu,
    late_s: impl Fn(usize, usize) -> f64,
) -> Vec<Shot> {
    let epoch = Timestamp::default();
    let of_round = |(k, &time_s): (usize, &f64)| {
        let arrivals = (0..SENSORS).map(|s| {
            let range_m = place(time_s).distance_m(site.sensors[s].position);
            let delay_s = range_m / site.medium.speed_m_s + late_s(k, s);
            ShotArrival {
                sensor: SensorIdx(s),
                time: epoch + Seconds(time_s + delay_s),
                residual: Some(Seconds(0.0)),
                status: ArrivalStatus::Used,
                reason: String::new(),
                level_db_spl: None,
            }
        });
        Shot {
            time: epoch + Seconds(time_s),
            time_sigma: Seconds(0.002),
            position: Enu::default(),
            covariance_m2: [[1.0, 0.0], [0.0, 1.0]],
            ellipse95: ellipse95([[1.0, 0.0], [0.0, 1.0]]),
            atmosphere: *site.atmosphere(),
            arrivals: arrivals.collect(),
            class: pool(&[]),
            trajectory: None,
            aloft: None,
        }
    };
    fired_s.iter().enumerate().map(of_round).collect()
}

const FIRED_S: [f64; 6] = [0.0, 0.3, 0.7, 1.0, 1.4, 2.0];

fn driving(velocity_m_s: [f64; 2]) -> impl Fn(f64) -> Enu {
    move |t| {
        Enu::new(
            velocity_m_s[0] * (t - 1.0),
            velocity_m_s[1] * (t - 1.0),
            0.0,
        )
    }
}

#[test]
fn a_car_is_told_with_its_speed_and_direction() {
    let site = site();
    // Paths that differ by up to 20 ms, the same in all rounds, are no movement.
    let shots = shots(&site, &FIRED_S, driving([12.0, -9.0]), |_, s| {
        0.005 * (s % 5) as f64
    });
    let motion = Motion::of_shots(&site, &shots).unwrap();
    let (speed, azimuth) = (motion.speed_m_s(), motion.azimuth_deg());
    // Its place in the middle is taken from the shots, here off by 1 m at most: some tenths of a per cent of the directions.
    assert!((speed.mean - 15.0).abs() < 0.1, "{motion:?}");
    // atan2(12, -9) from north is 126.87 degrees.
    assert!((azimuth.mean - 126.87).abs() < 0.5);
    assert!(speed.sigma < 1.5 && azimuth.sigma < 6.0);
    assert_eq!((motion.of, motion.over.0), (6, 2.0));
}

#[test]
fn verif_the_covariance_of_a_source_that_stands_is_that_of_a_regression() {
    let site = site();
    let shots = shots(&site, &FIRED_S, driving([0.0, 0.0]), |_, _| 0.0);
    let told = Heard::of(&site, &shots)
        .unwrap()
        .velocity(&site, None)
        .unwrap();
    // Of S sensors evenly around, whose unit vectors have squares that sum to S/2 on each axis: sigma^2 c^2 2 / (S sum t^2). Arrivals
    // that fit exactly have 5/4 of the weight of the mean under a t distribution of four degrees of freedom. A lean of 0.3 m is added.
    let mean_s = FIRED_S.iter().sum::<f64>() / 6.0;
    let square_s2: f64 = FIRED_S.iter().map(|t| (t - mean_s).powi(2)).sum();
    let jitter_m = site.settings.jitter_sigma_s * site.medium.speed_m_s;
    let variance = (0.8 * jitter_m * jitter_m * 2.0 / SENSORS as f64 + 0.09) / square_s2;
    let standing = told.as_if_it_stood().covariance_m2_s2;
    for axis in 0..2 {
        assert!(
            (standing[axis][axis] / variance - 1.0).abs() < 0.01,
            "{standing:?} {variance}"
        );
    }
    assert!(told.motion.velocity_m_s.iter().all(|v| v.abs() < 1e-6));
}

#[test]
fn who_stands_or_steps_from_place_to_place_and_one_sensors_echo_do_not_move() {
    let site = site();
    let stands = shots(&site, &FIRED_S, driving([0.0, 0.0]), |_, _| 0.0);
    assert_eq!(Motion::of_shots(&site, &stands), None);
    // From 1 s on the echo of a wall 5 m behind is heard at one sensor.
    let echo = shots(&site, &FIRED_S, driving([0.0, 0.0]), |k, s| {
        if s == 2 && k > 2 { 0.03 } else { 0.0 }
    });
    assert_eq!(Motion::of_shots(&site, &echo), None);
    // Two shooters 20 m apart, one after the other.
    let two = |t: f64| Enu::new(if t < 0.9 { -10.0 } else { 10.0 }, 0.0, 0.0);
    let two = shots(&site, &FIRED_S, two, |_, _| 0.0);
    assert_eq!(Motion::of_shots(&site, &two), None);
    // Three rounds are too few to tell those apart from a car.
    let few = shots(&site, &FIRED_S[..3], driving([12.0, -9.0]), |_, _| 0.0);
    assert_eq!(Motion::of_shots(&site, &few), None);
}

#[test]
fn words_name_who_goes_so_fast() {
    let motion = |velocity_m_s: [f64; 2]| Motion {
        velocity_m_s,
        covariance_m2_s2: [[0.04, 0.0], [0.0, 0.04]],
        of: 5,
        over: Seconds(2.0),
    };
    assert_eq!(
        motion([0.0, -2.0]).words(),
        "moves at 2.0 +- 0.2 m/s towards 180 +- 6 deg: somebody on foot"
    );
    assert!(
        motion([-14.0, 0.0])
            .words()
            .ends_with("towards 270 +- 1 deg: a vehicle")
    );
}
