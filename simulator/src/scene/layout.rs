//! Sensors nobody placed by hand: a grid, shaken.

use crate::city::City;
use crate::random::{Purpose, Random};
use crate::scene::{LayoutSpec, Site};

/// Height of sensors above the roof or the ground if the scene gives none, metres.
pub(crate) fn usual_height_m(site: Site<'_>) -> f64 {
    match site.city {
        Some(_) => 2.0,
        None => 8.0,
    }
}

/// East and north of `spec.count` sensors over a square of `side_m` metres about the origin.
///
/// The square is cut into rows of nearly equal numbers of cells; every sensor lies in its own
/// cell, `jitter` of the way from the centre to anywhere.
pub(crate) fn places(spec: &LayoutSpec, side_m: f64, seed: u64) -> Vec<[f64; 2]> {
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
            points.push([
                within(column, columns, random.between(-1.0, 1.0)),
                within(row, rows, random.between(-1.0, 1.0)),
            ]);
        }
    }
    points
}

/// Heights of the sensors above what is below them, metres.
pub(crate) fn heights_m(spec: &LayoutSpec, mean_m: f64, seed: u64) -> Vec<f64> {
    let mut random = Random::stream(seed, Purpose::Layout, "", 1);
    (0..spec.count)
        .map(|_| mean_m + spec.height_spread_m * random.between(-1.0, 1.0))
        .collect()
}

/// Moves each place to the middle of the nearest building that no earlier one has taken; with
/// fewer buildings than places the last ones stay where they are.
///
/// The middle of a footprint that is not convex may lie outside it, so such buildings are left out.
pub(crate) fn move_to_roofs(city: &City, places: &mut [[f64; 2]]) {
    let mut roofs: Vec<[f64; 2]> = city.roof_middles().collect();
    for place in places {
        let range_sqr =
            |roof: &[f64; 2]| (roof[0] - place[0]).powi(2) + (roof[1] - place[1]).powi(2);
        let nearest =
            (0..roofs.len()).min_by(|&a, &b| range_sqr(&roofs[a]).total_cmp(&range_sqr(&roofs[b])));
        if let Some(nearest) = nearest {
            *place = roofs.swap_remove(nearest);
        }
    }
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
                height_m: None,
                height_spread_m: 3.0,
                jitter: 1.0,
                on_roofs: false,
            };
            let places = places(&spec, 900.0, 4);
            assert_eq!(places.len(), count);
            assert!(places.iter().flatten().all(|metres| metres.abs() <= 450.0));
            let heights = heights_m(&spec, 8.0, 4);
            assert!(heights.len() == count && heights.iter().all(|m| (5.0..=11.0).contains(m)));
        }
        // 12 sensors at 15 per km2 cover 0.8 km2.
        assert!((side_m(12, 15.0) - 894.43).abs() < 0.01);
    }
}
