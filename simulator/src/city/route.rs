//! Ways of sound: what a search returns.

use crate::point::Point;

/// How a way comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    /// Nothing stands between.
    Sight,
    /// Over roofs and ground, in the upright plane through both ends.
    OverRoofs,
    /// Round the corners of buildings, to the left or to the right.
    RoundCorner,
    /// By way of one wall.
    Wall1,
    /// By way of two walls.
    Wall2,
}

/// What bending round edges adds to one straight leg of a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Detour {
    /// Length of the bent leg less that of the straight one, metres.
    pub(crate) extra_m: f64,
    /// Along the way from the first edge of the leg to its last, metres; 0 for one edge.
    pub(crate) span_m: f64,
}

/// One way from a source to a sensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Route {
    /// Source, every edge and wall met, sensor.
    pub(crate) points: Vec<Point>,
    pub(crate) kind: RouteKind,
    /// Length of the whole way, metres.
    pub(crate) length_m: f64,
    /// One for each leg that bends, in order; a leg ends at the source, a wall or the sensor.
    pub(crate) detours: Vec<Detour>,
    /// How many walls reflect it.
    pub(crate) walls: usize,
}

/// The first way of all in short: what arrival times and levels need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FirstWay {
    pub(crate) kind: RouteKind,
    /// Length of the way, metres.
    pub(crate) length_m: f64,
    /// Straight distance through whatever stands between, metres.
    pub(crate) straight_m: f64,
    /// Length of the way's plan, metres.
    pub(crate) plan_m: f64,
    /// `None` in sight.
    pub(crate) detour: Option<Detour>,
    /// Unit vector east, north, up in which the way leaves the source.
    pub(crate) departure: [f64; 3],
    /// Unit vector in which it travels where it reaches the sensor.
    pub(crate) arrival: [f64; 3],
}

/// What [`City::routes`](crate::city::City::routes) looks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RouteOptions {
    /// Whether to look for ways by two walls.
    pub(crate) second_order: bool,
    /// Most routes returned, the first way among them; at least 1.
    pub(crate) most: usize,
}

impl Default for RouteOptions {
    fn default() -> Self {
        Self {
            second_order: true,
            most: 12,
        }
    }
}

/// Length of a broken line, metres.
pub(crate) fn length_m(points: &[Point]) -> f64 {
    points.windows(2).map(|pair| pair[0].range_m(pair[1])).sum()
}

/// The detour of one bent leg, from its end points and the edges between them.
pub(crate) fn detour(leg: &[Point]) -> Option<Detour> {
    let [from, edges @ .., to] = leg else {
        return None;
    };
    if edges.is_empty() {
        return None;
    }
    Some(Detour {
        extra_m: (length_m(leg) - from.range_m(*to)).max(0.0),
        span_m: length_m(edges),
    })
}
