//! What an explanation takes for granted: the shot, the array and the assumptions of the fit.

use crate::geodesy::Enu;
use crate::incident::Shot;
use crate::locate::HeightPrior;
use crate::locate::fit::{Assumptions, SensorModel};
use crate::sensor::{Array, SensorIdx};
use crate::settings::Settings;
use crate::travel::Medium;

pub(super) struct Setting<'a> {
    pub(super) shot: &'a Shot,
    pub(super) array: &'a Array,
    pub(super) settings: &'a Settings,
    pub(super) medium: Medium,
    pub(super) height: HeightPrior,
    models: Vec<SensorModel>,
}

impl<'a> Setting<'a> {
    pub(super) fn new(shot: &'a Shot, array: &'a Array, settings: &'a Settings) -> Self {
        let medium = Medium::of(&shot.atmosphere);
        let model = |s: &crate::sensor::Sensor| SensorModel {
            position: s.position,
            sigma_s: (s.position_sigma_m / medium.speed_m_s).hypot(s.clock_sigma_s),
        };
        Self {
            shot,
            array,
            settings,
            medium,
            height: HeightPrior::new(array, settings.source_up_m),
            models: array.sensors().iter().map(model).collect(),
        }
    }

    /// The assumptions of the maximum likelihood fit.
    pub(super) fn assumptions(&self) -> Assumptions<'_> {
        let air = &self.shot.atmosphere;
        Assumptions {
            sensors: &self.models,
            medium: self.medium,
            speed_sigma_m_s: air.speed_of_sound_sigma().0,
            wind_sigma_m_s: [air.wind.east.sigma, air.wind.north.sigma],
            height: &self.height,
            settings: self.settings,
            paths: None,
        }
    }

    pub(super) fn position(&self, sensor: SensorIdx) -> Enu {
        self.array.sensor(sensor).position
    }

    pub(super) fn name(&self, sensor: SensorIdx) -> &str {
        &self.array.sensor(sensor).id
    }

    /// Travel time of the direct wave from the reported place, seconds.
    pub(super) fn delay_s(&self, sensor: SensorIdx) -> f64 {
        self.medium
            .delay_s(self.shot.position, self.position(sensor))
    }

    /// Expected spread of a direct arrival about its prediction, seconds: path, jitter, survey, clock.
    pub(super) fn sigma_s(&self, sensor: SensorIdx) -> f64 {
        self.settings
            .path_sigma_at(self.delay_s(sensor))
            .hypot(self.settings.jitter_sigma_s)
            .hypot(self.models[sensor.0].sigma_s)
    }
}
