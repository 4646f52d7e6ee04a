//! Posterior density of a place, everything else integrated out.

use super::problem::Settings;
use super::refine::{Foot, Mode, climb, delay};
use super::residuals::{Residuals, lateness_density};
use super::scene::Scene;

/// Times of firing from which the density of a place is sought: the best few of those with which
/// one arrival is exactly on time.
const STARTS: usize = 2;
/// Steps from there, and from the noise as stated to more of it.
const STEPS: usize = 8;
const STEPS_MORE: usize = 3;
/// Share of late arrivals to start from.
const LATE: f64 = 0.2;
/// Starts this much less probable (log) than the best are left out.
const WORTH: f64 = 14.0;

/// Log of the posterior density of the place (`x`, `y`) in the scene's frame, up to a constant.
///
/// Time of firing, height, wind and speed of sound are integrated out by Laplace's method about each
/// maximum given the place, the scale of noise by summing; `air` is the air of a maximum nearby,
/// from which to start.
pub(super) fn log_density<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    (x, y): (f64, f64),
    near: &[f64; P],
) -> f64 {
    let mut theta = *near;
    (theta[0], theta[1], theta[D]) = (x, y, 0.0);
    let mut ends: [Option<Mode<P>>; STARTS] = [None; STARTS];
    let mut arrivals = Residuals::new();
    for (slot, t0) in ends
        .iter_mut()
        .zip(times_of_firing::<D, P>(scene, settings, &theta))
    {
        let Some(t0) = t0 else { continue };
        theta[D] = t0;
        let blur_s = 2.0 * scene.sigma_s;
        let foot = Foot {
            theta,
            late: LATE,
            blur_s,
            scale: 1.0,
            steps: STEPS,
        };
        *slot = climb::<D, P, true>(scene, settings, foot, &mut arrivals, |_| false);
    }
    // Two starts may end in one maximum.
    if let [Some(a), Some(b)] = &ends
        && (a.theta[D] - b.theta[D]).abs() < 0.3 * scene.sigma_s
    {
        ends[1] = None;
    }
    let mut terms = [f64::NEG_INFINITY; 3 * STARTS];
    for (k, end) in ends.iter().flatten().enumerate() {
        terms[3 * k] = end.evidence + settings.noise_scales[0].1.ln();
        for (j, (scale, prior)) in settings.noise_scales[1..].iter().enumerate() {
            let foot = Foot::new(end, *scale, STEPS_MORE);
            let more = climb::<D, P, true>(scene, settings, foot, &mut arrivals, |_| false);
            if let Some(more) = more {
                terms[3 * k + 1 + j] = more.evidence + prior.ln();
            }
        }
    }
    let most = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return f64::NEG_INFINITY;
    }
    most + terms.iter().map(|t| (t - most).exp()).sum::<f64>().ln()
}

/// The best times of firing of those with which one arrival is on time, apart from one another.
fn times_of_firing<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    theta: &[f64; P],
) -> [Option<f64>; STARTS] {
    // Arrivals less travel times: what the time of firing would be.
    let mut fired = [0.0; super::problem::MAX_SENSORS];
    for m in 0..scene.n {
        fired[m] = scene.t[m] - delay::<D, P>(scene, m, theta).0;
    }
    let fired = &fired[..scene.n];
    let width = 2.0 * scene.sigma_s;
    let score = |t0: f64| -> f64 {
        let each = fired.iter().map(|f| {
            let e = f - t0;
            let on = (-0.5 * (e / width).powi(2)).exp() * 0.4 / width;
            let late = if e > 0.0 {
                lateness_density(e, settings.lateness_s)
            } else {
                0.0
            };
            ((1.0 - LATE) * on + LATE * late + 1e-9).ln()
        });
        each.sum()
    };
    let mut best = [(f64::NEG_INFINITY, None); STARTS];
    for &t0 in fired {
        let s = score(t0);
        let near = |other: f64| (other - t0).abs() < 2.0 * width;
        let twin = best.iter().position(|b| b.1.is_some_and(near));
        let slot = twin.unwrap_or(STARTS - 1);
        if s > best[slot].0 {
            best[slot] = (s, Some(t0));
        }
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
    }
    let most = best[0].0;
    best.map(|(s, t0)| t0.filter(|_| s > most - WORTH))
}
