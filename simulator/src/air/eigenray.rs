//! The first ray that joins two heights over a given distance.
//!
//! Rays are told apart by where they turn. One that does not turn goes `Between` the two heights.
//! Where sound gets faster with height, longer ways go `Over` both and turn back; where it gets
//! slower, they go `Under` both. The ranges of these families join where the ray is level at an
//! end of the way. If the longest range of all is too short, rays hop off the ground, or, where
//! sound gets slower with height, there is no ray: the receiver lies in shadow, and sound follows
//! the limiting ray, leaking off it on the way. The time `p R + tau(p)` of the limiting ray's
//! slowness p goes over into the ray's at the edge of the shadow without a step.

use std::f64::consts::PI;

use super::column::{Ray, Sums};
use super::profile::{Node, Profile};
use super::trend::Trend;

/// Largest error of a ray's range at which the search stops. The time is stationary, so it is off
/// by a few ten-millionths of itself times the square of the ray's slope.
const RANGE_TOLERANCE: f64 = 2e-3;

/// A correction for a wrong lean that is smaller than this leaves an error of the third order that
/// is far below a microsecond, and the lean as it is.
const NEGLIGIBLE_S: f64 = 5e-6;

/// Hops off the ground that are tried.
const MOST_HOPS: u32 = 64;

/// A way from source to receiver, without its direction.
pub(super) struct Way<'a> {
    pub(super) profile: &'a Profile,
    pub(super) low: Node,
    pub(super) high: Node,
    pub(super) range_m: f64,
    pub(super) along_m_s: f64,
    pub(super) across_m_s: f64,
}

/// How a ray turns.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Between,
    Over(Node),
    Under(Node),
    /// Down to the ground and up.
    Bounce,
    /// So many times off the ground, turning at a height after each.
    Hops(u32, Node),
}

/// A ray that arrives, or the limiting ray of a shadow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) ray: Ray,
    pub(super) shape: Shape,
    pub(super) time_s: f64,
    /// How much of it corrects, to second order, for leaning into the wind across the way by the
    /// wrong angle, seconds; infinite for a limiting ray, for which that is not known.
    lean_s: f64,
    /// Longest range without shadow, metres, if the range is longer.
    pub(super) edge_m: Option<f64>,
}

/// A ray and where it comes down.
#[derive(Clone, Copy)]
struct Trial {
    ray: Ray,
    shape: Shape,
    reach_m: f64,
}

impl Way<'_> {
    /// The first arrival.
    pub(super) fn first(&self) -> Found {
        // The wave normal leans into the wind across the way, so that the ray does not drift.
        let c_sqr = 1.0 / self.high.slowness_sqr;
        let mut ray = Ray {
            along_m_s: self.along_m_s,
            across_m_s: self.across_m_s,
            p: self.high.slowness_sqr.sqrt(),
            m: -self.across_m_s * self.high.factor / c_sqr,
        };
        let mut found = self.with_lean(ray);
        if self.across_m_s != 0.0 && found.lean_s > NEGLIGIBLE_S {
            // The first ray tells what wind it met.
            ray = found.ray;
            let sums = self.sums(found.shape, &ray);
            // Nothing to add up on a level way through air that is as good as uniform.
            if sums.stiffness_m2_per_s() > 0.0 {
                ray.m -= sums.reach_m(&ray).1 / sums.stiffness_m2_per_s();
                found = self.with_lean(ray);
            }
        }
        found
    }

    /// The ray off the ground that turns nowhere else, if there is one.
    pub(super) fn bounce(&self) -> Option<Found> {
        let ground = self.profile.node(0.0);
        let mut ray = Ray {
            along_m_s: self.along_m_s,
            across_m_s: self.across_m_s,
            p: self.high.slowness_sqr.sqrt(),
            m: -self.across_m_s * self.low.factor * self.high.slowness_sqr,
        };
        let mut found = None;
        for _ in 0..2 {
            let trend = self.trend(&ray);
            let limiting = self.limiting(&ground, &self.high, &trend, &ray);
            let rise_m = self.low.height_m + self.high.height_m;
            let level = self.trial(Shape::Bounce, ray.with_elevation(&limiting, 0.0));
            if rise_m <= 0.0 || level.reach_m < self.range_m {
                return None;
            }
            let trial = self.aim(&limiting, rise_m, level);
            let sums = self.sums(trial.shape, &trial.ray);
            ray.m -= sums.reach_m(&trial.ray).1 / sums.stiffness_m2_per_s();
            found = Some(self.finish(trial, None));
        }
        found
    }

    /// The first arrival whose slowness across the way is that of `ray`.
    fn with_lean(&self, ray: Ray) -> Found {
        let trend = self.trend(&ray);
        let rise_m = self.high.height_m - self.low.height_m;
        let limiting = self.limiting(&self.low, &self.high, &trend, &ray);
        let gradient = self.gradient_per_s(&trend, limiting.height_m);
        let c = limiting.slowness_sqr.sqrt().recip();
        // Level ways that bend by less than a few millimetres are straight. Their error is
        // (R g / c)^2 / 24 of the time, under a microsecond.
        let bend = self.range_m * gradient.abs() / c;
        let offset_m = self.profile.offset_m();
        let flat = rise_m <= 0.01 * (self.low.height_m + offset_m)
            && rise_m * c * 2.0 < gradient.abs() * self.range_m.powi(2);
        if (flat || rise_m == 0.0) && bend < 1e-3 && bend * self.range_m < 0.05 {
            return self.straight(ray, rise_m);
        }
        let level = self.trial(Shape::Between, ray.with_elevation(&limiting, 0.0));
        let mut best = (rise_m > 0.0 && self.range_m <= level.reach_m)
            .then(|| self.finish(self.aim(&limiting, rise_m, level), None));
        if trend.valley {
            let over = self.over_a_valley(&trend, &limiting, &ray);
            best = [best, over]
                .into_iter()
                .flatten()
                .min_by(|a, b| a.time_s.total_cmp(&b.time_s));
        }
        if let Some(found) = best {
            return found;
        }
        if limiting.height_m == self.high.height_m
            && trend.top_m > self.high.height_m
            && gradient > 0.0
        {
            self.over(&trend, &ray, level)
        } else if limiting.height_m == self.low.height_m {
            self.under(&trend, &ray, level)
        } else {
            // Level at the ridge: the ray can be as long as it likes.
            self.finish(level, None)
        }
    }

    /// `Between` or `Bounce`, aimed by the elevation at the limiting height. For sound whose
    /// speed is linear in height the chord's slope h obeys `2 h = e + sqrt(e^2 + 4 h0^2)` with
    /// the elevation e there and the slope h0 of the ray that is level there; each trial sets h0
    /// anew.
    fn aim(&self, limiting: &Node, rise_m: f64, level: Trial) -> Trial {
        let wanted = rise_m.atan2(self.range_m);
        let mut level_sqr = rise_m.atan2(level.reach_m).powi(2);
        let mut trial = level;
        for _ in 0..12 {
            let elevation = (wanted - level_sqr / wanted).clamp(0.0, PI);
            trial = self.trial(level.shape, level.ray.with_elevation(limiting, elevation));
            let slope = rise_m.atan2(trial.reach_m);
            if (slope - wanted).abs() < RANGE_TOLERANCE * wanted {
                break;
            }
            level_sqr = slope * (slope - elevation);
        }
        trial
    }

    /// Over both ends, where sound gets faster with height.
    fn over(&self, trend: &Trend, ray: &Ray, level: Trial) -> Found {
        let offset_m = self.profile.offset_m();
        let base_m = self.high.height_m + offset_m;
        let most = ((trend.top_m + offset_m) / base_m).ln().sqrt();
        let trial = |y: f64, hops: u32| {
            let node = self.profile.node(base_m * (y * y).exp() - offset_m);
            let shape = if hops == 0 {
                Shape::Over(node)
            } else {
                Shape::Hops(hops, node)
            };
            self.trial(shape, ray.with_elevation(&node, 0.0))
        };
        // In a logarithmic wind the way above `high` is 2 Z K sqrt(pi) exp(y^2) erf(y) long, with
        // Z the base and K = sqrt(c/2A); near its ends that is this guess.
        let wanted = self.range_m - level.reach_m.powi(2) / self.range_m;
        let rho = wanted / (2.0 * PI.sqrt() * base_m * self.stretch(trend, self.high.height_m));
        let guess = (0.785 * rho * rho / (1.0 + 0.785 * rho)).ln_1p().sqrt();
        if guess > 0.7 * most {
            let top = trial(most, 0);
            if top.reach_m < self.range_m {
                return self.hops(&trial, most, top);
            }
        }
        self.finish(
            self.turn(level.reach_m, guess, most, &|y| trial(y, 0)),
            None,
        )
    }

    /// Off the ground, with the fewest hops that get there.
    fn hops(&self, trial: &dyn Fn(f64, u32) -> Trial, most: f64, top: Trial) -> Found {
        for hops in 1..=MOST_HOPS {
            if trial(most, hops).reach_m < self.range_m {
                continue;
            }
            let (mut low, mut high) = (0.0, most);
            for _ in 0..24 {
                let middle = 0.5 * (low + high);
                if trial(middle, hops).reach_m < self.range_m {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return self.finish(trial(high, hops), None);
        }
        self.finish(top, None)
    }

    /// Under both ends, where sound gets slower with height, or the shadow.
    fn under(&self, trend: &Trend, ray: &Ray, level: Trial) -> Found {
        let offset_m = self.profile.offset_m();
        let base_m = self.low.height_m + offset_m;
        let bottom_m = trend
            .ridge_m
            .filter(|z| *z < self.low.height_m)
            .unwrap_or(0.0);
        let most = (base_m / (bottom_m + offset_m)).ln().max(0.0).sqrt();
        let trial = |y: f64| {
            let node = self
                .profile
                .node((base_m * (-y * y).exp() - offset_m).max(0.0));
            self.trial(Shape::Under(node), ray.with_elevation(&node, 0.0))
        };
        if most == 0.0 {
            return self.finish(level, Some(level.reach_m));
        }
        // In a logarithmic wind the way below `low` is 4 Z K D(y) long; Dawson's integral D is
        // y (1 - 2 y^2 / 3 ..) and greatest, 0.541, at 0.924.
        let wanted = self.range_m - level.reach_m.powi(2) / self.range_m;
        let d = wanted / (4.0 * base_m * self.stretch(trend, self.low.height_m));
        let guess = d * (1.0 + 0.67 * d * d);
        let first = trial(most.min(0.924));
        if first.reach_m >= self.range_m {
            return self.finish(
                self.turn(level.reach_m, guess, most.min(0.924), &trial),
                None,
            );
        }
        match self.farthest(most, &trial) {
            (y, farthest) if farthest.reach_m >= self.range_m => {
                self.finish(self.turn(level.reach_m, guess, y, &trial), None)
            }
            (_, farthest) if farthest.reach_m < level.reach_m => {
                self.finish(level, Some(level.reach_m))
            }
            (_, farthest) => self.finish(farthest, Some(farthest.reach_m)),
        }
    }

    /// The longest range of a family, by golden section; stops early where it is long enough.
    fn farthest(&self, most: f64, trial: &dyn Fn(f64) -> Trial) -> (f64, Trial) {
        let golden = 0.618_033_988_75;
        let (mut low, mut high) = (0.25 * most, most);
        let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_a, mut at_b) = (trial(a), trial(b));
        let mut best = (most, trial(most));
        for _ in 0..9 {
            for candidate in [(a, at_a), (b, at_b)] {
                if candidate.1.reach_m > best.1.reach_m {
                    best = candidate;
                }
            }
            if best.1.reach_m >= self.range_m {
                break;
            }
            if at_a.reach_m > at_b.reach_m {
                (high, b, at_b) = (b, a, at_a);
                a = high - golden * (high - low);
                at_a = trial(a);
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + golden * (high - low);
                at_b = trial(b);
            }
        }
        best
    }

    /// A family that turns at exp(y^2): finds y in 0..=most, where the range is from too short
    /// to long enough. `X - X0^2/X` goes as y near 0, so its logarithm is nearly linear in ln y.
    fn turn(&self, level_m: f64, guess: f64, most: f64, trial: &dyn Fn(f64) -> Trial) -> Trial {
        let measure = |reach_m: f64| {
            (reach_m - level_m * level_m / reach_m)
                .max(1e-9 * reach_m)
                .ln()
        };
        let wanted = measure(self.range_m);
        let (mut low, mut high) = (0.0, most);
        let mut y = guess.clamp(1e-6 * most, most);
        let mut power = 1.0 + 1.6 * y * y;
        let mut last: Option<(f64, f64)> = None;
        let mut found = trial(y);
        for _ in 0..40 {
            if (found.reach_m - self.range_m).abs() < RANGE_TOLERANCE * self.range_m {
                break;
            }
            if found.reach_m < self.range_m {
                low = y
            } else {
                high = y
            }
            let (log_y, value) = (y.ln(), measure(found.reach_m));
            if let Some((old_y, old_value)) = last {
                power = (value - old_value) / (log_y - old_y);
            }
            last = Some((log_y, value));
            let next = (log_y + (wanted - value) / power).exp();
            y = if next > low && next < high {
                next
            } else {
                0.5 * (low + high)
            };
            found = trial(y);
        }
        found
    }

    /// Sound that falls and then gets faster with height has rays that turn far above both ends,
    /// several of one range. They are looked for at sixteen heights.
    fn over_a_valley(&self, trend: &Trend, limiting: &Node, ray: &Ray) -> Option<Found> {
        let fastest = ray.with_elevation(limiting, 0.0).p;
        let slowness = |height_m: f64| ray.with_elevation(&self.profile.node(height_m), 0.0).p;
        let (mut start_m, mut end_m) = (self.high.height_m, trend.top_m);
        if end_m <= start_m || slowness(end_m) >= fastest {
            return None;
        }
        if limiting.height_m != self.high.height_m {
            // Up to where sound is as fast again as at the limiting height.
            for _ in 0..30 {
                let middle = 0.5 * (start_m + end_m);
                if slowness(middle) > fastest {
                    start_m = middle
                } else {
                    end_m = middle
                }
            }
            (start_m, end_m) = (end_m, trend.top_m);
        }
        let trial = |height_m: f64| {
            let node = self.profile.node(height_m);
            self.trial(Shape::Over(node), ray.with_elevation(&node, 0.0))
        };
        let at = |k: u32| start_m + (end_m - start_m) * (f64::from(k) / 16.0).powi(2);
        let mut best: Option<Found> = None;
        let mut before = trial(at(0));
        for k in 1..=16 {
            let after = trial(at(k));
            if (before.reach_m < self.range_m) != (after.reach_m < self.range_m) {
                let rising = before.reach_m < self.range_m;
                let (mut low, mut high) = (at(k - 1), at(k));
                for _ in 0..24 {
                    let middle = 0.5 * (low + high);
                    if (trial(middle).reach_m < self.range_m) == rising {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                let found = self.finish(trial(high), None);
                if best.is_none_or(|best| found.time_s < best.time_s) {
                    best = Some(found);
                }
            }
            before = after;
        }
        best
    }

    /// Through air that is as good as uniform between the ends.
    fn straight(&self, ray: Ray, rise_m: f64) -> Found {
        let middle = self
            .profile
            .node(0.5 * (self.low.height_m + self.high.height_m));
        let elevation = rise_m.atan2(self.range_m);
        let ray = ray.with_elevation(&middle, elevation);
        let q = ray.vertical_sqr(&middle).max(0.0);
        let time_s = ray.p * self.range_m + q.sqrt() * rise_m;
        // The second-order cost of a lean that is not quite right, as in `finish`.
        let w = ray.p * self.along_m_s + ray.m * self.across_m_s;
        let drift = ray.m
            + self.across_m_s * middle.factor * (1.0 - w * middle.factor) * middle.slowness_sqr;
        let lean_s = 0.5 * drift * drift * self.range_m / ray.p.abs().max(1e-6);
        Found {
            ray,
            shape: Shape::Between,
            time_s: time_s + lean_s,
            lean_s,
            edge_m: None,
        }
    }

    fn pieces(&self, shape: Shape) -> ([(Node, Node, f64); 3], usize) {
        let (low, high) = (self.low, self.high);
        let plain = (low, high, 1.0);
        match shape {
            Shape::Between => ([plain; 3], 1),
            Shape::Over(node) => ([plain, (high, node, 2.0), plain], 2),
            Shape::Under(node) => ([plain, (node, low, 2.0), plain], 2),
            Shape::Bounce => ([plain, (self.profile.node(0.0), low, 2.0), plain], 2),
            Shape::Hops(n, node) => {
                let n = f64::from(n);
                let ground = self.profile.node(0.0);
                let (below, above) = ((ground, low, 2.0 * n), (high, node, 2.0 * n + 2.0));
                ([below, (low, high, 2.0 * n + 1.0), above], 3)
            }
        }
    }

    fn sums(&self, shape: Shape, ray: &Ray) -> Sums {
        let mut sums = Sums::default();
        let (pieces, count) = self.pieces(shape);
        for (from, to, times) in &pieces[..count] {
            self.profile.add(from, to, *times, ray, &mut sums);
        }
        sums
    }

    fn trial(&self, shape: Shape, ray: Ray) -> Trial {
        let reach_m = self.sums(shape, &ray).reach_m(&ray).0;
        Trial {
            ray,
            shape,
            reach_m,
        }
    }

    /// The time of a ray whose range is about right, or of a limiting ray.
    fn finish(&self, trial: Trial, edge_m: Option<f64>) -> Found {
        let Trial { ray, shape, .. } = trial;
        let (pieces, count) = self.pieces(shape);
        let tau_s: f64 = pieces[..count]
            .iter()
            .map(|(from, to, times)| times * self.profile.tau_s(from, to, &ray))
            .sum();
        // What a lean that leaves the ray `drift_m` off still costs, to second order.
        let sums = self.sums(shape, &ray);
        let drift_m = sums.reach_m(&ray).1;
        let lean_s = 0.5 * drift_m * drift_m / sums.stiffness_m2_per_s();
        let known = edge_m.is_none() && lean_s.is_finite();
        Found {
            ray,
            shape,
            time_s: ray.p * self.range_m + tau_s + if known { lean_s } else { 0.0 },
            lean_s: if known { lean_s } else { f64::INFINITY },
            edge_m,
        }
    }
}
