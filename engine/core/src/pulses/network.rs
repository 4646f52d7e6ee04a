//! Sensors in their air, with what the search needs of every place.

use super::lags::{BLOCK, MARGIN};
use crate::geodesy::Enu;
use crate::locate::height::HeightPrior;
use crate::solve::Air;
use crate::travel::Medium;

/// A place is searched by what so many of the sensors nearest to it heard.
pub(super) const NEAR: usize = 8;
/// Pairs of those.
pub(super) const PAIRS: usize = NEAR * (NEAR - 1) / 2;
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

/// A cell of the coarse map.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) east_m: f32,
    pub(super) north_m: f32,
    pub(super) near: [u16; NEAR],
    /// The bin in which each pair of near sensors has its difference of arrival times.
    pub(super) bins: [u32; PAIRS],
}

/// An array of sensors in air of one temperature and one wind.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) sensors: Vec<Enu>,
    pub(super) medium: Medium,
    pub(super) air: Air,
    /// `None`: a flat map, source and sensors share one height.
    height: Option<HeightPrior>,
    pub(super) n_near: usize,
    pub(super) step_m: f64,
    pub(super) cells: Vec<Cell>,
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
            step_m,
            cells: Vec::new(),
            pairs: Vec::new(),
            pair_of: vec![NO_PAIR; n * n],
            n_bins: 0,
        };
        let (columns, rows) = (
            (width_m / step_m) as usize + 1,
            (depth_m / step_m) as usize + 1,
        );
        network.cells.reserve(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                network.add_cell(
                    east.0 - margin_m + column as f64 * step_m,
                    north.0 - margin_m + row as f64 * step_m,
                );
            }
        }
        network
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

    /// Travel time, seconds.
    pub(super) fn delay_s(&self, place: Enu, sensor: usize) -> f64 {
        self.medium.delay_s(place, self.sensors[sensor])
    }

    fn add_cell(&mut self, east_m: f64, north_m: f64) {
        let mut near = [0_u16; NEAR];
        let mut near_d2 = [f64::INFINITY; NEAR];
        for (s, p) in self.sensors.iter().enumerate() {
            let d2 = (p.east_m - east_m).powi(2) + (p.north_m - north_m).powi(2);
            if d2 < near_d2[NEAR - 1] {
                let mut k = NEAR - 1;
                while k > 0 && near_d2[k - 1] > d2 {
                    near_d2[k] = near_d2[k - 1];
                    near[k] = near[k - 1];
                    k -= 1;
                }
                near_d2[k] = d2;
                near[k] = s as u16;
            }
        }
        near[..self.n_near].sort_unstable();
        let mut cell = Cell {
            east_m: east_m as f32,
            north_m: north_m as f32,
            near,
            bins: [0; PAIRS],
        };
        for (i, &a) in near[..self.n_near].iter().enumerate() {
            for &b in &near[i + 1..self.n_near] {
                self.add_pair(usize::from(a), usize::from(b));
            }
        }
        cell.bins = self.bins_at(&cell, f64::from(cell.east_m), f64::from(cell.north_m));
        self.cells.push(cell);
    }

    /// The bins of the place (`east_m`, `north_m`) for the sensors near `cell`.
    pub(super) fn bins_at(&self, cell: &Cell, east_m: f64, north_m: f64) -> [u32; PAIRS] {
        let mut bins = [0; PAIRS];
        let place = self.place(east_m, north_m);
        let mut delays = [0.0; NEAR];
        for (delay, &s) in delays.iter_mut().zip(&cell.near[..self.n_near]) {
            *delay = self.delay_s(place, usize::from(s));
        }
        let mut k = 0;
        for i in 0..self.n_near {
            for j in i + 1..self.n_near {
                let (a, b) = (usize::from(cell.near[i]), usize::from(cell.near[j]));
                let id = self.pair_of[a * self.sensors.len() + b];
                bins[k] = self.bin(&self.pairs[id as usize], delays[j] - delays[i]);
                k += 1;
            }
        }
        bins
    }

    /// The pairs of sensors near `cell`.
    pub(super) fn pairs_of(&self, cell: &Cell) -> impl Iterator<Item = u32> {
        let near = &cell.near[..self.n_near];
        near.iter().enumerate().flat_map(move |(i, &a)| {
            near[i + 1..]
                .iter()
                .map(move |&b| self.pair_of[usize::from(a) * self.sensors.len() + usize::from(b)])
        })
    }

    fn bin(&self, pair: &Pair, lag_s: f64) -> u32 {
        // A cast saturates at 0 and truncates.
        let bin = (lag_s * (1.0 / BIN_S) + f64::from(pair.half) + 0.5) as u32;
        let margin = MARGIN as u32;
        pair.offset + bin.clamp(margin, 2 * pair.half as u32 - margin)
    }

    /// Makes room for the differences between two sensors, once.
    fn add_pair(&mut self, a: usize, b: usize) {
        let slot = a * self.sensors.len() + b;
        if self.pair_of[slot] != NO_PAIR {
            return;
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
    }

    /// Number of pairs of sensors near a place.
    pub(super) fn n_pairs(&self) -> usize {
        self.n_near * self.n_near.saturating_sub(1) / 2
    }
}
