//! The first way of sound between two points, and all ways worth hearing.

use crate::city::around::Side;
use crate::city::leg::Leg;
use crate::city::over::band_lengths;
use crate::city::route::detour;
use crate::city::scratch::Edge;
use crate::city::{City, Detour, FirstWay, Route, RouteKind, RouteOptions, Scratch};
use crate::point::Point;

/// With more buildings than this in the straight way, no way round them is looked for: the hull of
/// so many is far longer than the way over their roofs.
const MOST_ROUNDED: usize = 32;

/// Ways that bend round corners are listed up to this much beyond the straight line, metres.
const MOST_DETOUR_M: f64 = 60.0;

/// The shortest way and its middle, in `scratch.band` or `scratch.best_chain`.
struct Found {
    kind: RouteKind,
    length_m: f64,
    plan_m: f64,
    span_m: f64,
}

impl City {
    /// The shortest way from `a` to `b`: straight if clear, otherwise over the roofs or round
    /// corners, whichever is shorter. Nothing is allocated once `scratch` has grown.
    ///
    /// There always is one: from inside a building, or below ground, it first goes plumb up.
    /// Not modelled: ways that go over some buildings and round others.
    pub(crate) fn first_way(&self, a: Point, b: Point, scratch: &mut Scratch) -> FirstWay {
        let leg = Leg::new([a.east, a.north], a.up, [b.east, b.north], b.up);
        let found = self.find_first(a, b, leg, scratch);
        let straight_m = a.range_m(b);
        let (first, last) = match found.kind {
            RouteKind::Sight => (b, a),
            RouteKind::OverRoofs => {
                let place = |edge: Option<&Edge>, other| {
                    edge.map_or(other, |edge| at(leg.plan_at(edge.u), edge.up))
                };
                (
                    place(scratch.band.first(), b),
                    place(scratch.band.last(), a),
                )
            }
            _ => self.chain_ends(a, b, found.plan_m, scratch),
        };
        let bends = found.kind != RouteKind::Sight;
        FirstWay {
            kind: found.kind,
            length_m: found.length_m.max(straight_m),
            straight_m,
            plan_m: found.plan_m,
            detour: bends.then(|| Detour {
                extra_m: (found.length_m - straight_m).max(0.0),
                span_m: found.span_m,
            }),
            departure: a.direction_to(first),
            arrival: last.direction_to(b),
        }
    }

    /// [`City::first_way`] with its points.
    pub(crate) fn first_route(&self, a: Point, b: Point, scratch: &mut Scratch) -> Route {
        let leg = Leg::new([a.east, a.north], a.up, [b.east, b.north], b.up);
        let found = self.find_first(a, b, leg, scratch);
        let points = match found.kind {
            RouteKind::Sight => vec![a, b],
            RouteKind::OverRoofs => over_points(a, b, &leg, &scratch.band),
            _ => chain_points(a, b, found.plan_m, &scratch.best_chain),
        };
        bent(points, found.kind, found.length_m)
    }

    /// The first way, then other ways over roofs and round corners and reflections, by length.
    /// In a deep shadow a reflection may be shorter than the first way, which knows no walls.
    ///
    /// At most `options.most` are kept: the first way, then those that are loudest by a rough
    /// measure of spreading and diffraction. Needs some 0.1 to 1 ms.
    pub(crate) fn routes(
        &self,
        a: Point,
        b: Point,
        options: &RouteOptions,
        scratch: &mut Scratch,
    ) -> Vec<Route> {
        let first = self.first_route(a, b, scratch);
        let mut others = Vec::new();
        if first.kind != RouteKind::Sight {
            let leg = Leg::new([a.east, a.north], a.up, [b.east, b.north], b.up);
            self.stretch_over(&[leg], scratch);
            if first.kind != RouteKind::OverRoofs {
                let points = over_points(a, b, &leg, &scratch.band);
                let length_m = crate::city::route::length_m(&points);
                others.push(bent(points, RouteKind::OverRoofs, length_m));
            }
            for side in [Side::Left, Side::Right] {
                let limit_m = a.range_m(b) + MOST_DETOUR_M;
                if let Some(length_m) = self.side(a, b, side, limit_m, scratch) {
                    let plan_m = plan_m(length_m, a, b);
                    let points = chain_points(a, b, plan_m, &scratch.chain);
                    let route = bent(points, RouteKind::RoundCorner, length_m);
                    if route.points != first.points {
                        others.push(route);
                    }
                }
            }
        }
        others.extend(self.reflections(a, b, options, scratch));
        let quiet = |route: &Route| crate::city::reflect::quietness_db(route);
        others.sort_by(|p, q| quiet(p).total_cmp(&quiet(q)));
        others.truncate(options.most.saturating_sub(1));
        others.sort_by(|p, q| p.length_m.total_cmp(&q.length_m));
        others.insert(0, first);
        others
    }

    fn find_first(&self, a: Point, b: Point, leg: Leg, scratch: &mut Scratch) -> Found {
        let ground = self.stretch_over(&[leg], scratch);
        let ends = (
            Edge { u: 0.0, up: a.up },
            Edge {
                u: leg.length_m,
                up: b.up,
            },
        );
        let (over_m, span_m) = band_lengths(ends.0, &scratch.band, ends.1);
        let mut found = Found {
            kind: RouteKind::OverRoofs,
            length_m: over_m,
            plan_m: leg.length_m,
            span_m,
        };
        if scratch.band.is_empty() {
            found.kind = RouteKind::Sight;
            return found;
        }
        if ground {
            return found;
        }
        for side in [Side::Left, Side::Right] {
            if let Some(length_m) = self.side(a, b, side, found.length_m, scratch) {
                std::mem::swap(&mut scratch.chain, &mut scratch.best_chain);
                found = Found {
                    kind: RouteKind::RoundCorner,
                    length_m,
                    plan_m: plan_m(length_m, a, b),
                    span_m: 0.0,
                };
            }
        }
        if found.kind == RouteKind::RoundCorner {
            // Height is linear in the plan's length, so every piece is stretched alike.
            let stretch = found.length_m / found.plan_m;
            let pieces = scratch.best_chain.windows(2);
            found.span_m = stretch * pieces.map(|p| plan_range_m(p[0], p[1])).sum::<f64>();
        }
        found
    }

    fn side(
        &self,
        a: Point,
        b: Point,
        side: Side,
        limit_m: f64,
        scratch: &mut Scratch,
    ) -> Option<f64> {
        if scratch.blockers.len() > MOST_ROUNDED {
            return None;
        }
        scratch.rounded.clear();
        let (rounded, blockers) = (&mut scratch.rounded, &scratch.blockers);
        rounded.extend_from_slice(blockers);
        self.go_round(a, b, side, limit_m, scratch)
    }

    fn chain_ends(&self, a: Point, b: Point, plan_m: f64, scratch: &Scratch) -> (Point, Point) {
        let slope = (b.up - a.up) / plan_m;
        let ends = (scratch.best_chain.first(), scratch.best_chain.last());
        let (Some(&first), Some(&last)) = ends else {
            return (b, a);
        };
        let up = a.up + slope * plan_range_m([a.east, a.north], first);
        let down = b.up - slope * plan_range_m([b.east, b.north], last);
        (at(first, up), at(last, down))
    }
}

fn bent(points: Vec<Point>, kind: RouteKind, length_m: f64) -> Route {
    let detours = match kind {
        RouteKind::Sight => Vec::new(),
        _ => detour(&points).into_iter().collect(),
    };
    let straight_m = points[0].range_m(points[points.len() - 1]);
    Route {
        points,
        kind,
        length_m: length_m.max(straight_m),
        detours,
        walls: 0,
    }
}

fn over_points(a: Point, b: Point, leg: &Leg, band: &[Edge]) -> Vec<Point> {
    let edges = band.iter().map(|edge| at(leg.plan_at(edge.u), edge.up));
    [a].into_iter().chain(edges).chain([b]).collect()
}

fn chain_points(a: Point, b: Point, plan_m: f64, chain: &[[f64; 2]]) -> Vec<Point> {
    let mut points = vec![a];
    let (mut place, mut u) = ([a.east, a.north], 0.0);
    for &corner in chain {
        u += plan_range_m(place, corner);
        place = corner;
        points.push(at(corner, a.up + (b.up - a.up) * u / plan_m));
    }
    points.push(b);
    points
}

fn plan_m(length_m: f64, a: Point, b: Point) -> f64 {
    (length_m.powi(2) - (b.up - a.up).powi(2)).max(0.0).sqrt()
}

fn plan_range_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
}

pub(crate) fn at(plan: [f64; 2], up: f64) -> Point {
    Point {
        east: plan[0],
        north: plan[1],
        up,
    }
}
