//! How many shots are found to ten feet, after so many events.

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::air_filter::{AirFilter, AirProcess};
use shotfix_core::paths::{PathPrior, PathTerms};
use shotfix_core::solve::Problem;
use shotfix_core::{Uncertain, Wind};
use shotfix_simulator::{SceneError, ShotAt};

use super::TEN_FEET_M;
use super::bound::{bound_m2, within_ten_feet};
use super::city::{City, Heard, error_m, event_time, measured, rng, wind};
use crate::stats::{quantile, share_within};
use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};

/// Wind at most, m/s.
const WIND_M_S: f64 = 4.0;
/// After so many events shots are scored.
const AFTER: [usize; 3] = [0, 20, 200];
/// Shots scored in each city.
const SCORED: usize = 100;
/// Calibrated places are so far apart, metres: every street corner.
const APART_M: f64 = 110.0;
/// "Near a calibrated place" is this near, metres.
const NEAR_M: f64 = 10.0;
/// The stated places of calibrations are off by this, metres.
const PLACE_SIGMA_M: f64 = 0.5;
/// An anemometer on the day of calibration, m/s.
const ANEMOMETER_M_S: f64 = 0.5;

/// What is known of paths, and where the shots are fired.
const WAYS: [&str; 3] = [
    "no calibration",
    "calibrated corners, anywhere",
    "calibrated corners, within 10 m",
];

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // Written by `--out`; the crate's page defines the figures.
pub struct TenFeetRow {
    pub density_per_km2: f64,
    pub way: &'static str,
    pub after_events: usize,
    pub shots: usize,
    pub within_3_05_m: Option<f64>,
    pub bound_within_3_05_m: Option<f64>,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub in_region95: Option<f64>,
    pub wind_sigma_m_s: Option<f64>,
    pub heard_by: Option<f64>,
}

/// One located shot.
#[derive(Clone, Copy)]
struct Scored {
    error_m: f64,
    allowed: f64,
    inside: bool,
    wind_sigma_m_s: f64,
    heard_by: f64,
}

/// The figures of cities of every density and seed, pooled over the seeds. `done` is told of every
/// city.
///
/// # Errors
/// [`SceneError`] if a city cannot be drawn.
pub fn ten_feet(
    densities: &[f64],
    seeds: &[u64],
    done: &(dyn Fn() + Sync),
) -> Result<Vec<TenFeetRow>, SceneError> {
    let cities: Vec<(f64, u64)> = (densities.iter())
        .flat_map(|&density| seeds.iter().map(move |&seed| (density, seed)))
        .collect();
    let all: Vec<Vec<Vec<Vec<Scored>>>> = cities
        .par_iter()
        .map(|&(density, seed)| {
            let scored = trial(density, seed);
            done();
            scored
        })
        .collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for &density in densities {
        for (way, name) in WAYS.into_iter().enumerate() {
            for (step, after) in AFTER.into_iter().enumerate() {
                let of_density = cities.iter().zip(&all).filter(|((d, _), _)| *d == density);
                let scored: Vec<Scored> = of_density
                    .flat_map(|(_, scored)| scored[way][step].iter().copied())
                    .collect();
                rows.push(row(density, name, after, &scored));
            }
        }
    }
    Ok(rows)
}

fn row(
    density_per_km2: f64,
    way: &'static str,
    after_events: usize,
    scored: &[Scored],
) -> TenFeetRow {
    let errors_m: Vec<f64> = scored.iter().map(|s| s.error_m).collect();
    let mean = |of: fn(&Scored) -> f64| {
        (!scored.is_empty()).then(|| scored.iter().map(of).sum::<f64>() / scored.len() as f64)
    };
    TenFeetRow {
        density_per_km2,
        way,
        after_events,
        shots: scored.len(),
        within_3_05_m: share_within(&errors_m, TEN_FEET_M),
        bound_within_3_05_m: mean(|s| s.allowed),
        p50_m: quantile(&errors_m, 0.5),
        p90_m: quantile(&errors_m, 0.9),
        in_region95: mean(|s| f64::from(u8::from(s.inside))),
        wind_sigma_m_s: mean(|s| s.wind_sigma_m_s),
        heard_by: mean(|s| s.heard_by),
    }
}

/// One city: by way and step, the scored shots.
fn trial(density: f64, seed: u64) -> Result<Vec<Vec<Vec<Scored>>>, SceneError> {
    let mut rng = rng(seed);
    // The calibration is of another day.
    let (then, now) = (wind(&mut rng, WIND_M_S), wind(&mut rng, WIND_M_S));
    let (day_one, city) = (
        City::new(seed, density, then)?,
        City::new(seed, density, now)?,
    );
    let drawn = city.places()?;
    let last = AFTER[AFTER.len() - 1];
    let (events, rest) = drawn.split_at(last.min(drawn.len()));
    let (scored, rest) = rest.split_at(SCORED.min(rest.len()));
    let (corners, near) = corners(rest);
    let anemometer = measured(&mut rng, then, ANEMOMETER_M_S);
    let calibrations = day_one.calibrate(&corners, PLACE_SIGMA_M, anemometer, &mut rng);
    let terms = |calibrations| {
        // Calibrations of this crate's own making are usable.
        PathTerms::try_new(PathPrior::default(), city.sensors().to_vec(), calibrations).ok()
    };
    let (blind, learned) = (terms(Vec::new()), terms(calibrations));
    let (anywhere, near) = (city.hear(scored), city.hear(&near));
    let events = city.hear(events);
    let mut ways = Vec::new();
    for (terms, shots) in [
        (&blind, &anywhere),
        (&learned, &anywhere),
        (&learned, &near),
    ] {
        let Some(terms) = terms else { continue };
        ways.push(follow(&city, terms, &events, shots));
    }
    Ok(ways)
}

/// Lets the filter hear the events and scores the shots with what it knows on the way.
fn follow(city: &City, terms: &PathTerms, events: &[Heard], shots: &[Heard]) -> Vec<Vec<Scored>> {
    // A wind of up to 4 m/s from anywhere has 2 m/s RMS per axis.
    let unknown = Uncertain::new(0.0, 0.5 * WIND_M_S);
    let air = city.air(Wind {
        east: unknown,
        north: unknown,
    });
    let mut filter = AirFilter::new(AirProcess::default(), event_time(0), &air);
    let mut steps = vec![score(city, terms, shots, &filter, 0)];
    for (k, event) in events.iter().enumerate() {
        let time = event_time(k + 1);
        let air = filter.air(time);
        if let Some(found) = city.locate(terms, event, air) {
            let paths = terms.predict(found.position, &event.known, None).paths;
            let problem = Problem {
                paths: &paths,
                ..city.problem(event, air)
            };
            filter.hear(time, &problem, &found);
        }
        if AFTER.contains(&(k + 1)) || (k + 1 == events.len() && steps.len() < AFTER.len()) {
            steps.push(score(city, terms, shots, &filter, k + 1));
        }
    }
    steps
}

fn score(
    city: &City,
    terms: &PathTerms,
    shots: &[Heard],
    filter: &AirFilter,
    events: usize,
) -> Vec<Scored> {
    let air = filter.air(event_time(events));
    (shots.iter())
        .map(|shot| {
            let found = city.locate(terms, shot, air);
            let prediction = terms.predict(shot.place, &shot.known, None);
            let bound = bound_m2(shot.place, &shot.sensors, &prediction.paths, air);
            let inside = found.as_ref().is_some_and(|f| {
                let x = f.position.east_m - shot.place.east_m;
                let y = f.position.north_m - shot.place.north_m;
                let [[xx, xy, _], [_, yy, _], _] = f.covariance_m2;
                squared_sigmas([[xx, xy], [xy, yy]], x, y) <= CHI2_95
            });
            let [[xx, xy], [_, yy]] = prediction.place_covariance_m2;
            let bound = bound.map(|b| [[b[0][0] + xx, b[0][1] + xy], [b[1][0] + xy, b[1][1] + yy]]);
            Scored {
                error_m: error_m(found.as_ref(), shot.place),
                allowed: bound.map_or(0.0, within_ten_feet),
                inside,
                wind_sigma_m_s: air.wind.east.sigma,
                heard_by: shot.sensors.len() as f64,
            }
        })
        .collect()
}

/// Places to calibrate, [`APART_M`] apart, and other places within [`NEAR_M`] of one.
fn corners(drawn: &[ShotAt]) -> (Vec<ShotAt>, Vec<ShotAt>) {
    let apart_m = |a: &ShotAt, b: &ShotAt| {
        (a.position.east - b.position.east).hypot(a.position.north - b.position.north)
    };
    let mut corners: Vec<ShotAt> = Vec::new();
    for place in drawn {
        if corners.iter().all(|c| apart_m(c, place) > APART_M) {
            corners.push(*place);
        }
    }
    let near = (drawn.iter())
        .filter(|p| {
            let nearest_m = corners
                .iter()
                .map(|c| apart_m(c, p))
                .fold(f64::INFINITY, f64::min);
            (0.5..NEAR_M).contains(&nearest_m)
        })
        .take(SCORED)
        .copied()
        .collect();
    (corners, near)
}
