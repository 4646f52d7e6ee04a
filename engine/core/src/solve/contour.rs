//! Lines of equal value on a lattice, as closed polygons.

use std::collections::BTreeMap;

/// A polygon: an outer ring, counter-clockwise, and holes, clockwise. Rings are not closed: their last
/// point is not their first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon {
    /// The outline, (east, north) in metres.
    pub outer: Vec<[f64; 2]>,
    /// What is cut out of it.
    pub holes: Vec<Vec<[f64; 2]>>,
}

impl Polygon {
    /// Area, square metres.
    pub fn area_m2(&self) -> f64 {
        signed_area(&self.outer) + self.holes.iter().map(|h| signed_area(h)).sum::<f64>()
    }

    /// Is a point inside?
    pub fn contains(&self, point: [f64; 2]) -> bool {
        is_inside(&self.outer, point) && !self.holes.iter().any(|h| is_inside(h, point))
    }
}

/// Where a contour crosses the lattice: the line from a node to the next in a row, or in a column.
type Edge = (usize, usize, bool);

/// The region of a lattice of `columns` nodes a row in which `values` are above `level`, by marching squares
/// with linear interpolation. Outside the lattice everything is below.
///
/// `place` turns lattice coordinates into metres and keeps the sense of rotation.
pub(super) fn region_above(
    values: &[f64],
    columns: usize,
    level: f64,
    place: impl Fn(f64, f64) -> [f64; 2],
) -> Vec<Polygon> {
    let rows = values.len() / columns.max(1);
    // With a rim of nodes far below the level, so that every contour closes.
    let far = level - 30.0;
    let at = |i: usize, j: usize| {
        let inside = (1..=columns).contains(&i) && (1..=rows).contains(&j);
        if inside {
            values[(j - 1) * columns + i - 1].max(far)
        } else {
            far
        }
    };
    let mut next: BTreeMap<Edge, Edge> = BTreeMap::new();
    for j in 0..=rows {
        for i in 0..=columns {
            // Corners counter-clockwise from the lower left, and the edges from each to the next.
            let corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            let edges = [
                (i, j, true),
                (i + 1, j, false),
                (i, j + 1, true),
                (i, j, false),
            ];
            let above = corners.map(|v| v > level);
            let saddle = above[0] == above[2] && above[1] == above[3] && above[0] != above[1];
            let joined = saddle && corners.iter().sum::<f64>() > 4.0 * level;
            // Walking round the square, the contour leaves through an edge from above to below and comes
            // in through one from below to above, which keeps what is above on its left.
            for k in 0..4 {
                let enters = !above[k] && above[(k + 1) % 4];
                if enters {
                    continue;
                }
                let leaves = above[k] && !above[(k + 1) % 4];
                if leaves {
                    let entrance = |step: usize| {
                        let m = (k + step) % 4;
                        (!above[m] && above[(m + 1) % 4]).then_some(m)
                    };
                    // At a saddle the way goes round the low corner if the high ones are joined.
                    let order = if joined { [1, 2, 3] } else { [3, 2, 1] };
                    let Some(m) = order.into_iter().find_map(entrance) else {
                        continue;
                    };
                    next.insert(edges[k], edges[m]);
                }
            }
        }
    }
    let point = |(i, j, along_row): Edge| {
        let (a, b) = if along_row {
            (at(i, j), at(i + 1, j))
        } else {
            (at(i, j), at(i, j + 1))
        };
        let t = ((level - a) / (b - a)).clamp(0.0, 1.0);
        let (x, y) = (i as f64 - 1.0, j as f64 - 1.0);
        if along_row {
            place(x + t, y)
        } else {
            place(x, y + t)
        }
    };
    let mut rings = Vec::new();
    while let Some((start, mut to)) = next.pop_first() {
        let mut ring = vec![point(start)];
        while to != start {
            ring.push(point(to));
            let Some(after) = next.remove(&to) else {
                break;
            };
            to = after;
        }
        rings.push(ring);
    }
    nest(rings)
}

/// Outer rings with the holes that lie in them.
fn nest(rings: Vec<Vec<[f64; 2]>>) -> Vec<Polygon> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings
        .into_iter()
        .filter(|r| r.len() > 2)
        .partition(|r| signed_area(r) > 0.0);
    let mut polygons: Vec<Polygon> = outer
        .into_iter()
        .map(|outer| Polygon {
            outer,
            holes: Vec::new(),
        })
        .collect();
    for hole in holes {
        let around = polygons.iter_mut().filter(|p| is_inside(&p.outer, hole[0]));
        let smallest =
            around.min_by(|a, b| signed_area(&a.outer).total_cmp(&signed_area(&b.outer)));
        if let Some(polygon) = smallest {
            polygon.holes.push(hole);
        }
    }
    polygons
}

fn signed_area(ring: &[[f64; 2]]) -> f64 {
    let turn = |k: usize| {
        let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
        a[0] * b[1] - a[1] * b[0]
    };
    0.5 * (0..ring.len()).map(turn).sum::<f64>()
}

/// By the number of sides to the right of the point.
fn is_inside(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for k in 0..ring.len() {
        let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
        if (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `f` on a lattice over [-2, 2] squared.
    fn lattice(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let at = |k: usize| 4.0 * k as f64 / (n - 1) as f64 - 2.0;
        (0..n * n).map(|k| f(at(k % n), at(k / n))).collect()
    }

    fn region(f: impl Fn(f64, f64) -> f64) -> Vec<Polygon> {
        let n = 101;
        let metres = |k: f64| 4.0 * k / (n - 1) as f64 - 2.0;
        region_above(&lattice(n, f), n, 0.0, |x, y| [metres(x), metres(y)])
    }

    #[test]
    fn a_disc_a_ring_and_two_discs() {
        let disc = region(|x, y| 1.0 - x * x - y * y);
        assert_eq!((disc.len(), disc[0].holes.len()), (1, 0));
        assert!((disc[0].area_m2() - std::f64::consts::PI).abs() < 2e-3);
        assert!(disc[0].contains([0.7, 0.7]) && !disc[0].contains([0.71, 0.72]));
        let ring = region(|x, y| 0.25 - (x.hypot(y) - 1.0).powi(2));
        assert_eq!((ring.len(), ring[0].holes.len()), (1, 1));
        // Radii 0.5 and 1.5: pi (2.25 - 0.25).
        assert!((ring[0].area_m2() - 2.0 * std::f64::consts::PI).abs() < 5e-3);
        assert!(!ring[0].contains([0.1, 0.0]) && ring[0].contains([1.0, 0.0]));
        let two = region(|x, y| 0.25 - (x.abs() - 1.0).powi(2) - y * y);
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn what_touches_the_rim_closes_there() {
        let half = region(|x, _| x);
        assert_eq!(half.len(), 1);
        assert!(
            (half[0].area_m2() - 8.0).abs() < 0.5,
            "{}",
            half[0].area_m2()
        );
    }

    #[test]
    fn saddles_are_joined_or_cut_by_their_mean() {
        let place = |x: f64, y: f64| [x, y];
        // Two high corners across: joined when the middle is high, apart when it is low.
        let joined = region_above(&[3.0, -1.0, -1.0, 3.0], 2, 0.0, place);
        let apart = region_above(&[1.0, -3.0, -3.0, 1.0], 2, 0.0, place);
        assert_eq!((joined.len(), apart.len()), (1, 2));
    }
}
