//! The sensors nearest to a place, and where its differences of arrival times lie among all bins.

use super::network::{BIN_S, Network};
use crate::exponential::WHOLE;
use crate::geodesy::Enu;

/// A place is searched by what so many of the sensors nearest to it heard.
pub(super) const NEAR: usize = 8;
/// Pairs of those.
pub(super) const PAIRS: usize = NEAR * (NEAR - 1) / 2;

/// The sensors nearest to a cell of the map; cells beside one another mostly share them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Near {
    /// In order; fewer in a small array.
    pub(super) sensors: [u16; NEAR],
    /// Their pairs: first with second, with third and so on.
    pub(super) pairs: [u32; PAIRS],
}

/// Horizontal squared distances of all sensors from a place, square metres.
pub(super) struct Distances {
    east_m: Vec<f64>,
    north_m: Vec<f64>,
    squared_m2: Vec<f64>,
    n_near: usize,
}

impl Distances {
    pub(super) fn new(sensors: &[Enu]) -> Self {
        Self {
            east_m: sensors.iter().map(|s| s.east_m).collect(),
            north_m: sensors.iter().map(|s| s.north_m).collect(),
            squared_m2: vec![0.0; sensors.len()],
            n_near: sensors.len().min(NEAR),
        }
    }

    pub(super) fn measure(&mut self, east_m: f64, north_m: f64) {
        let places = self.east_m.iter().zip(&self.north_m);
        for (squared_m2, (east, north)) in self.squared_m2.iter_mut().zip(places) {
            *squared_m2 = (east - east_m).powi(2) + (north - north_m).powi(2);
        }
    }

    /// Are `sensors` the nearest ones? Says no where two are equally far and it would take a closer look.
    pub(super) fn are_nearest(&self, sensors: &[u16; NEAR]) -> bool {
        let farthest_m2 = (sensors[..self.n_near].iter())
            .map(|&s| self.squared_m2[usize::from(s)])
            .fold(0.0, f64::max);
        let within = self.squared_m2.iter().filter(|d2| **d2 <= farthest_m2);
        within.count() == self.n_near
    }

    /// The nearest sensors in order of index; of two equally far the first.
    pub(super) fn nearest(&self) -> [u16; NEAR] {
        let mut near = [0_u16; NEAR];
        let mut near_d2 = [f64::INFINITY; NEAR];
        for (s, &d2) in self.squared_m2.iter().enumerate() {
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
        near
    }
}

/// The pairs of near sensors laid out for the bins of one place after another.
pub(super) struct Frame<'a> {
    network: &'a Network,
    /// East, north and up of the sensors.
    sensors: [[f64; NEAR]; 3],
    /// By pair: the bin of no difference, and the first and last that a place may have.
    middle: [f64; PAIRS],
    first: [f64; PAIRS],
    last: [f64; PAIRS],
}

impl<'a> Frame<'a> {
    pub(super) fn new(network: &'a Network, near: &Near) -> Self {
        let mut frame = Self {
            network,
            sensors: [[0.0; NEAR]; 3],
            middle: [0.0; PAIRS],
            first: [0.0; PAIRS],
            last: [0.0; PAIRS],
        };
        for (k, &s) in near.sensors[..network.n_near].iter().enumerate() {
            let sensor = network.sensors[usize::from(s)];
            frame.sensors[0][k] = sensor.east_m;
            frame.sensors[1][k] = sensor.north_m;
            frame.sensors[2][k] = sensor.up_m;
        }
        for (k, &id) in near.pairs[..network.n_pairs()].iter().enumerate() {
            let pair = &network.pairs[id as usize];
            let bins = pair.bins();
            frame.middle[k] = f64::from(pair.offset) + f64::from(pair.half);
            frame.first[k] = f64::from(bins.start);
            frame.last[k] = f64::from(bins.end - 1);
        }
        frame
    }

    /// The bins of the place (`east_m`, `north_m`), by pair.
    pub(super) fn bins(&self, east_m: f64, north_m: f64) -> [u32; PAIRS] {
        let place = self.network.place(east_m, north_m);
        let [east_m, north_m, up_m] = &self.sensors;
        let medium = self.network.medium;
        let mut delays = [0.0; NEAR];
        for k in 0..NEAR {
            delays[k] = medium.delay_s(place, Enu::new(east_m[k], north_m[k], up_m[k]));
        }
        let mut lags_s = [0.0; PAIRS];
        let n_near = self.network.n_near;
        if n_near == NEAR {
            differences(&delays, &mut lags_s);
        } else {
            differences(&delays[..n_near], &mut lags_s);
        }
        let mut bins = [0; PAIRS];
        for k in 0..PAIRS {
            let bin = lags_s[k] * (1.0 / BIN_S) + self.middle[k];
            let bin = if bin > self.first[k] {
                bin
            } else {
                self.first[k]
            };
            let bin = if bin < self.last[k] {
                bin
            } else {
                self.last[k]
            };
            bins[k] = (bin + WHOLE).to_bits() as u32;
        }
        bins
    }
}

/// What each delay is more than those before it, in the order of pairs.
#[inline(always)]
fn differences(delays: &[f64], lags_s: &mut [f64; PAIRS]) {
    let mut k = 0;
    for (i, first_s) in delays.iter().enumerate() {
        for second_s in &delays[i + 1..] {
            lags_s[k] = second_s - first_s;
            k += 1;
        }
    }
}
