use super::*;
use crate::atmosphere::{Atmosphere, Uncertain, Wind};
use crate::geodesy::Enu;
use crate::incident::{ClassPosterior, Ellipse, Shot, ShotArrival};
use crate::sensor::{Sensor, SensorIdx};
use crate::timestamp::Timestamp;
use crate::units::Seconds;

const SHOOTER: Enu = Enu {
    east_m: 210.0,
    north_m: 300.0,
    up_m: 1.5,
};

fn array(places: &[(f64, f64)]) -> Array {
    let sensors = places.iter().enumerate();
    let sensors = sensors.map(|(k, &(e, n))| Sensor::new(format!("S{k}"), Enu::new(e, n, 8.0)));
    Array::try_new(sensors.collect(), None).unwrap()
}

fn air() -> Atmosphere {
    Atmosphere {
        temperature_c: Uncertain::new(20.0, 0.1),
        wind: Wind {
            east: Uncertain::new(0.0, 0.1),
            north: Uncertain::new(0.0, 0.1),
        },
        ..Atmosphere::default()
    }
}

fn fired() -> Timestamp {
    "2026-07-04T21:30:00Z".parse().unwrap()
}

/// Residuals in seconds by sensor; `None` is silence. Beyond 30 ms they count as rejected.
fn shot(array: &Array, at: Timestamp, place: Enu, residuals: &[Option<f64>]) -> Shot {
    let speed = air().speed_of_sound().0;
    let arrivals = residuals.iter().enumerate().map(|(k, residual)| {
        let range_m = place.distance_m(array.sensors()[k].position);
        let off_s = residual.unwrap_or(0.0);
        ShotArrival {
            sensor: SensorIdx(k),
            time: at + Seconds(range_m / speed + off_s),
            residual: residual.map(Seconds),
            status: match residual {
                None => ArrivalStatus::Missing,
                Some(off_s) if off_s.abs() > 0.03 => ArrivalStatus::Rejected,
                Some(_) => ArrivalStatus::Used,
            },
            reason: String::new(),
            level_db_spl: residual.map(|_| 99.0 - 24.6 * (range_m / 100.0).log10()),
        }
    });
    Shot {
        time: at,
        time_sigma: Seconds(0.003),
        position: place,
        covariance_m2: [[4.0, 0.0], [0.0, 4.0]],
        ellipse95: Ellipse {
            semi_major_m: 4.9,
            semi_minor_m: 4.9,
            azimuth_deg: 0.0,
        },
        atmosphere: air(),
        arrivals: arrivals.collect(),
        class: ClassPosterior {
            gunfire: 0.9,
            firework: 0.05,
            other: 0.05,
            unknown: 0.1,
        },
        trajectory: None,
        aloft: None,
    }
}

fn incident(shots: Vec<Shot>) -> Incident {
    Incident {
        repetition: None,
        motion: None,
        track: None,
        id: "test".to_owned(),
        time: shots[0].time,
        position: shots[0].position,
        ellipse95: shots[0].ellipse95,
        class: shots[0].class,
        shots,
    }
}

const AROUND: [(f64, f64); 8] = [
    (0.0, 0.0),
    (600.0, 30.0),
    (570.0, 520.0),
    (40.0, 560.0),
    (330.0, 210.0),
    (150.0, 640.0),
    (-90.0, 280.0),
    (420.0, -60.0),
];

#[test]
fn every_sensor_has_its_verdict() {
    let array = array(&AROUND);
    let on = Some(0.0);
    let first = shot(
        &array,
        fired(),
        SHOOTER,
        &[on, on, on, on, on, Some(0.09), None],
    );
    let second = shot(
        &array,
        fired() + Seconds(0.05),
        SHOOTER,
        &[on, on, on, on, on, Some(-0.05), Some(-0.09)],
    );
    let both = incident(vec![first, second]);
    let account = |round| explain(&both, round, &array, &Settings::default(), None).unwrap();
    let verdicts = |e: &Explanation| e.accounts.iter().map(|a| a.verdict).collect::<Vec<_>>();
    let first = account(0);
    assert_eq!(
        verdicts(&first)[4..],
        [
            Verdict::Used,
            Verdict::Late,
            Verdict::Silent,
            Verdict::NotRecording
        ]
    );
    // 50 ms before its own time is the time of the first round; 90 ms before is nobody's.
    assert_eq!(
        verdicts(&account(1))[5..7],
        [Verdict::OtherRound(1), Verdict::Early]
    );
    assert!(first.accounts[5].words.contains("90 ms after"), "{first:?}");
    let weights: f64 = first.accounts.iter().map(|a| a.weight).sum();
    assert!((weights - 1.0).abs() < 1e-9);
    assert!(explain(&both, 2, &array, &Settings::default(), None).is_none());
}

#[test]
fn the_sensor_that_is_off_has_the_most_influence() {
    let array = array(&AROUND);
    let mut residuals = [Some(0.0); 8];
    residuals[6] = Some(0.02);
    let one = incident(vec![shot(&array, fired(), SHOOTER, &residuals)]);
    let told = explain(&one, 0, &array, &Settings::default(), None).unwrap();
    assert_eq!(told.most_influential, Some(6));
    // Without it all agree on the true place: the shift undoes what it did.
    let without = told.accounts[6].without.unwrap();
    assert!((0.3..6.0).contains(&without.length_m()), "{without:?}");
    // Late at the western sensor pulls the place east, so leaving it out moves it west.
    assert!(without.east_m < 0.0, "{without:?}");
}

#[test]
fn silence_surprises_near_and_not_far() {
    let mut places = AROUND.to_vec();
    places.push((2600.0, 300.0));
    let array = array(&places);
    let mut residuals = [Some(0.0); 9];
    residuals[4] = None;
    residuals[8] = None;
    let one = incident(vec![shot(&array, fired(), SHOOTER, &residuals)]);
    let told = explain(&one, 0, &array, &Settings::default(), None).unwrap();
    let (near, far) = (&told.accounts[4], &told.accounts[8]);
    assert!(near.hearing > 0.8 && far.hearing < 0.3, "{near:?} {far:?}");
    assert!(
        near.words.contains("something stood between"),
        "{}",
        near.words
    );
}

#[test]
fn a_mirror_place_is_an_alternative_that_needs_nothing() {
    // Sensors nearly in one line: the other side fits as well.
    let array = array(&[(0.0, 300.0), (200.0, 301.0), (400.0, 299.0), (600.0, 301.0)]);
    let place = Enu::new(250.0, 480.0, 1.5);
    let one = incident(vec![shot(&array, fired(), place, &[Some(0.0); 4])]);
    let told = explain(&one, 0, &array, &Settings::default(), None).unwrap();
    let mirror = Enu::new(250.0, 120.0, 1.5);
    let found = told
        .alternatives
        .iter()
        .find(|a| a.position.horizontal_distance_m(mirror) < 40.0);
    let found = found.unwrap_or_else(|| panic!("{told:?}"));
    assert!(found.probability > 0.1 && (found.distance_m - 360.0).abs() < 40.0);
    assert!(found.requires.is_empty(), "{found:?}");
}

#[test]
fn an_echo_that_was_believed_is_named_as_the_alternative() {
    // Five sensors; the report believes four of which one is an echo by 0.1 s, and sets aside a fifth.
    let array = array(&AROUND[..5]);
    let speed = air().speed_of_sound().0;
    let late = |k: usize| if k == 3 { 0.1 } else { 0.0 };
    let heard_s = |k: usize| SHOOTER.distance_m(array.sensors()[k].position) / speed + late(k);
    // The reported place is where the first four agree, within metres.
    let believed = Enu::new(251.0, 269.0, 1.5);
    let due = |k: usize| believed.distance_m(array.sensors()[k].position) / speed;
    let t0 = (0..4).map(|k| heard_s(k) - due(k)).sum::<f64>() / 4.0;
    let mut wrong = shot(&array, fired(), believed, &[Some(0.0); 5]);
    for (k, arrival) in wrong.arrivals.iter_mut().enumerate() {
        let residual_s = heard_s(k) - due(k) - t0;
        arrival.time = fired() + Seconds(heard_s(k) - t0);
        arrival.residual = Some(Seconds(residual_s));
        arrival.status = if k == 4 {
            ArrivalStatus::Rejected
        } else {
            ArrivalStatus::Used
        };
    }
    let told = explain(
        &incident(vec![wrong]),
        0,
        &array,
        &Settings::default(),
        None,
    )
    .unwrap();
    let truth = told
        .alternatives
        .iter()
        .find(|a| a.position.horizontal_distance_m(SHOOTER) < 15.0);
    let truth = truth.unwrap_or_else(|| panic!("{told:#?}"));
    let echo = truth.requires.iter().find(|r| r.sensor == SensorIdx(3));
    let late_s = echo.and_then(|r| r.late_by).map(|l| l.0);
    assert!(late_s.is_some_and(|s| (s - 0.1).abs() < 0.02), "{truth:?}");
    assert!(truth.words.contains("S3 heard an echo"), "{}", truth.words);
}
