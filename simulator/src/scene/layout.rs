//! Sensors nobody placed by hand: a grid, shaken.

use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::LayoutSpec;

/// Positions of `spec.count` sensors over a square of `side_m` metres about the origin.
///
/// The square is cut into rows of nearly equal numbers of cells; every sensor lies in its own
/// cell, `jitter` of the way from the centre to anywhere.
pub(crate) fn positions(spec: &LayoutSpec, side_m: f64, seed: u64) -> Vec<Point> {
    let mut random = Random::stream(seed, Purpose::Layout, "", 0);
    let rows = (spec.count as f64).sqrt().round().max(1.0) as usize;
    let mut points = Vec::with_capacity(spec.count);
    for row in 0..rows {
        // Row r holds the sensors from count r / rows up to count (r + 1) / rows.
        let columns = spec.count * (row + 1) / rows - spec.count * row / rows;
        for column in 0..columns {
            let within = |cell: usize, cells: usize, shake: f64| {
                ((cell as f64 + 0.5 + 0.5 * spec.jitter * shake) / cells as f64 - 0.5) * side_m
            };
            points.push(Point {
                east: within(column, columns, random.between(-1.0, 1.0)),
                north: within(row, rows, random.between(-1.0, 1.0)),
                up: spec.height_m + spec.height_spread_m * random.between(-1.0, 1.0),
            });
        }
    }
    points
}

/// Side of the square that gives `count` sensors a density per square kilometre, metres.
pub(crate) fn side_m(count: usize, density_per_km2: f64) -> f64 {
    1e3 * (count as f64 / density_per_km2).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_square_and_heights_are_kept() {
        for count in [1, 2, 3, 7, 12, 100] {
            let spec = LayoutSpec {
                count,
                side_m: Some(900.0),
                density_per_km2: None,
                height_m: 8.0,
                height_spread_m: 3.0,
                jitter: 1.0,
            };
            let points = positions(&spec, 900.0, 4);
            assert_eq!(points.len(), count);
            assert!(points.iter().all(|p| p.east.abs() <= 450.0
                && p.north.abs() <= 450.0
                && (5.0..=11.0).contains(&p.up)));
        }
        // 12 sensors at 15 per km2 cover 0.8 km2.
        assert!((side_m(12, 15.0) - 894.43).abs() < 0.01);
    }
}
