//! Path terms, from outside.

// Tests fail loudly.
#![allow(clippy::unwrap_used)]

use shotfix_core::paths::{Calibration, KnownPlace, PathPrior, PathTerms, Shot, learn, locate};
use shotfix_core::solve::{Air, Dimensions, Problem, Settings, solve};
use shotfix_core::travel::Medium;
use shotfix_core::{Enu, Seconds, Uncertain, Wind};

const SPEED_M_S: f64 = 340.0;

fn sensors() -> Vec<Enu> {
    let at = |k: usize| {
        let turn = 2.4 * k as f64;
        let range_m = 250.0 + 30.0 * k as f64;
        Enu::new(range_m * turn.cos(), range_m * turn.sin(), 0.0)
    };
    (0..10).map(at).collect()
}

/// 0 to 20 ms, by sensor and, slowly, by place.
fn extra_s(place: Enu, sensor: usize) -> f64 {
    let phase = (3 * sensor * sensor) as f64 + (place.east_m + 0.6 * place.north_m) / 80.0;
    0.010 + 0.010 * phase.sin()
}

fn arrivals(place: Enu, fired_s: f64) -> Vec<f64> {
    let sensors = sensors();
    let at = |(k, s): (usize, &Enu)| {
        let range_m = (s.east_m - place.east_m).hypot(s.north_m - place.north_m);
        let jitter_s = 1e-3 * (13.0 * k as f64 + 7.0 * fired_s).sin();
        fired_s + range_m / SPEED_M_S + extra_s(place, k) + jitter_s
    };
    sensors.iter().enumerate().map(at).collect()
}

fn calibration(place: Enu, stated: Enu, place_sigma_m: f64) -> Calibration {
    let known = KnownPlace {
        name: "test".to_owned(),
        place: stated,
        place_sigma_m,
        time: None,
        medium: Medium {
            speed_m_s: SPEED_M_S,
            wind_m_s: [0.0; 2],
        },
        air_sigma_m_s: [0.0; 3],
    };
    let shots: Vec<Vec<(usize, f64)>> = (0..6)
        .map(|j| {
            arrivals(place, f64::from(j))
                .into_iter()
                .enumerate()
                .collect()
        })
        .collect();
    learn(&known, &sensors(), &shots).unwrap()
}

fn terms(calibrations: Vec<Calibration>) -> PathTerms {
    PathTerms::try_new(PathPrior::default(), sensors(), calibrations).unwrap()
}

/// Error with and without terms, and the variance of the answer with them.
fn errors_m(terms: &PathTerms, place: Enu) -> (f64, f64, f64) {
    let sensors = sensors();
    let times: Vec<Seconds> = arrivals(place, 11.5).into_iter().map(Seconds).collect();
    let prior = vec![terms.prior().delay_s; sensors.len()];
    let problem = Problem {
        sensors: &sensors,
        arrivals: &times,
        sigma: Seconds(0.001),
        survey_sigma_m: 0.0,
        dimensions: Dimensions::Two,
        air: Air {
            speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
            wind: Wind::default(),
        },
        up_m: None,
        paths: &prior,
    };
    let known: Vec<Option<usize>> = (0..sensors.len()).map(Some).collect();
    let shot = Shot {
        problem,
        known: &known,
        time: None,
        ground: None,
    };
    let blind = solve(&problem, &Settings::default()).unwrap();
    let found = locate(terms, &shot, &Settings::default()).unwrap();
    let error_m = |at: Enu| at.horizontal_distance_m(place);
    let variance_m2 = found.covariance_m2[0][0] + found.covariance_m2[1][1];
    (
        error_m(found.position),
        error_m(blind.position),
        variance_m2,
    )
}

#[test]
fn a_calibrated_place_is_found_to_the_jitter() {
    let place = Enu::new(30.0, -40.0, 0.0);
    let terms = terms(vec![calibration(place, place, 0.0)]);
    let (learned_m, blind_m, variance_m2) = errors_m(&terms, place);
    // 1 ms RMS over sqrt(2) by ten sensors: 2 c sigma / sqrt(n) = 0.15 m; blind ten times that.
    assert!(learned_m < 0.3, "{learned_m}");
    assert!(blind_m > 1.0, "{blind_m}");
    assert!(variance_m2.sqrt() < 0.4, "{variance_m2}");
}

#[test]
fn out_of_range_the_answer_is_that_of_the_prior() {
    let place = Enu::new(30.0, -40.0, 0.0);
    let terms = terms(vec![calibration(
        Enu::new(900.0, 0.0, 0.0),
        Enu::new(900.0, 0.0, 0.0),
        0.0,
    )]);
    let (learned_m, blind_m, _) = errors_m(&terms, place);
    assert_eq!(learned_m, blind_m);
    let known: Vec<Option<usize>> = (0..10).map(Some).collect();
    let far = terms.predict(place, &known, None);
    assert!(far.paths.iter().all(|p| *p == terms.prior().delay_s));
    assert_eq!(far.place_covariance_m2, [[0.0; 2]; 2]);
}

#[test]
fn the_stated_places_error_widens_the_region_and_does_not_blur_the_paths() {
    let place = Enu::new(30.0, -40.0, 0.0);
    let stated = Enu::new(31.5, -40.0, 0.0);
    let exact = terms(vec![calibration(place, stated, 0.0)]);
    let rough = terms(vec![calibration(place, stated, 2.5)]);
    let known: Vec<Option<usize>> = (0..10).map(Some).collect();
    let (e, r) = (
        exact.predict(stated, &known, None),
        rough.predict(stated, &known, None),
    );
    for (e, r) in e.paths.iter().zip(&r.paths) {
        assert!((e.sigma - r.sigma).abs() < 1e-9);
    }
    assert_eq!(e.place_covariance_m2[0][0], 0.0);
    // 7.4 ms on ten paths tell the place to c sigma sqrt(2 / n) = 1.1 m per axis; 2.5 m beside.
    let open_m = r.place_covariance_m2[0][0].sqrt();
    assert!((0.6..1.6).contains(&open_m), "{open_m}");
    // As the datum, the stated place is where its shots are found.
    let (learned_m, _, _) = errors_m(&exact, place);
    assert!((learned_m - 1.5).abs() < 0.3, "{learned_m}");
}

#[test]
fn neighbours_help_and_the_order_of_calibrations_does_not_matter() {
    let places = [(20.0, -40.0), (40.0, -42.0), (28.0, -60.0)].map(|(e, n)| Enu::new(e, n, 0.0));
    let all: Vec<Calibration> = places.iter().map(|p| calibration(*p, *p, 0.3)).collect();
    let mut turned = all.clone();
    turned.reverse();
    let place = Enu::new(29.0, -47.0, 0.0);
    let (learned_m, blind_m, variance_m2) = errors_m(&terms(all.clone()), place);
    assert!(learned_m < 0.7 * blind_m, "{learned_m} {blind_m}");
    assert_eq!(
        errors_m(&terms(turned), place),
        (learned_m, blind_m, variance_m2)
    );
}
