//! First guesses: places where three arrivals agree exactly.

use super::scene::Scene;

/// A place on the map and a time of firing, in the frame that drifts with the wind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) t0: f64,
    pub(super) score: f64,
}

impl Start {
    /// The unknowns at this place: the height and the air as expected.
    pub(super) fn unknowns<const D: usize, const P: usize>(&self, scene: &Scene) -> [f64; P] {
        let mut theta = [0.0; P];
        theta[0] = self.x + scene.wind[0] * self.t0;
        theta[1] = self.y + scene.wind[1] * self.t0;
        if D == 3 {
            theta[2] = scene.height[0];
        }
        theta[D] = self.t0;
        if P > D + 1 {
            theta[D + 1] = scene.wind[0];
            theta[D + 2] = scene.wind[1];
            theta[D + 3] = scene.speed;
        }
        theta
    }
}

/// The places from which sound at the scene's speed reaches sensors `i`, `j`, `k` at their times,
/// the source held at the expected height: none, one or two.
///
/// With `u = c t0`, each sensor says `|p - s|^2 = (c t - u)^2`. Two differences are linear in `p`
/// and `u`; put back into the first they leave a quadratic in `u` (the way of Bancroft 1985 and
/// of Schau and Robinson 1987 with one sensor fewer and the height held).
pub(super) fn intersect(scene: &Scene, i: usize, j: usize, k: usize) -> [Option<Start>; 2] {
    let c = scene.speed;
    let h = scene.height[0];
    // Everything relative to sensor i.
    let rel = |m: usize| {
        let (dx, dy) = (
            scene.drift_x[m] - scene.drift_x[i],
            scene.drift_y[m] - scene.drift_y[i],
        );
        let d = c * (scene.t[m] - scene.t[i]);
        let (zi, zm) = (h - scene.z[i], h - scene.z[m]);
        // |q - d|^2 + zm^2 = (d - u)^2 minus |q|^2 + zi^2 = u^2.
        (
            dx,
            dy,
            d,
            0.5 * (dx * dx + dy * dy - d * d + zm * zm - zi * zi),
        )
    };
    let (ax, ay, ad, ab) = rel(j);
    let (bx, by, bd, bb) = rel(k);
    // ax qx + ay qy = ab + ad u and the same for b.
    let det = ax * by - ay * bx;
    let size = (ax * ax + ay * ay) * (bx * bx + by * by);
    if det * det < 1e-4 * size {
        return [None, None];
    }
    let inv = 1.0 / det;
    let (p0x, p0y) = ((ab * by - bb * ay) * inv, (ax * bb - bx * ab) * inv);
    let (p1x, p1y) = ((ad * by - bd * ay) * inv, (ax * bd - bx * ad) * inv);
    let zi = h - scene.z[i];
    let qa = p1x * p1x + p1y * p1y - 1.0;
    let qb = p0x * p1x + p0y * p1y;
    let qc = p0x * p0x + p0y * p0y + zi * zi;
    let disc = qb * qb - qa * qc;
    // Below zero, noise or the unknown air left no place: take the one that comes nearest.
    if disc < -0.5 * qb * qb {
        return [None, None];
    }
    let root = disc.max(0.0).sqrt();
    // Stable for either sign of qb.
    let far = -(qb + root.copysign(qb));
    let us = [far / qa, qc / far];
    us.map(|u| {
        let start = Start {
            x: scene.drift_x[i] + p0x + p1x * u,
            y: scene.drift_y[i] + p0y + p1y * u,
            t0: scene.t[i] + u / c,
            score: 0.0,
        };
        // Fired before the first arrival of the three; sensors i < j < k are in that order.
        (u <= 0.0 && start.x.abs() < 1e5 && start.y.abs() < 1e5).then_some(start)
    })
}

/// How well a place explains all arrivals, from -n to n: cheap, and smooth enough to rank with.
///
/// An arrival on time counts up to 1 and falls to 0 at three `tolerance_s`; a late one costs
/// nothing; one before sound could be there costs up to 1.
pub(super) fn rate(scene: &Scene, start: &Start, tolerance_s: f64) -> f64 {
    let per_speed = 1.0 / scene.speed;
    let per_width = 1.0 / (3.0 * tolerance_s);
    let h = scene.height[0];
    let mut score = 0.0;
    for m in 0..scene.n {
        let (dx, dy, dz) = (
            scene.drift_x[m] - start.x,
            scene.drift_y[m] - start.y,
            scene.z[m] - h,
        );
        let tau = (dx * dx + dy * dy + dz * dz).sqrt() * per_speed;
        let e = (scene.t[m] - start.t0 - tau) * per_width;
        let near = (1.0 - e * e).max(0.0);
        let early = (-1.0 - e).clamp(0.0, 1.0);
        let very_late = (0.01 * (e - 1.0)).clamp(0.0, 1.0);
        score += near - early - very_late;
    }
    score
}

/// The best few places, all apart from each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best<const K: usize> {
    pub(super) starts: [Start; K],
    pub(super) n: usize,
    apart2: f64,
}

impl<const K: usize> Best<K> {
    pub(super) fn new(apart_m: f64) -> Self {
        Self {
            starts: [Start::default(); K],
            n: 0,
            apart2: apart_m * apart_m,
        }
    }

    /// Offers a rated place; of places near each other the better stays.
    pub(super) fn offer(&mut self, start: Start) {
        if self.n == K && start.score <= self.starts[K - 1].score {
            return;
        }
        let mut at = self.n;
        for (m, other) in self.starts[..self.n].iter().enumerate() {
            let (dx, dy) = (other.x - start.x, other.y - start.y);
            if dx * dx + dy * dy < self.apart2 {
                if other.score >= start.score {
                    return;
                }
                at = m;
                break;
            }
        }
        if at == self.n {
            if self.n < K {
                self.n += 1;
            } else {
                at = K - 1;
            }
        }
        self.starts[at] = start;
        while at > 0 && self.starts[at - 1].score < self.starts[at].score {
            self.starts.swap(at - 1, at);
            at -= 1;
        }
    }
}
