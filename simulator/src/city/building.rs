//! Buildings: upright prisms with flat roofs.

use crate::city::{CityError, Terrain};

/// Corners nearer to each other than this are one, metres.
const SAME_CORNER_M: f64 = 1e-3;

/// Footprints smaller than this are slips of the pen, square metres.
const LEAST_AREA_M2: f64 = 0.01;

/// Most corners of one footprint.
pub(crate) const MOST_CORNERS: usize = 10_000;

/// Coordinates beyond this are a slip of units, metres.
pub(crate) const FARTHEST_M: f64 = 100_000.0;

/// A building.
///
/// Solid from its roof down into the ground: nothing passes below `base_up_m`, which only says
/// where its walls begin. Courtyards, pitched roofs, eaves and openings are not modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct Building {
    /// Corners in metres east and north, counter-clockwise, the first not repeated.
    pub footprint: Vec<[f64; 2]>,
    /// Foot of the walls, metres.
    pub base_up_m: f64,
    /// The flat roof, metres.
    pub roof_up_m: f64,
}

/// A building that does not know yet what it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outline {
    /// Corners in metres east and north.
    pub(crate) footprint: Vec<[f64; 2]>,
    /// From the ground at the footprint's centroid to the roof, metres.
    pub(crate) height_m: f64,
}

impl Outline {
    /// Sets the outline on the terrain: the roof is `height_m` above the ground at the centroid,
    /// the walls begin at the lowest ground under a corner.
    pub(crate) fn stand_on(self, terrain: &Terrain) -> Building {
        let [east, north] = centroid(&self.footprint);
        let base_up_m = self
            .footprint
            .iter()
            .map(|corner| terrain.up_m(corner[0], corner[1]))
            .fold(f64::INFINITY, f64::min);
        Building {
            footprint: self.footprint,
            base_up_m,
            roof_up_m: terrain.up_m(east, north) + self.height_m,
        }
    }
}

/// A ring as a footprint: counter-clockwise, without a repeated end and without double corners.
///
/// # Errors
/// [`CityError`] at `place` for coordinates that are no numbers or too far away, too many
/// corners, or a ring without area. Whether the ring crosses itself is not looked at: inside is
/// then what an odd number of edges separates from the outside.
pub(crate) fn footprint(ring: &[[f64; 2]], place: &str) -> Result<Vec<[f64; 2]>, CityError> {
    if ring.len() > MOST_CORNERS {
        let problem = format!("{} corners, more than {MOST_CORNERS}", ring.len());
        return Err(CityError::new(place, problem, "simplify the outline"));
    }
    let far = |corner: &[f64; 2]| !corner.iter().all(|metres| metres.abs() <= FARTHEST_M);
    if let Some(corner) = ring.iter().find(|corner| far(corner)) {
        let problem = format!("corner {corner:?} is too far from the origin");
        let remedy = format!("give coordinates within {FARTHEST_M} m of the origin");
        return Err(CityError::new(place, problem, remedy));
    }
    let mut corners: Vec<[f64; 2]> = Vec::with_capacity(ring.len());
    for &corner in ring {
        if corners.last().is_none_or(|&last| apart(last, corner)) {
            corners.push(corner);
        }
    }
    while corners.len() > 1 && !apart(corners[0], corners[corners.len() - 1]) {
        corners.pop();
    }
    let area_m2 = area(&corners);
    if corners.len() < 3 || area_m2.abs() < LEAST_AREA_M2 {
        let problem = format!("an outline of {:.3} square metres", area_m2.abs());
        let remedy = "give at least three corners that enclose an area, or leave it out";
        return Err(CityError::new(place, problem, remedy));
    }
    if area_m2 < 0.0 {
        corners.reverse();
    }
    Ok(corners)
}

fn apart(a: [f64; 2], b: [f64; 2]) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) > SAME_CORNER_M
}

/// Area by the shoelace formula, square metres; negative if clockwise.
pub(crate) fn area(corners: &[[f64; 2]]) -> f64 {
    let Some(&origin) = corners.first() else {
        return 0.0;
    };
    let mut twice = 0.0;
    for (a, b) in edges(corners) {
        twice += (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1]);
    }
    twice / 2.0
}

/// Centre of gravity; of corners without area, their mean.
pub(crate) fn centroid(corners: &[[f64; 2]]) -> [f64; 2] {
    let Some(&origin) = corners.first() else {
        return [0.0; 2];
    };
    let (mut east, mut north, mut twice) = (0.0, 0.0, 0.0);
    for (a, b) in edges(corners) {
        let (a, b) = (
            [a[0] - origin[0], a[1] - origin[1]],
            [b[0] - origin[0], b[1] - origin[1]],
        );
        let cross = a[0] * b[1] - b[0] * a[1];
        east += (a[0] + b[0]) * cross;
        north += (a[1] + b[1]) * cross;
        twice += cross;
    }
    if twice.abs() < LEAST_AREA_M2 {
        let n = corners.len() as f64;
        let sum = corners
            .iter()
            .fold([0.0; 2], |sum, c| [sum[0] + c[0], sum[1] + c[1]]);
        return [sum[0] / n, sum[1] / n];
    }
    [
        origin[0] + east / (3.0 * twice),
        origin[1] + north / (3.0 * twice),
    ]
}

/// Whether a place lies inside, by the parity of the edges west of it.
pub(crate) fn contains(corners: &[[f64; 2]], east: f64, north: f64) -> bool {
    let mut inside = false;
    for (a, b) in edges(corners) {
        if (a[1] > north) != (b[1] > north) {
            let crossing = a[0] + (north - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            inside ^= crossing < east;
        }
    }
    inside
}

/// Every edge as its two ends, in order.
pub(crate) fn edges(corners: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(&a, &b)| (a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An L of a 20 x 10 and a 10 x 10 square: area 300, centroid by moments.
    const ELL: [[f64; 2]; 6] = [
        [0.0, 0.0],
        [20.0, 0.0],
        [20.0, 10.0],
        [10.0, 10.0],
        [10.0, 20.0],
        [0.0, 20.0],
    ];

    #[test]
    fn val_area_and_centroid_of_an_ell() {
        assert!((area(&ELL) - 300.0).abs() < 1e-9);
        // (200 * 10 + 100 * 5) / 300 east, (200 * 5 + 100 * 15) / 300 north.
        let [east, north] = centroid(&ELL);
        assert!((east - 2_500.0 / 300.0).abs() < 1e-9 && (north - 2_500.0 / 300.0).abs() < 1e-9);
        assert!(contains(&ELL, 5.0, 15.0) && !contains(&ELL, 15.0, 15.0));
    }

    #[test]
    fn rings_are_turned_and_cleaned() {
        let mut ring: Vec<[f64; 2]> = ELL.iter().rev().copied().collect();
        ring.push(ring[0]);
        ring.insert(2, ring[1]);
        let clean = footprint(&ring, "x").unwrap();
        assert_eq!(clean.len(), 6);
        assert!(area(&clean) > 0.0);
        let line = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]];
        assert!(
            footprint(&line, "features[7]")
                .unwrap_err()
                .to_string()
                .contains("features[7]")
        );
        assert!(footprint(&[[f64::NAN, 0.0]; 3], "x").is_err());
    }
}
