//! Where along a way sound is fast and where slow: which families of rays there are.

use super::column::Ray;
use super::eigenray::Way;
use super::profile::Node;

/// How the effective speed goes with height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trend {
    /// Gain for each e-fold of `height + offset` by the wind, m/s.
    pub(super) per_log_m_s: f64,
    /// Where it is greatest, if that is at neither end.
    pub(super) ridge_m: Option<f64>,
    /// Where it grows no more; 0 if it falls from the ground.
    pub(super) top_m: f64,
    /// Whether it falls and then rises.
    pub(super) valley: bool,
}

impl Way<'_> {
    pub(super) fn trend(&self, ray: &Ray) -> Trend {
        let profile = self.profile;
        let beta = ray.p * self.along_m_s + ray.m * self.across_m_s;
        let per_log_m_s = beta / self.high.slowness_sqr.sqrt() * profile.factor_per_log();
        let slope = profile.slope_per_s();
        let offset_m = profile.offset_m();
        let cap_m = profile.temperature_cap_m();
        let extremum_m = -per_log_m_s / slope - offset_m;
        let opposed = per_log_m_s * slope < 0.0 && extremum_m < cap_m.min(profile.wind_cap_m());
        let ridge_m = (opposed && slope < 0.0).then_some(extremum_m.max(0.0));
        let by_wind_m = if per_log_m_s > 0.0 {
            profile.wind_cap_m()
        } else {
            0.0
        };
        let by_warmth_m = if slope > 0.0 { cap_m } else { 0.0 };
        Trend {
            per_log_m_s,
            ridge_m,
            top_m: ridge_m.unwrap_or(by_wind_m.max(by_warmth_m)),
            valley: opposed && slope > 0.0 && extremum_m > 0.0,
        }
    }

    /// Change of the effective speed with height, 1/s.
    pub(super) fn gradient_per_s(&self, trend: &Trend, height_m: f64) -> f64 {
        let warm = height_m < self.profile.temperature_cap_m();
        let windy = height_m < self.profile.wind_cap_m();
        f64::from(warm) * self.profile.slope_per_s()
            + f64::from(windy) * trend.per_log_m_s / (height_m + self.profile.offset_m())
    }

    /// Where a ray from `low` to `high` is nearest to level: where sound is fastest.
    pub(super) fn limiting(&self, low: &Node, high: &Node, trend: &Trend, ray: &Ray) -> Node {
        let between = |ridge_m: &f64| *ridge_m > low.height_m && *ridge_m < high.height_m;
        if let Some(ridge_m) = trend.ridge_m.filter(between) {
            return self.profile.node(ridge_m);
        }
        let slowness = |node: &Node| ray.with_elevation(node, 0.0).p;
        if slowness(low) < slowness(high) {
            *low
        } else {
            *high
        }
    }

    /// `sqrt(c / 2 A)` for the gain A of the effective speed per e-fold of height.
    pub(super) fn stretch(&self, trend: &Trend, height_m: f64) -> f64 {
        let gain = self.gradient_per_s(trend, height_m) * (height_m + self.profile.offset_m());
        (1.0 / (2.0 * gain.abs().max(1e-9) * self.high.slowness_sqr.sqrt())).sqrt()
    }
}
