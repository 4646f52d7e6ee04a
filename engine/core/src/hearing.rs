//! How sound and its chance of being reported fall with range, as live fire in a city has them.

/// Scatter of levels about their fall with range, dB.
pub(crate) const SCATTER_DB: f64 = 9.5;

/// Loss against 100 m, dB: 24.6 dB per tenfold range (fit to live fire in a city).
pub(crate) fn fall_db(range_m: f64) -> f64 {
    24.6 * (range_m.max(5.0) / 100.0).log10()
}

/// No sensor hears every shot, however loud: 0.97 took part beside live fire.
pub(crate) const MOST: f64 = 0.97;

/// Probability that a sensor `delay_s` of travel away reports a shot: 0.97 beside it, 0.55 at
/// 700 m (participation measured on live fire, 0.53 to 0.61 at 700 to 800 m).
pub(crate) fn detection_probability(delay_s: f64) -> f64 {
    (MOST - 0.2 * delay_s).clamp(0.3, MOST)
}
