//! From a first guess to the nearest maximum of the posterior.

use super::problem::Settings;
use super::residuals::{Residuals, add_square};
use super::scene::Scene;
use super::small::{cholesky, inverse, log_determinant, solve};

pub(super) const LN_2_PI: f64 = 1.837_877_066_409_345_3;

/// A maximum of the posterior and the normal distribution that fits it there.
///
/// The unknowns are east, north, (up,) time of firing, (wind east, wind north, speed of sound).
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode<const P: usize> {
    pub(super) theta: [f64; P],
    pub(super) covariance: [[f64; P]; P],
    /// Log of the probability that lies about this maximum, up to one constant for all.
    pub(super) evidence: f64,
    /// Share of late arrivals.
    pub(super) late: f64,
    /// Bit k: arrival k of the scene is on time.
    pub(super) on_time: u64,
    /// Noise it was found with, in units of what is stated.
    pub(super) scale: f64,
}

impl<const P: usize> Mode<P> {
    pub(super) const NONE: Self = Self {
        theta: [0.0; P],
        covariance: [[0.0; P]; P],
        evidence: f64::NEG_INFINITY,
        late: 0.0,
        on_time: 0,
        scale: 0.0,
    };
}

/// Travel time and its derivatives by all unknowns.
#[inline(always)]
pub(super) fn delay<const D: usize, const P: usize>(
    scene: &Scene,
    m: usize,
    theta: &[f64; P],
) -> (f64, [f64; P]) {
    let dx = scene.x[m] - theta[0];
    let dy = scene.y[m] - theta[1];
    let dz = if D == 3 { scene.z[m] - theta[2] } else { 0.0 };
    let free_air = P > D + 1;
    let (c, vx, vy) = if free_air {
        (theta[D + 3], theta[D + 1], theta[D + 2])
    } else {
        (scene.speed, scene.wind[0], scene.wind[1])
    };
    let along = dx * vx + dy * vy;
    let d2 = dx * dx + dy * dy + dz * dz;
    let open = c * c - vx * vx - vy * vy;
    let tau = ((along * along + open * d2).sqrt() - along) / open;
    // The unit vector of the ray in the air, see `travel`.
    let per = 1.0 / (c * tau).max(1e-6);
    let (ux, uy, uz) = ((dx - vx * tau) * per, (dy - vy * tau) * per, dz * per);
    let per_apparent = 1.0 / (c + ux * vx + uy * vy);
    let mut by = [0.0; P];
    by[0] = -ux * per_apparent;
    by[1] = -uy * per_apparent;
    if D == 3 {
        by[2] = -uz * per_apparent;
    }
    by[D] = 1.0;
    if free_air {
        by[D + 1] = -ux * tau * per_apparent;
        by[D + 2] = -uy * tau * per_apparent;
        by[D + 3] = -tau * per_apparent;
    }
    (tau + theta[D], by)
}

/// Priors: adds their information and slope at `theta`, returns their log density.
#[inline(always)]
pub(super) fn priors<const D: usize, const P: usize>(
    scene: &Scene,
    reach_m: f64,
    theta: &[f64; P],
    info: &mut [[f64; P]; P],
    slope: &mut [f64; P],
) -> f64 {
    let mut log = 0.0;
    let mut normal = |k: usize, mean: f64, sigma: f64| {
        let per2 = 1.0 / (sigma * sigma);
        let d = theta[k] - mean;
        info[k][k] += per2;
        slope[k] -= d * per2;
        log -= 0.5 * d * d * per2;
    };
    normal(0, 0.0, reach_m);
    normal(1, 0.0, reach_m);
    if D == 3 {
        normal(2, scene.height[0], scene.height[1]);
    }
    if P > D + 1 {
        // Known to a millimetre a second is known.
        normal(D + 1, scene.wind[0], scene.wind_sigma[0].max(1e-3));
        normal(D + 2, scene.wind[1], scene.wind_sigma[1].max(1e-3));
        normal(D + 3, scene.speed, scene.speed_sigma.max(1e-3));
    }
    log
}

/// Where a climb to a maximum begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foot<const P: usize> {
    pub(super) theta: [f64; P],
    /// Share of late arrivals.
    pub(super) late: f64,
    /// The noise is at least this at first, half of it after each step, seconds.
    pub(super) blur_s: f64,
    /// The noise in units of what is stated.
    pub(super) scale: f64,
    /// Steps at most.
    pub(super) steps: usize,
}

impl<const P: usize> Foot<P> {
    /// At a maximum known, to climb on under noise of another scale.
    pub(super) fn new(mode: &Mode<P>, scale: f64, steps: usize) -> Self {
        Self {
            theta: mode.theta,
            late: mode.late,
            blur_s: 0.0,
            scale,
            steps,
        }
    }
}

/// A point on the way up: number of the step, unknowns, share of late arrivals, and half of the information (the
/// rows' first entries up to the diagonal).
pub(super) type Point<'a, const P: usize> = (usize, &'a [f64; P], f64, &'a [[f64; P]; P]);

/// Climbs from `foot` to a maximum of the posterior; expectation-maximisation for who is late and for the share
/// of late ones, Gauss-Newton for the rest.
///
/// East and north are held if `HELD`: the evidence is then the density of the place, the rest integrated out by
/// Laplace's method. The climb is given up where `stop` says so. `arrivals` is room to work in.
pub(super) fn climb<const D: usize, const P: usize, const HELD: bool>(
    scene: &Scene,
    settings: &Settings,
    foot: Foot<P>,
    arrivals: &mut Residuals<P>,
    mut stop: impl FnMut(Point<'_, P>) -> bool,
) -> Option<Mode<P>> {
    let Foot {
        mut theta,
        mut late,
        mut blur_s,
        scale,
        steps,
    } = foot;
    let [alpha, beta] = settings.late_share;
    let n = scene.n as f64;
    let least_s = scene.sigma[..scene.n]
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let least_s = scale * least_s;
    for step_no in 0..steps {
        arrivals.set::<D>(scene, &theta, (late, settings.lateness_s), scale, blur_s);
        let mut info = [[0.0; P]; P];
        let mut slope = [0.0; P];
        let mut n_late = 0.0;
        for m in 0..scene.n {
            let by = arrivals.by(m);
            n_late += 1.0 - arrivals.on[m];
            for a in 0..P {
                slope[a] -= arrivals.slope[m] * by[a];
            }
            add_square(&mut info, arrivals.weight[m], &by);
        }
        // The slope of the log density by the residual is minus that by the prediction.
        priors::<D, P>(scene, scene.reach, &theta, &mut info, &mut slope);
        info[D][D] += 1e-6;
        if stop((step_no, &theta, late, &info)) {
            return None;
        }
        if HELD {
            hold_place(&mut info, &mut slope);
        }
        let factor = cholesky(&info)?;
        let mut step = solve(&factor, &slope);
        let gain: f64 = step.iter().zip(&slope).map(|(a, b)| a * b).sum();
        let length2 = step[0] * step[0] + step[1] * step[1];
        if length2 > 100.0 * 100.0 {
            let shrink = 100.0 / length2.sqrt();
            for s in &mut step {
                *s *= shrink;
            }
        }
        for (t, s) in theta.iter_mut().zip(step) {
            *t += s;
        }
        late = (alpha - 1.0 + n_late) / (alpha + beta - 2.0 + n);
        let last = blur_s <= least_s;
        blur_s *= 0.5;
        if last && gain < 1e-3 && step_no > 0 {
            break;
        }
    }
    arrivals.set::<D>(scene, &theta, (late, settings.lateness_s), scale, 0.0);
    settle::<D, P, HELD>(scene, settings, arrivals, (theta, late, scale))
}

/// Takes east and north out of the unknowns.
fn hold_place<const P: usize>(info: &mut [[f64; P]; P], slope: &mut [f64; P]) {
    for a in 0..P {
        for b in 0..2 {
            info[a][b] = 0.0;
            info[b][a] = 0.0;
        }
    }
    for b in 0..2 {
        info[b][b] = 1.0;
        slope[b] = 0.0;
    }
}

/// The normal distribution about a maximum and the probability it holds.
fn settle<const D: usize, const P: usize, const HELD: bool>(
    scene: &Scene,
    settings: &Settings,
    arrivals: &Residuals<P>,
    (theta, late, scale): ([f64; P], f64, f64),
) -> Option<Mode<P>> {
    let mut full = [[0.0; P]; P];
    let mut slope = [0.0; P];
    let mut product = 1.0;
    let mut log = 0.0;
    let mut on_time = 0_u64;
    let mut n_late = 0.0;
    let mut nobody_late = 1.0;
    for m in 0..scene.n {
        let on = arrivals.on[m];
        product *= arrivals.density[m];
        if !(1e-100..1e100).contains(&product) {
            log += product.max(1e-300).ln();
            product = 1.0;
        }
        on_time |= u64::from(on > 0.5) << m;
        n_late += 1.0 - on;
        nobody_late *= on;
        add_square(&mut full, -arrivals.bend[m], &arrivals.by(m));
    }
    log += product.max(1e-300).ln();
    log += priors::<D, P>(scene, scene.reach, &theta, &mut full, &mut slope);
    full[D][D] += 1e-6;
    let [alpha, beta] = settings.late_share;
    log += (alpha - 1.0) * late.ln() + (beta - 1.0) * (1.0 - late).ln();
    if HELD {
        // A density must not jump from place to place.
        log += (1.0 + (settings.all_on_time - 1.0) * nobody_late).ln();
        hold_place(&mut full, &mut slope);
    } else if n_late < 0.5 {
        log += settings.all_on_time.ln();
    }
    // Where the density does not curve down everywhere, what those on time say alone.
    let sure = || {
        let mut sure = [[0.0; P]; P];
        for m in 0..scene.n {
            let weight = arrivals.on[m] / (arrivals.sigma_s[m] * arrivals.sigma_s[m]);
            add_square(&mut sure, weight, &arrivals.by(m));
        }
        let mut slope = [0.0; P];
        priors::<D, P>(scene, scene.reach, &theta, &mut sure, &mut slope);
        sure[D][D] += 1e-6;
        if HELD {
            hold_place(&mut sure, &mut slope);
        }
        cholesky(&sure)
    };
    let factor = cholesky(&full).or_else(sure)?;
    let evidence = log + 0.5 * (P as f64 * LN_2_PI - log_determinant(&factor));
    Some(Mode {
        theta,
        covariance: inverse(&factor),
        evidence,
        late,
        on_time,
        scale,
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Air, Dimensions, Problem};
    use super::*;
    use crate::atmosphere::{Uncertain, Wind};
    use crate::geodesy::Enu;
    use crate::units::Seconds;
    use proptest::prelude::*;

    fn scene(speed_m_s: f64, wind: [f64; 2]) -> Scene {
        let sensors = [
            Enu::new(0.0, 0.0, 5.0),
            Enu::new(700.0, 20.0, 12.0),
            Enu::new(650.0, 600.0, 20.0),
            Enu::new(30.0, 560.0, 9.0),
        ];
        let problem = Problem {
            sensors: &sensors,
            arrivals: &[1.0, 1.1, 1.2, 1.3].map(Seconds),
            sigma: Seconds(0.001),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Three,
            air: Air {
                speed_m_s: Uncertain::new(speed_m_s, 2.0),
                wind: Wind {
                    east: Uncertain::new(wind[0], 3.0),
                    north: Uncertain::new(wind[1], 3.0),
                },
            },
            up_m: None,
            paths: &[],
        };
        Scene::try_new(&problem, &Settings::default()).unwrap()
    }

    proptest! {
        #[test]
        fn derivatives_of_the_prediction_match_finite_differences(
            e in -600.0..600.0_f64, n in -600.0..600.0_f64, u in -30.0..30.0_f64,
            ve in -12.0..12.0_f64, vn in -12.0..12.0_f64, c in 310.0..360.0_f64,
        ) {
            let scene = scene(c, [ve, vn]);
            let theta = [e, n, u, 0.2, ve, vn, c];
            for m in 0..scene.n {
                prop_assume!((scene.x[m] - e).hypot(scene.y[m] - n) > 5.0);
                let (_, by) = delay::<3, 7>(&scene, m, &theta);
                for k in 0..7 {
                    let h = 1e-3;
                    let at = |shift: f64| {
                        let mut moved = theta;
                        moved[k] += shift;
                        delay::<3, 7>(&scene, m, &moved).0
                    };
                    let numeric = (at(h) - at(-h)) / (2.0 * h);
                    prop_assert!((by[k] - numeric).abs() < 1e-7, "{k}: {} {numeric}", by[k]);
                }
            }
        }
    }
}
