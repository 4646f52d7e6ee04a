//! Which located shot stands for which round that was fired.

use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::{Enu, Shot};
use shotfix_datasets::TrueRound;

/// A shot farther from the truth than this did not find its round, metres.
pub const FOUND_WITHIN_M: f64 = 100.0;
/// With true times known, a shot this far from a round in time is not that round, seconds.
const SAME_ROUND_S: f64 = 0.2;

/// One located shot that stands for a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assigned {
    /// Distance on the map to the true place, metres.
    pub distance_m: f64,
    /// East and north of the shot relative to the true place, metres.
    pub offset_m: (f64, f64),
    /// The 95 % ellipse holds the true place.
    pub in_ellipse95: bool,
}

impl Assigned {
    /// Near enough to have found the round?
    pub fn is_found(&self) -> bool {
        self.distance_m <= FOUND_WITHIN_M
    }
}

/// Assigns shots to rounds, at most one each: nearest in time where the truth has times, nearest in
/// place where it has none. What is left over of the shots is false.
pub fn assign(shots: &[&Shot], rounds: &[TrueRound]) -> Vec<Assigned> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (r, round) in rounds.iter().enumerate() {
        for (s, shot) in shots.iter().enumerate() {
            let far_m = shot.position.horizontal_distance_m(round.position);
            match round.time {
                Some(time) => {
                    let off_s = shot.time.since(time).0.abs();
                    if off_s <= SAME_ROUND_S {
                        pairs.push((off_s, r, s));
                    }
                }
                None => pairs.push((far_m, r, s)),
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut round_done, mut shot_done) = (vec![false; rounds.len()], vec![false; shots.len()]);
    let mut assigned = Vec::new();
    for (_, r, s) in pairs {
        if round_done[r] || shot_done[s] {
            continue;
        }
        (round_done[r], shot_done[s]) = (true, true);
        assigned.push(compare(shots[s], rounds[r].position));
    }
    assigned
}

fn compare(shot: &Shot, truth: Enu) -> Assigned {
    let (x, y) = (
        shot.position.east_m - truth.east_m,
        shot.position.north_m - truth.north_m,
    );
    Assigned {
        distance_m: x.hypot(y),
        offset_m: (x, y),
        in_ellipse95: squared_sigmas(shot.covariance_m2, x, y) <= CHI2_95,
    }
}
