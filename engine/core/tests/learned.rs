//! Learned path terms in the engine and in what explains its shots.

// Tests fail loudly.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Dice, array, places, travel_s};
use shotfix_core::explain::{Explanation, explain};
use shotfix_core::paths::{Calibration, KnownPlace, PathPrior, PathTerms, learn};
use shotfix_core::travel::Medium;
use shotfix_core::{
    ArrivalStatus, Atmosphere, Engine, Enu, Incident, Onset, OnsetFeatures, Seconds, SensorIdx,
    Settings, Timestamp, Uncertain, Wind,
};

const SOURCE: Enu = Enu::new(60.0, -45.0, 1.5);
const YEAR_S: f64 = 3.155_76e7;

/// Extra delay of each path, seconds: what roofs may do.
const EXTRA_S: [f64; 8] = [0.014, -0.002, 0.009, 0.000, 0.016, -0.003, 0.004, -0.006];

fn air() -> Atmosphere {
    let known = |mean| Uncertain::new(mean, 0.1);
    Atmosphere {
        temperature_c: known(12.0),
        wind: Wind {
            east: known(0.0),
            north: known(0.0),
        },
        ..Atmosphere::default()
    }
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_unix_ns(1_700_000_000_000_000_000) + Seconds(seconds)
}

/// When each sensor hears a shot from [`SOURCE`]: jitter of half a millisecond.
fn arrivals_s(dice: &mut Dice) -> Vec<f64> {
    let delay_s = |place| travel_s(SOURCE, place, air().speed_of_sound().0, [0.0; 2]);
    let straight = places().into_iter().map(delay_s);
    (straight.zip(EXTRA_S))
        .map(|(s, extra_s)| s + extra_s + 5e-4 * dice.normal())
        .collect()
}

/// What ten shots at the source taught `years` before.
fn terms(years: f64) -> PathTerms {
    let known = KnownPlace {
        name: "test".to_owned(),
        place: SOURCE,
        place_sigma_m: 0.0,
        time: Some(at(-years * YEAR_S)),
        medium: Medium::of(&air()),
        air_sigma_m_s: [0.0; 3],
    };
    let mut dice = Dice::new(3);
    let shots: Vec<Vec<(usize, f64)>> = (0..10)
        .map(|_| arrivals_s(&mut dice).into_iter().enumerate().collect())
        .collect();
    let calibration: Calibration = learn(&known, &places(), &shots).unwrap();
    PathTerms::try_new(PathPrior::default(), places(), vec![calibration]).unwrap()
}

/// One shot from the source as the engine locates it.
fn located(terms: Option<&PathTerms>) -> Incident {
    let mut engine = Engine::try_new(array(&places()), air(), Settings::default()).unwrap();
    if let Some(terms) = terms {
        engine = engine.with_path_terms(terms.clone());
    }
    for (sensor, time_s) in arrivals_s(&mut Dice::new(11)).into_iter().enumerate() {
        engine.cover(SensorIdx(sensor), at(-60.0), at(60.0));
        engine.push(Onset {
            sensor: SensorIdx(sensor),
            time: at(time_s),
            sigma: Seconds(2e-4),
            peak_dbfs: -35.0,
            level_db_spl: None,
            snr_db: 25.0,
            clipped: false,
            features: OnsetFeatures::default(),
        });
    }
    let mut incidents = engine.finish();
    assert_eq!(incidents.len(), 1);
    incidents.remove(0)
}

fn error_m(incident: &Incident) -> f64 {
    incident.shots[0].position.horizontal_distance_m(SOURCE)
}

#[test]
fn what_was_learned_ages_back_to_the_prior() {
    let blind = located(None);
    let half_axis_m = |i: &Incident| i.shots[0].ellipse95.semi_major_m;
    let of_years = [0.0, 2.0, 500.0].map(|years| located(Some(&terms(years))));
    assert!(error_m(&blind) > 1.0, "{}", error_m(&blind));
    assert!(error_m(&of_years[0]) < 0.3, "{}", error_m(&of_years[0]));
    // Less sure with the years, in the end as unsure as before anything was learned, and in the same place.
    let half_axes_m = of_years.each_ref().map(half_axis_m);
    assert!(half_axes_m.is_sorted(), "{half_axes_m:?}");
    assert!(half_axes_m[0] < 0.5 * half_axes_m[2], "{half_axes_m:?}");
    assert!((half_axes_m[2] - half_axis_m(&blind)).abs() < 1e-6);
    let apart_m = of_years[2].position.horizontal_distance_m(blind.position);
    assert!(apart_m < 1e-6, "{apart_m}");
}

#[test]
fn an_explanation_takes_the_paths_that_the_shot_was_located_with() {
    let terms = terms(0.0);
    let incident = located(Some(&terms));
    let told = |terms| explain(&incident, 0, &array(&places()), &Settings::default(), terms);
    let (with, without) = (told(Some(&terms)).unwrap(), told(None).unwrap());
    let mut blind_off_s = 0.0_f64;
    for (k, arrival) in incident.shots[0].arrivals.iter().enumerate() {
        assert_eq!(arrival.status, ArrivalStatus::Used);
        let residual_s = arrival.residual.unwrap().0;
        let off_s =
            |e: &Explanation| (arrival.time.since(e.accounts[k].expected).0 - residual_s).abs();
        // The fit's wind and speed of sound move a little from those assumed.
        assert!(off_s(&with) < 5e-4, "{k}: {}", off_s(&with));
        blind_off_s = blind_off_s.max(off_s(&without));
    }
    assert!(blind_off_s > 5e-3, "{blind_off_s}");
    let largest_m = |e: &Explanation| {
        let shifts = e
            .accounts
            .iter()
            .filter_map(|a| Some(a.without?.length_m()));
        shifts.fold(0.0, f64::max)
    };
    // Half a millisecond of jitter against extra delays of 8 ms.
    assert!(largest_m(&with) < 0.3 * largest_m(&without));
    let sigma_ms = |e: &Explanation| 1e3 * e.accounts[0].sigma.0;
    assert!(sigma_ms(&with) < 0.5 * sigma_ms(&without));
}

#[test]
fn alternatives_are_weighed_under_the_paths_from_there() {
    // Against the jitter alone, delays of up to 16 ms would pass for echoes.
    let terms = terms(0.0);
    let incident = located(Some(&terms));
    let told = |terms| explain(&incident, 0, &array(&places()), &Settings::default(), terms);
    let with = told(Some(&terms)).unwrap();
    assert!(with.probability.unwrap() > 0.99, "{:?}", with.summary);
    assert!(with.alternatives.is_empty(), "{:?}", with.alternatives);
}
