//! The density sampled where it matters, about one place or several near each other.

use super::alternatives::Candidate;

/// Cells a side of the coarse lattice.
const COARSE: usize = 24;
/// Half a side at first, in standard deviations.
const REACH: f64 = 4.5;
/// A side grows by this when the density at its end is not yet negligible ...
const GROW: f64 = 1.5;
/// ... at most so often.
const GROWTHS: usize = 5;
/// Negligible: this much below the most, log.
const NEGLIGIBLE: f64 = 9.0;
/// Coarse cells are divided until about this many small ones are evaluated.
const FINE_CELLS: f64 = 3000.0;

/// A rectangle of cells, turned along the main axis of what is in it.
pub(super) struct Lattice {
    centre: [f64; 2],
    /// Unit vector of the main axis; the other is a quarter turn to the left.
    axis: [f64; 2],
    /// Half the sides, metres.
    half: [f64; 2],
    /// Cells a side.
    pub(super) columns: usize,
    /// Log density by row and column, at the centre of each cell.
    pub(super) values: Vec<f64>,
}

impl Lattice {
    /// About the candidates of one group, which `weights` sum up; the density is `log_density` at
    /// (east, north) metres.
    pub(super) fn about(group: &[Candidate], log_density: &impl Fn(f64, f64) -> f64) -> Self {
        let (centre, [[ee, en], [_, nn]]) = moments(group);
        let angle = 0.5 * (2.0 * en).atan2(ee - nn);
        let (mean, turn) = (0.5 * (ee + nn), (0.5 * (ee - nn)).hypot(en));
        let sigma = [mean + turn, (mean - turn).max(1e-4 * (mean + turn))].map(f64::sqrt);
        let mut lattice = Self {
            centre,
            axis: [angle.cos(), angle.sin()],
            half: sigma.map(|s| REACH * s),
            columns: COARSE,
            values: Vec::new(),
        };
        for _ in 0..GROWTHS {
            lattice.values = (0..COARSE * COARSE)
                .map(|k| {
                    let [e, n] = lattice.cell(k);
                    log_density(e, n)
                })
                .collect();
            if !lattice.grow() {
                break;
            }
        }
        lattice.divide(group, log_density);
        lattice
    }

    /// Widens the sides on whose ends the density is not negligible; says if any was.
    fn grow(&mut self) -> bool {
        let most = self.values.iter().copied().fold(f64::MIN, f64::max);
        let last = COARSE - 1;
        let mut ends = [f64::MIN; 2];
        let mut middle = [0.0; 2];
        let mut total = 0.0;
        for (k, value) in self.values.iter().enumerate() {
            let at = [k % COARSE, k / COARSE];
            let weight = (value - most).exp();
            total += weight;
            for a in 0..2 {
                middle[a] += weight * ((at[a] as f64 + 0.5) / COARSE as f64 - 0.5);
                if at[a] == 0 || at[a] == last {
                    ends[a] = ends[a].max(*value);
                }
            }
        }
        let mut grown = false;
        // To where the density is, and wide enough for it.
        let [u, v] = [0, 1].map(|a| 2.0 * self.half[a] * middle[a] / total);
        let moved = self.offset(u, v);
        for a in 0..2 {
            if ends[a] > most - NEGLIGIBLE {
                self.half[a] *= GROW;
                grown = true;
            }
        }
        if grown {
            self.centre = moved;
        }
        grown
    }

    /// Cuts the cells that hold the probability into small ones.
    fn divide(&mut self, group: &[Candidate], log_density: &impl Fn(f64, f64) -> f64) {
        let most = self.values.iter().copied().fold(f64::MIN, f64::max);
        let mut active: Vec<bool> = self.values.iter().map(|v| *v > most - 7.0).collect();
        for candidate in group {
            if let Some(k) = self.index([candidate.position.east_m, candidate.position.north_m]) {
                active[k] = true;
            }
        }
        let with_neighbours: Vec<bool> = (0..active.len())
            .map(|k| {
                let (i, j) = (k % COARSE, k / COARSE);
                (j.saturating_sub(1)..=(j + 1).min(COARSE - 1)).any(|row| {
                    (i.saturating_sub(1)..=(i + 1).min(COARSE - 1))
                        .any(|column| active[row * COARSE + column])
                })
            })
            .collect();
        let n_active = with_neighbours.iter().filter(|a| **a).count().max(1);
        let parts = ((FINE_CELLS / n_active as f64).sqrt().round() as usize).clamp(2, 8);
        let coarse = std::mem::take(&mut self.values);
        self.columns = COARSE * parts;
        self.values = (0..self.columns * self.columns)
            .map(|k| {
                let (i, j) = (k % self.columns / parts, k / self.columns / parts);
                let parent = j * COARSE + i;
                if with_neighbours[parent] {
                    let [e, n] = self.cell(k);
                    log_density(e, n)
                } else {
                    coarse[parent]
                }
            })
            .collect();
    }

    /// (u, v) along the axes from the centre, metres, to (east, north).
    fn offset(&self, u: f64, v: f64) -> [f64; 2] {
        let [c, s] = self.axis;
        [
            self.centre[0] + c * u - s * v,
            self.centre[1] + s * u + c * v,
        ]
    }

    /// Centre of a cell, counted along rows.
    pub(super) fn cell(&self, k: usize) -> [f64; 2] {
        self.place((k % self.columns) as f64, (k / self.columns) as f64)
    }

    /// Lattice coordinates, whole at the centres of cells, to (east, north).
    pub(super) fn place(&self, column: f64, row: f64) -> [f64; 2] {
        let along = |a: usize, k: f64| ((k + 0.5) / self.columns as f64 - 0.5) * 2.0 * self.half[a];
        self.offset(along(0, column), along(1, row))
    }

    /// The cell that holds a point.
    fn index(&self, point: [f64; 2]) -> Option<usize> {
        let (e, n) = (point[0] - self.centre[0], point[1] - self.centre[1]);
        let [c, s] = self.axis;
        let along = [c * e + s * n, c * n - s * e];
        let [i, j] = [0, 1].map(|a| {
            let share = 0.5 + 0.5 * along[a] / self.half[a];
            (share * self.columns as f64).floor()
        });
        let inside = |k: f64| (0.0..self.columns as f64).contains(&k);
        (inside(i) && inside(j)).then(|| j as usize * self.columns + i as usize)
    }

    /// Is a point in the rectangle?
    pub(super) fn holds(&self, point: [f64; 2]) -> bool {
        self.index(point).is_some()
    }

    /// Area of one cell, square metres.
    pub(super) fn cell_m2(&self) -> f64 {
        4.0 * self.half[0] * self.half[1] / (self.columns * self.columns) as f64
    }
}

/// Mean and covariance of all candidates together.
pub(super) fn moments(group: &[Candidate]) -> ([f64; 2], [[f64; 2]; 2]) {
    let total: f64 = group.iter().map(|c| c.probability).sum();
    let place = |c: &Candidate| [c.position.east_m, c.position.north_m];
    let mut mean = [0.0; 2];
    for c in group {
        for a in 0..2 {
            mean[a] += c.probability / total * place(c)[a];
        }
    }
    let mut covariance = [[0.0; 2]; 2];
    for c in group {
        for a in 0..2 {
            for b in 0..2 {
                let off = (place(c)[a] - mean[a]) * (place(c)[b] - mean[b]);
                covariance[a][b] += c.probability / total * (c.covariance_m2[a][b] + off);
            }
        }
    }
    (mean, covariance)
}
