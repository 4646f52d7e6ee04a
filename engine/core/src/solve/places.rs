//! A probability distribution made of normal ones, and the answer it gives.

use super::problem::Solution;
use crate::geodesy::Enu;
use crate::locate::ellipse::CHI2_95;
use crate::normal::below;

/// More than this never carry weight; what comes after is left out.
const MOST: usize = 128;

/// A normal distribution over east, north, up and time of firing with its weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: [f64; 4],
    covariance: [[f64; 3]; 3],
    weight: f64,
}

impl Place {
    /// Of the unknowns in their usual order.
    pub(super) fn of<const D: usize, const P: usize>(
        theta: &[f64; P],
        full: &[[f64; P]; P],
        weight: f64,
    ) -> Self {
        let mut at = [0.0; 4];
        let mut covariance = [[0.0; 3]; 3];
        at[3] = theta[D];
        for a in 0..D {
            at[a] = theta[a];
            covariance[a][..D].copy_from_slice(&full[a][..D]);
        }
        Self {
            at,
            covariance,
            weight,
        }
    }
}

/// Covariance of (east, north) about `at` over several descriptions of the same arrivals, each solved and with
/// its log evidence, of which `most` is the greatest. Widened where its 95 % ellipse would hold less than 95 %, as
/// between two places far apart; never narrowed, for what is improbable may be more probable than it seems.
pub(crate) fn joint_covariance_m2(at: Enu, most: f64, known: &[(f64, Solution)]) -> [[f64; 2]; 2] {
    let mut places = Places::new();
    for (evidence, found) in known {
        places.push(Place {
            at: [
                found.position.east_m - at.east_m,
                found.position.north_m - at.north_m,
                0.0,
                0.0,
            ],
            covariance: found.covariance_m2,
            weight: (evidence - most).exp(),
        });
    }
    let [[ee, en, _], [ne, nn, _], _] = places.covariance_about(&[0.0; 4], 1.0);
    [[ee, en], [ne, nn]]
}

/// Up to [`MOST`] places.
pub(super) struct Places {
    list: [Place; MOST],
    n: usize,
    /// The first so many decide the answer.
    deciding: usize,
}

impl Places {
    pub(super) fn new() -> Self {
        let none = Place {
            at: [0.0; 4],
            covariance: [[0.0; 3]; 3],
            weight: 0.0,
        };
        Self {
            list: [none; MOST],
            n: 0,
            deciding: 0,
        }
    }

    pub(super) fn push(&mut self, place: Place) {
        if self.n < MOST {
            self.list[self.n] = place;
            self.n += 1;
        }
    }

    /// What is pushed from now on widens the answer but does not move it.
    pub(super) fn end_deciding(&mut self) {
        self.deciding = self.n;
    }

    /// The answer, the covariance of the truth about it, and the probability of the heaviest place.
    pub(super) fn summary(&self) -> ([f64; 4], [[f64; 3]; 3], f64) {
        let list = &self.list[..self.n];
        let total: f64 = list.iter().map(|p| p.weight).sum();
        let at = self.least_expected_error();
        let most = list.iter().map(|p| p.weight).fold(0.0, f64::max) / total;
        (at, self.covariance_about(&at, 0.0), most)
    }

    /// The covariance of the truth about `at`, scaled, by a factor of at least `least`, so that its 95 % ellipse
    /// holds 95 %.
    fn covariance_about(&self, at: &[f64; 4], least: f64) -> [[f64; 3]; 3] {
        let list = &self.list[..self.n];
        let total: f64 = list.iter().map(|p| p.weight).sum();
        let mut covariance = [[0.0; 3]; 3];
        for place in list {
            let share = place.weight / total;
            for a in 0..3 {
                for b in 0..3 {
                    let off = (place.at[a] - at[a]) * (place.at[b] - at[b]);
                    covariance[a][b] += share * (place.covariance[a][b] + off);
                }
            }
        }
        if list.len() > 1 {
            let factor = self.to_hold_95_percent(at, &covariance, total).max(least);
            for row in &mut covariance {
                for entry in row {
                    *entry *= factor;
                }
            }
        }
        covariance
    }

    /// The factor on `covariance` with which the ellipse on the map that is drawn from it as if the
    /// distribution were normal holds 95 % of this one.
    ///
    /// In coordinates in which the ellipse is a circle, the squared distance from its centre is
    /// taken to be gamma-distributed in each place, its cube root normal (Wilson and Hilferty 1931).
    fn to_hold_95_percent(&self, at: &[f64; 4], covariance: &[[f64; 3]; 3], total: f64) -> f64 {
        /// What the approximation gives for one normal distribution at its own 95 % ellipse.
        const TARGET: f64 = 0.9513;
        let l11 = covariance[0][0].sqrt();
        let l21 = covariance[1][0] / l11;
        let l22 = (covariance[1][1] - l21 * l21)
            .max(1e-12 * covariance[1][1])
            .sqrt();
        let white = |x: f64, y: f64| {
            let u = x / l11;
            (u, (y - l21 * u) / l22)
        };
        // Share of each place, and its normal number as a line in the cube root of the squared distance.
        let mut shares = [0.0; MOST];
        let mut lines = [(0.0, 0.0); MOST];
        for (k, p) in self.list[..self.n].iter().enumerate() {
            let (du, dv) = white(p.at[0] - at[0], p.at[1] - at[1]);
            let c = &p.covariance;
            // Rows of S = L^-1 C L^-T.
            let (a0, a1) = white(c[0][0], c[1][0]);
            let (b0, b1) = white(c[0][1], c[1][1]);
            let (s00, s01) = white(a0, b0);
            let (_, s11) = white(a1, b1);
            let mean = du * du + dv * dv + s00 + s11;
            let variance = 2.0 * (s00 * s00 + 2.0 * s01 * s01 + s11 * s11)
                + 4.0 * (du * du * s00 + 2.0 * du * dv * s01 + dv * dv * s11);
            let mean = mean.max(1e-12);
            let per = (variance / (9.0 * mean * mean)).max(1e-9);
            // One over nine times the shape of the gamma distribution is the variance of that cube root.
            let per_sigma = 1.0 / per.sqrt();
            shares[k] = p.weight / total;
            lines[k] = (per_sigma / mean.cbrt(), (per - 1.0) * per_sigma);
        }
        let held = |limit: f64| -> f64 {
            let root = limit.cbrt();
            let mut each = [0.0; MOST];
            for k in 0..self.n.min(MOST) {
                each[k] = shares[k] * below(lines[k].0 * root + lines[k].1);
            }
            each[..self.n].iter().sum()
        };
        // Bisection of the logarithm.
        let (mut low, mut high) = (-7.0_f64, 2.5_f64);
        for _ in 0..9 {
            let middle = 0.5 * (low + high);
            if held(CHI2_95 * middle.exp()) < TARGET {
                low = middle;
            } else {
                high = middle;
            }
        }
        (0.5 * (low + high)).exp()
    }

    /// The place whose expected distance to the true one is least (Weiszfeld's iteration for the
    /// median of points, each with its spread): a mean would lie between places far apart, at none
    /// of them, and the heaviest alone forgets a good second beside it.
    fn least_expected_error(&self) -> [f64; 4] {
        let list = &self.list[..self.deciding];
        let heaviest = list.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
        let Some(mut at) = heaviest.map(|p| p.at) else {
            return [0.0; 4];
        };
        if list.len() == 1 {
            return at;
        }
        for _ in 0..8 {
            let mut sum = [0.0; 4];
            let mut total = 0.0;
            for place in list {
                let (dx, dy) = (place.at[0] - at[0], place.at[1] - at[1]);
                let spread2 = place.covariance[0][0] + place.covariance[1][1];
                let pull = place.weight / (dx * dx + dy * dy + spread2).max(1e-12).sqrt();
                total += pull;
                for (sum, at) in sum.iter_mut().zip(place.at) {
                    *sum += pull * at;
                }
            }
            at = sum.map(|s| s / total);
        }
        at
    }
}
