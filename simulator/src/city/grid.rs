//! A uniform grid over the plan that tells which footprints are near a leg.

use crate::city::building::edges;
use crate::city::leg::Leg;

/// Finest and coarsest cells, metres.
const CELL_M: (f64, f64) = (10.0, 100.0);

/// Most cells: 16 MB of starts.
const MOST_CELLS: f64 = 4e6;

/// Which footprints overlap which cell, as one list with a start for every cell.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    low: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Grid {
    /// A grid over bounding boxes `[west, south, east, north]`, cells about as large as the room
    /// of one footprint.
    pub(crate) fn new(boxes: &[[f64; 4]]) -> Self {
        let mut hull = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        for b in boxes {
            hull = [
                hull[0].min(b[0]),
                hull[1].min(b[1]),
                hull[2].max(b[2]),
                hull[3].max(b[3]),
            ];
        }
        if boxes.is_empty() {
            hull = [0.0, 0.0, 1.0, 1.0];
        }
        let (width, depth) = (hull[2] - hull[0], hull[3] - hull[1]);
        let room_m2 = width * depth / boxes.len().max(1) as f64;
        let fewest = (width * depth / MOST_CELLS).sqrt();
        // The second bound keeps the number of cells small for a line of far-apart buildings.
        let cell_m = (room_m2.sqrt() * 0.7)
            .clamp(CELL_M.0, CELL_M.1)
            .max(fewest)
            .max((width + depth) / MOST_CELLS);
        let (columns, rows) = ((width / cell_m) as usize + 1, (depth / cell_m) as usize + 1);
        let mut grid = Self {
            low: [hull[0], hull[1]],
            cell_m,
            columns,
            rows,
            starts: vec![0; columns * rows + 1],
            items: Vec::new(),
        };
        // Counting sort: how many in each cell, where each cell begins, then the items.
        for b in boxes {
            grid.for_cells(*b, |grid, cell| grid.starts[cell + 1] += 1);
        }
        for cell in 0..columns * rows {
            grid.starts[cell + 1] += grid.starts[cell];
        }
        grid.items = vec![0; grid.starts[columns * rows] as usize];
        let mut next = grid.starts.clone();
        for (idx, b) in boxes.iter().enumerate() {
            grid.for_cells(*b, |grid, cell| {
                grid.items[next[cell] as usize] = idx as u32;
                next[cell] += 1;
            });
        }
        grid
    }

    fn for_cells(&mut self, b: [f64; 4], mut act: impl FnMut(&mut Self, usize)) {
        let (west, south) = self.cell(b[0], b[1]);
        let (east, north) = self.cell(b[2], b[3]);
        for row in south..=north {
            for column in west..=east {
                act(self, row * self.columns + column);
            }
        }
    }

    /// Column and row of a place, those of the nearest cell if it lies outside.
    fn cell(&self, east: f64, north: f64) -> (usize, usize) {
        let index = |metres: f64, n: usize| ((metres / self.cell_m).max(0.0) as usize).min(n - 1);
        (
            index(east - self.low[0], self.columns),
            index(north - self.low[1], self.rows),
        )
    }

    fn in_cell(&self, cell: usize) -> &[u32] {
        &self.items[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }

    /// Footprints whose box may hold the place.
    pub(crate) fn at(&self, east: f64, north: f64) -> &[u32] {
        let (column, row) = self.cell(east, north);
        self.in_cell(row * self.columns + column)
    }

    /// Calls `visit` with the footprints of every cell whose square overlaps a box; a footprint
    /// comes once for every cell it overlaps.
    pub(crate) fn near(&self, b: [f64; 4], mut visit: impl FnMut(&[u32])) {
        let (west, south) = self.cell(b[0], b[1]);
        let (east, north) = self.cell(b[2], b[3]);
        for row in south..=north {
            for column in west..=east {
                visit(self.in_cell(row * self.columns + column));
            }
        }
    }

    /// Calls `visit(u_in, u_out, footprints)` for every cell that a leg passes, in order, until it
    /// returns `false`; the method of Amanatides and Woo (1987).
    pub(crate) fn walk(&self, leg: &Leg, mut visit: impl FnMut(f64, f64, &[u32]) -> bool) {
        let sides = [self.columns, self.rows].map(|n| n as f64 * self.cell_m);
        let (mut u, mut end) = (0.0_f64, leg.length_m);
        for ((from, along), (low, side)) in leg
            .from
            .iter()
            .zip(leg.along)
            .zip(self.low.iter().zip(sides))
        {
            if along.abs() < 1e-12 {
                if *from < *low || *from > low + side {
                    return;
                }
                continue;
            }
            let (a, b) = ((low - from) / along, (low + side - from) / along);
            u = u.max(a.min(b));
            end = end.min(a.max(b));
        }
        if u > end {
            return;
        }
        let start = leg.plan_at(u);
        let (column, row) = self.cell(start[0], start[1]);
        let mut cell = [column, row];
        let (mut next, mut every) = ([f64::INFINITY; 2], [f64::INFINITY; 2]);
        for axis in 0..2 {
            if leg.along[axis].abs() >= 1e-12 {
                every[axis] = self.cell_m / leg.along[axis].abs();
                let line = cell[axis] + usize::from(leg.along[axis] > 0.0);
                let line = self.low[axis] + line as f64 * self.cell_m;
                next[axis] = (line - leg.from[axis]) / leg.along[axis];
            }
        }
        loop {
            let axis = usize::from(next[1] < next[0]);
            let out = next[axis].min(end);
            if !visit(u, out, self.in_cell(cell[1] * self.columns + cell[0])) || next[axis] >= end {
                return;
            }
            u = out;
            next[axis] += every[axis];
            let most = [self.columns, self.rows][axis] - 1;
            match leg.along[axis] > 0.0 {
                true if cell[axis] < most => cell[axis] += 1,
                false if cell[axis] > 0 => cell[axis] -= 1,
                _ => return,
            }
        }
    }
}

/// West, south, east and north ends of a footprint.
pub(crate) fn bounds(corners: &[[f64; 2]]) -> [f64; 4] {
    let start = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    corners.iter().fold(start, |b, c| {
        [
            b[0].min(c[0]),
            b[1].min(c[1]),
            b[2].max(c[0]),
            b[3].max(c[1]),
        ]
    })
}

/// Walls of a convex footprint as `[n_east, n_north, offset]`, normals inwards; `None` if some
/// corner lies outside some wall, or if there are too many to look.
pub(crate) fn convex_walls(corners: &[[f64; 2]]) -> Option<Vec<[f64; 3]>> {
    if corners.len() > 32 {
        return None;
    }
    let walls: Vec<[f64; 3]> = edges(corners)
        .map(|(a, b)| {
            let length_m = (b[0] - a[0]).hypot(b[1] - a[1]);
            let normal = [(a[1] - b[1]) / length_m, (b[0] - a[0]) / length_m];
            [normal[0], normal[1], normal[0] * a[0] + normal[1] * a[1]]
        })
        .collect();
    let inside = |w: &[f64; 3]| {
        corners
            .iter()
            .all(|c| w[0] * c[0] + w[1] * c[1] - w[2] > -1e-9)
    };
    walls.iter().all(inside).then_some(walls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A walk must meet every box that sampling along the leg meets.
        #[test]
        fn verif_a_walk_misses_nothing(
            boxes in prop::collection::vec((-300.0..300.0, -300.0..300.0, 1.0..40.0), 1..60),
            from in (-400.0..400.0, -400.0..400.0),
            to in (-400.0..400.0, -400.0..400.0),
        ) {
            let boxes: Vec<[f64; 4]> =
                boxes.iter().map(|&(e, n, s): &(f64, f64, f64)| [e, n, e + s, n + s]).collect();
            let grid = Grid::new(&boxes);
            let leg = Leg::new([from.0, from.1], 0.0, [to.0, to.1], 0.0);
            let mut met = vec![false; boxes.len()];
            let mut last: f64 = 0.0;
            grid.walk(&leg, |u_in, u_out, items| {
                assert!(u_in >= last - 1e-9 && u_out >= u_in - 1e-9);
                last = u_out;
                items.iter().for_each(|&i| met[i as usize] = true);
                true
            });
            for step in 0..=2_000 {
                let [e, n] = leg.plan_at(leg.length_m * f64::from(step) / 2_000.0);
                for (b, &met) in boxes.iter().zip(&met) {
                    let inside = e > b[0] && e < b[2] && n > b[1] && n < b[3];
                    prop_assert!(!inside || met);
                }
            }
        }
    }
}
