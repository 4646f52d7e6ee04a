//! What is known of path delays before anything is learned.

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;

/// A Gaussian process in space and time: mean, spread and how alike the delays of two places are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathPrior {
    /// Extra delay of a path of which nothing is known, seconds.
    pub delay_s: Uncertain,
    /// Share of the variance that roofs and corners near the shooter make ...
    pub near_share: f64,
    /// ... and the distance over which that becomes unlike, metres.
    pub near_m: f64,
    /// The same for the rest, which hills and whatever stands about the sensor make.
    pub far_m: f64,
    /// Farther than this a calibration says nothing, metres.
    pub range_m: f64,
    /// Time after which the correlation with a calibration has fallen to 1/e, seconds.
    pub ageing_s: f64,
}

/// A year of 365.25 days, seconds.
const YEAR_S: f64 = 3.155_76e7;

impl Default for PathPrior {
    /// Spread: 7.4 ms RMS about the mean of a shot in live fire, 5 to 9 ms from place to place
    /// (Calhoun et al. 2021, re-analysed). The mean moves nothing but the time of firing.
    ///
    /// Shares and lengths: from the differences of 12 000 simulated shots in cities of the preset
    /// `pittsburgh-like`, seeds 101 to 104; their correlation is 0.87 at 5 m, 0.75 at 10 m, 0.52 at 25 m
    /// and 0.38 at 50 m. No live fire with places so near each other is published.
    fn default() -> Self {
        Self {
            delay_s: Uncertain::new(0.004, 0.0074),
            near_share: 0.6,
            near_m: 18.0,
            far_m: 400.0,
            range_m: 600.0,
            // *Estimated*: houses rise and fall, sensors move on their roofs.
            ageing_s: 5.0 * YEAR_S,
        }
    }
}

impl PathPrior {
    /// Correlation of the delays from `a` and `b` to one sensor, `apart_s` seconds apart: 1 at one place
    /// and time, 0 from `range_m` on.
    ///
    /// Exponentials, for roofs and corners make delays continuous but not smooth, times Askey's
    /// function `(1 - d / range)^2`, which ends them. All are positive definite in the plane, so
    /// their product is (R. Askey, Radial characteristic functions, MRC report 1262, 1973).
    pub fn correlation(&self, a: Enu, b: Enu, apart_s: f64) -> f64 {
        let distance_m = a.horizontal_distance_m(b);
        let left = 1.0 - distance_m / self.range_m;
        if left <= 0.0 {
            return 0.0;
        }
        let near = self.near_share * (-distance_m / self.near_m).exp();
        let far = (1.0 - self.near_share) * (-distance_m / self.far_m).exp();
        (near + far) * left * left * (-apart_s.abs() / self.ageing_s).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_unlike_with_distance_and_age_and_end() {
        let prior = PathPrior::default();
        let at = |east_m: f64, years: f64| {
            let there = Enu::new(east_m, 0.0, 0.0);
            prior.correlation(Enu::default(), there, years * YEAR_S)
        };
        assert_eq!(at(0.0, 0.0), 1.0);
        assert!((at(0.0, 5.0) - (-1.0_f64).exp()).abs() < 1e-12);
        assert!(at(5.0, 0.0) > at(10.0, 0.0) && at(10.0, 0.0) > at(50.0, 0.0));
        assert_eq!((at(600.0, 0.0), at(5000.0, 0.0)), (0.0, 0.0));
    }
}
