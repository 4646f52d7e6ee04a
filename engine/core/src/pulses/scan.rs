//! Places from which many pairs of sensors hear with time differences that repeat.

use super::lags::{LEVELS, Lags, MOST_UNITS, UNIT};
use super::near::{Frame, PAIRS};
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
    best(network, lags, 0..network.cells.len() as u32)
}

/// Good places of a part of it, best first.
pub(super) fn seeds_near(network: &Network, lags: &Lags, around: Around) -> Vec<Seed> {
    best(network, lags, around.cells(network))
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

    /// Its cells.
    fn cells<'a>(&self, network: &'a Network) -> impl Iterator<Item = u32> + Clone + use<'a> {
        let around = *self;
        let corner = network.cells.first().map_or((0.0, 0.0), |cell| {
            (f64::from(cell.east_m), f64::from(cell.north_m))
        });
        // A cell more on either side; casts saturate at 0.
        let within = |at_m: f64, n: usize| {
            let first = (at_m - around.radius_m) / network.step_m;
            let last = (at_m + around.radius_m) / network.step_m;
            ((first - 1.0) as usize).min(n)..((last + 2.0) as usize).min(n)
        };
        let columns = within(around.at.east_m - corner.0, network.columns);
        let rows = within(
            around.at.north_m - corner.1,
            network.cells.len() / network.columns,
        );
        rows.flat_map(move |row| columns.clone().map(move |c| row * network.columns + c))
            .filter(move |&k| around.holds(&network.cells[k]))
            .map(|k| k as u32)
    }

    /// The pairs of sensors near its cells, once each.
    pub(super) fn pairs<'a>(&self, network: &'a Network) -> impl Iterator<Item = &'a Pair> {
        let mut near: Vec<u32> = (self.cells(network))
            .map(|k| network.cells[k as usize].near)
            .collect();
        near.dedup();
        let mut ids: Vec<u32> = (near.iter())
            .flat_map(|&near| &network.near[near as usize].pairs[..network.n_pairs()])
            .copied()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| &network.pairs[id as usize])
    }
}

fn best(network: &Network, lags: &Lags, cells: impl Iterator<Item = u32> + Clone) -> Vec<Seed> {
    let n_pairs = network.n_pairs();
    let mut found = brightest(network, lags, cells);
    let mut all = Vec::new();
    let mut step_m = network.step_m;
    for (level, &most) in (1..).zip(&DIVIDED) {
        keep_best(&mut found, most);
        all.extend_from_slice(&found);
        step_m *= 0.5;
        let parents = std::mem::take(&mut found);
        for (k, parent) in parents {
            let near = &network.near[network.cells[k as usize].near as usize];
            let frame = Frame::new(network, near);
            for (de, dn) in [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)] {
                let east_m = parent.east_m + de * step_m;
                let north_m = parent.north_m + dn * step_m;
                let bins = frame.bins(east_m, north_m);
                let score = lags.sum(level, &bins[..n_pairs]);
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

/// The cells with most evidence, at least as many as are divided, if there is any.
fn brightest(
    network: &Network,
    lags: &Lags,
    cells: impl Iterator<Item = u32> + Clone,
) -> Vec<(u32, Seed)> {
    let n_pairs = network.n_pairs();
    // How many cells have so many units of evidence.
    let mut counts = vec![0_u32; MOST_UNITS * PAIRS + 1];
    let units: Vec<u16> = cells
        .clone()
        .map(|k| {
            let bins = &network.cells[k as usize].bins;
            let units = if n_pairs == PAIRS {
                lags.units(bins)
            } else {
                lags.units(&bins[..n_pairs])
            };
            counts[units as usize] += 1;
            units as u16
        })
        .collect();
    let mut enough = 0;
    let least = (1..counts.len())
        .rev()
        .find(|&units| {
            enough += counts[units] as usize;
            enough >= DIVIDED[0]
        })
        .unwrap_or(1);
    cells
        .zip(units)
        .filter(|&(_, units)| usize::from(units) >= least)
        .map(|(k, units)| {
            let cell = &network.cells[k as usize];
            let seed = Seed {
                east_m: f64::from(cell.east_m),
                north_m: f64::from(cell.north_m),
                score: UNIT * f32::from(units),
            };
            (k, seed)
        })
        .collect()
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
