//! The outline of a confidence ellipse as points, for every output that has to draw one.

use shotfix_core::{Ellipse, Enu};

/// `n` points of the ellipse's outline around `centre`, counter-clockwise seen from above, not
/// closed: the last point is not the first.
///
/// Counter-clockwise is what RFC 7946 (GeoJSON) and KML ask of an outer ring. The points are
/// equally spaced in the ellipse's own angle, so the sharp ends get more of them per metre.
pub(crate) fn outline(centre: Enu, ellipse: &Ellipse, n: usize) -> Vec<Enu> {
    // Azimuth is clockwise from north; `major` is the unit vector of the longer axis, `minor`
    // the same turned a quarter to the left.
    let (sin, cos) = ellipse.azimuth_deg.to_radians().sin_cos();
    let (major, minor) = ([sin, cos], [-cos, sin]);
    (0..n)
        .map(|k| {
            let (s, c) = (std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
            let (a, b) = (ellipse.semi_major_m * c, ellipse.semi_minor_m * s);
            Enu::new(
                centre.east_m + a * major[0] + b * minor[0],
                centre.north_m + a * major[1] + b * minor[1],
                centre.up_m,
            )
        })
        .collect()
}

/// The ellipse in words: half-axes and direction, as every text output says it.
pub(crate) fn words(ellipse: &Ellipse) -> String {
    format!(
        "{} x {} m at {:.0} deg",
        metres(ellipse.semi_major_m),
        metres(ellipse.semi_minor_m),
        // 179.6 would print as 180, which is the same line as 0.
        ellipse.azimuth_deg.round().rem_euclid(180.0)
    )
}

/// A length with the digits that matter: centimetres say nothing about a 12 m ellipse.
fn metres(value_m: f64) -> String {
    if value_m < 9.95 {
        format!("{value_m:.1}")
    } else {
        format!("{value_m:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn verif_outline_lies_where_the_quadratic_form_says() {
        // Independent of axes and azimuth: x^T C^-1 x = 5.991 on the 95 % ellipse of C, because
        // 5.991 is the 0.95 quantile of chi squared with two degrees of freedom, -2 ln 0.05.
        let covariance = [[20.0, 7.0], [7.0, 4.0]];
        let ellipse = fixture::ellipse95(covariance);
        let centre = Enu::new(-30.0, 12.0, 1.0);
        let det = 20.0 * 4.0 - 7.0 * 7.0;
        for p in outline(centre, &ellipse, 96) {
            let (x, y) = (p.east_m - centre.east_m, p.north_m - centre.north_m);
            let form = (4.0 * x * x - 2.0 * 7.0 * x * y + 20.0 * y * y) / det;
            assert!((form - 5.991_464_547).abs() < 1e-6, "{form}");
        }
    }

    #[test]
    fn outline_runs_counter_clockwise_for_every_azimuth() {
        for azimuth_deg in [0.0, 34.0, 90.0, 135.0, 179.0] {
            let ellipse = Ellipse {
                semi_major_m: 12.0,
                semi_minor_m: 5.0,
                azimuth_deg,
            };
            let p = outline(Enu::default(), &ellipse, 256);
            let twice_area: f64 = (0..p.len())
                .map(|k| {
                    let (a, b) = (p[k], p[(k + 1) % p.len()]);
                    a.east_m * b.north_m - b.east_m * a.north_m
                })
                .sum();
            // Positive is counter-clockwise; 256 corners miss 0.01 % of pi a b = 188.5 m^2.
            assert!((twice_area / 2.0 - 188.496).abs() < 0.05, "{twice_area}");
        }
    }

    #[test]
    fn longer_axis_points_along_the_azimuth() {
        let ellipse = Ellipse {
            semi_major_m: 10.0,
            semi_minor_m: 2.0,
            azimuth_deg: 90.0,
        };
        let east = outline(Enu::default(), &ellipse, 64)[0];
        assert!((east.east_m - 10.0).abs() < 1e-12 && east.north_m.abs() < 1e-12);
    }

    #[test]
    fn words_say_half_axes_and_direction() {
        let ellipse = |semi_major_m, semi_minor_m, azimuth_deg| Ellipse {
            semi_major_m,
            semi_minor_m,
            azimuth_deg,
        };
        assert_eq!(words(&ellipse(12.4, 4.96, 34.2)), "12 x 5.0 m at 34 deg");
        assert_eq!(words(&ellipse(9.96, 0.04, 179.6)), "10 x 0.0 m at 0 deg");
    }
}
