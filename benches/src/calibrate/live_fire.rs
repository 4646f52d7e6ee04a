//! Sites from folders of live fire.

use shotfix_core::solve::{Air, Dimensions};
use shotfix_core::{Enu, Seconds, Uncertain, Wind};

use super::site::{Site, SiteShot};
use crate::validation::live_fire::{Observations, ObservedPlace};

/// Live fire was at night and nearly calm; an airport's report is good to this, m/s and degrees.
const WIND_SIGMA_M_S: f64 = 1.0;
const TEMPERATURE_SIGMA_C: f64 = 1.0;
/// Heights of the ground are on maps; here that of the survey stands for them, good to this, metres.
const MAP_SIGMA_M: f64 = 3.0;
/// Change of the speed of sound with temperature near 0 degrees, m/s a degree.
const SPEED_PER_DEGREE: f64 = 0.607;

/// A site for each firing position, whose frames differ.
pub fn live_fire_sites(observations: &Observations) -> Vec<Site> {
    observations.places.iter().map(site).collect()
}

fn site(place: &ObservedPlace) -> Site {
    let at = |p: [f64; 3]| Enu::new(p[0], p[1], p[2]);
    let sensors: Vec<Enu> = place.sensors_m.iter().map(|s| at(*s)).collect();
    let mut shots: Vec<SiteShot> = Vec::new();
    for shot in &place.shots {
        let round = shots.iter().filter(|s| s.test() == shot.test).count();
        let calm = Uncertain::new(0.0, WIND_SIGMA_M_S);
        shots.push(SiteShot {
            id: format!("{}-s{round}", shot.test),
            firearm: shot.firearm.clone(),
            time: shot.time,
            place: at(place.truth_m),
            known: shot.arrivals.iter().map(|a| Some(a.sensor_idx)).collect(),
            sensors: shot
                .arrivals
                .iter()
                .map(|a| sensors[a.sensor_idx])
                .collect(),
            arrivals: shot.arrivals.iter().map(|a| Seconds(a.time_s)).collect(),
            sigma: Seconds(0.0015),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: Air {
                speed_m_s: Uncertain::new(shot.speed_m_s, SPEED_PER_DEGREE * TEMPERATURE_SIGMA_C),
                wind: Wind {
                    east: calm,
                    north: calm,
                },
            },
            up_m: Some(Uncertain::new(place.truth_m[2], MAP_SIGMA_M)),
        });
    }
    Site {
        name: place.name.clone(),
        ids: place.ids.clone(),
        sensors,
        shots,
    }
}
