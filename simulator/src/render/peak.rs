//! How much lower the peak of a blast is after some air, as a microphone samples it.

use crate::air::Medium;
use crate::render::pulse::{Passage, PulseRenderer, Wave};
use crate::render::timeline::Timeline;
use crate::source::Blast;

/// Nearest and farthest node, metres, and nodes to a factor of two.
const NEAREST_M: f64 = 8.0;
const NODES: usize = 10;

/// Loss of a blast's peak beyond spreading, at ranges that double from node to node.
///
/// A front is steep, so air and the anti-alias filter take far more of its peak than of the
/// frequency at which its spectrum is strongest: 5 dB at 300 m and 16 kHz. The pulses are rendered
/// to know.
pub(crate) struct PeakLoss {
    /// dB at 8, 16 .. 4096 m.
    nodes_db: [f64; NODES],
}

impl PeakLoss {
    /// Of the blast whose spectrum is strongest at `frequency_hz`, sampled at `sample_rate_hz`.
    pub(crate) fn new(medium: Medium, frequency_hz: f64, sample_rate_hz: f64) -> Self {
        let positive_s = 1.0 / (std::f64::consts::TAU * frequency_hz);
        let blast = Blast {
            peak_pa: 1.0,
            positive_s,
            decay: 1.0,
        };
        let wave = Wave::new(sample_rate_hz, blast.length_s(), |f| blast.spectrum(f));
        let mut renderer = PulseRenderer::new(sample_rate_hz, medium);
        let nodes_db = std::array::from_fn(|node| {
            let passage = Passage {
                gain: 1.0,
                air_m: NEAREST_M * f64::from(1u32 << node),
                filter: None,
            };
            let mut timeline = Timeline::default();
            -20.0 * renderer.add(&mut timeline, &wave, passage, 1.0).log10()
        });
        Self { nodes_db }
    }

    /// Loss over `air_m` metres, dB; beyond the last node it goes on growing evenly.
    pub(crate) fn db(&self, air_m: f64) -> f64 {
        let place = (air_m / NEAREST_M).log2().max(0.0);
        let below = (place as usize).min(NODES - 2);
        let [low, high] = [self.nodes_db[below], self.nodes_db[below + 1]];
        low + (high - low) * (place - below as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn air_and_slow_converters_round_a_peak_off() {
        let air = Medium::new(10.0, 60.0, 101_325.0).with_absorption(10.0, 60.0, 101_325.0);
        let at = |rate: f64| PeakLoss::new(air, 450.0, rate);
        let (slow, fast) = (at(12_000.0), at(96_000.0));
        // Near by the filter is nearly all: at 96 kHz the front is up after two samples of 10.4 us,
        // in which the wave falls by 2 * 20.8/354 = 12 %, 1.1 dB, and 8 m of air take less.
        assert!((0.3..2.2).contains(&fast.db(0.0)), "{}", fast.db(0.0));
        assert!(slow.db(0.0) > 2.0);
        for range_m in [10.0, 100.0, 300.0, 1_000.0, 5_000.0] {
            assert!(slow.db(range_m) > fast.db(range_m));
            assert!(fast.db(2.0 * range_m) > fast.db(range_m));
            // No less than the strongest frequency loses.
            assert!(fast.db(range_m) > air.absorption_db_per_m(450.0) * range_m);
        }
    }
}
