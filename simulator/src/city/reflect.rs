//! Reflections at upright walls, to the second order, by image sources.

use crate::city::building::edges;
use crate::city::leg::{Leg, SKIN_M};
use crate::city::route::{detour, length_m};
use crate::city::ways::at;
use crate::city::{City, Route, RouteKind, RouteOptions, Scratch};
use crate::point::Point;

/// Ways longer than the straight line by more than this are left out, metres: 0.6 s.
const MOST_EXTRA_M: f64 = 200.0;

/// Pairs of walls are looked for within this of the source or the sensor, metres.
const NEAR_M: f64 = 60.0;

/// Most walls on either side of a pair; the nearest are kept.
const MOST_PAIRED: usize = 80;

/// Narrower walls than this scatter a blast, whose wavelengths are near a metre, metres.
const LEAST_WALL_M: f64 = 1.0;

/// Most ways tested for what stands in them; the shortest are kept.
const MOST_TESTS: usize = 120;

/// Both ends of a leg stand this far off a wall that reflects, or it is grazing, metres.
const LEAST_OFF_M: f64 = 1e-3;

/// A wall seen from outside.
#[derive(Clone, Copy, Debug)]
struct Wall {
    foot: [f64; 2],
    along: [f64; 2],
    outwards: [f64; 2],
    width_m: f64,
    base_up_m: f64,
    roof_up_m: f64,
}

impl Wall {
    /// Metres along the wall from its foot, and in front of it.
    fn frame(&self, place: [f64; 2]) -> [f64; 2] {
        let (east, north) = (place[0] - self.foot[0], place[1] - self.foot[1]);
        [
            east * self.along[0] + north * self.along[1],
            east * self.outwards[0] + north * self.outwards[1],
        ]
    }

    fn mirror(&self, place: [f64; 2]) -> [f64; 2] {
        let twice = 2.0 * self.frame(place)[1];
        [
            place[0] - twice * self.outwards[0],
            place[1] - twice * self.outwards[1],
        ]
    }

    /// Distance of the end that is farther from a place, metres.
    fn farthest_m(&self, place: [f64; 2]) -> f64 {
        let [along_m, front_m] = self.frame(place);
        along_m
            .abs()
            .max((self.width_m - along_m).abs())
            .hypot(front_m)
    }

    /// Fraction of the way from `from`, an image behind the wall, to `to` in front of it at which
    /// the line passes through the wall.
    fn passed(&self, from: [f64; 2], to: [f64; 2]) -> Option<f64> {
        let (from, to) = (self.frame(from), self.frame(to));
        if from[1] > -LEAST_OFF_M || to[1] < LEAST_OFF_M {
            return None;
        }
        let share = from[1] / (from[1] - to[1]);
        let along_m = from[0] + share * (to[0] - from[0]);
        (0.0..=self.width_m).contains(&along_m).then_some(share)
    }
}

/// A wall that may be one of a pair: its rank among them, and the image of one end in it.
///
/// Walls that meet at the nearest corner are equally near; the farther end tells them apart, in a
/// mirrored or moved city too, which the order of visits would not.
type Paired = ((i64, f64), Wall, [f64; 2]);

fn micrometres(metres: f64) -> i64 {
    (metres * 1e6).round() as i64
}

/// A way by walls in the plan, not yet tested for what stands in it.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    plan_m: f64,
    /// Where it meets walls; the second holds for pairs only.
    turns: [(f64, Wall, [f64; 2]); 2],
    walls: usize,
}

impl City {
    /// Ways by one wall, and by two if asked for. Those kept are the loudest by
    /// [`quietness_db`].
    ///
    /// A way that is blocked is taken over the roofs: unfolded at its walls it lies in one plane,
    /// where the rubber band is stretched; it counts if the band meets every wall between base
    /// and roof. Not modelled: ways that reach a wall round a corner, more than two walls,
    /// scattering by facades.
    pub(crate) fn reflections(
        &self,
        a: Point,
        b: Point,
        options: &RouteOptions,
        scratch: &mut Scratch,
    ) -> Vec<Route> {
        let (from, to) = ([a.east, a.north], [b.east, b.north]);
        let mut candidates = Vec::new();
        self.by_one_wall(from, to, scratch, &mut candidates);
        if options.second_order {
            self.by_two_walls(from, to, scratch, &mut candidates);
        }
        candidates.sort_by(|p, q| p.plan_m.total_cmp(&q.plan_m).then(p.walls.cmp(&q.walls)));
        let (mut routes, mut quiet): (Vec<Route>, Vec<f64>) = (Vec::new(), Vec::new());
        for candidate in candidates.iter().take(MOST_TESTS) {
            // Candidates come by length, so the spreading alone bounds all that follow.
            if quiet.len() >= options.most && quiet[options.most - 1] < spread_db(candidate.plan_m)
            {
                break;
            }
            if let Some(route) = self.test(a, b, candidate, scratch) {
                let db = quietness_db(&route);
                let place = quiet.partition_point(|&other| other <= db);
                quiet.insert(place, db);
                routes.push(route);
            }
        }
        routes
    }

    fn walls_near(&self, b: [f64; 4], scratch: &mut Scratch, mut visit: impl FnMut(Wall)) {
        scratch.begin_leg(self.buildings().len());
        self.grid().near(b, |items| {
            for &idx in items {
                if scratch.seen(idx) {
                    continue;
                }
                scratch.mark(idx);
                let building = &self.buildings()[idx as usize];
                for (foot, end) in edges(&building.footprint) {
                    let (east, north) = (end[0] - foot[0], end[1] - foot[1]);
                    let width_m = (east * east + north * north).sqrt();
                    if width_m >= LEAST_WALL_M {
                        let along = [east / width_m, north / width_m];
                        visit(Wall {
                            foot,
                            along,
                            outwards: [along[1], -along[0]],
                            width_m,
                            base_up_m: building.base_up_m,
                            roof_up_m: building.roof_up_m,
                        });
                    }
                }
            }
        });
    }

    fn by_one_wall(
        &self,
        from: [f64; 2],
        to: [f64; 2],
        scratch: &mut Scratch,
        candidates: &mut Vec<Candidate>,
    ) {
        let range_m = plan_range_m(from, to);
        let most_m = range_m + MOST_EXTRA_M;
        // All places on ways up to this length lie in an ellipse with the two ends as its foci,
        // which reaches farthest sideways: half its minor axis.
        let reach = 0.5 * (most_m * most_m - range_m * range_m).sqrt();
        self.walls_near(around(from, to, reach), scratch, |wall| {
            let front = (wall.frame(from)[1], wall.frame(to)[1]);
            if front.0 < LEAST_OFF_M || front.1 < LEAST_OFF_M {
                return;
            }
            let image = wall.mirror(from);
            let Some(share) = wall.passed(image, to) else {
                return;
            };
            let plan_m = plan_range_m(image, to);
            if plan_m <= most_m {
                let turn = (share, wall, between(image, to, share));
                candidates.push(Candidate {
                    plan_m,
                    turns: [turn; 2],
                    walls: 1,
                });
            }
        });
    }

    fn by_two_walls(
        &self,
        from: [f64; 2],
        to: [f64; 2],
        scratch: &mut Scratch,
        candidates: &mut Vec<Candidate>,
    ) {
        // Near means near either end, for both walls: two of one street, or one at each end.
        let (mut first, mut second): (Vec<Paired>, Vec<Paired>) = (Vec::new(), Vec::new());
        for (centre, other) in [(from, to), (to, from)] {
            self.walls_near(around(centre, centre, NEAR_M), scratch, |wall| {
                let near = |place| {
                    let [along_m, front_m] = wall.frame(place);
                    let beside_m = along_m - along_m.clamp(0.0, wall.width_m);
                    beside_m.hypot(front_m)
                };
                let (near_m, other_m) = (near(centre), near(other));
                // A wall near both ends belongs to the nearer one, so that it comes once.
                let twice = other_m < near_m || (other_m == near_m && centre != from);
                if near_m > NEAR_M || twice {
                    return;
                }
                let rank = (micrometres(near_m), wall.farthest_m(centre));
                if wall.frame(from)[1] > LEAST_OFF_M {
                    first.push((rank, wall, wall.mirror(from)));
                }
                if wall.frame(to)[1] > LEAST_OFF_M {
                    second.push((rank, wall, wall.mirror(to)));
                }
            });
        }
        for list in [&mut first, &mut second] {
            list.sort_by(|(p, ..), (q, ..)| p.0.cmp(&q.0).then(p.1.total_cmp(&q.1)));
            list.truncate(MOST_PAIRED);
        }
        let most_m = plan_range_m(from, to) + MOST_EXTRA_M;
        for &(_, one, source) in &first {
            for &(_, two, sensor) in &second {
                // From the image of the source in the first wall to that of the sensor in the
                // second: the middle leg lies on this line as it is, the outer ones mirrored.
                let Some(share) = one.passed(source, sensor) else {
                    continue;
                };
                let Some(back) = two.passed(sensor, source) else {
                    continue;
                };
                let later = 1.0 - back;
                let (p, q) = (
                    between(source, sensor, share),
                    between(source, sensor, later),
                );
                let faces =
                    later > share && one.frame(q)[1] > LEAST_OFF_M && two.frame(p)[1] > LEAST_OFF_M;
                let plan_m = plan_range_m(source, sensor);
                if faces && plan_m <= most_m {
                    candidates.push(Candidate {
                        plan_m,
                        turns: [(share, one, p), (later, two, q)],
                        walls: 2,
                    });
                }
            }
        }
    }

    /// The way over what stands in it, or `None` if it then misses a wall.
    fn test(&self, a: Point, b: Point, way: &Candidate, scratch: &mut Scratch) -> Option<Route> {
        let turns = &way.turns[..way.walls];
        let up_at = |share: f64| a.up + share * (b.up - a.up);
        // The band is nowhere below the straight line: one over a roof stays over it.
        if turns.iter().any(|turn| up_at(turn.0) > turn.1.roof_up_m) {
            return None;
        }
        let mut legs = [Leg::new([0.0; 2], 0.0, [0.0; 2], 0.0); 3];
        let (mut place, mut up_m) = ([a.east, a.north], a.up);
        for (leg, turn) in legs.iter_mut().zip(turns) {
            *leg = Leg::new(place, up_m, turn.2, up_at(turn.0));
            (place, up_m) = (turn.2, up_at(turn.0));
        }
        legs[way.walls] = Leg::new(place, up_m, [b.east, b.north], b.up);
        let legs = &legs[..=way.walls];
        self.stretch_over(legs, scratch);

        let mut points = vec![a];
        let mut detours = Vec::new();
        let (mut begin, mut start_u, mut total_m) = (0, 0.0, 0.0);
        let mut band = scratch.band.iter().peekable();
        let (mut last_u, mut last_up) = (0.0, a.up);
        for (at_leg, leg) in legs.iter().enumerate() {
            let end_u = start_u + leg.length_m;
            let last_leg = at_leg == way.walls;
            while let Some(edge) = band.next_if(|edge| last_leg || edge.u <= end_u) {
                points.push(at(leg.plan_at(edge.u - start_u), edge.up));
                (last_u, last_up) = (edge.u, edge.up);
            }
            if last_leg {
                points.push(b);
            } else {
                let (_, wall, plan) = turns[at_leg];
                let next = band.peek().map_or((way.plan_m, b.up), |e| (e.u, e.up));
                let share = (end_u - last_u) / (next.0 - last_u).max(1e-12);
                let up = last_up + share * (next.1 - last_up);
                // A band that grazes roofs of one height is not thrown back by the rim of one.
                if !(wall.base_up_m..=wall.roof_up_m - SKIN_M).contains(&up) {
                    return None;
                }
                points.push(at(plan, up));
            }
            detours.extend(detour(&points[begin..]));
            total_m += length_m(&points[begin..]);
            begin = points.len() - 1;
            start_u = end_u;
        }
        Some(Route {
            points,
            kind: if way.walls == 1 {
                RouteKind::Wall1
            } else {
                RouteKind::Wall2
            },
            length_m: total_m.max(a.range_m(b)),
            detours,
            walls: way.walls,
        })
    }
}

/// How much is lost on the way, roughly, dB; only to choose which ways to keep: spreading, a decibel
/// a wall, and at each detour Maekawa's barrier loss at a wavelength of 0.7 m.
pub(crate) fn quietness_db(route: &Route) -> f64 {
    let bends = route.detours.iter();
    let bends = bends.map(|bend| 10.0 * (3.0 + 20.0 * 2.0 * bend.extra_m / 0.7).log10());
    spread_db(route.length_m) + route.walls as f64 + bends.sum::<f64>()
}

fn spread_db(length_m: f64) -> f64 {
    20.0 * length_m.max(1.0).log10()
}

fn around(a: [f64; 2], b: [f64; 2], reach_m: f64) -> [f64; 4] {
    [
        a[0].min(b[0]) - reach_m,
        a[1].min(b[1]) - reach_m,
        a[0].max(b[0]) + reach_m,
        a[1].max(b[1]) + reach_m,
    ]
}

fn between(a: [f64; 2], b: [f64; 2], share: f64) -> [f64; 2] {
    [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
}

fn plan_range_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
}
