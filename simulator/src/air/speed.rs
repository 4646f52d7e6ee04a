//! How fast sound travels in still humid air.

/// Speed of sound in humid air with 0.04 % carbon dioxide, m/s.
///
/// # Source
/// O. Cramer, The variation of the specific heat ratio and the speed of sound in air,
/// J. Acoust. Soc. Am. 93(5), 1993, eq. 15: fitted from 0 to 30 C, 75 to 102 kPa, water vapour
/// up to 6 %. At -20 C it still agrees with the ideal gas to 0.1 m/s.
pub(super) fn cramer_m_s(
    temperature_c: f64,
    relative_humidity_percent: f64,
    pressure_pa: f64,
) -> f64 {
    let (t, p, xc) = (temperature_c, pressure_pa, 4e-4);
    let kelvin = t + 273.15;
    let saturation_pa = (1.281_180_5e-5 * kelvin * kelvin - 1.950_987_4e-2 * kelvin
        + 34.049_260_34
        - 6.353_631_1e3 / kelvin)
        .exp();
    let enhancement = 1.000_62 + 3.14e-8 * p + 5.6e-7 * t * t;
    let xw = relative_humidity_percent / 100.0 * enhancement * saturation_pa / p;
    331.5024 + 0.603_055 * t - 0.000_528 * t * t
        + (51.471_935 + 0.149_587_4 * t - 0.000_782 * t * t) * xw
        + (-1.82e-7 + 3.73e-8 * t - 2.93e-10 * t * t) * p
        + (-85.209_31 - 0.228_525 * t + 5.91e-5 * t * t) * xc
        - 2.835_149 * xw * xw
        - 2.15e-13 * p * p
        + 29.179_762 * xc * xc
        + 0.000_486 * xw * p * xc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_cramer_at_published_points() {
        // Cramer's own abstract and the tables derived from it: 331.45 m/s at 0 C dry,
        // 343.99 at 20 C and 50 %, both to 0.05 m/s for the change of carbon dioxide since.
        for (t, h, c) in [
            (0.0, 0.0, 331.45),
            (20.0, 0.0, 343.37),
            (20.0, 50.0, 343.99),
        ] {
            assert!((cramer_m_s(t, h, 101_325.0) - c).abs() < 0.05, "{t} {h}");
        }
        // Outside the fit: the ideal gas 331.45 sqrt(T/273.15).
        let ideal = 331.45 * (253.15f64 / 273.15).sqrt();
        assert!((cramer_m_s(-20.0, 0.0, 101_325.0) - ideal).abs() < 0.1);
    }
}
