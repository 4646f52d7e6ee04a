//! Where a shot came from, on the map, by least squares: written for this comparison alone.

use super::observations::{ObservedPlace, ObservedShot};

/// Fewest arrivals that leave a residual: two coordinates and a time are fitted.
const FEWEST: usize = 4;

/// Iterations end at steps below this, metres.
const STEP_M: f64 = 1e-4;

/// Most iterations; from the survey, a few metres off, five are enough.
const MOST_STEPS: usize = 50;

/// Residuals at the best place of a shot, seconds, in the order of its arrivals.
///
/// Residual of arrival i: `t_i - |x - s_i| / c`, less the mean over all, which eliminates the
/// time of firing. Gauss-Newton from the surveyed place. Heights, wind and outliers are not
/// modelled: the published residuals are such.
///
/// # Returns
/// `None` for fewer than four arrivals, and where the steps do not end.
pub(super) fn residuals_s(place: &ObservedPlace, shot: &ObservedShot) -> Option<Vec<f64>> {
    if shot.arrivals.len() < FEWEST {
        return None;
    }
    let mut at_m = [place.truth_m[0], place.truth_m[1]];
    for _ in 0..MOST_STEPS {
        let (residuals_s, slopes) = linear(place, shot, at_m);
        // Normal equations of two unknowns; with the time eliminated they are as well behaved
        // as the array's geometry.
        let sum = |f: &dyn Fn(usize) -> f64| (0..slopes.len()).map(f).sum::<f64>();
        let xx = sum(&|i| slopes[i][0] * slopes[i][0]);
        let xy = sum(&|i| slopes[i][0] * slopes[i][1]);
        let yy = sum(&|i| slopes[i][1] * slopes[i][1]);
        let x = sum(&|i| slopes[i][0] * residuals_s[i]);
        let y = sum(&|i| slopes[i][1] * residuals_s[i]);
        let determinant = xx * yy - xy * xy;
        let step_m = [
            (yy * x - xy * y) / determinant,
            (xx * y - xy * x) / determinant,
        ];
        at_m = [at_m[0] + step_m[0], at_m[1] + step_m[1]];
        let moved_m = step_m[0].hypot(step_m[1]);
        if !moved_m.is_finite() {
            return None;
        }
        if moved_m < STEP_M {
            return Some(linear(place, shot, at_m).0);
        }
    }
    None
}

/// Residuals at a place, seconds, and how the modelled times change with it, s/m; both less
/// their means.
fn linear(place: &ObservedPlace, shot: &ObservedShot, at_m: [f64; 2]) -> (Vec<f64>, Vec<[f64; 2]>) {
    let n = shot.arrivals.len() as f64;
    let (mut residuals_s, mut slopes) = (Vec::new(), Vec::new());
    for arrival in &shot.arrivals {
        let [x, y, _] = place.sensors_m[arrival.sensor_idx];
        let (dx, dy) = (at_m[0] - x, at_m[1] - y);
        let range_m = dx.hypot(dy).max(1e-3);
        residuals_s.push(arrival.time_s - range_m / shot.speed_m_s);
        slopes.push([dx, dy].map(|d| d / (range_m * shot.speed_m_s)));
    }
    let mean_s = residuals_s.iter().sum::<f64>() / n;
    let mean = [0, 1].map(|axis| slopes.iter().map(|s: &[f64; 2]| s[axis]).sum::<f64>() / n);
    residuals_s.iter_mut().for_each(|r| *r -= mean_s);
    slopes
        .iter_mut()
        .for_each(|s| *s = [s[0] - mean[0], s[1] - mean[1]]);
    (residuals_s, slopes)
}

#[cfg(test)]
mod tests {
    use super::super::observations::ObservedArrival;
    use super::*;

    fn place() -> ObservedPlace {
        let ring = [(400.0, 0.0), (0.0, 500.0), (-300.0, 20.0), (50.0, -350.0)];
        ObservedPlace {
            truth_m: [6.0, -4.0, 1.5],
            sensors_m: ring.map(|(x, y)| [x, y, 10.0]).into(),
            ..ObservedPlace::default()
        }
    }

    fn heard_from(place: &ObservedPlace, x: f64, y: f64, late_s: f64) -> ObservedShot {
        let time_s = |s: &[f64; 3]| 0.7 + (s[0] - x).hypot(s[1] - y) / 340.0;
        let arrivals = place.sensors_m.iter().enumerate();
        ObservedShot {
            speed_m_s: 340.0,
            test: String::new(),
            firearm: String::new(),
            time: None,
            arrivals: arrivals
                .map(|(sensor_idx, s)| ObservedArrival {
                    sensor_idx,
                    time_s: time_s(s) + if sensor_idx == 0 { late_s } else { 0.0 },
                    level_db_spl: 80.0,
                })
                .collect(),
        }
    }

    #[test]
    fn a_shot_without_errors_leaves_none() {
        let place = place();
        // Ten metres from where the survey has it.
        let residuals_s = residuals_s(&place, &heard_from(&place, 12.0, 4.0, 0.0)).unwrap();
        assert!(
            residuals_s.iter().all(|r| r.abs() < 1e-9),
            "{residuals_s:?}"
        );
    }

    #[test]
    fn four_arrivals_leave_one_degree_of_freedom() {
        let place = place();
        let residuals_s = residuals_s(&place, &heard_from(&place, 6.0, -4.0, 0.01)).unwrap();
        // The mean is fitted, and what is left is shared among all four.
        assert!(residuals_s.iter().sum::<f64>().abs() < 1e-12);
        assert!(residuals_s.iter().all(|r| r.abs() > 1e-3 && r.abs() < 5e-3));
        let mut short = heard_from(&place, 6.0, -4.0, 0.0);
        short.arrivals.truncate(3);
        assert!(super::residuals_s(&place, &short).is_none());
    }
}
