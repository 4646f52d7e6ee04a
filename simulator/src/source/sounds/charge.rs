//! The blast of a small charge.

use crate::source::{Blast, db_spl};

/// Standard atmosphere, pascals.
const ATMOSPHERE_PA: f64 = 101_325.0;

/// Level at 1 m, dB SPL, and positive phase, seconds, of a charge in free air.
///
/// Kinney and Graham fit the blast of 1 kg of TNT at Z metres, and lengths and times of W kg go
/// as its cube root. Far away their ratio of overpressure to the atmosphere,
/// `808 (1 + (Z/4.5)^2) / sqrt((1 + (Z/0.048)^2) (1 + (Z/0.32)^2) (1 + (Z/1.35)^2))`, becomes
/// `808 * 0.048 * 0.32 * 1.35 / 4.5^2 / Z = 0.827 / Z`, and their duration becomes
/// `980 * 0.02^3 * 0.74^6 * 6.9 / 0.54^10 = 4.2 ms`. The level at 1 m is the one that leads to
/// the far field; the shock very near the charge is louder.
///
/// Not modelled: the growth of the duration with range, the slow burning of black powder, whose
/// wave is weaker and longer.
///
/// # Arguments
/// * `tnt_kg` - TNT equivalent. Flash powder has about half its mass, *estimated*.
///
/// # Source
/// G. F. Kinney, K. J. Graham, Explosive Shocks in Air, 2nd edition, Springer 1985.
pub(super) fn level_and_duration(tnt_kg: f64) -> (f64, f64) {
    let scale = tnt_kg.cbrt();
    (db_spl(0.827 * scale * ATMOSPHERE_PA), 4.2e-3 * scale)
}

/// A Friedlander wave without net impulse, as weak blasts are.
pub(super) fn blast(level_db_spl: f64, positive_s: f64) -> Blast {
    Blast::new(level_db_spl, positive_s, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_a_firecracker_is_as_loud_as_measured() {
        // Flamme, Liebe and Wong (2009): 142 dB at 8 m, which is 142 + 20 lg 8 = 160.1 dB at 1 m
        // in the far field, of crackers with at most 50 mg of flash powder.
        let (level, duration_s) = level_and_duration(0.5 * 50e-6);
        assert!((level - 160.1).abs() < 2.5, "{level}");
        // 25 mg^(1/3) = 0.0292 kg^(1/3), times 4.2 ms.
        assert!((duration_s - 0.123e-3).abs() < 0.001e-3, "{duration_s}");
    }

    #[test]
    fn eight_times_the_mass_is_twice_the_pressure_and_the_time() {
        let ((quiet, short_s), (loud, long_s)) =
            (level_and_duration(1e-4), level_and_duration(8e-4));
        assert!((loud - quiet - 6.02).abs() < 0.01 && (long_s / short_s - 2.0).abs() < 1e-9);
    }
}
