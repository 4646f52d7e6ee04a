//! How likely an arrival is, direct or late.

use crate::settings::Settings;

/// Share of the paths on which the direct wave is lost and an echo or a detour is heard first. Cases of
/// the literature have 20 to 40 %; live fire is located best with this, from audio as from pulses.
pub(crate) const LATE_SHARE: f64 = 0.3;
/// Mean lateness of those, seconds (the same).
pub(crate) const LATE_MEAN_S: f64 = 0.035;

/// Probability that an arrival with this residual is direct, not a late echo or clutter.
pub(crate) fn direct_probability(residual_s: f64, sigma_s: f64, settings: &Settings) -> f64 {
    /// Density of clutter that is neither, 1/s. It only matters beyond four sigma, where it keeps one
    /// absurdly early onset from dragging the fix along.
    const CLUTTER_PER_S: f64 = 1e-3;
    let direct = (1.0 - settings.late_share) * normal_density(residual_s, sigma_s);
    let late = settings.late_share * late_density(residual_s, sigma_s, settings.late_mean_s);
    direct / (direct + late + CLUTTER_PER_S)
}

/// Density of a normal distribution about zero, by the unit of `x` and `sigma`: 1/s for residuals.
pub(crate) fn normal_density(x: f64, sigma: f64) -> f64 {
    let z = x / sigma;
    (-0.5 * z * z).exp() / (sigma * (2.0 * std::f64::consts::PI).sqrt())
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
