//! How well arrivals tell a burst in the air from a shot in the street.

use rayon::prelude::*;
use shotfix_core::Seconds;
use shotfix_core::aloft::Aloft;
use shotfix_core::locate::HeightPrior;
use shotfix_core::solve::Problem;
use shotfix_simulator::{SceneError, ShotAt};

use super::city::{City, measured, rng, wind};

/// Constant extra delay of a path and jitter together, as the locator assumes them, seconds.
const SIGMA: Seconds = Seconds(0.0086);

/// What arrivals said of sources of one height.
#[derive(Clone, Debug)]
pub struct AloftRow {
    /// Sensors on a square kilometre.
    pub density_per_km2: f64,
    /// Over the street, metres; 0 is a gun.
    pub height_m: f64,
    /// Of each source with enough arrivals: how many, and what they say.
    pub told: Vec<(usize, Aloft)>,
}

/// Sources in a city of so many sensors, `n` of each height, over the same places. The wind is measured to 1 m/s.
///
/// # Errors
/// [`SceneError`] when the city cannot be drawn.
pub fn aloft_study(
    seed: u64,
    density_per_km2: f64,
    heights_m: &[f64],
    n: usize,
) -> Result<Vec<AloftRow>, SceneError> {
    let mut random = rng(seed);
    let blows = wind(&mut random, 6.0);
    let city = City::new(seed, density_per_km2, blows)?;
    let air = city.air(measured(&mut random, blows, 1.0));
    let mut places = city.places()?;
    places.truncate(n);
    let prior = HeightPrior::around(city.sensors().to_vec(), None);
    let rows = heights_m.iter().map(|&height_m| {
        let shots: Vec<ShotAt> = (places.iter())
            .map(|place| {
                let mut shot = *place;
                shot.position.up += height_m;
                if height_m > 0.0 {
                    shot.barrel = None;
                }
                shot
            })
            .collect();
        let heard = city.hear(&shots);
        let told = heard.par_iter().filter_map(|heard| {
            let problem = Problem {
                sigma: SIGMA,
                ..city.problem(heard, air)
            };
            // Where the engine would find it, the ground's height is guessed from the sensors about.
            let ground = prior.at(heard.place.east_m, heard.place.north_m);
            let told = Aloft::of(&problem, ground)?;
            Some((problem.sensors.len(), told))
        });
        AloftRow {
            density_per_km2,
            height_m,
            told: told.collect(),
        }
    });
    Ok(rows.collect())
}
