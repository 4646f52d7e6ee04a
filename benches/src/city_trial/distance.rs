//! What a calibration is worth so far from its place.

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::paths::{PathPrior, PathTerms};
use shotfix_simulator::{SceneError, ShotAt};

use super::TEN_FEET_M;
use super::city::{City, error_m, measured, rng, wind};
use crate::stats::{quantile, share_within};

/// Distances from the calibrated place, metres; each is met to a fifth, and 0 exactly.
const DISTANCES_M: [f64; 6] = [0.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Places in each city.
const PLACES: usize = 40;
/// The stated places of calibrations are off by this, metres.
const PLACE_SIGMA_M: f64 = 0.3;
/// Wind is measured, so that paths alone are judged, m/s.
const ANEMOMETER_M_S: f64 = 0.3;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // Written by `--out`; the crate's page defines the figures.
pub struct DistanceRow {
    pub distance_m: f64,
    pub shots: usize,
    pub without_p50_m: Option<f64>,
    pub without_p90_m: Option<f64>,
    pub without_within_3_05_m: Option<f64>,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub within_3_05_m: Option<f64>,
    /// Root mean square error with calibration over without.
    pub rms_ratio: Option<f64>,
}

/// Shots at places that taught nothing, located with a calibration at one other place, pooled over the
/// seeds.
///
/// # Errors
/// [`SceneError`] if a city cannot be drawn.
pub fn gain_with_distance(
    seeds: &[u64],
    done: &(dyn Fn() + Sync),
) -> Result<Vec<DistanceRow>, SceneError> {
    let all: Vec<Vec<Vec<[f64; 2]>>> = seeds
        .par_iter()
        .map(|&seed| {
            let errors = city(seed);
            done();
            errors
        })
        .collect::<Result<_, _>>()?;
    let pooled = DISTANCES_M.into_iter().enumerate().map(|(k, distance_m)| {
        let errors: Vec<[f64; 2]> = all.iter().flat_map(|city| city[k].clone()).collect();
        row(distance_m, &errors)
    });
    Ok(pooled.collect())
}

fn row(distance_m: f64, errors_m: &[[f64; 2]]) -> DistanceRow {
    let of = |way: usize| -> Vec<f64> { errors_m.iter().map(|e| e[way]).collect() };
    let (without, with) = (of(0), of(1));
    let square = |v: &[f64]| v.iter().map(|e| e * e).sum::<f64>();
    DistanceRow {
        distance_m,
        shots: errors_m.len(),
        without_p50_m: quantile(&without, 0.5),
        without_p90_m: quantile(&without, 0.9),
        without_within_3_05_m: share_within(&without, TEN_FEET_M),
        p50_m: quantile(&with, 0.5),
        p90_m: quantile(&with, 0.9),
        within_3_05_m: share_within(&with, TEN_FEET_M),
        rms_ratio: (!with.is_empty()).then(|| (square(&with) / square(&without)).sqrt()),
    }
}

/// For each distance, errors without and with the calibration.
fn city(seed: u64) -> Result<Vec<Vec<[f64; 2]>>, SceneError> {
    let mut rng = rng(seed);
    let blowing = wind(&mut rng, 2.0);
    let city = City::new(seed, 9.9, blowing)?;
    let drawn = city.places()?;
    let air = city.air(measured(&mut rng, blowing, ANEMOMETER_M_S));
    let terms = |calibrations| {
        PathTerms::try_new(PathPrior::default(), city.sensors().to_vec(), calibrations).ok()
    };
    let Some(blind) = terms(Vec::new()) else {
        return Ok(vec![Vec::new(); DISTANCES_M.len()]);
    };
    let mut errors = vec![Vec::new(); DISTANCES_M.len()];
    for target in drawn.iter().take(PLACES) {
        // The shot to be located is another round than those of a calibration at its own place.
        let another = ShotAt {
            time_s: target.time_s + 60.0,
            ..*target
        };
        let heard = city.hear(std::slice::from_ref(&another));
        let Some(shot) = heard.first() else { continue };
        let without = error_m(city.locate(&blind, shot, air).as_ref(), shot.place);
        for (distance_m, errors) in DISTANCES_M.into_iter().zip(&mut errors) {
            let Some(place) = at_distance(&drawn, target, distance_m) else {
                continue;
            };
            let wind = measured(&mut rng, blowing, ANEMOMETER_M_S);
            let calibration = city.calibrate(&[place], PLACE_SIGMA_M, wind, &mut rng);
            let Some(learned) = terms(calibration) else {
                continue;
            };
            let with = error_m(city.locate(&learned, shot, air).as_ref(), shot.place);
            errors.push([without, with]);
        }
    }
    Ok(errors)
}

/// The place nearest to the distance asked for, if one is within a fifth of it.
fn at_distance(drawn: &[ShotAt], target: &ShotAt, distance_m: f64) -> Option<ShotAt> {
    let off_m = |p: &&ShotAt| {
        let (a, b) = (p.position, target.position);
        ((a.east - b.east).hypot(a.north - b.north) - distance_m).abs()
    };
    let nearest = drawn.iter().min_by(|a, b| off_m(a).total_cmp(&off_m(b)))?;
    (off_m(&nearest) <= 0.2 * distance_m).then_some(*nearest)
}
