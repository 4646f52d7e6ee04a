//! What is said of the time before and after an impulse, on sounds whose course is known.

mod common;

use common::{add_blast, detect, detect_in_blocks, nearest, noise};
use proptest::prelude::*;
use shotfix_signal::{Course, Detector, DetectorConfig, LATENCY_S, RawOnset};

/// Noise that bursts out at `at` (seconds) and falls by 60 dB within `rt60_s`, over faint noise.
fn reverberation(rate_hz: f64, at_s: f64, rt60_s: f64, seed: u64) -> Vec<f32> {
    let n = (rate_hz * (at_s + 2.0)) as usize;
    let mut x = noise(n, 1e-5, seed);
    let at = (at_s * rate_hz) as usize;
    let burst = noise(n - at, 0.1, seed + 1);
    for (i, (v, b)) in x[at..].iter_mut().zip(burst).enumerate() {
        *v += b * 10_f32.powf(-3.0 * (i as f64 / rate_hz / rt60_s) as f32);
    }
    x
}

fn course_at(rate_hz: f64, x: &[f32], at_s: f64) -> Course {
    let onsets = detect(rate_hz, x);
    let onset = nearest(&onsets, at_s * rate_hz, 0.002 * rate_hz).expect("an onset");
    onset.features.course
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn verif_reverberation_falls_as_made(
        rt60_s in 0.2_f64..2.5,
        rate in prop::sample::select(vec![8_000.0, 12_000.0, 44_100.0, 96_000.0]),
        seed in 0_u64..1_000,
    ) {
        let course = course_at(rate, &reverberation(rate, 1.5, rt60_s, seed), 1.5);
        let slope = -60.0 / rt60_s;
        // Levels of 10 ms in the pass band scatter by 0.6 dB, in the lowest band of 170 Hz by 3 dB; over
        // a tenth of a second at least.
        let near = |told: f32, scatter: f64| (f64::from(told) - slope).abs() < scatter + 0.05 * slope.abs();
        prop_assert!(near(course.slope_db_per_s, 8.0), "{slope} {course:?}");
        prop_assert!(course.unevenness_db < 1.5, "{course:?}");
        for told in &course.bands_slope_db_per_s[1..] {
            prop_assert!(near(*told, 25.0), "{slope} {course:?}");
        }
        // Windows in the middle of 240 ms and 120 ms are 120 ms apart; exponentials within them.
        let fall = course.after_db[4] - course.after_db[3];
        let mean = |from: f64, to: f64| {
            let k = slope / 10.0 * std::f64::consts::LN_10;
            ((k * to).exp() - (k * from).exp()) / k / (to - from)
        };
        let expected = 10.0 * (mean(0.16, 0.32) / mean(0.08, 0.16)).log10();
        if course.after_db[4] > course.before_db[2] + 15.0 {
            // The faster it falls, the fewer milliseconds make up a window.
            let scatter = 1.0 + 0.01 * slope.abs();
            prop_assert!((f64::from(fall) - expected).abs() < scatter, "{fall} {expected}");
        }
        prop_assert!(course.roughness_db > 2.0, "noise is rough: {course:?}");
    }

    #[test]
    fn verif_a_ringing_sound_is_a_tone(
        hz in 500.0_f64..3_000.0,
        decay_s in 0.05_f64..0.5,
        rate in prop::sample::select(vec![8_000.0, 12_000.0, 44_100.0, 96_000.0]),
        seed in 0_u64..1_000,
    ) {
        let mut x = noise((2.5 * rate) as usize, 1e-4, seed);
        let at = (1.2 * rate) as usize;
        for (i, v) in x[at..].iter_mut().enumerate() {
            let t = i as f64 / rate;
            *v += (0.3 * (-t / decay_s).exp() * (std::f64::consts::TAU * hz * t).sin()) as f32;
        }
        let course = course_at(rate, &x, 1.2);
        for k in 0..2 {
            prop_assert!((f64::from(course.peak_hz[k]) - hz).abs() < 40.0, "{hz} {course:?}");
            prop_assert!(course.peak_share_db[k] > -1.0 && course.flatness_db[k] < -10.0, "{course:?}");
        }
        prop_assert!(course.roughness_db < 2.0, "{course:?}");
        // Amplitudes fall by e within the decay.
        let slope = -20.0 / decay_s / std::f64::consts::LN_10;
        prop_assert!((f64::from(course.slope_db_per_s) - slope).abs() < 3.0 + 0.05 * slope.abs(), "{slope} {course:?}");
    }

    #[test]
    fn verif_gain_changes_nothing_of_the_course(gain in 0.003_f32..2.0, seed in 0_u64..1_000) {
        let rate = 12_000.0;
        let mut x = reverberation(rate, 1.0, 0.8, seed);
        add_blast(&mut x, rate, 1.6 * rate, 0.2, 0.8e-3);
        let other: Vec<f32> = x.iter().map(|v| v * gain).collect();
        let (plain, other) = (detect(rate, &x), detect(rate, &other));
        prop_assert_eq!(plain.len(), other.len());
        for (a, b) in plain.iter().zip(&other) {
            // Of two largest magnitudes that are the same but for rounding either may be the first.
            let (mut a, b) = (*a, *b);
            if a.features.course.rise_db[0].max(b.features.course.rise_db[0]) > -0.01 {
                a.features.course.rise_db = b.features.course.rise_db;
            }
            for (k, (a, b)) in a.features.course.vector().into_iter().zip(b.features.course.vector()).enumerate() {
                prop_assert_eq!(a.is_nan(), b.is_nan(), "{}", k);
                // Energies are kept to 0.2 %, 0.01 dB; the lines' slopes, in dB/s, come of levels over tenths of seconds.
                prop_assert!(a.is_nan() || (a - b).abs() < 0.05 + 0.002 * a.abs(), "{k}: {a} {b}");
            }
        }
    }

    #[test]
    fn verif_any_cutting_gives_the_same_course(
        blocks in prop::collection::vec(1_usize..3_000, 1..12),
        rate in prop::sample::select(vec![4_500.0, 12_000.0, 31_000.0, 48_000.0, 400_000.0]),
        seed in 0_u64..1_000,
    ) {
        let mut x = reverberation(rate, 0.4, 0.5, seed);
        for k in 0..8 {
            add_blast(&mut x, rate, (0.7 + 0.09 * f64::from(k)) * rate, 0.1, 0.8e-3);
        }
        let bits = |onsets: &[RawOnset]| -> Vec<Vec<u32>> {
            onsets.iter().map(|o| o.features.vector().iter().map(|v| v.to_bits()).collect()).collect()
        };
        let whole = detect(rate, &x);
        prop_assert!(whole.len() >= 5);
        prop_assert_eq!(bits(&whole), bits(&detect_in_blocks(rate, &x, &blocks)));
    }
}

#[test]
fn verif_what_was_not_heard_is_unknown() {
    let rate = 16_000.0;
    // 300 ms after the start and 200 ms before the end; a window counts if more than half of it was heard.
    let mut x = noise(8_000, 1e-4, 5);
    add_blast(&mut x, rate, 4_800.0, 0.3, 0.8e-3);
    let course = course_at(rate, &x, 0.3);
    let known = |windows: &[f32]| windows.iter().map(|v| !v.is_nan()).collect::<Vec<_>>();
    assert_eq!(known(&course.before_db), [false, true, true, true, true]);
    assert_eq!(
        known(&course.after_db),
        [true, true, true, true, false, false]
    );
    assert!(course.since_last_s.is_nan() && course.to_next_s.is_nan());
    assert_eq!(course.onsets_before, [0.0; 3]);
    // What it is over is its own loudest 2 ms: noise 60 dB down.
    assert!(course.before_db[4] < -30.0, "{course:?}");
    assert!(course.rise_db.iter().all(|db| *db <= 0.0), "{course:?}");
}

#[test]
fn verif_company_is_told() {
    let rate = 12_000.0;
    let mut x = noise(96_000, 1e-4, 6);
    // Four knocks 0.4 s apart, then one after 2.5 s, half as strong.
    let times_s = [1.0, 1.4, 1.8, 2.2, 4.7];
    for (k, t) in times_s.iter().enumerate() {
        add_blast(
            &mut x,
            rate,
            t * rate,
            if k < 4 { 0.4 } else { 0.2 },
            0.8e-3,
        );
    }
    let courses: Vec<Course> = times_s.iter().map(|t| course_at(rate, &x, *t)).collect();
    assert_eq!(courses[3].onsets_before, [2.0, 3.0, 3.0]);
    assert_eq!(courses[4].onsets_before, [0.0, 0.0, 4.0]);
    assert!((courses[3].since_last_s - 0.4).abs() < 1e-3);
    assert!((courses[2].to_next_s - 0.4).abs() < 1e-3);
    assert!(courses[3].to_next_s.is_nan(), "2.5 s are too far");
    assert!(courses[2].next_over_db.abs() < 0.5 && courses[3].peaks_spread_db < 0.5);
    assert!((courses[4].last_over_db - 6.02).abs() < 0.5);
    assert!(courses[4].peaks_spread_db.is_nan());
}

#[test]
fn verif_onsets_come_out_within_the_latency() {
    for rate in [4_500.0, 12_000.0, 44_100.0] {
        let mut x = noise((3.0 * rate) as usize, 1e-4, 7);
        add_blast(&mut x, rate, 1.5 * rate, 0.3, 0.8e-3);
        let mut detector = Detector::try_new(DetectorConfig::new(rate)).expect("a usable rate");
        let mut out_at_s = None;
        for (k, block) in x.chunks(16).enumerate() {
            detector.process(block, |onset| {
                if (onset.sample / rate - 1.5).abs() < 0.002 {
                    out_at_s = Some(16.0 * (k + 1) as f64 / rate);
                }
            });
        }
        let latency_s = out_at_s.expect("found before the end") - 1.5;
        assert!(latency_s < LATENCY_S, "{rate} Hz: {latency_s} s");
    }
}
