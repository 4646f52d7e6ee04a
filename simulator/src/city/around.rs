//! Round corners: the taut string to the left or to the right of what stands in the way.

use crate::city::leg::{Leg, SKIN_M};
use crate::city::{City, Scratch};
use crate::point::Point;

/// Looks for new blockers after which a search gives up.
const ROUNDS: usize = 4;

/// Most corners of a way round.
const MOST_BENDS: usize = 12;

/// Which side of the straight line a string passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl City {
    /// Length of the shortest way round `scratch.rounded` on one side, metres, with the corners
    /// left in `scratch.chain`; `None` if there is none below `limit_m`, or none was found.
    ///
    /// The plan is the convex hull, on that side, of both ends and the blockers' corners; height
    /// is linear in the plan's length. Each new straight piece is tested and what stands in it is
    /// rounded too, [`ROUNDS`] times. A building over one of the ends cannot be rounded, nor can
    /// the ground. Ways that pass some buildings left and others right are not looked for, so the
    /// way found is no longer than any that keeps to one side of a convex group, but may be longer
    /// than a zigzag.
    pub(crate) fn go_round(
        &self,
        a: Point,
        b: Point,
        side: Side,
        limit_m: f64,
        scratch: &mut Scratch,
    ) -> Option<f64> {
        let base = Leg::new([a.east, a.north], a.up, [b.east, b.north], b.up);
        let rise = b.up - a.up;
        scratch.corners.clear();
        let mut known = 0;
        for _ in 0..ROUNDS {
            for at in known..scratch.rounded.len() {
                let idx = scratch.rounded[at] as usize;
                if self.holds(idx, a.east, a.north) || self.holds(idx, b.east, b.north) {
                    return None;
                }
                for &corner in &self.buildings()[idx].footprint {
                    let [u, aside] = base.frame(corner);
                    // Mirrored to the left, so that the rest knows one side only.
                    let aside = if side == Side::Left { aside } else { -aside };
                    if aside > SKIN_M {
                        scratch.corners.push([u, aside]);
                    }
                }
            }
            known = scratch.rounded.len();
            let plan_m = taut(
                base.length_m,
                &scratch.corners,
                rise,
                limit_m,
                &mut scratch.chain,
            )?;
            if self.test_chain(base, side, rise / plan_m, scratch)? {
                let sign = if side == Side::Left { 1.0 } else { -1.0 };
                for corner in &mut scratch.chain {
                    *corner = from_frame(&base, corner[0], sign * corner[1]);
                }
                return Some(plan_m.hypot(rise));
            }
            if scratch.rounded.len() == known {
                return None;
            }
        }
        None
    }

    /// Whether the chain is clear; what stands in it is added to `scratch.rounded`. `None` if the
    /// ground does.
    fn test_chain(&self, base: Leg, side: Side, slope: f64, scratch: &mut Scratch) -> Option<bool> {
        let sign = if side == Side::Left { 1.0 } else { -1.0 };
        let chain = std::mem::take(&mut scratch.chain);
        let (mut place, mut up_m) = (base.from, base.up_m);
        let (mut clear, mut ground) = (true, false);
        for corner in chain.iter().chain([&[base.length_m, 0.0]]) {
            let next = from_frame(&base, corner[0], sign * corner[1]);
            let mut leg = Leg::new(place, up_m, next, up_m);
            leg.slope = slope;
            self.rises(&leg, |_, _| {
                ground = true;
                false
            });
            self.crossings(&leg, scratch, |scratch, idx, _, _, _| {
                clear = false;
                if !scratch.rounded.contains(&idx) {
                    scratch.rounded.push(idx);
                }
                true
            });
            (place, up_m) = (next, leg.up_at(leg.length_m));
        }
        scratch.chain = chain;
        (!ground).then_some(clear)
    }
}

fn from_frame(base: &Leg, u: f64, left_m: f64) -> [f64; 2] {
    [
        base.from[0] + u * base.along[0] - left_m * base.along[1],
        base.from[1] + u * base.along[1] + left_m * base.along[0],
    ]
}

/// Plan length of the string from (0, 0) to (length, 0) drawn tight over corners left of it, which
/// are left in `chain`; `None` if with the rise it is longer than the limit.
fn taut(
    length_m: f64,
    corners: &[[f64; 2]],
    rise_m: f64,
    limit_m: f64,
    chain: &mut Vec<[f64; 2]>,
) -> Option<f64> {
    chain.clear();
    let limit_sqr = limit_m * limit_m - rise_m * rise_m;
    let end = [length_m, 0.0];
    let (mut place, mut plan_m) = ([0.0, 0.0], 0.0);
    // Gift wrapping (Jarvis 1973) clockwise from the start: few corners of the hull are ever met.
    for _ in 0..=MOST_BENDS {
        let mut best = end;
        for &corner in corners {
            let (to, aside) = (sub(best, place), sub(corner, place));
            let turn = to[0] * aside[1] - to[1] * aside[0];
            let farther = dot(aside, aside) > dot(to, to);
            if corner != place && (turn > 0.0 || (turn == 0.0 && farther)) {
                best = corner;
            }
        }
        plan_m += dot(sub(best, place), sub(best, place)).sqrt();
        let left = sub(end, best);
        if (plan_m + dot(left, left).sqrt()).powi(2) >= limit_sqr {
            return None;
        }
        if best == end {
            return Some(plan_m);
        }
        chain.push(best);
        place = best;
    }
    None
}

fn sub(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_a_string_over_a_right_angle() {
        // Over (0, 3) and (4, 3) with a lower corner between: 3 + 4 + 3.
        let mut chain = Vec::new();
        let corners = [[2.0, 1.0], [4.0, 3.0], [0.0, 3.0]];
        let length = taut(4.0, &corners, 0.0, 99.0, &mut chain).unwrap();
        assert!((length - 10.0).abs() < 1e-12);
        assert_eq!(chain, [[0.0, 3.0], [4.0, 3.0]]);
        assert!(taut(4.0, &corners, 0.0, 9.9, &mut chain).is_none());
    }
}
