//! Recall against false onsets while the thresholds move together.

use serde::Serialize;
use shotfix_signal::DetectorConfig;

use super::input::{Kind, Listening};
use super::score::{Heard, figures, hear};

/// Thresholds over the default ones, dB.
pub const CURVE_DB: [f32; 9] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 7.0, 11.0];

/// One setting of the thresholds.
#[derive(Clone, Debug, Serialize)]
pub struct CurvePoint {
    /// All thresholds over the default ones, dB.
    pub shift_db: f32,
    /// Share of live-fire pulses found within 5 ms, if there are any.
    pub live_fire_recall: Option<f64>,
    /// Share of simulated arrivals of 10 dB and more found within 5 ms, if there are any.
    pub scene_recall: Option<f64>,
    /// Onsets a minute that stand for nothing expected, echoes included, over all recordings.
    pub unmatched_per_min: f64,
    /// Those before the first shot of a recording.
    pub quiet_per_min: f64,
}

/// The detector with thresholds `shift_db` over the default ones. A mean excess of the background
/// is taken as one decibel.
pub(super) fn config_at(shift_db: f32) -> impl Fn(f64) -> DetectorConfig + Sync {
    move |rate_hz| {
        let default = DetectorConfig::new(rate_hz);
        DetectorConfig {
            trigger_db: default.trigger_db + shift_db,
            floor_db: default.floor_db + shift_db,
            tail_excesses: default.tail_excesses + shift_db,
            ..default
        }
    }
}

pub(super) fn curve(listenings: &[Listening], offset_s: f64) -> Vec<CurvePoint> {
    CURVE_DB
        .iter()
        .map(|&shift_db| {
            let heard = hear(listenings, &config_at(shift_db));
            let heard: Vec<Heard<'_>> = heard.into_iter().flatten().collect();
            point(shift_db, &heard, offset_s)
        })
        .collect()
}

fn point(shift_db: f32, heard: &[Heard<'_>], offset_s: f64) -> CurvePoint {
    /// Index of 5 ms.
    const WITHIN: usize = 3;
    let all = figures("all", &heard.iter().collect::<Vec<_>>(), offset_s);
    let live: Vec<&Heard<'_>> = heard
        .iter()
        .filter(|h| h.listening.kind == Kind::LiveFire)
        .collect();
    let live = figures("live fire", &live, offset_s);
    let audible: Vec<_> = super::score::by_snr(heard).into_iter().skip(2).collect();
    let n: usize = audible.iter().map(|f| f.arrivals).sum();
    let found: f64 = (audible.iter())
        .map(|f| f.recall[WITHIN] * f.arrivals as f64)
        .sum();
    CurvePoint {
        shift_db,
        live_fire_recall: (live.arrivals > 0).then_some(live.recall[WITHIN]),
        scene_recall: (n > 0).then(|| found / n as f64),
        unmatched_per_min: all.unmatched_per_min,
        quiet_per_min: all.quiet_per_min,
    }
}
