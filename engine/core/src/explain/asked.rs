//! What a published shot heard, put to the solver for single shots.

use super::account::Account;
use super::setting::Setting;
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::paths::Prediction;
use crate::sensor::SensorIdx;
use crate::solve::{Air, Dimensions, MAX_SENSORS, Problem, Settings};
use crate::units::Seconds;

/// The arrivals of some sensors as a problem with priors.
pub(super) struct Asked {
    sensors: Vec<Enu>,
    /// After the time of firing reported.
    pub(super) arrivals: Vec<Seconds>,
    ids: Vec<SensorIdx>,
    /// Empty without path terms: then paths are part of `sigma`.
    paths: Vec<Uncertain>,
    sigma: Seconds,
    air: Air,
    pub(super) settings: Settings,
}

impl Asked {
    /// At most [`MAX_SENSORS`] of `heard`, the first ones.
    pub(super) fn new(setting: &Setting<'_>, heard: &[&Account]) -> Self {
        let heard = &heard[..heard.len().min(MAX_SENSORS)];
        let sensors: Vec<Enu> = heard.iter().map(|a| setting.position(a.sensor)).collect();
        let arrivals = heard.iter().map(|a| {
            let due_s = a.expected.since(setting.shot.time).0;
            Seconds(due_s + a.residual.map_or(0.0, |r| r.0))
        });
        let n = heard.len().max(1) as f64;
        let sigma_s = |a: &&Account| match setting.paths {
            Some(_) => setting.noise_sigma_s(a.sensor),
            None => a.sigma.0,
        };
        let variance = heard.iter().map(|a| sigma_s(a).powi(2)).sum::<f64>() / n;
        let position = setting.shot.position;
        let up = setting.height.at(position.east_m, position.north_m);
        let mean_up_m = sensors.iter().map(|s| s.up_m).sum::<f64>() / n;
        let mut asked = Self {
            arrivals: arrivals.collect(),
            ids: heard.iter().map(|a| a.sensor).collect(),
            paths: Vec::new(),
            sensors,
            sigma: Seconds(variance.sqrt()),
            air: Air::of(&setting.shot.atmosphere),
            settings: Settings {
                below_sensors_m: Uncertain::new(mean_up_m - up.mean, up.sigma.max(0.1)),
                ..Settings::default()
            },
        };
        if setting.paths.is_some() {
            asked.take_paths(setting, position, setting.learned_from(position).as_ref());
        }
        asked
    }

    /// From now on paths are those from `place`: as `learned` there, or those of any city.
    pub(super) fn take_paths(
        &mut self,
        setting: &Setting<'_>,
        place: Enu,
        learned: Option<&Prediction>,
    ) {
        let path = |(&id, &sensor): (&SensorIdx, &Enu)| {
            setting.city(id, setting.medium.delay_s(place, sensor), learned)
        };
        self.paths = self.ids.iter().zip(&self.sensors).map(path).collect();
    }

    /// Extra delay that is assumed of the `k`-th path, seconds.
    pub(super) fn path_s(&self, k: usize) -> f64 {
        self.paths.get(k).map_or(0.0, |path| path.mean)
    }

    pub(super) fn problem(&self) -> Problem<'_> {
        Problem {
            sensors: &self.sensors,
            arrivals: &self.arrivals,
            sigma: self.sigma,
            // Survey and clock are in the sigma of each account.
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: self.air,
            up_m: None,
            paths: &self.paths,
        }
    }
}
