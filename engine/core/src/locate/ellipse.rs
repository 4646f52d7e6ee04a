//! Confidence regions of a two-dimensional normal distribution.

use crate::incident::Ellipse;

/// 0.95 quantile of chi-square with two degrees of freedom: `-2 ln 0.05`.
pub const CHI2_95: f64 = 5.991_464_547_107_979;

/// The ellipse that holds 95 % of a normal distribution with `covariance_m2` over (east, north).
pub fn ellipse95(covariance_m2: [[f64; 2]; 2]) -> Ellipse {
    let [[ee, en], [_, nn]] = covariance_m2;
    let mean = 0.5 * (ee + nn);
    let spread = (0.5 * (ee - nn)).hypot(en);
    // The larger eigenvalue's direction, counted from east towards north ...
    let angle_deg = 0.5 * (2.0 * en).atan2(ee - nn).to_degrees();
    // ... and from north towards east, an axis having no sign.
    let azimuth_deg = (90.0 - angle_deg).rem_euclid(180.0);
    Ellipse {
        semi_major_m: (CHI2_95 * (mean + spread)).max(0.0).sqrt(),
        semi_minor_m: (CHI2_95 * (mean - spread)).max(0.0).sqrt(),
        azimuth_deg: if azimuth_deg >= 180.0 {
            0.0
        } else {
            azimuth_deg
        },
    }
}

/// Square of the distance (`x_m`, `y_m`) in units of a normal distribution with `covariance_m2` over
/// (east, north): `d' C^-1 d`, at most [`CHI2_95`] within the 95 % ellipse.
pub fn squared_sigmas(covariance_m2: [[f64; 2]; 2], x_m: f64, y_m: f64) -> f64 {
    let [[ee, en], [_, nn]] = covariance_m2;
    (nn * x_m * x_m - 2.0 * en * x_m * y_m + ee * y_m * y_m) / (ee * nn - en * en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_and_azimuth_by_construction() {
        // Rotate diag(9, 1) so that the long axis points to azimuth 30 degrees.
        for azimuth in [0.0_f64, 30.0, 90.0, 135.0, 179.0] {
            let (s, c) = azimuth.to_radians().sin_cos();
            // The long axis is (east, north) = (sin, cos), the short one (cos, -sin).
            let covariance = [
                [9.0 * s * s + c * c, 9.0 * s * c - s * c],
                [9.0 * s * c - s * c, 9.0 * c * c + s * s],
            ];
            let e = ellipse95(covariance);
            assert!((e.semi_major_m - 3.0 * CHI2_95.sqrt()).abs() < 1e-9);
            assert!((e.semi_minor_m - CHI2_95.sqrt()).abs() < 1e-9);
            let turn = (e.azimuth_deg - azimuth).rem_euclid(180.0);
            assert!(
                turn.min(180.0 - turn) < 1e-9,
                "{azimuth}: {}",
                e.azimuth_deg
            );
        }
    }

    #[test]
    fn quantile() {
        assert!((CHI2_95 - -2.0 * 0.05_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn distance_in_sigmas_by_hand() {
        // C = [[4, 2], [2, 2]]: C^-1 = [[0.5, -0.5], [-0.5, 1]]; of (1, 3): 0.5 - 3 + 9.
        assert!((squared_sigmas([[4.0, 2.0], [2.0, 2.0]], 1.0, 3.0) - 6.5).abs() < 1e-12);
    }
}
