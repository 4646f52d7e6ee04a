//! Arrivals of one sound at the sensors of a site, as [`solve`](crate::solve) takes them.

use crate::associate::Site;
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::solve::{Air, Dimensions, Problem};
use crate::units::Seconds;

/// Sensors with when each heard it and what is known of the path from there, in one order.
pub(crate) struct Arrivals {
    sensors: Vec<Enu>,
    after_firing: Vec<Seconds>,
    paths: Vec<Uncertain>,
    sigma: Seconds,
    air: Air,
}

impl Arrivals {
    /// Of `heard`: indices of sensors, and seconds after it was fired at about `at`.
    pub(crate) fn new(site: &Site, at: Enu, heard: &[(usize, f64)]) -> Self {
        let assumptions = site.assumptions();
        let learned = assumptions.learned(at);
        let place = |sensor: usize| site.sensors[sensor].position;
        let path = |sensor: usize| {
            let delay_s = site.medium.delay_s(at, place(sensor));
            assumptions.path(learned.as_ref(), sensor, delay_s)
        };
        Self {
            sensors: heard.iter().map(|&(sensor, _)| place(sensor)).collect(),
            after_firing: heard.iter().map(|&(_, time_s)| Seconds(time_s)).collect(),
            paths: heard.iter().map(|&(sensor, _)| path(sensor)).collect(),
            sigma: Seconds(site.settings.jitter_sigma_s),
            air: Air::of(site.atmosphere()),
        }
    }

    /// Where was it fired, in three dimensions? Nothing is said of its height.
    pub(crate) fn problem(&self) -> Problem<'_> {
        Problem {
            sensors: &self.sensors,
            arrivals: &self.after_firing,
            sigma: self.sigma,
            // Survey and clock are in the path of each sensor.
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: self.air,
            up_m: None,
            paths: &self.paths,
        }
    }
}
