//! Rays through a column of moving air: travel time and ranges as integrals over height.
//!
//! In air whose speed of sound c and horizontal wind w depend on height alone, the horizontal
//! slowness s of a ray is the same all along it, and its vertical slowness follows from the
//! eikonal: `sz^2 = (1 - s.w)^2/c^2 - s^2`. With `tau(s) = integral of sz over height` the ray
//! comes down at the horizontal distance `X = -d tau/d s` after the time `s.X + tau`: two
//! integrals and their derivatives are all there is to know. As the time is stationary in s, an
//! s that is slightly wrong costs only its square.
//!
//! # Source
//! A. D. Pierce, Acoustics, 1981, sections 8-1 (eqs. 8-1.8 to 8-1.10, rays in moving media) and
//! 8-3 (stratified media); the form with tau is the one of seismology (R. Buland, C. H. Chapman,
//! The computation of seismic travel times, Bull. Seism. Soc. Am. 73(5), 1983).

use super::profile::{Node, Profile};

/// Keeps divisions finite at a height that a ray grazes, s/m: 1e-9 rad off the horizontal.
const GRAZING: f64 = 3e-12;

/// Wind along and across the way from source to receiver at the reference height, and the
/// slowness of a ray along (`p`) and across (`m`), s/m.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ray {
    pub(super) along_m_s: f64,
    pub(super) across_m_s: f64,
    pub(super) p: f64,
    pub(super) m: f64,
}

impl Ray {
    /// s.w for a wind factor of 1.
    fn beta(&self) -> f64 {
        self.p * self.along_m_s + self.m * self.across_m_s
    }

    /// Square of the vertical slowness at a height; negative where the ray cannot be.
    pub(super) fn vertical_sqr(&self, node: &Node) -> f64 {
        let w = 1.0 - self.beta() * node.factor;
        w * w * node.slowness_sqr - self.p * self.p - self.m * self.m
    }

    /// The ray of the same `m` whose wave normal stands `elevation_rad` above the horizontal at
    /// `node`: the root of `(g - a s cos)^2/c^2 = s^2 + m^2` for the slowness s in the plane.
    pub(super) fn with_elevation(mut self, node: &Node, elevation_rad: f64) -> Self {
        let cos = if elevation_rad == 0.0 {
            1.0
        } else {
            elevation_rad.cos()
        };
        let i = node.slowness_sqr;
        let a = self.along_m_s * node.factor * cos;
        let g = 1.0 - self.m * self.across_m_s * node.factor;
        let square = 1.0 - a * a * i;
        let free = g * g * i - self.m * self.m;
        let root = (g * a * i)
            .mul_add(g * a * i, square * free)
            .max(0.0)
            .sqrt();
        self.p = cos * (root - g * a * i) / square;
        self
    }
}

/// `tau` and what its derivatives consist of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) tau_s: f64,
    by_beta: f64,
    by_square: f64,
}

impl Sums {
    /// Horizontal distances along and across the way, metres.
    pub(super) fn reach_m(&self, ray: &Ray) -> (f64, f64) {
        (
            -(self.by_beta * ray.along_m_s + 2.0 * self.by_square * ray.p),
            -(self.by_beta * ray.across_m_s + 2.0 * self.by_square * ray.m),
        )
    }

    /// How far across the way the ray moves for a change of its slowness there, m^2/s.
    pub(super) fn stiffness_m2_per_s(&self) -> f64 {
        -2.0 * self.by_square
    }
}

impl Profile {
    /// Adds what lies between two heights, `times` times: `sz^2` is taken as linear in height
    /// between levels, for which all integrals are closed forms in the vertical slownesses v0
    /// and v1 at the two ends.
    pub(super) fn add(&self, from: &Node, to: &Node, times: f64, ray: &Ray, sums: &mut Sums) {
        if to.height_m <= from.height_m {
            return;
        }
        let beta = ray.beta();
        let square = ray.p * ray.p + ray.m * ray.m;
        let at = |node: &Node| {
            let w = 1.0 - beta * node.factor;
            let v = w.mul_add(w * node.slowness_sqr, -square).max(0.0).sqrt();
            (v, -2.0 * w * node.factor * node.slowness_sqr)
        };
        let (mut height_m, (mut v0, mut d0)) = (from.height_m, at(from));
        let (mut tau, mut by_beta, mut by_square) = (0.0, 0.0, 0.0);
        let mut step = |node: &Node| {
            let (v1, d1) = at(node);
            let thickness_m = node.height_m - height_m;
            let per = 1.0 / (v0 + v1 + GRAZING);
            tau += thickness_m * per * (v0 * v0 + v0 * v1 + v1 * v1);
            by_square -= thickness_m * per;
            by_beta += thickness_m * per * per * ((v0 + 2.0 * v1) * d0 + (v1 + 2.0 * v0) * d1);
            (height_m, v0, d0) = (node.height_m, v1, d1);
        };
        for level in &self.levels[from.above..to.above] {
            if level.node.height_m >= to.height_m {
                break;
            }
            step(&level.node);
        }
        step(to);
        sums.tau_s += times * tau * (2.0 / 3.0);
        sums.by_square += times * by_square;
        sums.by_beta += times * by_beta * (1.0 / 3.0);
    }

    /// `tau` between two heights, with the curvature of `sz^2` between levels.
    ///
    /// A bulge of `4 d x (1 - x)` over the straight line adds `integral of bulge / (2 sz)`, which
    /// is `(8/15) h d (v0^2 + 3 v0 v1 + v1^2)/(v0 + v1)^3` for the layer's thickness h.
    pub(super) fn tau_s(&self, from: &Node, to: &Node, ray: &Ray) -> f64 {
        if to.height_m <= from.height_m {
            return 0.0;
        }
        let at = |node: &Node| ray.vertical_sqr(node).max(0.0);
        let (mut height_m, mut q0, mut tau_s) = (from.height_m, at(from), 0.0);
        let mut v0 = q0.sqrt();
        let mut step = |node: &Node, middle: &Node| {
            let q1 = at(node);
            let v1 = q1.sqrt();
            let thickness_m = node.height_m - height_m;
            let per = 1.0 / (v0 + v1 + GRAZING);
            let bulge = ray.vertical_sqr(middle) - 0.5 * (q0 + q1);
            let straight = (2.0 / 3.0) * (q0 + v0 * v1 + q1) * per;
            let bent = (8.0 / 15.0) * bulge * (q0 + 3.0 * v0 * v1 + q1) * per * per * per;
            tau_s += thickness_m * (straight + bent);
            (height_m, q0, v0) = (node.height_m, q1, v1);
        };
        let half_way = |low: &Node, high: &Node| self.node(0.5 * (low.height_m + high.height_m));
        let mut below: Option<usize> = None;
        for idx in from.above..to.above {
            let level = &self.levels[idx];
            if level.node.height_m >= to.height_m {
                break;
            }
            match below {
                None => step(&level.node, &half_way(from, &level.node)),
                Some(below) => step(&level.node, &self.levels[below].middle),
            }
            below = Some(idx);
        }
        let last = below.map_or(from, |idx| &self.levels[idx].node);
        step(to, &half_way(last, to));
        tau_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::air::AirSpec;

    /// Midpoint rule in the square root of the height above the grazing end, where sz^2 vanishes.
    fn by_quadrature(profile: &Profile, low: f64, high: f64, ray: &Ray) -> f64 {
        let n = 40_000;
        let span = (high - low).sqrt();
        (0..n)
            .map(|k| {
                let y = span * (f64::from(k) + 0.5) / f64::from(n);
                let node = profile.node(low + y * y);
                ray.vertical_sqr(&node).max(0.0).sqrt() * 2.0 * y * span / f64::from(n)
            })
            .sum()
    }

    #[test]
    fn verif_integrals_against_quadrature_and_differences() {
        let air = AirSpec {
            wind_east_m_s: -15.0,
            roughness_m: Some(0.1),
            temperature_gradient_c_per_m: -0.02,
            ..AirSpec::default()
        };
        let profile = Profile::new(&air);
        let (low, high) = (profile.node(1.3), profile.node(33.0));
        for elevation in [0.0, 0.02, 0.3] {
            let ray = Ray {
                along_m_s: -12.0,
                across_m_s: 9.0,
                p: 0.0,
                m: -7e-5,
            }
            .with_elevation(&low, elevation);
            assert!((ray.vertical_sqr(&low) - (ray.p * elevation.tan()).powi(2)).abs() < 1e-17);
            let exact = by_quadrature(&profile, 1.3, 33.0, &ray);
            let fine = profile.tau_s(&low, &high, &ray);
            // A microsecond where a way of a kilometre takes three seconds.
            assert!((fine - exact).abs() < 1e-6, "{elevation}: {fine} {exact}");
            let sums = |ray: &Ray| {
                let mut sums = Sums::default();
                profile.add(&low, &high, 1.0, ray, &mut sums);
                sums
            };
            let (x, y) = sums(&ray).reach_m(&ray);
            if elevation > 0.0 {
                let step = 1e-9;
                let shifted = |dp: f64, dm: f64| {
                    sums(&Ray {
                        p: ray.p + dp,
                        m: ray.m + dm,
                        ..ray
                    })
                    .tau_s
                };
                let dx = -(shifted(step, 0.0) - shifted(-step, 0.0)) / (2.0 * step);
                let dy = -(shifted(0.0, step) - shifted(0.0, -step)) / (2.0 * step);
                assert!((x - dx).abs() < 1e-4 * x.abs(), "{x} {dx}");
                assert!((y - dy).abs() < 1e-4 * x.abs(), "{y} {dy}");
            }
        }
    }
}
