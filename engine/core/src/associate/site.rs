//! Everything about an array and its air that does not change from shot to shot.

use crate::atmosphere::Atmosphere;
use crate::geodesy::Enu;
use crate::locate::{Assumptions, Drift, HeightPrior, SensorModel};
use crate::paths::PathTerms;
use crate::sensor::Array;
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::travel::Medium;

/// Cells of the search map, at most. 40 000 cells of 10 m cover 4 km2.
const MAX_CELLS: f64 = 40_000.0;
/// Coarsest cell, metres: the fits that follow must start near their optimum.
const COARSEST_M: f64 = 25.0;
/// Finest cell, as a fraction of the array's extent.
const FINEST: f64 = 1.0 / 60.0;

/// An array in its air, with the travel times from every cell of a search map.
#[derive(Clone, Debug)]
pub struct Site {
    pub(crate) array: Array,
    pub(crate) atmosphere: Atmosphere,
    pub(crate) settings: Settings,
    /// What is learned of the paths to the sensors.
    pub(crate) paths: Option<PathTerms>,
    /// When the sounds were heard that are looked at now, so that what was learned ages.
    pub(crate) time: Option<Timestamp>,
    pub(crate) medium: Medium,
    pub(crate) height: HeightPrior,
    pub(crate) sensors: Vec<SensorModel>,
    /// Edge of a cell, metres.
    pub(crate) step_m: f64,
    /// Cells from west to east.
    pub(crate) columns: usize,
    /// Cells from south to north.
    pub(crate) rows: usize,
    /// Centre of the south-western cell.
    corner: Enu,
    /// Travel times in seconds: by sensor, then row, then column.
    delays_s: Vec<Vec<f32>>,
}

impl Site {
    /// Prepares the search map: the array's bounding box and `settings.margin_m` around it (less
    /// for arrays smaller than that).
    pub fn new(array: Array, atmosphere: Atmosphere, settings: Settings) -> Self {
        let medium = Medium::of(&atmosphere);
        let height = HeightPrior::new(&array, settings.source_up_m);
        let sensors: Vec<SensorModel> = array
            .sensors()
            .iter()
            .map(|s| SensorModel::of(s, medium.speed_m_s))
            .collect();
        let bounds = |f: fn(Enu) -> f64| {
            sensors
                .iter()
                .map(|s| f(s.position))
                .fold((f64::INFINITY, f64::NEG_INFINITY), |b, x| {
                    (b.0.min(x), b.1.max(x))
                })
        };
        let (mut east, mut north) = (bounds(|p| p.east_m), bounds(|p| p.north_m));
        if sensors.is_empty() {
            (east, north) = ((0.0, 0.0), (0.0, 0.0));
        }
        let extent_m = (east.1 - east.0).max(north.1 - north.0).max(1.0);
        let margin_m = settings.margin_m.min(extent_m);
        let (width_m, depth_m) = (
            east.1 - east.0 + 2.0 * margin_m,
            north.1 - north.0 + 2.0 * margin_m,
        );
        let step_m = (width_m * depth_m / MAX_CELLS)
            .sqrt()
            .max(FINEST * extent_m)
            .clamp(0.05, COARSEST_M);
        let (columns, rows) = (
            (width_m / step_m) as usize + 1,
            (depth_m / step_m) as usize + 1,
        );
        let mut site = Self {
            corner: Enu::new(east.0 - margin_m, north.0 - margin_m, 0.0),
            delays_s: Vec::new(),
            array,
            atmosphere,
            settings,
            paths: None,
            time: None,
            medium,
            height,
            sensors,
            step_m,
            columns,
            rows,
        };
        let places: Vec<Enu> = (0..rows * columns).map(|cell| site.place(cell)).collect();
        site.delays_s = site
            .sensors
            .iter()
            .map(|s| {
                places
                    .iter()
                    .map(|&p| medium.delay_s(p, s.position) as f32)
                    .collect()
            })
            .collect();
        site
    }

    /// The sensors.
    pub fn array(&self) -> &Array {
        &self.array
    }

    /// The air assumed.
    pub fn atmosphere(&self) -> &Atmosphere {
        &self.atmosphere
    }

    /// The assumptions of association and location.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Travel times from every cell to `sensor`, seconds, by row and column.
    pub(crate) fn delays_s(&self, sensor: usize) -> &[f32] {
        &self.delays_s[sensor]
    }

    /// Centre of a cell, at the expected height of a source there.
    pub(crate) fn place(&self, cell: usize) -> Enu {
        let (row, column) = (cell / self.columns, cell % self.columns);
        let east_m = self.corner.east_m + column as f64 * self.step_m;
        let north_m = self.corner.north_m + row as f64 * self.step_m;
        Enu::new(east_m, north_m, self.height.at(east_m, north_m).mean)
    }

    /// Is a place on the map, or at most its margin beyond?
    pub(crate) fn holds(&self, place: Enu) -> bool {
        let (east_m, north_m) = (
            place.east_m - self.corner.east_m,
            place.north_m - self.corner.north_m,
        );
        let (width_m, depth_m) = (
            self.columns as f64 * self.step_m,
            self.rows as f64 * self.step_m,
        );
        (0.0..=width_m).contains(&east_m) && (0.0..=depth_m).contains(&north_m)
    }

    /// Longest travel time between two sensors, seconds.
    pub(crate) fn longest_baseline_s(&self) -> f64 {
        let mut longest = 0.0_f64;
        for a in &self.sensors {
            for b in &self.sensors {
                longest = longest.max(self.medium.delay_s(a.position, b.position));
            }
        }
        longest
    }

    /// What a fit at this site assumes; path terms are taken as they have aged by now.
    pub(crate) fn assumptions(&self) -> Assumptions<'_> {
        Assumptions {
            sensors: &self.sensors,
            medium: self.medium,
            speed_sigma_m_s: self.atmosphere.speed_of_sound_sigma().0,
            wind_sigma_m_s: [
                self.atmosphere.wind.east.sigma,
                self.atmosphere.wind.north.sigma,
            ],
            height: &self.height,
            settings: &self.settings,
            paths: self.paths.as_ref(),
            time: self.time,
            drift: Drift::STILL,
        }
    }

    /// Spread of an arrival about its prediction, onset error apart, seconds.
    pub(crate) fn arrival_sigma_s(&self, sensor: usize, delay_s: f64) -> f64 {
        self.sensors[sensor].arrival_sigma_s(delay_s, &self.settings)
    }
}
