//! What every user may rely on, whatever the sound: blocks, shifts, gain, silence, gaps, rubbish.

mod common;

use common::{add_blast, detect, detect_in_blocks, nearest, noise};
use proptest::prelude::*;
use shotfix_signal::{Detector, DetectorConfig, RawOnset};

/// A second or so of city: noise and a few blasts of different strength.
fn street(rate_hz: f64, seconds: f64, sigma: f64, seed: u64) -> Vec<f32> {
    let mut x = noise((rate_hz * seconds) as usize, sigma, seed);
    for k in 0..(seconds / 0.2) as usize - 1 {
        let onset = (0.2 + 0.2 * k as f64) * rate_hz + 0.37 * k as f64;
        let amplitude = sigma * [200.0, 60.0, 400.0][(k + seed as usize) % 3];
        add_blast(&mut x, rate_hz, onset, amplitude, 0.8e-3);
    }
    x
}

/// Samples of the input in one bin: about a millisecond after whole-number decimation to at least
/// 16 kHz (documented with `Detector`).
fn samples_per_bin(rate_hz: f64) -> usize {
    let step = (rate_hz / 16_000.0).floor().max(1.0);
    (step * (rate_hz / step / 1_000.0).round()) as usize
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn verif_any_cutting_gives_the_same_bits(
        blocks in prop::collection::vec(1_usize..3_000, 1..12),
        rate in prop::sample::select(vec![8_000.0, 12_000.0, 44_100.0, 48_000.0]),
        seed in 0_u64..1_000,
    ) {
        let x = street(rate, 1.2, 0.001, seed);
        let whole = detect(rate, &x);
        prop_assert!(whole.len() >= 3);
        prop_assert_eq!(whole, detect_in_blocks(rate, &x, &blocks));
    }

    #[test]
    fn verif_a_shift_by_whole_bins_shifts_the_onsets_exactly(
        bins in 1_usize..400,
        rate in prop::sample::select(vec![12_000.0, 22_050.0, 48_000.0]),
        seed in 0_u64..1_000,
    ) {
        let x = street(rate, 1.0, 0.001, seed);
        let k = bins * samples_per_bin(rate);
        // The added start is no data: exact zeros.
        let shifted = detect(rate, &[vec![0.0; k], x.clone()].concat());
        let plain = detect(rate, &x);
        prop_assert_eq!(plain.len(), shifted.len());
        for (a, b) in plain.iter().zip(&shifted) {
            // Sums of f64 near 1e5: rounding of 1e-11.
            prop_assert!((b.sample - a.sample - k as f64).abs() < 1e-6);
            prop_assert_eq!((a.peak, a.snr_db, a.clipped), (b.peak, b.snr_db, b.clipped));
            prop_assert_eq!(a.sigma_samples, b.sigma_samples);
        }
    }

    #[test]
    fn verif_any_shift_keeps_clear_impulses(
        k in 1_usize..5_000,
        rate in prop::sample::select(vec![8_000.0, 12_000.0, 44_100.0, 48_000.0]),
        seed in 0_u64..1_000,
    ) {
        let x = street(rate, 1.0, 0.001, seed);
        // The added start is more of the same noise.
        let shifted = detect(rate, &[noise(k, 0.001, seed + 5_000), x.clone()].concat());
        let plain = detect(rate, &x);
        let clear = |onsets: &[RawOnset]| -> Vec<RawOnset> {
            onsets.iter().copied().filter(|o| o.snr_db > 20.0).collect()
        };
        let (plain, shifted) = (clear(&plain), clear(&shifted));
        prop_assert_eq!(plain.len(), shifted.len());
        for (a, b) in plain.iter().zip(&shifted) {
            // Only the window about the onset moves against the bins.
            let off_s = (b.sample - a.sample - k as f64) / rate;
            prop_assert!(off_s.abs() < 3e-4, "{off_s} s at {rate} Hz");
        }
    }

    #[test]
    fn verif_gain_changes_the_level_not_the_time(
        gain in 0.01_f32..1.0,
        seed in 0_u64..1_000,
    ) {
        let rate = 12_000.0;
        // At the smallest gain the noise still has 2 steps of 16 bits.
        let x = street(rate, 1.0, 0.002, seed);
        let quiet: Vec<f32> = x.iter().map(|v| v * gain).collect();
        let (plain, quiet) = (detect(rate, &x), detect(rate, &quiet));
        prop_assert_eq!(plain.len(), quiet.len());
        for (a, b) in plain.iter().zip(&quiet) {
            let change_db = 20.0 * (b.peak / a.peak).log10();
            prop_assert!((change_db - 20.0 * gain.log10()).abs() < 0.01);
            prop_assert!((a.sample - b.sample).abs() < 0.05, "{} {}", a.sample, b.sample);
        }
    }

    #[test]
    fn verif_neither_an_offset_nor_the_sign_moves_an_onset(
        offset in -0.6_f32..0.6,
        rate in prop::sample::select(vec![8_000.0, 12_000.0, 48_000.0]),
        seed in 0_u64..1_000,
    ) {
        let x = street(rate, 1.0, 0.001, seed);
        let plain = detect(rate, &x);
        let moved: Vec<f32> = x.iter().map(|v| offset - v).collect();
        let moved = detect(rate, &moved);
        // The offset costs bits: single precision holds 0.6 to 6e-8, a fifth of a thousandth
        // of the noise. What just passes the threshold may just not.
        for (these, those) in [(&plain, &moved), (&moved, &plain)] {
            for onset in these {
                let there = nearest(those, onset.sample, 0.1 + 0.2 * onset.sigma_samples);
                prop_assert!(there.is_some() || onset.features.margin_db < 0.1, "{onset:?}");
            }
        }
    }

    #[test]
    fn verif_rubbish_neither_panics_nor_poisons(
        rubbish in prop::collection::vec(
            prop_oneof![
                Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(f32::MAX),
                Just(f32::MIN), Just(1e30_f32), Just(f32::MIN_POSITIVE), Just(1e-42_f32),
                any::<f32>(),
            ],
            1..200,
        ),
        seed in 0_u64..1_000,
    ) {
        let rate = 12_000.0;
        let mut x = noise(48_000, 0.001, seed);
        x[5_000..5_000 + rubbish.len()].copy_from_slice(&rubbish);
        // Three seconds later the detector hears as if nothing had been.
        add_blast(&mut x, rate, 40_000.0, 0.5, 0.8e-3);
        let onsets = detect(rate, &x);
        for o in &onsets {
            let numbers = [o.sample, o.sigma_samples, f64::from(o.peak), f64::from(o.snr_db)];
            prop_assert!(numbers.iter().all(|v| v.is_finite()), "{o:?}");
            // NaN is unknown, such as what the end of the stream cut off.
            prop_assert!(o.features.vector().iter().all(|v| !v.is_infinite()), "{o:?}");
        }
        let blast = nearest(&onsets, 40_000.0, 10.0);
        prop_assert!(blast.is_some(), "deaf after rubbish: {onsets:?}");
    }
}

#[test]
fn verif_digital_silence_gives_none() {
    for rate in [8_000.0, 12_000.0, 96_000.0] {
        assert_eq!(detect(rate, &vec![0.0; rate as usize * 10]), []);
        assert_eq!(detect(rate, &[]), []);
        assert_eq!(detect(rate, &[0.0]), []);
        assert_eq!(detect(rate, &[0.5]), []);
    }
}

#[test]
fn verif_stationary_noise_gives_few() {
    // The threshold is where an exponential tail gives 0.05 exp(-6) of 60 000 bins, seven a minute;
    // that of white noise falls faster.
    for rate in [8_000.0, 12_000.0, 48_000.0] {
        let mut counts = Vec::new();
        // From far below a 16-bit step to nearly full scale.
        for (seed, sigma) in [1e-7, 1e-4, 3e-3, 0.1].into_iter().enumerate() {
            let x = noise(rate as usize * 60, sigma, seed as u64);
            counts.push(detect(rate, &x).len());
        }
        println!("false onsets in 60 s of white noise at {rate} Hz: {counts:?}");
        assert!(counts.iter().all(|&n| n <= 7), "{rate} Hz: {counts:?}");
    }
}

#[test]
fn verif_the_level_of_noise_does_not_matter() {
    let rate = 12_000.0;
    let x = noise(rate as usize * 30, 0.01, 9);
    let loud = detect(rate, &x);
    // A power of two is exact in floating point: the same bits, scaled.
    let quiet: Vec<f32> = x.iter().map(|v| v / 64.0).collect();
    assert_eq!(loud.len(), detect(rate, &quiet).len());
}

#[test]
fn verif_edges_of_gaps_are_no_onsets() {
    type Sound = (&'static str, fn(usize, f64) -> f64);
    let sounds: [Sound; 4] = [
        ("noise", |_, _| 0.0),
        ("noise on an offset", |_, _| 0.1),
        ("noise on a large negative offset", |_, _| -0.6),
        ("noise on hum", |i, rate| {
            0.3 * (std::f64::consts::TAU * 50.0 * i as f64 / rate + 1.0).sin()
        }),
    ];
    // Gaps in samples of 12 kHz, scaled for other rates: at the start, in the middle, at the end,
    // short (4 ms), long, and one after another, none of them on a border of bins.
    let gaps: [&[(usize, usize)]; 7] = [
        &[],
        &[(0, 5_003)],
        &[(14_007, 14_055)],
        &[(14_007, 14_507)],
        &[(14_007, 22_013)],
        &[(30_011, 36_000)],
        &[(7_001, 7_301), (14_001, 14_601), (15_007, 15_907)],
    ];
    for rate in [12_000.0, 44_100.0, 48_000.0] {
        let scale = rate / 12_000.0;
        let n = (36_000.0 * scale) as usize;
        for (name, sound) in sounds {
            for gap in gaps {
                let mut x = noise(n, 0.003, 3);
                for (i, v) in x.iter_mut().enumerate() {
                    *v += sound(i, rate) as f32;
                }
                let clean = detect(rate, &x).len();
                for &(from, to) in gap {
                    let (from, to) = (from as f64 * scale, (to as f64 * scale).min(n as f64));
                    x[from as usize..to as usize].fill(0.0);
                }
                let onsets = detect(rate, &x);
                assert!(
                    onsets.iter().all(|o| o.snr_db < 10.0) && onsets.len() <= clean + 1,
                    "{name} at {rate} Hz, gaps {gap:?}: {onsets:?}"
                );
            }
        }
    }
}

#[test]
fn verif_start_and_end_of_a_file_are_no_onsets() {
    // Starts and ends in mid-swing, on offset, hum and full-scale low sound alike.
    for rate in [8_000.0, 12_000.0, 48_000.0] {
        for phase in 0..8 {
            let x: Vec<f32> = (0..rate as usize)
                .map(|i| {
                    let turn = 50.0 * i as f64 / rate + f64::from(phase) / 8.0;
                    (0.2 + 0.5 * (std::f64::consts::TAU * turn).sin()) as f32
                })
                .collect();
            assert_eq!(detect(rate, &x), [], "{rate} Hz, phase {phase}");
        }
        assert_eq!(detect(rate, &vec![0.7; rate as usize]), [], "constant");
    }
}

#[test]
fn verif_an_impulse_out_of_silence_is_found() {
    // A simulation without noise: silence, blast, silence; then the same again.
    for rate in [8_000.0, 12_000.0, 22_050.0, 48_000.0, 96_000.0] {
        for peak in [0.9, 0.01, 0.001] {
            let mut x = vec![0.0; 2 * rate as usize];
            let truths = [0.5 * rate + 0.3, 1.2 * rate + 7.6];
            for truth in truths {
                add_blast(&mut x, rate, truth, peak, 0.8e-3);
            }
            // As computed, and as a 16-bit file holds it: there the decay ends in exact zeros.
            let rounded: Vec<f32> = x
                .iter()
                .map(|v| (v * 32_768.0).round() / 32_768.0)
                .collect();
            for x in [x, rounded] {
                let onsets = detect(rate, &x);
                assert_eq!(onsets.len(), 2, "{rate} Hz, peak {peak}: {onsets:?}");
                for (o, truth) in onsets.iter().zip(truths) {
                    let off_s = (o.sample - truth) / rate;
                    assert!(off_s.abs() < 3e-4, "{rate} Hz, peak {peak}: {off_s} s");
                }
            }
        }
    }
}

#[test]
fn verif_clipping_is_flagged_and_keeps_the_time() {
    for rate in [12_000.0, 48_000.0] {
        let truth = 0.8 * rate + 0.4;
        let mut x = noise(rate as usize * 2, 0.001, 4);
        // Three times full scale.
        add_blast(&mut x, rate, truth, 3.0, 1e-3);
        let clipped: Vec<f32> = x.iter().map(|v| v.clamp(-1.0, 1.0)).collect();
        let (free, hard) = (detect(rate, &x), detect(rate, &clipped));
        let hard = nearest(&hard, truth, 0.002 * rate).expect("a clipped blast is found");
        let free = nearest(&free, truth, 0.002 * rate).expect("the blast is found");
        assert!(hard.clipped);
        assert!(((hard.sample - free.sample) / rate).abs() < 1e-4);
        // Half of full scale is not clipped.
        let quiet: Vec<f32> = x.iter().map(|v| v / 6.0).collect();
        assert!(detect(rate, &quiet).iter().all(|o| !o.clipped));
    }
}

#[test]
fn verif_an_hour_is_as_easy_as_a_minute() {
    // The same minute sixty times over: after the first, the floor is settled and every minute gives
    // the same count, and silence for half an hour neither overflows nor wakes anything up.
    let rate = 8_000.0;
    let mut minute = noise(60 * rate as usize, 0.01, 77);
    add_blast(&mut minute, rate, 30.0 * rate, 0.9, 0.8e-3);
    let mut detector = Detector::try_new(DetectorConfig::new(rate)).expect("a usable rate");
    let mut by_minute = vec![0; 60];
    for (k, count) in by_minute.iter_mut().enumerate() {
        let mut last = 0.0;
        if (20..50).contains(&k) {
            let silence = [0.0_f32; 8_000];
            for _ in 0..60 {
                detector.process(&silence, |_| *count += 1);
            }
            continue;
        }
        detector.process(&minute, |o| {
            assert!(o.sample > last, "out of order");
            last = o.sample;
            *count += 1;
        });
    }
    println!("onsets a minute over an hour: {by_minute:?}");
    assert!(by_minute[20..50].iter().all(|&n| n == 0));
    assert!(by_minute[2..20].iter().all(|&n| n == by_minute[2]));
    assert!((1..=3).contains(&by_minute[59]));
}

#[test]
fn verif_a_detector_fits_a_sensor() {
    // Bound of the firmware: a tenth of the memory of a common microcontroller.
    let bytes = size_of::<Detector>();
    println!("a detector takes {bytes} bytes");
    assert!(bytes < 64 * 1024);
}

#[test]
fn verif_unusable_settings_are_refused_with_their_numbers() {
    for rate in [f64::NAN, 0.0, -8_000.0, 3_999.0, 500_000.0, f64::INFINITY] {
        let error = Detector::try_new(DetectorConfig::new(rate)).err();
        let text = error.expect("refused").to_string();
        assert!(text.contains("sample rate"), "{text}");
    }
    for (low_hz, high_hz) in [
        (0.0, 4e3),
        (f64::NAN, 4e3),
        (3e3, 2e3),
        (200.0, f64::NEG_INFINITY),
    ] {
        let config = DetectorConfig {
            low_hz,
            high_hz,
            ..DetectorConfig::new(12_000.0)
        };
        assert!(Detector::try_new(config).is_err(), "{low_hz} {high_hz}");
    }
}
