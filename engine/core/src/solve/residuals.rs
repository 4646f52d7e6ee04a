//! What the arrivals say of a supposed shot, for all sensors together.

use super::problem::MAX_SENSORS;
use super::refine::delay;
use super::scene::Scene;
use crate::exponential::exp;

/// Even at no lateness the density of lateness is what it would be this much later if it fell
/// linearly to zero, seconds.
const SOON_S: f64 = 0.002;

/// Density of the lateness of a late arrival, per second.
#[inline(always)]
pub(super) fn lateness_density(l: f64, lateness_s: f64) -> f64 {
    let q = 1.0 / (1.0 + l / lateness_s);
    (l + SOON_S) * (q * q) * (q * q) * per_lateness(lateness_s)
}

/// One over the integral of the density of lateness.
#[inline(always)]
fn per_lateness(lateness_s: f64) -> f64 {
    1.0 / (lateness_s * (lateness_s / 6.0 + SOON_S / 3.0))
}

/// What one residual says under "on time or late".
#[derive(Clone, Copy, Debug)]
struct Share {
    /// Probability of being on time.
    on: f64,
    /// First and second derivative of the log density by the residual.
    slope: f64,
    bend: f64,
    /// The density, per second.
    density: f64,
}

/// Density of a residual `e`: `(1 - late) N(0, sigma) + late p(e)`, where `p` is the lateness smeared
/// by the noise: its density times a smooth step at zero.
///
/// Nothing branches, so that the compiler takes several residuals together.
#[inline(always)]
fn share(e: f64, sigma: f64, late: f64, lateness_s: f64) -> Share {
    /// A logistic curve of this slope is the normal distribution function to 0.01.
    const LOGISTIC: f64 = 1.702;
    /// From here on nothing is on time, in squares of sigma.
    const FAR: f64 = 80.0;
    let per = 1.0 / sigma;
    let x = e * per;
    let x2 = x * x;
    // (1 - late) / (sqrt(2 pi) sigma).
    let near = exp(-0.5 * if x2 < FAR { x2 } else { FAR });
    let on = (1.0 - late) * 0.398_942_280_401_432_7 * per * if x2 < FAR { near } else { 0.0 };
    let l = if e > 0.0 { e } else { 0.0 };
    // One over (1 + l / lateness) and one over (l + SOON_S).
    let (a, b) = (1.0 + l / lateness_s, l + SOON_S);
    let per_both = 1.0 / (a * b);
    let (q, soon) = (b * per_both, a * per_both);
    let tail = late * b * (q * q) * (q * q) * per_lateness(lateness_s);
    // Bounded so that a hopeless arrival neither overflows nor loses its slope.
    let bounded = if x > -200.0 { x } else { -200.0 };
    let u = exp(-LOGISTIC * if x > 9.0 { 9.0 } else { bounded });
    let step = if x > 9.0 { 1.0 } else { 1.0 / (1.0 + u) };
    let slope_step = LOGISTIC * per * (1.0 - step);
    let off = tail * step;
    let density = on + off;
    let w = on / density;
    let on_slope = -x * per;
    let after = if e > 0.0 { 1.0 } else { 0.0 };
    let off_slope = slope_step + after * (soon - 4.0 * q / lateness_s);
    let off_bend = -slope_step * LOGISTIC * per * step - after * soon * soon;
    let gap = on_slope - off_slope;
    Share {
        on: w,
        slope: w * on_slope + (1.0 - w) * off_slope,
        bend: -w * per * per + (1.0 - w) * off_bend + w * (1.0 - w) * gap * gap,
        density,
    }
}

/// Arrivals beside those predicted, by sensor of the scene.
pub(super) struct Residuals<const P: usize> {
    /// Derivatives of the predictions by each unknown.
    by: [[f64; MAX_SENSORS]; P],
    /// Arrival less prediction, seconds.
    residual_s: [f64; MAX_SENSORS],
    /// Standard deviation of an arrival on time, seconds.
    pub(super) sigma_s: [f64; MAX_SENSORS],
    /// Probability of being on time.
    pub(super) on: [f64; MAX_SENSORS],
    /// First and second derivative of the log density by the residual.
    pub(super) slope: [f64; MAX_SENSORS],
    pub(super) bend: [f64; MAX_SENSORS],
    /// The density, per second.
    pub(super) density: [f64; MAX_SENSORS],
    /// What the arrival weighs in a step towards the maximum.
    pub(super) weight: [f64; MAX_SENSORS],
}

impl<const P: usize> Residuals<P> {
    pub(super) fn new() -> Self {
        const NONE: [f64; MAX_SENSORS] = [0.0; MAX_SENSORS];
        Self {
            by: [NONE; P],
            residual_s: NONE,
            sigma_s: NONE,
            on: NONE,
            slope: NONE,
            bend: NONE,
            density: NONE,
            weight: NONE,
        }
    }

    /// Sets all for the unknowns `theta`, a share `late` of late arrivals, and `scale` times the stated noise but
    /// at least `blur_s`.
    pub(super) fn set<const D: usize>(
        &mut self,
        scene: &Scene,
        theta: &[f64; P],
        (late, lateness_s): (f64, f64),
        scale: f64,
        blur_s: f64,
    ) {
        let n = scene.n.min(MAX_SENSORS);
        for m in 0..n {
            let (predicted, by) = delay::<D, P>(scene, m, theta);
            self.residual_s[m] = scene.t[m] - predicted;
            for a in 0..P {
                self.by[a][m] = by[a];
            }
        }
        for m in 0..n {
            let sigma = scale * scene.sigma[m];
            let sigma = if sigma > blur_s { sigma } else { blur_s };
            let e = self.residual_s[m];
            let share = share(e, sigma, late, lateness_s);
            // Newton where the density curves down, Gauss-Newton's part of it elsewhere.
            // One that is early pulls as a spring would that is at rest when it is on time.
            let spring = share.slope / (sigma - if e < 0.0 { e } else { 0.0 });
            let part = 0.3 * share.on / (sigma * sigma);
            let floor = if e < 0.0 { spring } else { part };
            self.sigma_s[m] = sigma;
            self.on[m] = share.on;
            self.slope[m] = share.slope;
            self.bend[m] = share.bend;
            self.density[m] = share.density;
            self.weight[m] = if -share.bend > floor {
                -share.bend
            } else {
                floor
            };
        }
    }

    /// Derivatives of the prediction for one sensor by each unknown.
    #[inline(always)]
    pub(super) fn by(&self, m: usize) -> [f64; P] {
        std::array::from_fn(|a| self.by[a][m])
    }
}

/// Adds `weight` times the square of `by` to the lower half of `info`.
#[inline(always)]
pub(super) fn add_square<const P: usize>(info: &mut [[f64; P]; P], weight: f64, by: &[f64; P]) {
    /// Entries right of the diagonal are left out beyond this corner only: short loops of known length are done
    /// several entries at a time.
    const CORNER: usize = 4;
    let corner = if P < CORNER { P } else { CORNER };
    for a in 0..corner {
        let wa = weight * by[a];
        for b in 0..corner {
            info[a][b] += wa * by[b];
        }
    }
    for a in corner..P {
        let wa = weight * by[a];
        for b in 0..P {
            info[a][b] += wa * by[b];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slope_and_bend_match_finite_differences(
            e in -0.01..0.08_f64, late in 0.05..0.5_f64,
        ) {
            // At zero the density has a corner; its smooth step hides it from nobody but this test.
            prop_assume!(e.abs() > 1e-6);
            let (sigma, s, h) = (1e-3, 0.045, 1e-8);
            let log = |e: f64| share(e, sigma, late, s).density.ln();
            let here = share(e, sigma, late, s);
            let slope = (log(e + h) - log(e - h)) / (2.0 * h);
            // The unit of slope is 1 / sigma.
            prop_assert!((here.slope - slope).abs() < 1e-2 + 1e-4 * here.slope.abs());
            let h = 1e-7;
            let up = share(e + h, sigma, late, s).slope;
            let down = share(e - h, sigma, late, s).slope;
            let bend = (up - down) / (2.0 * h);
            // The lateness's own curvature is left at its larger term: up to 4 / s^2.
            let slack = 4.0 / (s * s) + 1e-3 * here.bend.abs();
            prop_assert!((here.bend - bend).abs() < slack, "{} {bend}", here.bend);
        }
    }

    #[test]
    fn lateness_is_a_density() {
        // Trapezoid over 20 s; the tail beyond holds 3 (s / l)^2 = 2e-5.
        let step = 1e-4;
        let sum: f64 = (0..200_000)
            .map(|k| lateness_density(f64::from(k) * step, 0.045) * step)
            .sum();
        assert!((sum - 1.0).abs() < 5e-3, "{sum}");
    }
}
