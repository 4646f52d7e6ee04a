//! Places from which many pairs of sensors hear with time differences that repeat.

use super::lags::{LEVELS, Lags};
use super::network::{Cell, Network, Pair};
use crate::geodesy::Enu;

/// A place where shots may have been fired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seed {
    pub(super) east_m: f64,
    pub(super) north_m: f64,
    pub(super) score: f32,
}

/// Cells that are divided, by level of division.
const DIVIDED: [usize; LEVELS - 1] = [250, 200];

/// Good places on the map, many beside one another, best first.
pub(super) fn seeds(network: &Network, lags: &Lags) -> Vec<Seed> {
    best(network, lags, |_| true)
}

/// Good places of a part of it, best first.
pub(super) fn seeds_near(network: &Network, lags: &Lags, around: Around) -> Vec<Seed> {
    best(network, lags, |cell| around.holds(cell))
}

/// A part of the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    pub(super) at: Enu,
    pub(super) radius_m: f64,
}

impl Around {
    fn holds(&self, cell: &Cell) -> bool {
        let east_m = f64::from(cell.east_m) - self.at.east_m;
        let north_m = f64::from(cell.north_m) - self.at.north_m;
        east_m * east_m + north_m * north_m < self.radius_m * self.radius_m
    }

    /// The pairs of sensors near its cells, once each.
    pub(super) fn pairs<'a>(&self, network: &'a Network) -> impl Iterator<Item = &'a Pair> {
        let mut ids: Vec<u32> = network
            .cells
            .iter()
            .filter(|cell| self.holds(cell))
            .flat_map(|cell| network.pairs_of(cell))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| &network.pairs[id as usize])
    }
}

fn best(network: &Network, lags: &Lags, within: impl Fn(&Cell) -> bool) -> Vec<Seed> {
    let n_pairs = network.n_pairs();
    let sum = |level: usize, bins: &[u32]| lags.sum(level, &bins[..n_pairs]);
    let mut found: Vec<(u32, Seed)> = network
        .cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| within(cell))
        .map(|(k, cell)| {
            let seed = Seed {
                east_m: f64::from(cell.east_m),
                north_m: f64::from(cell.north_m),
                score: sum(0, &cell.bins),
            };
            (k as u32, seed)
        })
        .filter(|(_, seed)| seed.score > 0.0)
        .collect();
    let mut all = Vec::new();
    let mut step_m = network.step_m;
    for (level, &most) in (1..).zip(&DIVIDED) {
        keep_best(&mut found, most);
        all.extend_from_slice(&found);
        step_m *= 0.5;
        let parents = std::mem::take(&mut found);
        for (k, parent) in parents {
            let cell = &network.cells[k as usize];
            for (de, dn) in [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)] {
                let east_m = parent.east_m + de * step_m;
                let north_m = parent.north_m + dn * step_m;
                let bins = network.bins_at(cell, east_m, north_m);
                let score = sum(level, &bins);
                found.push((
                    k,
                    Seed {
                        east_m,
                        north_m,
                        score,
                    },
                ));
            }
        }
    }
    all.extend_from_slice(&found);
    keep_best(&mut all, usize::MAX);
    all.into_iter().map(|(_, seed)| seed).collect()
}

/// The best of `places`, which are best first, that lie `apart_m` from one another, `most` at most.
pub(super) fn spread(places: &[Seed], apart_m: f64, most: usize) -> Vec<Seed> {
    let mut chosen: Vec<Seed> = Vec::new();
    for seed in places {
        let near = |s: &Seed| {
            let (east_m, north_m) = (s.east_m - seed.east_m, s.north_m - seed.north_m);
            east_m * east_m + north_m * north_m < apart_m * apart_m
        };
        if !chosen.iter().any(near) {
            chosen.push(*seed);
            if chosen.len() == most {
                break;
            }
        }
    }
    chosen
}

fn keep_best(found: &mut Vec<(u32, Seed)>, most: usize) {
    let order = |a: &(u32, Seed), b: &(u32, Seed)| {
        b.1.score
            .total_cmp(&a.1.score)
            .then(a.1.east_m.total_cmp(&b.1.east_m))
            .then(a.1.north_m.total_cmp(&b.1.north_m))
    };
    if found.len() > most {
        found.select_nth_unstable_by(most, order);
        found.truncate(most);
    }
    found.sort_unstable_by(order);
}
