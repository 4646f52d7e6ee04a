//! The ground: level, a grid of heights, or seeded hills.

use crate::city::CityError;
use crate::random::{Purpose, Random};

/// Most heights of a grid: 32 MB.
pub(crate) const MOST_HEIGHTS: usize = 4_000_000;

/// Waves that make hills: enough that no direction shows.
const WAVES: usize = 24;

/// The ground as heights over the plan.
#[derive(Clone, Debug)]
pub(crate) enum Terrain {
    /// Level ground at this height, metres.
    Flat(f64),
    /// Heights on a grid.
    Grid(HeightGrid),
}

/// Heights at the nodes of a square grid, bilinear between them, constant outwards beyond it.
#[derive(Clone, Debug)]
pub(crate) struct HeightGrid {
    south_west: [f64; 2],
    step_m: f64,
    columns: usize,
    up_m: Vec<f64>,
    highest_m: f64,
}

impl Terrain {
    /// Heights in metres at nodes `step_m` apart, from the south-west one at `[east, north]`; rows
    /// of `columns` values go from west to east, the rows from south to north.
    ///
    /// # Errors
    /// [`CityError`] unless there are at least 2 x 2 finite heights in whole rows.
    pub(crate) fn grid(
        south_west: [f64; 2],
        step_m: f64,
        columns: usize,
        up_m: Vec<f64>,
    ) -> Result<Self, CityError> {
        let whole = columns >= 2 && up_m.len() >= 2 * columns && up_m.len().is_multiple_of(columns);
        if !whole || up_m.len() > MOST_HEIGHTS {
            let problem = format!("{} heights in rows of {columns}", up_m.len());
            let remedy = format!("give 2 x 2 to {MOST_HEIGHTS} heights in rows of one length");
            return Err(CityError::new("city.terrain", problem, remedy));
        }
        let place = [south_west[0], south_west[1], step_m];
        if !place.iter().chain(&up_m).all(|x| x.is_finite()) || step_m <= 0.0 {
            let remedy = "give finite metres and a positive step";
            let problem = "a value is no length";
            return Err(CityError::new("city.terrain", problem, remedy));
        }
        let highest_m = up_m.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Self::Grid(HeightGrid {
            south_west,
            step_m,
            columns,
            up_m,
            highest_m,
        }))
    }

    /// Smooth hills of `relief_m` from the lowest place, at `lowest_m`, to the highest, within a
    /// square of side `extent_m` about the origin; tops stand some `scale_m` apart.
    ///
    /// A sum of waves of random direction and phase, no shorter than `scale_m`, sampled 16 times
    /// a `scale_m`. Steps, banks and retaining walls are not modelled.
    ///
    /// # Errors
    /// [`CityError`] for lengths that make no grid.
    pub(crate) fn hills(
        lowest_m: f64,
        relief_m: f64,
        scale_m: f64,
        extent_m: f64,
        seed: u64,
    ) -> Result<Self, CityError> {
        let step_m = scale_m / 16.0;
        let cells = (extent_m / step_m).ceil();
        if !(cells >= 1.0 && cells * cells < MOST_HEIGHTS as f64) {
            let problem = format!("hills {scale_m} m apart over {extent_m} m");
            return Err(CityError::new(
                "city.terrain.scale_m",
                problem,
                "give a larger scale_m",
            ));
        }
        let mut random = Random::stream(seed, Purpose::City, "terrain", 0);
        let waves: Vec<[f64; 3]> = (0..WAVES)
            .map(|_| {
                let angle = random.between(0.0, std::f64::consts::TAU);
                let turns_per_m = std::f64::consts::TAU / (scale_m * random.between(1.0, 2.5));
                let phase = random.between(0.0, std::f64::consts::TAU);
                [turns_per_m * angle.cos(), turns_per_m * angle.sin(), phase]
            })
            .collect();
        let columns = cells as usize + 1;
        let low = -cells * step_m / 2.0;
        let mut up_m = Vec::with_capacity(columns * columns);
        for row in 0..columns {
            for column in 0..columns {
                let (east, north) = (low + column as f64 * step_m, low + row as f64 * step_m);
                let wave = |[e, n, phase]: &[f64; 3]| (e * east + n * north + phase).cos();
                up_m.push(waves.iter().map(wave).sum());
            }
        }
        let least = up_m.iter().copied().fold(f64::INFINITY, f64::min);
        let most = up_m.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for up in &mut up_m {
            *up = lowest_m + (*up - least) / (most - least).max(1e-9) * relief_m;
        }
        Self::grid([low, low], step_m, columns, up_m)
    }

    /// Height of the ground, metres.
    pub(crate) fn up_m(&self, east: f64, north: f64) -> f64 {
        match self {
            Self::Flat(up_m) => *up_m,
            Self::Grid(grid) => grid.up_m(east, north),
        }
    }

    /// No ground is higher, metres.
    pub(crate) fn highest_m(&self) -> f64 {
        match self {
            Self::Flat(up_m) => *up_m,
            Self::Grid(grid) => grid.highest_m,
        }
    }

    /// Distance at which a profile is to be sampled, metres: half a grid step. `None`: level.
    pub(crate) fn sampling_m(&self) -> Option<f64> {
        match self {
            Self::Flat(_) => None,
            Self::Grid(grid) => Some(grid.step_m / 2.0),
        }
    }
}

impl HeightGrid {
    fn up_m(&self, east: f64, north: f64) -> f64 {
        let rows = self.up_m.len() / self.columns;
        let (column, x) = self.place(east - self.south_west[0], self.columns);
        let (row, y) = self.place(north - self.south_west[1], rows);
        let south = row * self.columns + column;
        let north = south + self.columns;
        let mix = |at: usize| self.up_m[at] + (self.up_m[at + 1] - self.up_m[at]) * x;
        let (low, high) = (mix(south), mix(north));
        low + (high - low) * y
    }

    /// Node before the place and fraction of a step beyond it.
    fn place(&self, metres: f64, nodes: usize) -> (usize, f64) {
        let steps = (metres / self.step_m).clamp(0.0, (nodes - 1) as f64);
        let node = (steps as usize).min(nodes - 2);
        (node, steps - node as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_a_bilinear_function_comes_back() {
        // 2 + 3 x - y + 0.5 x y is bilinear in every cell: the grid must give it exactly.
        let f = |x: f64, y: f64| 2.0 + 3.0 * x - y + 0.5 * x * y;
        let heights = (0..12).map(|i| f((i % 4) as f64 * 5.0, (i / 4) as f64 * 5.0));
        let terrain = Terrain::grid([0.0, 0.0], 5.0, 4, heights.collect()).unwrap();
        for (x, y) in [(0.0, 0.0), (7.3, 2.1), (14.9, 9.9), (15.0, 10.0)] {
            assert!((terrain.up_m(x, y) - f(x, y)).abs() < 1e-9);
        }
        assert!((terrain.up_m(99.0, -5.0) - f(15.0, 0.0)).abs() < 1e-9);
    }

    #[test]
    fn hills_have_their_relief_and_repeat() {
        let hills = |seed| Terrain::hills(3.0, 12.0, 300.0, 1_200.0, seed).unwrap();
        let (a, b) = (hills(1), hills(1));
        assert_ne!(a.up_m(50.0, 20.0), hills(2).up_m(50.0, 20.0));
        assert!((a.highest_m() - 15.0).abs() < 1e-9);
        for i in 0..100 {
            let (east, north) = (
                f64::from(i) * 11.0 - 550.0,
                f64::from(i * i % 97) * 9.0 - 400.0,
            );
            assert_eq!(a.up_m(east, north), b.up_m(east, north));
            assert!((3.0..=15.0).contains(&a.up_m(east, north)));
        }
    }

    #[test]
    fn crooked_grids_are_refused() {
        assert!(Terrain::grid([0.0; 2], 1.0, 3, vec![0.0; 7]).is_err());
        assert!(Terrain::grid([0.0; 2], 0.0, 2, vec![0.0; 4]).is_err());
        assert!(Terrain::grid([0.0; 2], 1.0, 2, vec![f64::NAN; 4]).is_err());
        assert!(Terrain::hills(0.0, 5.0, 0.001, 1_000.0, 1).is_err());
    }
}
