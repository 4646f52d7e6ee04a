//! A seeded neighbourhood like those of an American inner city.

use serde::Deserialize;

use crate::city::Outline;
use crate::error::SceneError;
use crate::random::{Purpose, Random};
use crate::scene::Check;

/// `[city.generate]`: blocks of terraces and houses between streets, an alley through each block,
/// some shops, schools, towers, empty lots and parks.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenerateSpec {
    /// Side of the square about the origin that is built over, metres.
    pub extent_m: f64,
    /// Mean length of a block, between street faces, metres.
    pub block_length_m: f64,
    /// Mean width of a block, metres.
    pub block_width_m: f64,
    /// Mean width of a street between blocks, metres; each is within 2 m of it.
    pub street_m: f64,
    /// Mean height of houses, metres; each is within a quarter of it.
    pub mean_height_m: f64,
    /// Share of lots without a building, 0 to 1.
    pub empty_share: f64,
    /// Share of lots with a tower of 20 to 40 m, 0 to 1.
    pub tall_share: f64,
    /// The whole grid is turned by this much, counter-clockwise, degrees.
    pub rotation_deg: f64,
}

impl Default for GenerateSpec {
    /// Blocks of 100 x 60 m, two storeys: round figures, fitted to no one city.
    fn default() -> Self {
        Self {
            extent_m: 1_200.0,
            block_length_m: 100.0,
            block_width_m: 60.0,
            street_m: 16.0,
            mean_height_m: 7.0,
            empty_share: 0.2,
            tall_share: 0.01,
            rotation_deg: 0.0,
        }
    }
}

impl Check<'_> {
    pub(crate) fn generate(&self, spec: &GenerateSpec) -> Result<(), SceneError> {
        let name = |key| format!("city.generate.{key}");
        self.range(name("extent_m"), spec.extent_m, 50.0, 10_000.0, "metres")?;
        self.range(
            name("block_length_m"),
            spec.block_length_m,
            40.0,
            500.0,
            "metres",
        )?;
        self.range(
            name("block_width_m"),
            spec.block_width_m,
            40.0,
            500.0,
            "metres",
        )?;
        self.range(name("street_m"), spec.street_m, 6.0, 60.0, "metres")?;
        self.range(
            name("mean_height_m"),
            spec.mean_height_m,
            3.0,
            30.0,
            "metres",
        )?;
        self.range(name("empty_share"), spec.empty_share, 0.0, 1.0, "(a share)")?;
        self.range(name("tall_share"), spec.tall_share, 0.0, 1.0, "(a share)")?;
        self.range(
            name("rotation_deg"),
            spec.rotation_deg,
            -360.0,
            360.0,
            "degrees",
        )
    }
}

/// Draws the neighbourhood. A block depends on the seed and on its own place alone.
///
/// Terraces are one prism for three to five houses. Not modelled: trees, fences, sheds, cars.
pub(crate) fn generate(spec: &GenerateSpec, seed: u64) -> Vec<Outline> {
    // Turned by any angle the grid must still cover the corners of the square.
    let reach_m = spec.extent_m * std::f64::consts::FRAC_1_SQRT_2 + spec.block_length_m;
    let rows = |id, mean_m| strips(seed, id, mean_m, spec.street_m, reach_m);
    let (columns, rows) = (
        rows("columns", spec.block_length_m),
        rows("rows", spec.block_width_m),
    );
    let mut outlines = Vec::new();
    for (row, &(south, north)) in rows.iter().enumerate() {
        for (column, &(west, east)) in columns.iter().enumerate() {
            let random = Random::stream(seed, Purpose::City, "block", row << 16 | column);
            let mut block = Block {
                random,
                spec,
                outlines: &mut outlines,
            };
            block.build([west, south, east, north]);
        }
    }
    let (sin, cos) = spec.rotation_deg.to_radians().sin_cos();
    for outline in &mut outlines {
        for corner in &mut outline.footprint {
            *corner = [
                cos * corner[0] - sin * corner[1],
                sin * corner[0] + cos * corner[1],
            ];
        }
    }
    let half_m = spec.extent_m / 2.0;
    let within = |corner: &[f64; 2]| corner.iter().all(|metres| metres.abs() <= half_m);
    outlines.retain(|outline| outline.footprint.iter().all(within));
    outlines
}

/// Beginnings and ends of the blocks along one axis.
fn strips(seed: u64, id: &str, mean_m: f64, street_m: f64, reach_m: f64) -> Vec<(f64, f64)> {
    let mut random = Random::stream(seed, Purpose::City, id, 0);
    let mut at_m = -reach_m - random.between(0.0, mean_m);
    let mut strips = Vec::new();
    while at_m < reach_m {
        let end_m = at_m + mean_m * random.between(0.85, 1.15);
        strips.push((at_m, end_m));
        at_m = end_m + street_m + random.between(-2.0, 2.0);
    }
    strips
}

struct Block<'a> {
    random: Random,
    spec: &'a GenerateSpec,
    outlines: &'a mut Vec<Outline>,
}

impl Block<'_> {
    fn build(&mut self, [west, south, east, north]: [f64; 4]) {
        let lot = self.random.uniform();
        let (width, depth) = (east - west, north - south);
        if lot < 0.04 {
            return; // A park.
        }
        if lot < 0.08 {
            // A school, a church or a hall in its yard.
            let inset = [0.15, 0.2].map(|low| self.random.between(low, 0.3));
            let height_m = self.random.between(8.0, 15.0);
            let (x, y) = (inset[0] * width, inset[1] * depth);
            self.ell(
                [west + x, south + y, east - x, north - y],
                height_m,
                true,
                false,
            );
            return;
        }
        let alley = self.random.between(4.0, 6.0);
        let middle = (south + north) / 2.0;
        let terraces = self.random.uniform() < 0.55;
        for (face, back) in [(south, middle - alley / 2.0), (north, middle + alley / 2.0)] {
            let setback = if terraces {
                self.random.between(1.0, 3.0)
            } else {
                self.random.between(3.0, 6.0)
            };
            self.face(
                west,
                east,
                face + setback * (back - face).signum(),
                back,
                terraces,
            );
        }
    }

    /// Lots along one street, from west to east; the houses stand towards `face`.
    fn face(&mut self, west: f64, east: f64, face: f64, back: f64, terraces: bool) {
        let mut at_m = west + self.random.between(0.0, 3.0);
        loop {
            let room_m = match terraces {
                true => self.random.between(18.0, 30.0),
                false => self.random.between(14.0, 19.0),
            };
            let end_m = at_m + room_m;
            if end_m > east {
                return;
            }
            if self.random.uniform() >= self.spec.empty_share {
                self.lot(at_m, end_m, face, back, terraces);
            }
            at_m = end_m;
        }
    }

    fn lot(&mut self, west: f64, east: f64, face: f64, back: f64, terraces: bool) {
        let depth = (back - face).abs();
        let inwards = (back - face).signum();
        let kind = self.random.uniform();
        let (share, gap, height_m) = if kind < self.spec.tall_share {
            let height_m = self.random.between(20.0, 40.0);
            (self.random.between(0.8, 0.95), 1.5, height_m)
        } else if kind < self.spec.tall_share + 0.06 {
            let height_m = self.random.between(8.0, 15.0);
            (self.random.between(0.7, 0.95), 1.0, height_m)
        } else {
            let height_m = self.spec.mean_height_m * self.random.between(0.75, 1.25);
            match terraces {
                // Terraces end at a passage; three in ten touch the next.
                true if self.random.uniform() < 0.3 => (0.6, 0.0, height_m),
                true => (0.6, self.random.between(0.5, 1.5), height_m),
                false => (0.55, self.random.between(1.5, 3.5), height_m),
            }
        };
        let far = face + inwards * depth * share.min(0.98);
        let (south, north) = (face.min(far), face.max(far));
        let ell = self.random.uniform() < 0.3;
        self.ell(
            [west + gap, south, east - gap, north],
            height_m,
            ell,
            inwards > 0.0,
        );
    }

    /// A rectangle, or an L: the half of it away from the street is then narrower.
    fn ell(&mut self, [west, south, east, north]: [f64; 4], height_m: f64, ell: bool, up: bool) {
        let mut footprint = vec![[west, south], [east, south], [east, north], [west, north]];
        if ell {
            let share = self.random.between(0.35, 0.65);
            let (x, y) = (west + share * (east - west), south + 0.55 * (north - south));
            footprint = match up {
                true => vec![
                    [west, south],
                    [east, south],
                    [east, y],
                    [x, y],
                    [x, north],
                    [west, north],
                ],
                false => vec![
                    [west, south],
                    [x, south],
                    [x, y],
                    [east, y],
                    [east, north],
                    [west, north],
                ],
            };
        }
        self.outlines.push(Outline {
            footprint,
            height_m,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::building::area;

    #[test]
    fn a_neighbourhood_has_the_figures_of_one() {
        for seed in 1..6 {
            let city = generate(&GenerateSpec::default(), seed);
            let built: f64 = city.iter().map(|o| area(&o.footprint)).sum();
            let mean = city.iter().map(|o| o.height_m).sum::<f64>() / city.len() as f64;
            let towers = city.iter().filter(|o| o.height_m > 19.0).count();
            assert!((800..=1_500).contains(&city.len()), "{}", city.len());
            // Believable bounds, not measured ones: houses, yards and streets each have their share.
            assert!(
                (0.15..0.4).contains(&(built / 1.44e6)),
                "{}",
                built / 1.44e6
            );
            assert!((6.5..9.0).contains(&mean), "{mean}");
            assert!((2..60).contains(&towers), "{towers}");
            assert!(city.iter().all(|o| area(&o.footprint) > 0.0));
        }
    }

    #[test]
    fn the_seed_decides_and_the_extent_only_cuts() {
        let spec = GenerateSpec::default();
        assert_eq!(generate(&spec, 3), generate(&spec, 3));
        assert_ne!(generate(&spec, 3), generate(&spec, 4));
        let turned = GenerateSpec {
            rotation_deg: 27.0,
            ..spec
        };
        let half = |o: &Outline| o.footprint.iter().flatten().all(|m| m.abs() <= 600.0);
        assert!(generate(&turned, 3).iter().all(half));
        assert_eq!(
            generate(
                &GenerateSpec {
                    empty_share: 1.0,
                    ..spec
                },
                3
            )
            .iter()
            .filter(|o| area(&o.footprint) < 600.0)
            .count(),
            0
        );
    }
}
