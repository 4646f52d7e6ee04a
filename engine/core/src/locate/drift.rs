//! A source that goes on steadily from round to round.

use crate::geodesy::Enu;
use crate::paths::PathPrior;

/// A steady velocity over the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Towards east and north, m/s.
    pub velocity_m_s: [f64; 2],
}

impl Drift {
    /// A source that stands, or walks about.
    pub const STILL: Self = Self {
        velocity_m_s: [0.0, 0.0],
    };

    pub(crate) fn is_still(&self) -> bool {
        *self == Self::STILL
    }

    /// Where the source is that was at `place` `after_s` before.
    pub(crate) fn from(&self, place: Enu, after_s: f64) -> Enu {
        let [east_m_s, north_m_s] = self.velocity_m_s;
        Enu::new(
            place.east_m + east_m_s * after_s,
            place.north_m + north_m_s * after_s,
            place.up_m,
        )
    }

    /// Correlation of the delays of one path with what they are `after_s` later; 1 for a source that stands.
    pub(crate) fn alike(&self, after_s: f64) -> f64 {
        let here = Enu::default();
        PathPrior::default().correlation(here, self.from(here, after_s), 0.0)
    }

    /// Spread of what a path's delay changes by in `after_s` if delays spread by `path_sigma_s`, seconds.
    pub(crate) fn change_s(&self, after_s: f64, path_sigma_s: f64) -> f64 {
        path_sigma_s * (2.0 * (1.0 - self.alike(after_s))).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_source_that_goes_on_change_up_to_those_of_any_other_place() {
        let car = Drift {
            velocity_m_s: [12.0, -5.0],
        };
        assert_eq!(
            car.from(Enu::new(1.0, 2.0, 3.0), 2.0),
            Enu::new(25.0, -8.0, 3.0)
        );
        assert_eq!((Drift::STILL.alike(5.0), car.alike(0.0)), (1.0, 1.0));
        assert!(car.alike(1.0) > car.alike(-3.0) && car.alike(-3.0) == car.alike(3.0));
        // 13 m/s for a minute is farther than any path is alike: two independent delays.
        let far_s = car.change_s(60.0, 0.008);
        assert!((far_s - 0.008 * 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
