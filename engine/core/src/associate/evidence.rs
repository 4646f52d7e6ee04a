//! How strongly one onset, or a sensor's silence, speaks for a supposed shot.
//!
//! All values are natural logarithms of likelihood ratios: the shot against clutter alone.

use super::episode::{Company, Episode, Pick};
use crate::hearing::{SCATTER_DB, detection_probability, fall_db};
use crate::locate::likelihood::{late_density, normal_density};
use crate::settings::Settings;

/// Rate density of clutter by SNR, onsets per second and dB, for a sensor in a city.
///
/// Two populations: fluctuations of noise, which fade within 1.5 to 2.7 dB, and true impulses
/// (echoes, steps, doors), which fade within 5 to 10 dB. In quiet both are rare; in the second
/// after a sound as loud, echoes abound. Measured on the live-fire recordings FP1, FP2 and FP4:
/// 0.39 a second before the first shot against 4.5 after shots above 9 dB, 0.006 against 0.62
/// above 16 dB. No wake there was of more than 30 dB; the rare echoes that are assumed beyond keep
/// shock waves of bullets, 70 dB over the noise, from being rounds of their own.
fn clutter_density(snr_db: f64, in_wake: bool) -> f64 {
    let of =
        |rate: f64, at_db: f64, fade_db: f64| rate / fade_db * (-(snr_db - at_db) / fade_db).exp();
    if in_wake {
        of(6.5, 7.0, 2.7) + of(0.55, 12.0, 5.0) + of(0.02, 24.0, 15.0)
    } else {
        of(0.4, 9.0, 1.5) + of(0.01, 14.0, 10.0)
    }
}

/// Log likelihood ratio of what `sensor` reported just before the supposed direct arrival at
/// `direct_s`.
///
/// If the arrival is truly the first, what precedes it is the clutter of quiet; if it is an echo,
/// the direct wave before it is left over as a strong onset that nothing explains.
pub(super) fn of_forerunners(
    episode: &Episode,
    taken: &[bool],
    sensor: usize,
    direct_s: f64,
) -> f64 {
    /// Echoes that are mistaken for the direct wave follow it within this time.
    const WINDOW_S: f64 = 0.15;
    /// Nearer than this it is the same onset.
    const SAME_S: f64 = 0.002;
    /// One bad sensor must not veto a shot.
    const MOST: f64 = 4.0;
    let sum: f64 = episode
        .between(sensor, direct_s - WINDOW_S, direct_s - SAME_S)
        .iter()
        .filter(|&&i| !taken[i])
        .filter(|&&i| !episode.company(i).in_wake)
        .map(|&i| {
            let snr_db = episode.picks()[i].snr_db;
            (clutter_density(snr_db, false) / clutter_density(snr_db, true))
                .ln()
                .min(0.0)
        })
        .sum();
    sum.max(-MOST)
}

/// Density of the SNR of direct arrivals, per dB: nearly flat from 8 to 40 dB (same source).
const DIRECT_DENSITY: f64 = 0.03;

/// Log likelihood ratio of one onset that misses its predicted time by `residual_s`.
///
pub(super) fn of_pick(
    pick: &Pick,
    company: Company,
    residual_s: f64,
    sigma_s: f64,
    delay_s: f64,
    settings: &Settings,
) -> f64 {
    of_timing(residual_s, sigma_s, settings) + of_strength(pick, company, delay_s)
}

/// The part of [`of_pick`] that the onset's time decides, ln(1/s).
pub(super) fn of_timing(residual_s: f64, sigma_s: f64, settings: &Settings) -> f64 {
    let density = (1.0 - settings.late_share) * normal_density(residual_s, sigma_s)
        + settings.late_share * late_density(residual_s, sigma_s, settings.late_mean_s);
    density.max(1e-12).ln()
}

/// The part of [`of_pick`] that the onset's strength and place decide, ln(s).
pub(super) fn of_strength(pick: &Pick, company: Company, delay_s: f64) -> f64 {
    let ratio = DIRECT_DENSITY / clutter_density(pick.snr_db, company.in_wake);
    (detection_probability(delay_s) * ratio).ln() - company.chatter
}

/// Log likelihood ratio of a sensor that reports nothing at the predicted time.
pub(super) fn of_silence(delay_s: f64) -> f64 {
    (1.0 - detection_probability(delay_s)).ln()
}

/// The best account of one sensor: which of its onsets, or silence.
///
/// `sigma_s` is the spread of an arrival about its prediction. Onsets that `taken` marks do not count.
/// A sensor that was not recording says nothing: zero.
pub(super) fn of_sensor(
    episode: &Episode,
    taken: &[bool],
    sensor: usize,
    predicted_s: f64,
    delay_s: f64,
    sigma_s: f64,
    settings: &Settings,
) -> (f64, Option<usize>) {
    let silence = if episode.is_covered(sensor, predicted_s) {
        of_silence(delay_s)
    } else {
        0.0
    };
    let window =
        predicted_s - 4.0 * sigma_s..predicted_s + 4.0 * sigma_s + 2.5 * settings.late_mean_s;
    episode
        .between(sensor, window.start, window.end)
        .iter()
        .filter(|&&i| !taken[i])
        .map(|&i| {
            let pick = &episode.picks()[i];
            let noise_s = sigma_s.hypot(pick.sigma_s);
            (
                of_pick(
                    pick,
                    episode.company(i),
                    pick.time_s - predicted_s,
                    noise_s,
                    delay_s,
                    settings,
                ),
                Some(i),
            )
        })
        // On equal terms the earlier onset wins: `max_by` keeps the last, so compare strictly.
        .fold(
            (silence, None),
            |best, next| if next.0 > best.0 { next } else { best },
        )
}

/// Log likelihood of the levels, relative to a perfect fit: do they fall with range as sound does?
///
/// Level over the free field of one source: `L = S - 24.6 log10(r / 100 m)`, scatter 9.5 dB
/// (fit to live fire in a city); `S` is free within `99 +- 8` dB. A clipped level is a lower bound.
/// `levels`: (range in metres, level in dB SPL, clipped).
pub(super) fn of_levels(levels: &[(f64, f64, bool)]) -> f64 {
    const SOURCE_DB: f64 = 99.0;
    const SOURCE_SIGMA_DB: f64 = 8.0;
    let excess: Vec<(f64, bool)> = levels
        .iter()
        .map(|&(range_m, level, clipped)| (level + fall_db(range_m) - SOURCE_DB, clipped))
        .collect();
    // Posterior mean of the source's offset, clipped ones counted only if they lie above it.
    let mut offset = 0.0;
    for _ in 0..3 {
        let (mut sum, mut weight) = (0.0, (SCATTER_DB / SOURCE_SIGMA_DB).powi(2));
        for &(x, clipped) in &excess {
            if !clipped || x > offset {
                sum += x;
                weight += 1.0;
            }
        }
        offset = sum / weight;
    }
    let misfit: f64 = excess
        .iter()
        .filter(|&&(x, clipped)| !clipped || x > offset)
        .map(|&(x, _)| (((x - offset) / SCATTER_DB).powi(2)).min(9.0))
        .sum();
    -0.5 * (misfit + (offset / SOURCE_SIGMA_DB).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_timely_onset_speaks_for_the_shot_and_a_late_weak_one_hardly() {
        let settings = Settings::default();
        let pick = |snr_db| Pick {
            sensor: 0,
            time_s: 0.0,
            sigma_s: 0.0,
            snr_db,
            peak_dbfs: -10.0,
            level_db_spl: None,
            clipped: false,
        };
        let at = |snr, late| {
            of_pick(
                &pick(snr),
                Company {
                    in_wake: true,
                    chatter: 0.0,
                },
                late,
                0.009,
                0.5,
                &settings,
            )
        };
        assert!(at(25.0, 0.0) > 2.0);
        assert!(at(25.0, 0.03) < at(25.0, 0.0));
        assert!(
            at(25.0, 0.05) > at(25.0, -0.05),
            "late has an excuse, early has none"
        );
        assert!(at(8.0, 0.05) < of_silence(0.5));
    }

    #[test]
    fn levels_that_fall_with_range_are_free() {
        let falling = [
            (50.0, 106.0, false),
            (200.0, 91.6, false),
            (400.0, 84.2, false),
        ];
        assert!(of_levels(&falling) > -0.2);
        let rising = [
            (50.0, 70.0, false),
            (200.0, 80.0, false),
            (400.0, 95.0, false),
        ];
        assert!(of_levels(&rising) < of_levels(&falling) - 2.0);
        let clipped = [
            (50.0, 93.0, true),
            (200.0, 91.6, false),
            (400.0, 84.2, false),
        ];
        assert!(
            of_levels(&clipped) > -0.2,
            "a clipped near sensor is no contradiction"
        );
    }
}
