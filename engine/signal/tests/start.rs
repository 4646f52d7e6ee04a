//! A recording's start is no onset, nor is the end of missing data; what begins soon after it is.

mod common;

use std::f64::consts::TAU;

use common::{add_blast, detect, detect_in_blocks, nearest, noise};
use proptest::prelude::*;
use shotfix_signal::WARM_UP_S;

const RATES: [f64; 8] = [
    8_000.0, 11_025.0, 12_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 100_000.0,
];
/// Bins are about a millisecond, so the warm-up may begin so much before the first sample.
const BIN_S: f64 = 1.1e-3;
/// Exact zeros of a dropped block, seconds.
const DROPPED_S: f64 = 0.05;

/// Sounds that are going on already at their first sample.
#[derive(Clone, Copy, Debug)]
enum Sound {
    Noise,
    Wind,
    Offset,
    Hum,
    Tone,
    /// A blast of so many decibels over the noise, of which the first half millisecond is missing.
    Bang(f64),
    /// What is left of a loud sound between walls.
    Reverberation,
}

const SOUNDS: [Sound; 9] = [
    Sound::Noise,
    Sound::Wind,
    Sound::Offset,
    Sound::Hum,
    Sound::Tone,
    Sound::Bang(20.0),
    Sound::Bang(40.0),
    Sound::Bang(60.0),
    Sound::Reverberation,
];

impl Sound {
    fn play(self, rate_hz: f64, n: usize, seed: u64) -> Vec<f32> {
        let sine = |hz: f64, i: usize| (TAU * (hz * i as f64 / rate_hz) + seed as f64).sin();
        let quiet = noise(n, 0.003, seed);
        let quiet = quiet.iter().enumerate().map(|(i, v)| (i, f64::from(*v)));
        let under =
            |f: &dyn Fn(usize, f64) -> f64| quiet.clone().map(|(i, v)| f(i, v) as f32).collect();
        match self {
            Self::Noise => under(&|_, v| v),
            Self::Wind => {
                let mut wind = 0.0;
                quiet
                    .map(|(_, v)| {
                        wind = 0.995 * wind + v;
                        wind as f32
                    })
                    .collect()
            }
            Self::Offset => under(&|_, v| v - 0.4),
            Self::Hum => under(&|i, v| v + 0.3 * sine(50.0, i)),
            Self::Tone => under(&|i, _| 0.3 * sine(440.0, i)),
            Self::Bang(snr_db) => {
                let sigma = 0.3 * 10_f64.powf(-snr_db / 20.0);
                let missing = (0.5e-3 * rate_hz) as usize;
                let mut x = noise(n + missing, sigma, seed);
                add_blast(&mut x, rate_hz, 0.3, 0.5, 1e-3);
                x.split_off(missing)
            }
            Self::Reverberation => {
                under(&|i, v| 30.0 * v * (-(i as f64) / (0.05 * rate_hz)).exp() + 0.01 * v)
            }
        }
    }
}

fn dropped(rate_hz: f64) -> Vec<f32> {
    vec![0.0; (DROPPED_S * rate_hz) as usize]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn verif_what_is_going_on_at_the_start_is_no_onset(
        duration_s in 0.0..0.5_f64,
        rate in prop::sample::select(&RATES[..]),
        sound in prop::sample::select(&SOUNDS[..]),
        blocks in prop::collection::vec(1_usize..3_000, 1..6),
        seed in 0_u64..10_000,
    ) {
        let x = sound.play(rate, ((duration_s * rate) as usize).max(1), seed);
        let onsets = detect_in_blocks(rate, &x, &blocks);
        prop_assert!(onsets.iter().all(|o| o.sample > (WARM_UP_S - BIN_S) * rate), "{onsets:?}");
        // As a stream whose first block was lost.
        let lost = dropped(rate);
        let after = detect_in_blocks(rate, &[&lost[..], &x].concat(), &blocks);
        let earliest = lost.len() as f64 + (WARM_UP_S - BIN_S) * rate;
        prop_assert!(after.iter().all(|o| o.sample > earliest), "after zeros: {after:?}");
    }

    #[test]
    fn verif_a_recording_too_short_for_a_background_holds_no_onset(
        share in 0.0..1.0_f64,
        rate in prop::sample::select(&RATES[..]),
        sound in prop::sample::select(&SOUNDS[..]),
        seed in 0_u64..10_000,
    ) {
        let x = sound.play(rate, ((share * WARM_UP_S * rate) as usize).max(1), seed);
        prop_assert_eq!(detect(rate, &x), []);
        // And so does a piece of a stream between two blocks that were lost.
        let (lost, mut before) = (dropped(rate), noise((0.2 * rate) as usize, 0.003, seed + 1));
        // Noise looks once in 10 000 times as if it had died away; what breaks off at its loudest has not.
        before.extend([0.01, -0.01]);
        let torn = detect(rate, &[&before[..], &lost, &x, &lost].concat());
        let from = before.len() as f64;
        prop_assert!(torn.iter().all(|o| o.sample < from && o.snr_db < 10.0), "torn: {torn:?}");
    }

    #[test]
    fn verif_an_impulse_soon_after_the_start_or_a_lost_block_is_found(
        at_s in 0.01..0.1_f64,
        rate in prop::sample::select(&RATES[..]),
        seed in 0_u64..10_000,
    ) {
        let mut x = noise((0.3 * rate) as usize, 0.003, seed);
        let truth = at_s * rate;
        add_blast(&mut x, rate, truth, 0.6, 0.8e-3);
        let near = |onsets: &[_], truth| nearest(onsets, truth, 1e-3 * rate).is_some();
        let onsets = detect(rate, &x);
        prop_assert!(near(&onsets, truth), "{onsets:?}");
        let before = [noise((0.2 * rate) as usize, 0.003, seed + 1), dropped(rate)].concat();
        let onsets = detect(rate, &[&before[..], &x].concat());
        prop_assert!(near(&onsets, before.len() as f64 + truth), "after zeros: {onsets:?}");
    }
}
