//! A straight leg in the plan, and the stretch of it that lies inside a footprint.

/// A wall counts as entered this far inside it, metres: a way may touch walls and corners.
pub(crate) const SKIN_M: f64 = 1e-6;

/// A straight piece of a way: `u` metres along it the plan position is `from + u * along` and the
/// height `up_m + u * slope`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) from: [f64; 2],
    pub(crate) along: [f64; 2],
    pub(crate) length_m: f64,
    pub(crate) up_m: f64,
    pub(crate) slope: f64,
}

impl Leg {
    /// From one plan position and height to another.
    pub(crate) fn new(from: [f64; 2], from_up_m: f64, to: [f64; 2], to_up_m: f64) -> Self {
        let (east, north) = (to[0] - from[0], to[1] - from[1]);
        let length_m = (east * east + north * north).sqrt();
        // A plumb line has no direction in the plan; any will do for a length of nothing.
        let (along, slope) = if length_m > 1e-9 {
            let along = [east / length_m, north / length_m];
            (along, (to_up_m - from_up_m) / length_m)
        } else {
            ([1.0, 0.0], 0.0)
        };
        Self {
            from,
            along,
            length_m,
            up_m: from_up_m,
            slope,
        }
    }

    pub(crate) fn plan_at(&self, u: f64) -> [f64; 2] {
        [
            self.from[0] + u * self.along[0],
            self.from[1] + u * self.along[1],
        ]
    }

    pub(crate) fn up_at(&self, u: f64) -> f64 {
        self.up_m + u * self.slope
    }

    /// Metres along the leg and to the left of it.
    pub(crate) fn frame(&self, place: [f64; 2]) -> [f64; 2] {
        let (east, north) = (place[0] - self.from[0], place[1] - self.from[1]);
        [
            east * self.along[0] + north * self.along[1],
            north * self.along[0] - east * self.along[1],
        ]
    }

    /// The stretch inside a convex footprint, given as `[n_east, n_north, offset]` of each wall
    /// with the unit normal pointing inwards; the method of Cyrus and Beck (1978).
    pub(crate) fn inside_convex(&self, walls: &[[f64; 3]]) -> Option<(f64, f64)> {
        let (mut low, mut high) = (0.0_f64, self.length_m);
        for wall in walls {
            let depth = wall[0] * self.from[0] + wall[1] * self.from[1] - wall[2] - SKIN_M;
            let rate = wall[0] * self.along[0] + wall[1] * self.along[1];
            if rate.abs() < 1e-12 {
                if depth < 0.0 {
                    return None;
                }
            } else if rate > 0.0 {
                low = low.max(-depth / rate);
            } else {
                high = high.min(-depth / rate);
            }
            if low >= high {
                return None;
            }
        }
        Some((low, high))
    }

    /// The stretches inside any footprint, appended to `stretches`.
    ///
    /// Inside means that the lines a skin to the left and a skin to the right are both inside, so
    /// a leg that runs along a wall or touches a corner is outside whatever the rounding says.
    pub(crate) fn inside_any(&self, corners: &[[f64; 2]], work: &mut Stretches) {
        work.found.clear();
        for (list, shift) in [(&mut work.left, SKIN_M), (&mut work.right, -SKIN_M)] {
            list.clear();
            let Some(&last) = corners.last() else { return };
            let [mut u, mut side] = self.frame(last);
            for &corner in corners {
                let [next_u, next_side] = self.frame(corner);
                if (side > shift) != (next_side > shift) {
                    list.push(u + (shift - side) / (next_side - side) * (next_u - u));
                }
                (u, side) = (next_u, next_side);
            }
            list.sort_unstable_by(f64::total_cmp);
        }
        let pairs =
            |list: &[f64], at: usize| list.get(2 * at).copied().zip(list.get(2 * at + 1).copied());
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (pairs(&work.left, i), pairs(&work.right, j)) {
            let (low, high) = (a.0.max(b.0).max(0.0), a.1.min(b.1).min(self.length_m));
            if high - low > SKIN_M {
                work.found.push((low, high));
            }
            if a.1 < b.1 {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
}

/// Memory for [`Leg::inside_any`]; the result is in `found`.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    pub(crate) found: Vec<(f64, f64)>,
    left: Vec<f64>,
    right: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const U_SHAPE: [[f64; 2]; 8] = [
        [0.0, 0.0],
        [30.0, 0.0],
        [30.0, 20.0],
        [20.0, 20.0],
        [20.0, 10.0],
        [10.0, 10.0],
        [10.0, 20.0],
        [0.0, 20.0],
    ];

    fn stretches(from: [f64; 2], to: [f64; 2]) -> Vec<(f64, f64)> {
        let mut work = Stretches::default();
        Leg::new(from, 0.0, to, 0.0).inside_any(&U_SHAPE, &mut work);
        work.found
    }

    #[test]
    fn val_a_leg_through_both_arms_of_a_u() {
        let found = stretches([-5.0, 15.0], [40.0, 15.0]);
        let expected = [(5.0, 15.0), (25.0, 35.0)];
        assert_eq!(found.len(), 2);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found.0 - expected.0).abs() < 1e-5 && (found.1 - expected.1).abs() < 1e-5);
        }
    }

    #[test]
    fn val_touching_is_outside() {
        // Along the south wall, along the floor of the yard, and past a corner.
        assert!(stretches([-5.0, 0.0], [40.0, 0.0]).is_empty());
        assert!(stretches([12.0, 10.0], [18.0, 10.0]).is_empty());
        assert!(stretches([-5.0, 25.0], [5.0, 15.0 + 10.0]).is_empty());
        assert!(stretches([-10.0, 10.0], [10.0, 30.0]).is_empty());
        assert_eq!(stretches([12.0, 10.0], [12.0, -5.0]).len(), 1);
    }
}
