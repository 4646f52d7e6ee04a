//! Sensors in their air, with what the search needs of every place.

use std::ops::Range;

use super::lags::{BLOCK, MARGIN};
use super::near::{Distances, Frame, NEAR, Near, PAIRS};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::locate::height::HeightPrior;
use crate::solve::Air;
use crate::travel::Medium;

/// Edge of a cell of the coarse map, metres.
pub(super) const CELL_M: f64 = 10.0;
/// How far outside the sensors' bounding box a shooter is looked for, metres, at most; less for
/// small arrays.
const MARGIN_M: f64 = 150.0;
/// Width of a bin of time differences, seconds.
pub(super) const BIN_S: f64 = 0.002;
/// Cells at most; a larger array gets larger cells. These cover 100 square kilometres.
const MAX_CELLS: f64 = 1e6;
/// Nobody hears a shot for longer than this after it was fired, seconds: two kilometres.
const FARTHEST_S: f64 = 6.0;

/// Two sensors that are both near some place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) first: u32,
    pub(super) second: u32,
    /// The largest difference of arrival times, bins.
    pub(super) half: i32,
    /// Where its bins begin among those of all pairs.
    pub(super) offset: u32,
}

impl Pair {
    /// The bins, of all, in which places have their differences.
    pub(super) fn bins(&self) -> Range<u32> {
        let margin = MARGIN as u32;
        self.offset + margin..self.offset + 2 * self.half as u32 - margin + 1
    }
}

/// A cell of the coarse map.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) east_m: f32,
    pub(super) north_m: f32,
    /// Index of the sensors near it.
    pub(super) near: u32,
    /// The bin in which each pair of near sensors has its difference of arrival times.
    pub(super) bins: [u32; PAIRS],
}

/// An array of sensors in air of one temperature and one wind.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) sensors: Vec<Enu>,
    pub(super) medium: Medium,
    pub(super) air: Air,
    pub(super) survey_sigma_m: f64,
    /// `None`: a flat map, source and sensors share one height.
    height: Option<HeightPrior>,
    pub(super) n_near: usize,
    pub(super) step_m: f64,
    /// Cells of the coarse map by rows, and how many a row has.
    pub(super) cells: Vec<Cell>,
    pub(super) columns: usize,
    pub(super) near: Vec<Near>,
    pub(super) pairs: Vec<Pair>,
    pair_of: Vec<u32>,
    pub(super) n_bins: usize,
}

const NO_PAIR: u32 = u32::MAX;

impl Network {
    /// Prepares the search map. Where all sensors have one height the map is flat; otherwise a source's
    /// height follows from those of the sensors around it ([`HeightPrior`]).
    pub fn new(sensors: Vec<Enu>, air: Air) -> Self {
        let medium = air.medium();
        let n = sensors.len();
        let flat = sensors.iter().all(|s| s.up_m == sensors[0].up_m);
        let bounds = |f: fn(&Enu) -> f64| {
            sensors
                .iter()
                .map(f)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |b, x| {
                    (b.0.min(x), b.1.max(x))
                })
        };
        let (east, north) = if n == 0 {
            ((0.0, 0.0), (0.0, 0.0))
        } else {
            (bounds(|p| p.east_m), bounds(|p| p.north_m))
        };
        let extent_m = (east.1 - east.0).max(north.1 - north.0).max(1.0);
        let margin_m = MARGIN_M.min(0.3 * extent_m);
        let (width_m, depth_m) = (
            east.1 - east.0 + 2.0 * margin_m,
            north.1 - north.0 + 2.0 * margin_m,
        );
        let step_m = CELL_M
            .min(extent_m / 60.0)
            .max((width_m * depth_m / MAX_CELLS).sqrt());
        let mut network = Self {
            n_near: n.min(NEAR),
            height: (!flat).then(|| HeightPrior::around(sensors.clone(), None)),
            sensors,
            medium,
            air,
            survey_sigma_m: 0.0,
            step_m,
            cells: Vec::new(),
            columns: (width_m / step_m) as usize + 1,
            near: Vec::new(),
            pairs: Vec::new(),
            pair_of: vec![NO_PAIR; n * n],
            n_bins: 0,
        };
        let rows = (depth_m / step_m) as usize + 1;
        network.add_cells(east.0 - margin_m, north.0 - margin_m, rows);
        network
    }

    /// States how well the sensors are surveyed: standard deviation of each coordinate, metres, and 0 unless
    /// it is stated.
    #[must_use]
    pub fn with_survey_sigma_m(mut self, survey_sigma_m: f64) -> Self {
        self.survey_sigma_m = survey_sigma_m;
        self
    }

    /// The sensors.
    pub fn sensors(&self) -> &[Enu] {
        &self.sensors
    }

    /// Longest travel time between two of the sensors, seconds.
    pub(super) fn longest_delay_s(&self) -> f64 {
        let mut longest_s = 0.0_f64;
        for &a in &self.sensors {
            for b in 0..self.sensors.len() {
                longest_s = longest_s.max(self.delay_s(a, b));
            }
        }
        longest_s.min(FARTHEST_S)
    }

    /// The area of the map.
    pub(super) fn area_m2(&self) -> f64 {
        self.cells.len() as f64 * self.step_m * self.step_m
    }

    /// A source on the map.
    pub(super) fn place(&self, east_m: f64, north_m: f64) -> Enu {
        let up_m = match &self.height {
            Some(prior) => prior.at(east_m, north_m).mean,
            None => self.sensors.first().map_or(0.0, |s| s.up_m),
        };
        Enu::new(east_m, north_m, up_m)
    }

    /// All sensors share one height, and so does the source.
    pub(super) fn is_flat(&self) -> bool {
        self.height.is_none()
    }

    /// What is assumed of the height of a source at `place`; `None` on a flat map.
    pub(super) fn up_m(&self, place: Enu) -> Option<Uncertain> {
        let prior = self.height.as_ref()?;
        Some(prior.at(place.east_m, place.north_m))
    }

    /// Travel time, seconds.
    pub(super) fn delay_s(&self, place: Enu, sensor: usize) -> f64 {
        self.medium.delay_s(place, self.sensors[sensor])
    }

    /// Makes the cells of the map, its south-western one at (`east_m`, `north_m`).
    fn add_cells(&mut self, east_m: f64, north_m: f64, rows: usize) {
        let mut distances = Distances::new(&self.sensors);
        let mut cells: Vec<Cell> = Vec::with_capacity(rows * self.columns);
        for row in 0..rows {
            for column in 0..self.columns {
                let east_m = east_m + column as f64 * self.step_m;
                let north_m = north_m + row as f64 * self.step_m;
                distances.measure(east_m, north_m);
                // Those to the west and south, if there are.
                let k = cells.len();
                let beside = [k.checked_sub(1), k.checked_sub(self.columns)];
                let known = (beside.into_iter().flatten().map(|k| cells[k].near))
                    .find(|&near| distances.are_nearest(&self.near[near as usize].sensors));
                cells.push(Cell {
                    east_m: east_m as f32,
                    north_m: north_m as f32,
                    near: known.unwrap_or_else(|| self.add_near(distances.nearest())),
                    bins: [0; PAIRS],
                });
            }
        }
        for run in cells.chunk_by_mut(|a, b| a.near == b.near) {
            let frame = Frame::new(self, &self.near[run[0].near as usize]);
            for cell in run {
                cell.bins = frame.bins(f64::from(cell.east_m), f64::from(cell.north_m));
            }
        }
        self.cells = cells;
    }

    /// Adds a set of sensors near some place, with its pairs.
    fn add_near(&mut self, sensors: [u16; NEAR]) -> u32 {
        let mut near = Near {
            sensors,
            pairs: [0; PAIRS],
        };
        let mut pairs = near.pairs.iter_mut();
        let used = &sensors[..self.n_near];
        for (i, &a) in used.iter().enumerate() {
            for (&b, pair) in used[i + 1..].iter().zip(&mut pairs) {
                *pair = self.add_pair(usize::from(a), usize::from(b));
            }
        }
        self.near.push(near);
        self.near.len() as u32 - 1
    }

    /// The pair of two sensors; makes room for their differences, once.
    fn add_pair(&mut self, a: usize, b: usize) -> u32 {
        let slot = a * self.sensors.len() + b;
        if self.pair_of[slot] != NO_PAIR {
            return self.pair_of[slot];
        }
        let longest_s = self
            .delay_s(self.sensors[a], b)
            .max(self.delay_s(self.sensors[b], a))
            .min(FARTHEST_S);
        // Bins beyond any difference keep the windows of two pairs apart.
        let half = (longest_s / BIN_S) as i32 + 12;
        self.pair_of[slot] = self.pairs.len() as u32;
        self.pairs.push(Pair {
            first: a as u32,
            second: b as u32,
            half,
            offset: self.n_bins as u32,
        });
        // One sum more than bins, and blocks that hold bins of one pair only.
        self.n_bins += (2 * half as usize + 2).next_multiple_of(BLOCK);
        self.pair_of[slot]
    }

    /// Number of pairs of sensors near a place.
    pub(super) fn n_pairs(&self) -> usize {
        self.n_near * self.n_near.saturating_sub(1) / 2
    }
}
