//! What an impulse was, from what one sensor heard and then from all sensors of a shot.
//!
//! A first, hand-set model: it weighs how sharp, how strong and in which band an impulse was. It
//! was not trained, its probabilities are not calibrated, and it cannot tell a gun from a
//! firecracker of like sharpness, so a fixed share goes to fireworks. It is one function, made
//! to be replaced.

mod context;
mod features;
pub mod model;
pub mod novelty;
pub mod trees;

pub use features::{FEATURES_VERSION, N_FEATURES, features};

use crate::incident::ClassPosterior;
use crate::onset::Onset;

/// Number of classes, in the order of [`Class`](crate::incident::Class).
pub const CLASSES: usize = 3;

/// Of what sounds like a small explosion, the share given to fireworks without any evidence.
const FIREWORK_SHARE: f64 = 0.15;

/// Class of one onset by its own sound.
pub fn classify_onset(onset: &Onset) -> ClassPosterior {
    from_log_odds(log_odds(onset), unknown(onset))
}

/// Class of a shot by the onsets of the sensors that heard it.
///
/// Sensors share the source, not the path, so their evidence adds, at half weight since echoes and distance
/// act on all alike. That several sensors agree on one place speaks for a loud source
/// outdoors: one unit of log odds per sensor beyond the third, at most four.
pub fn classify_shot<'a>(onsets: impl Iterator<Item = &'a Onset>) -> ClassPosterior {
    let (mut sum, mut n, mut doubt) = (0.0, 0.0, 1.0_f64);
    for onset in onsets {
        sum += log_odds(onset);
        n += 1.0;
        doubt = doubt.min(unknown(onset));
    }
    if n == 0.0 {
        return from_log_odds(-2.0, 1.0);
    }
    from_log_odds(0.5 * sum / f64::sqrt(n) + (n - 3.0).clamp(0.0, 4.0), doubt)
}

/// Pools the rounds of one incident: the mean, since rounds share source, path and place.
pub fn pool(posteriors: impl Iterator<Item = ClassPosterior>) -> ClassPosterior {
    let (mut sum, mut n) = ([0.0; 4], 0.0);
    for p in posteriors {
        for (total, value) in sum
            .iter_mut()
            .zip([p.gunfire, p.firework, p.other, p.unknown])
        {
            *total += value;
        }
        n += 1.0;
    }
    let [gunfire, firework, other, unknown] = sum.map(|total| total / f64::max(n, 1.0));
    ClassPosterior {
        gunfire,
        firework,
        other,
        unknown,
    }
}

/// Log odds of a small explosion against any other impulse.
fn log_odds(onset: &Onset) -> f64 {
    let f = onset.features;
    // A muzzle blast rises within a few milliseconds even behind a corner.
    let sharp = if f.rise_s < 0.012 { 0.5 } else { -0.7 };
    // Its spectrum peaks at 300 to 800 Hz and loses the top with range.
    let band = if (250.0..2_000.0).contains(&f.zero_crossing_hz) {
        0.4
    } else {
        -0.6
    };
    let strong = ((onset.snr_db - 14.0) / 8.0).clamp(-1.5, 1.5);
    sharp + band + strong
}

/// Weak onsets could be anything.
fn unknown(onset: &Onset) -> f64 {
    (1.0 - (onset.snr_db - 7.0) / 20.0).clamp(0.05, 0.95)
}

fn from_log_odds(log_odds: f64, unknown: f64) -> ClassPosterior {
    let explosion = 1.0 / (1.0 + (-log_odds).exp());
    ClassPosterior {
        gunfire: explosion * (1.0 - FIREWORK_SHARE),
        firework: explosion * FIREWORK_SHARE,
        other: 1.0 - explosion,
        unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onset::OnsetFeatures;
    use crate::sensor::SensorIdx;
    use crate::timestamp::Timestamp;
    use crate::units::Seconds;
    use proptest::prelude::*;

    fn onset(snr_db: f64, rise_s: f64, zero_crossing_hz: f64) -> Onset {
        Onset {
            sensor: SensorIdx(0),
            time: Timestamp::default(),
            sigma: Seconds(1e-4),
            peak_dbfs: -10.0,
            level_db_spl: None,
            snr_db,
            clipped: false,
            features: OnsetFeatures {
                rise_s: rise_s as f32,
                decay_s: 0.02,
                zero_crossing_hz: zero_crossing_hz as f32,
                ..OnsetFeatures::default()
            },
        }
    }

    #[test]
    fn a_sharp_strong_blast_is_likelier_gunfire_than_a_slow_weak_thud() {
        let blast = classify_onset(&onset(30.0, 0.002, 600.0));
        let thud = classify_onset(&onset(8.0, 0.03, 120.0));
        assert!(blast.gunfire > 0.7 && thud.gunfire < 0.2);
        assert!(blast.unknown < thud.unknown);
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one(snr in 0.0..70.0_f64, rise in 0.0..0.05_f64, f in 0.0..6000.0_f64, n in 0_usize..20) {
            let o = onset(snr, rise, f);
            let many = vec![o.clone(); n];
            for p in [classify_onset(&o), classify_shot(many.iter()), pool([classify_onset(&o)].into_iter())] {
                prop_assert!((p.gunfire + p.firework + p.other - 1.0).abs() < 1e-12);
                prop_assert!((0.0..=1.0).contains(&p.unknown));
            }
        }
    }
}
