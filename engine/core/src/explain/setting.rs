//! What an explanation takes for granted: the shot, the array and the assumptions of the fit, learned
//! path terms among them.

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::incident::Shot;
use crate::locate::{Assumptions, Drift, HeightPrior, SensorModel};
use crate::paths::{PathTerms, Prediction};
use crate::sensor::{Array, SensorIdx};
use crate::settings::Settings;
use crate::travel::Medium;

pub(super) struct Setting<'a> {
    pub(super) shot: &'a Shot,
    pub(super) array: &'a Array,
    pub(super) settings: &'a Settings,
    pub(super) medium: Medium,
    pub(super) height: HeightPrior,
    pub(super) paths: Option<&'a PathTerms>,
    models: Vec<SensorModel>,
    /// What is learned of the paths from the place reported.
    learned: Option<Prediction>,
}

impl<'a> Setting<'a> {
    pub(super) fn new(
        shot: &'a Shot,
        array: &'a Array,
        settings: &'a Settings,
        paths: Option<&'a PathTerms>,
    ) -> Self {
        let medium = Medium::of(&shot.atmosphere);
        let model = |s| SensorModel::of(s, medium.speed_m_s);
        let mut setting = Self {
            shot,
            array,
            settings,
            medium,
            height: HeightPrior::new(array, settings.source_up_m),
            paths,
            models: array.sensors().iter().map(model).collect(),
            learned: None,
        };
        setting.learned = setting.learned_from(shot.position);
        setting
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
            paths: self.paths,
            time: Some(self.shot.time),
            drift: Drift::STILL,
        }
    }

    pub(super) fn position(&self, sensor: SensorIdx) -> Enu {
        self.array.sensor(sensor).position
    }

    pub(super) fn name(&self, sensor: SensorIdx) -> &str {
        &self.array.sensor(sensor).id
    }

    /// What is learned of the paths from `place` to all sensors, as it has aged by the shot.
    pub(super) fn learned_from(&self, place: Enu) -> Option<Prediction> {
        self.assumptions().learned(place)
    }

    /// Travel time of the direct wave from the reported place, seconds.
    pub(super) fn delay_s(&self, sensor: SensorIdx) -> f64 {
        self.delay_from_s(self.shot.position, sensor, self.learned.as_ref())
    }

    /// The same from `place`, with what is learned of the paths from there.
    pub(super) fn delay_from_s(
        &self,
        place: Enu,
        sensor: SensorIdx,
        learned: Option<&Prediction>,
    ) -> f64 {
        let straight_s = self.medium.delay_s(place, self.position(sensor));
        straight_s + self.city(sensor, straight_s, learned).mean
    }

    /// What the city adds to a path of `delay_s` seconds, seconds.
    pub(super) fn city(
        &self,
        sensor: SensorIdx,
        delay_s: f64,
        learned: Option<&Prediction>,
    ) -> Uncertain {
        self.assumptions().city(learned, sensor.0, delay_s)
    }

    /// Expected spread of a direct arrival about its prediction, seconds: path, jitter, survey, clock.
    pub(super) fn sigma_s(&self, sensor: SensorIdx) -> f64 {
        self.city(sensor, self.delay_s(sensor), self.learned.as_ref())
            .sigma
            .hypot(self.noise_sigma_s(sensor))
    }

    /// The part of it that no path makes, seconds: jitter, survey, clock.
    pub(super) fn noise_sigma_s(&self, sensor: SensorIdx) -> f64 {
        (self.settings.jitter_sigma_s).hypot(self.models[sensor.0].sigma_s)
    }
}
