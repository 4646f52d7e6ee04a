//! Wind that an engine learns from shot to shot.

mod common;

use common::{Dice, array, blast, travel_s};
use nalgebra::{DMatrix, DVector};
use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::paths::PathPrior;
use shotfix_core::{
    Atmosphere, Engine, Enu, Incident, Onset, Seconds, SensorIdx, Settings, Shot, Timestamp,
    Uncertain, Wind,
};

/// A report of calm air, which may be wrong by 2 m/s per axis and 2 degrees.
fn report() -> Atmosphere {
    Atmosphere {
        temperature_c: Uncertain::new(12.0, 2.0),
        wind: Wind {
            east: Uncertain::new(0.0, 2.0),
            north: Uncertain::new(0.0, 2.0),
        },
        ..Atmosphere::default()
    }
}

fn epoch() -> Timestamp {
    Timestamp::from_unix_ns(1_700_000_000_000_000_000)
}

/// Fourteen sensors in a square kilometre, 8 m up.
fn places() -> Vec<Enu> {
    let grid = |k: i32| {
        let (column, row) = (k % 4, k / 4);
        let east_m = 310.0 * f64::from(column) - 470.0 + 37.0 * f64::from(row % 2);
        let north_m = 320.0 * f64::from(row) - 480.0 + 29.0 * f64::from(column % 3);
        Enu::new(east_m, north_m, 8.0)
    };
    (0..14).map(grid).collect()
}

const EVENTS: usize = 24;

/// Shots five minutes apart from `place(k)` in constant air, and the places. Path delays are 8.5 ms and as alike
/// from place to place as in a city.
fn evening(
    dice: &mut Dice,
    wind_m_s: [f64; 2],
    mut place: impl FnMut(&mut Dice, usize) -> Enu,
) -> (Vec<Onset>, Vec<Enu>) {
    let sources: Vec<Enu> = (0..EVENTS).map(|k| place(dice, k)).collect();
    let prior = PathPrior::default();
    let alike = DMatrix::from_fn(EVENTS, EVENTS, |a, b| {
        // A little of their own, that two shots from one place leave the matrix definite.
        prior.correlation(sources[a], sources[b], 0.0) + if a == b { 1e-6 } else { 0.0 }
    });
    let factor = alike.cholesky().expect("a correlation").unpack();
    let paths_s: Vec<DVector<f64>> = (0..14)
        .map(|_| &factor * DVector::from_fn(EVENTS, |_, _| 0.0085 * dice.normal()))
        .collect();
    let mut onsets: Vec<Onset> = Vec::new();
    for (k, &source) in sources.iter().enumerate() {
        for (sensor, at) in places().into_iter().enumerate() {
            let travel_s = travel_s(source, at, report().speed_of_sound().0, wind_m_s);
            let time_s = 300.0 * k as f64 + travel_s + paths_s[sensor][k] + 1.5e-3 * dice.normal();
            let snr_db = 36.0 - 20.0 * (source.distance_m(at) / 100.0).log10();
            onsets.push(blast(sensor, epoch() + Seconds(time_s), snr_db));
        }
    }
    (onsets, sources)
}

fn engine(report: Atmosphere) -> Engine {
    let mut engine =
        Engine::try_new(array(&places()), report, Settings::default()).expect("a usable array");
    for sensor in 0..14 {
        let day = Seconds(86_400.0);
        engine.cover(SensorIdx(sensor), epoch() - day, epoch() + day);
    }
    engine
}

fn locate(report: Atmosphere, onsets: &[Onset]) -> Vec<Incident> {
    let mut engine = engine(report);
    for onset in onsets {
        engine.push(onset.clone());
    }
    engine.finish()
}

/// Event, error and whether the 95 % ellipse holds the truth, of every shot found.
fn scored(incidents: &[Incident], sources: &[Enu]) -> Vec<(usize, f64, bool)> {
    let score = |shot: &Shot| {
        let k = (shot.time.since(epoch()).0 / 300.0).round() as usize;
        let x = shot.position.east_m - sources[k].east_m;
        let y = shot.position.north_m - sources[k].north_m;
        let held = squared_sigmas(shot.covariance_m2, x, y) <= CHI2_95;
        (k, x.hypot(y), held)
    };
    incidents.iter().flat_map(|i| &i.shots).map(score).collect()
}

fn anywhere(dice: &mut Dice, _: usize) -> Enu {
    Enu::new(
        dice.uniform(-350.0, 350.0),
        dice.uniform(-350.0, 350.0),
        1.5,
    )
}

fn rms(errors_m: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for error_m in errors_m {
        sum += error_m * error_m;
        n += 1.0;
    }
    f64::sqrt(sum / n)
}

#[test]
fn val_later_shots_are_nearer_and_ellipses_stay_honest() {
    let mut dice = Dice::new(8);
    let (mut all, mut surprise) = (Vec::new(), 0.0);
    const EVENINGS: usize = 15;
    for _ in 0..EVENINGS {
        let wind_m_s = [2.0 * dice.normal(), 2.0 * dice.normal()];
        let (onsets, sources) = evening(&mut dice, wind_m_s, anywhere);
        let incidents = locate(report(), &onsets);
        all.extend(scored(&incidents, &sources));
        let last = &incidents.last().expect("shots").shots[0].atmosphere.wind;
        assert!(last.east.sigma < 1.2 && last.north.sigma < 1.2, "{last:?}");
        surprise += ((last.east.mean - wind_m_s[0]) / last.east.sigma).powi(2);
        surprise += ((last.north.mean - wind_m_s[1]) / last.north.sigma).powi(2);
    }
    assert!(all.len() >= EVENINGS * EVENTS * 98 / 100, "{}", all.len());
    let error_m = |range: std::ops::Range<usize>| {
        rms(all.iter().filter(|s| range.contains(&s.0)).map(|s| s.1))
    };
    let (first_m, last_m) = (error_m(0..2), error_m(20..EVENTS));
    // Wind of 2 m/s per axis moves a fix by some 3 m, paths of 8.5 ms by 2 m.
    assert!(last_m < 0.7 * first_m, "{first_m} {last_m}");
    let held = all.iter().filter(|s| s.2).count() as f64 / all.len() as f64;
    assert!((0.92..=0.99).contains(&held), "{held}");
    // 2 of a perfect filter, with a standard deviation of 0.5 over fifteen evenings.
    let nees = surprise / EVENINGS as f64;
    assert!((0.6..3.5).contains(&nees), "NEES of the wind {nees}");
}

#[test]
fn val_shots_from_one_place_do_not_pass_their_paths_off_as_wind() {
    let mut dice = Dice::new(9);
    let mut all = Vec::new();
    for _ in 0..15 {
        let wind_m_s = [2.0 * dice.normal(), 2.0 * dice.normal()];
        let here = anywhere(&mut dice, 0);
        let (onsets, sources) = evening(&mut dice, wind_m_s, |_, _| here);
        all.extend(scored(&locate(report(), &onsets), &sources));
    }
    let held = all.iter().filter(|s| s.2).count() as f64 / all.len() as f64;
    assert!(held > 0.85, "{held}");
}

#[test]
fn verif_the_first_shot_is_located_in_the_air_reported_and_known_air_stays() {
    let mut dice = Dice::new(10);
    let (onsets, _) = evening(&mut dice, [3.0, -1.0], anywhere);
    let incidents = locate(report(), &onsets);
    assert_eq!(incidents[0].shots[0].atmosphere, report());
    assert_ne!(incidents[5].shots[0].atmosphere, report());
    let mut known = report();
    for value in [
        &mut known.temperature_c,
        &mut known.relative_humidity_percent,
        &mut known.pressure_pa,
        &mut known.wind.east,
        &mut known.wind.north,
    ] {
        value.sigma = 0.0;
    }
    for incident in locate(known, &onsets) {
        assert_eq!(incident.shots[0].atmosphere, known);
    }
}

#[test]
fn verif_what_is_carried_depends_on_the_onsets_alone() {
    let mut dice = Dice::new(11);
    let (mut onsets, _) = evening(&mut dice, [-2.0, 3.0], anywhere);
    let words = |incidents: &[Incident]| format!("{incidents:?}");
    let whole = words(&locate(report(), &onsets));
    // Live: a watermark every half second, nothing known of the future.
    onsets.sort_by_key(|o| (o.time, o.sensor));
    let mut live = engine(report());
    let (mut found, mut next) = (Vec::new(), 0);
    for step in 0..(2 * 300 * EVENTS + 60) {
        let mark = epoch() + Seconds(0.5 * step as f64);
        while next < onsets.len() && onsets[next].time < mark {
            live.push(onsets[next].clone());
            next += 1;
        }
        found.extend(live.advance(mark));
    }
    found.extend(live.finish());
    assert_eq!(words(&found), whole);
    // Shuffled, on one and on two threads.
    for threads in [1, 2] {
        dice.shuffle(&mut onsets);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let answer = pool.install(|| locate(report(), &onsets));
        assert_eq!(words(&answer), whole, "{threads} threads");
    }
}
