//! What a fit takes for granted.

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::locate::drift::Drift;
use crate::locate::height::HeightPrior;
use crate::paths::{PathTerms, Prediction};
use crate::sensor::Sensor;
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::travel::Medium;

/// Where the sensors are and how well each is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorModel {
    /// Position.
    pub position: Enu,
    /// Timing error by survey and clock, constant over the burst, seconds.
    pub sigma_s: f64,
}

impl SensorModel {
    /// Of `sensor` in air in which sound goes at `speed_m_s`.
    pub(crate) fn of(sensor: &Sensor, speed_m_s: f64) -> Self {
        Self {
            position: sensor.position,
            sigma_s: (sensor.position_sigma_m / speed_m_s).hypot(sensor.clock_sigma_s),
        }
    }

    /// Spread of an arrival after `delay_s` seconds about its prediction, where nothing is learned of the
    /// path and onset error apart, seconds.
    pub(crate) fn arrival_sigma_s(&self, delay_s: f64, settings: &Settings) -> f64 {
        settings
            .path_sigma_at(delay_s)
            .hypot(settings.jitter_sigma_s)
            .hypot(self.sigma_s)
    }
}

/// Everything a fit assumes beside the arrivals.
#[derive(Clone, Debug)]
pub struct Assumptions<'a> {
    /// The sensors.
    pub sensors: &'a [SensorModel],
    /// Expected air.
    pub medium: Medium,
    /// Standard deviation of the speed of sound, m/s.
    pub speed_sigma_m_s: f64,
    /// Standard deviation of each wind component, m/s.
    pub wind_sigma_m_s: [f64; 2],
    /// Height of the source.
    pub height: &'a HeightPrior,
    /// Spread of paths and jitter.
    pub settings: &'a Settings,
    /// What is learned of the paths to these sensors, in their order.
    pub paths: Option<&'a PathTerms>,
    /// When, so that what was learned ages; `None` takes it as it was when it was learned.
    pub time: Option<Timestamp>,
    /// How the source moves from round to round.
    pub drift: Drift,
}

impl Assumptions<'_> {
    /// What is learned of the paths from `place`.
    pub(crate) fn learned(&self, place: Enu) -> Option<Prediction> {
        let known: Vec<Option<usize>> = (0..self.sensors.len()).map(Some).collect();
        (self.paths).map(|terms| terms.predict(place, &known, self.time))
    }

    /// What the city adds to a path of `delay_s` seconds beyond what all paths have in common, seconds.
    pub(crate) fn city(
        &self,
        learned: Option<&Prediction>,
        sensor: usize,
        delay_s: f64,
    ) -> Uncertain {
        let city_s = self.settings.path_sigma_at(delay_s);
        match (learned, self.paths) {
            (Some(learned), Some(terms)) => {
                let (path, prior) = (learned.paths[sensor], terms.prior().delay_s);
                // What is learned narrows this city's spread as it narrows the prior's.
                Uncertain::new(path.mean - prior.mean, city_s * path.sigma / prior.sigma)
            }
            _ => Uncertain::new(0.0, city_s),
        }
    }

    /// What is constant on one path beyond what all have in common, seconds: the city, the survey and the
    /// clock.
    pub(crate) fn path(
        &self,
        learned: Option<&Prediction>,
        sensor: usize,
        delay_s: f64,
    ) -> Uncertain {
        let city = self.city(learned, sensor, delay_s);
        let sigma_s = city.sigma.hypot(self.sensors[sensor].sigma_s).max(1e-6);
        Uncertain::new(city.mean, sigma_s)
    }
}
