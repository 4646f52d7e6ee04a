//! Over the roofs: the rubber band in the upright plane along a way.

use crate::city::leg::{Leg, SKIN_M};
use crate::city::scratch::Edge;
use crate::city::{City, Scratch};

impl City {
    /// Stretches a rubber band over everything that crosses a way and leaves it in `scratch.band`,
    /// without the ends; empty if nothing stands above the straight line.
    ///
    /// The way may be broken in the plan (`legs`, by corners or walls); unfolded it is one plane,
    /// in which `u` runs on from leg to leg and the straight line is that of the legs' heights.
    /// The band is the upper convex hull of the ends and all roof edges, the shortest way over
    /// them in that plane. Buildings met are left in `scratch.blockers`. Returns whether the
    /// ground rises above the straight line.
    pub(crate) fn stretch_over(&self, legs: &[Leg], scratch: &mut Scratch) -> bool {
        let mut profile = std::mem::take(&mut scratch.profile);
        profile.clear();
        scratch.blockers.clear();
        let mut ground = false;
        let mut start_u = 0.0;
        for leg in legs {
            self.rises(leg, |u, up| {
                profile.push(Edge { u: start_u + u, up });
                ground = true;
                true
            });
            self.crossings(leg, scratch, |scratch, idx, low, high, roof| {
                scratch.blockers.push(idx);
                for u in [low, high] {
                    if roof > leg.up_at(u) + SKIN_M {
                        profile.push(Edge {
                            u: start_u + u,
                            up: roof,
                        });
                    }
                }
                true
            });
            start_u += leg.length_m;
        }
        scratch.band.clear();
        if let (Some(first), Some(last)) = (legs.first(), legs.last())
            && !profile.is_empty()
        {
            let a = Edge {
                u: 0.0,
                up: first.up_m,
            };
            let b = Edge {
                u: start_u,
                up: last.up_at(last.length_m),
            };
            upper_hull(a, b, &mut profile, &mut scratch.band);
        }
        scratch.profile = profile;
        ground
    }
}

/// The corners between `a` and `b` of the upper convex hull of both and of `points`; the method of
/// Andrew (1979).
fn upper_hull(a: Edge, b: Edge, points: &mut [Edge], hull: &mut Vec<Edge>) {
    points.sort_unstable_by(|p, q| p.u.total_cmp(&q.u).then(p.up.total_cmp(&q.up)));
    // A point survives only if the way turns right, downwards, at it.
    let sags = |p: Edge, q: Edge, r: Edge| {
        (q.u - p.u) * (r.up - p.up) - (q.up - p.up) * (r.u - p.u) >= 0.0
    };
    for &point in points.iter().chain([&b]) {
        while let Some(&top) = hull.last() {
            let before = hull.len().checked_sub(2).map_or(a, |at| hull[at]);
            if !sags(before, top, point) {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    hull.pop();
}

/// Lengths of a rubber band from `a` to `b`: of the whole, and from its first edge to its last.
pub(crate) fn band_lengths(a: Edge, band: &[Edge], b: Edge) -> (f64, f64) {
    let range = |p: Edge, q: Edge| ((q.u - p.u).powi(2) + (q.up - p.up).powi(2)).sqrt();
    let span: f64 = band.windows(2).map(|pair| range(pair[0], pair[1])).sum();
    let ends = match (band.first(), band.last()) {
        (Some(&first), Some(&last)) => range(a, first) + range(last, b),
        _ => range(a, b),
    };
    (ends + span, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The band must be concave, above every point, and made of points.
        #[test]
        fn verif_the_hull_is_a_hull(points in prop::collection::vec((0.0..100.0, 1.0..50.0), 0..40)) {
            let (a, b) = (Edge { u: 0.0, up: 0.0 }, Edge { u: 100.0, up: 0.0 });
            let all: Vec<Edge> = points.iter().map(|&(u, up): &(f64, f64)| Edge { u, up }).collect();
            let (mut work, mut hull) = (all.clone(), Vec::new());
            upper_hull(a, b, &mut work, &mut hull);
            prop_assert!(hull.iter().all(|edge| all.contains(edge)));
            let way: Vec<Edge> = [&[a][..], &hull, &[b]].concat();
            for pair in way.windows(2) {
                let slope = (pair[1].up - pair[0].up) / (pair[1].u - pair[0].u);
                for point in all.iter().filter(|p| p.u >= pair[0].u && p.u <= pair[1].u) {
                    prop_assert!(point.up <= pair[0].up + slope * (point.u - pair[0].u) + 1e-6);
                }
            }
            for three in way.windows(3) {
                let rise = |p: Edge, q: Edge| (q.up - p.up).atan2(q.u - p.u);
                prop_assert!(rise(three[0], three[1]) > rise(three[1], three[2]));
            }
        }
    }
}
