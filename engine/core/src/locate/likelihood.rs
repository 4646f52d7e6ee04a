//! How likely an arrival is, direct or late.

use crate::settings::Settings;

/// Probability that an arrival with this residual is direct, not a late echo or clutter.
pub(crate) fn direct_probability(residual_s: f64, sigma_s: f64, settings: &Settings) -> f64 {
    /// Density of clutter that is neither, 1/s. It only matters beyond four sigma, where it keeps one
    /// absurdly early onset from dragging the fix along.
    const CLUTTER_PER_S: f64 = 1e-3;
    let direct = (1.0 - settings.late_share) * normal_density(residual_s, sigma_s);
    let late = settings.late_share * late_density(residual_s, sigma_s, settings.late_mean_s);
    direct / (direct + late + CLUTTER_PER_S)
}

/// Density of a normal distribution about zero, 1/s.
pub(crate) fn normal_density(residual_s: f64, sigma_s: f64) -> f64 {
    let z = residual_s / sigma_s;
    (-0.5 * z * z).exp() / (sigma_s * (2.0 * std::f64::consts::PI).sqrt())
}

/// Density of an exponential lag with mean `mean_s` that starts about one sigma after the direct
/// wave, 1/s. The smooth start of a full convolution would buy nothing here.
pub(crate) fn late_density(residual_s: f64, sigma_s: f64, mean_s: f64) -> f64 {
    if residual_s < -sigma_s {
        0.0
    } else {
        (-(residual_s + sigma_s) / mean_s).exp() / mean_s
    }
}
