//! Other readings of the same arrivals: one that is taken as on time is late, or the other way.

use super::problem::Settings;
use super::refine::{Mode, delay};
use super::residuals::lateness_density;
use super::scene::Scene;
use crate::normal::below;

/// Beyond this spread of an unknown lateness its own prior limits it, seconds: mean and spread of
/// the prior.
const LATENESS_S: [f64; 2] = [0.025, 0.035];

/// For each arrival, the distribution of the unknowns when it is read the other way, with the odds
/// of that reading against the mode's. To first order, from the mode alone.
///
/// With `J` the derivatives of the arrival's prediction, `C` the mode's covariance and
/// `h = J C J' / sigma^2` its leverage, leaving out an arrival with residual `e` predicts the
/// residual `e / (1 - h)` with variance `sigma^2 h / (1 - h)`; the rest is regression on it.
pub(super) fn other_readings<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    modes: &[Mode<P>],
    mode: &Mode<P>,
    mut visit: impl FnMut(usize, &[f64; P], &[[f64; P]; P], f64),
) {
    // One more late arrival when k of n are: (alpha + k) / (beta + n - k - 1), the share integrated
    // out.
    let [alpha, beta] = settings.late_share;
    let n_late = scene.n as f64 - f64::from(mode.on_time.count_ones());
    let odds_of = |k: f64| (alpha + k) / (beta + scene.n as f64 - k - 1.0);
    let all = u64::MAX >> (64 - scene.n);
    for m in 0..scene.n {
        let flipped = mode.on_time ^ 1 << m;
        if modes
            .iter()
            .any(|o| o.on_time == flipped && o.scale == mode.scale)
        {
            continue;
        }
        let (predicted, by) = delay::<D, P>(scene, m, &mode.theta);
        let e = scene.t[m] - predicted;
        let mut gain = [0.0; P];
        let mut q = 0.0;
        for a in 0..P {
            for b in 0..P {
                gain[a] += mode.covariance[a][b] * by[b];
            }
            q += gain[a] * by[a];
        }
        if q <= 0.0 || q.is_nan() {
            continue;
        }
        let sigma_s = mode.scale * scene.sigma[m];
        let sigma2 = sigma_s * sigma_s;
        // Shift along `gain`, factor on `gain gain'`, odds.
        let (shift, widen, odds) = if mode.on_time >> m & 1 == 1 {
            let h = (q / sigma2).min(0.995);
            let left = e / (1.0 - h);
            let variance = sigma2 * h / (1.0 - h);
            // Its prior, when the others leave the lateness open.
            let [mean, spread] = LATENESS_S;
            let per = 1.0 / variance + 1.0 / (spread * spread);
            let centre = (left / variance + mean / (spread * spread)) / per;
            let wide = variance > 0.2 * spread * spread;
            let (centre, v) = if wide {
                (centre, 1.0 / per)
            } else {
                (left, variance)
            };
            let (r, v_r, above) = positive_part(centre, v);
            let on = normal(left, variance + sigma2);
            let late = if wide {
                normal(left - mean, variance + spread * spread) * above
            } else {
                lateness_density(r, settings.lateness_s) * above
            };
            let shift = -left / sigma2 + (left - r) / (sigma2 * h);
            let widen = (1.0 - (1.0 - v_r / variance) / h) / (sigma2 * (1.0 - h));
            // Less than nothing is not known, whatever rounding says.
            let widen = widen.max(-0.95 / q);
            (shift, widen, odds_of(n_late) * late / on.max(1e-300))
        } else {
            let s = sigma2 + q;
            let on = normal(e, s);
            let late = lateness_density(e.max(0.0), settings.lateness_s);
            (e / s, -1.0 / s, on / (odds_of(n_late - 1.0) * late))
        };
        let odds = if mode.on_time == all {
            odds / settings.all_on_time
        } else if flipped == all {
            odds * settings.all_on_time
        } else {
            odds
        };
        if odds < 1e-4 {
            continue;
        }
        // More than even odds would have been the mode.
        let odds = odds.min(1.0);
        let mut theta = mode.theta;
        let mut covariance = mode.covariance;
        for a in 0..P {
            theta[a] += shift * gain[a];
            for b in 0..P {
                covariance[a][b] += widen * gain[a] * gain[b];
            }
        }
        // Rounding may leave no ellipse.
        let determinant = covariance[0][0] * covariance[1][1] - covariance[0][1] * covariance[0][1];
        let ellipse = covariance[0][0] > 0.0 && determinant > 0.0;
        if !ellipse {
            continue;
        }
        visit(m, &theta, &covariance, odds);
    }
}

fn normal(x: f64, variance: f64) -> f64 {
    0.398_942_280_401_432_7 / variance.sqrt() * (-0.5 * x * x / variance).exp()
}

/// Mean and variance of the part above zero of a normal distribution, and how much that part is.
///
/// The distribution function is a logistic curve, good to 0.01.
fn positive_part(mean: f64, variance: f64) -> (f64, f64, f64) {
    let sd = variance.sqrt();
    let a = mean / sd;
    if a < -3.0 {
        // The tail falls exponentially.
        let r = sd / a.abs();
        return (r, r * r, (-0.5 * a * a).exp() * 0.4 / a.abs());
    }
    let above = below(a);
    let mills = 0.398_942_280_401_432_7 * (-0.5 * a * a).exp() / above;
    let v = variance * (1.0 - mills * (mills + a)).clamp(0.05, 1.0);
    ((mean + sd * mills).max(0.0), v, above)
}
