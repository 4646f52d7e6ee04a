//! Association of pulses: what must not matter does not, and noise gives nothing.

// Tests fail loudly.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_core::pulses::{Network, Pulse, Shot, Stream, associate};
use shotfix_core::solve::Air;
use shotfix_core::{Enu, Seconds, Timestamp, Uncertain, Wind};

const SPEED_M_S: f64 = 343.0;

fn air() -> Air {
    Air {
        speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
        wind: Wind::default(),
    }
}

/// Sixteen sensors, 300 m apart, none exactly on its grid point.
fn sensors() -> Vec<Enu> {
    (0..16)
        .map(|k| {
            let (column, row) = (f64::from(k % 4), f64::from(k / 4));
            let off_m = 40.0 * f64::from(k * 7 % 5) - 80.0;
            Enu::new(300.0 * column + off_m, 300.0 * row - 0.6 * off_m, 0.0)
        })
        .collect()
}

/// Rounds from `places`, each (east, north, times); `missed` of the pulses are not reported and
/// `clutter` are added, a second and sensor. Errors are a millisecond.
fn scene(
    sensors: &[Enu],
    places: &[(f64, f64, &[f64])],
    missed: f64,
    clutter: f64,
    seed: u64,
) -> Vec<Pulse> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pulses = Vec::new();
    for (sensor, place) in sensors.iter().enumerate() {
        for &(east_m, north_m, times) in places {
            let range_m = place.horizontal_distance_m(Enu::new(east_m, north_m, 0.0));
            for &fired_s in times {
                // A sum of uniform numbers with a standard deviation of 1 ms.
                let error_s: f64 = (0..12).map(|_| rng.random_range(-5e-4..5e-4)).sum();
                if range_m < 800.0 && rng.random::<f64>() >= missed {
                    pulses.push(Pulse {
                        sensor,
                        time_s: fired_s + range_m / SPEED_M_S + error_s,
                        snr_db: 30.0 - 0.02 * range_m,
                    });
                }
            }
        }
        let n = (clutter * 12.0) as usize;
        for _ in 0..n {
            pulses.push(Pulse {
                sensor,
                time_s: rng.random_range(0.0..12.0),
                snr_db: rng.random_range(6.0..25.0),
            });
        }
    }
    pulses
}

const TIMES: [f64; 6] = [4.0, 4.31, 4.55, 4.92, 5.2, 5.61];
const OTHERS: [f64; 5] = [4.12, 4.47, 4.81, 5.09, 5.33];

/// Every time of `times` has a shot within 10 ms and 3 m of the place.
fn holds(shots: &[Shot], east_m: f64, north_m: f64, times: &[f64]) -> bool {
    times.iter().all(|t| {
        shots.iter().any(|s| {
            (s.time_s - t).abs() < 0.01
                && (s.position.east_m - east_m).hypot(s.position.north_m - north_m) < 3.0
        })
    })
}

#[test]
fn overlapping_bursts_are_told_apart() {
    // Shooters 40 m apart, rounds interleaved, a quarter of the pulses missing, clutter.
    let sensors = sensors();
    let places = [(420.0, 380.0, &TIMES[..]), (455.0, 400.0, &OTHERS[..])];
    let pulses = scene(&sensors, &places, 0.25, 0.2, 5);
    let shots = associate(&Network::new(sensors, air()), &pulses);
    assert_eq!(shots.len(), TIMES.len() + OTHERS.len());
    for (east_m, north_m, times) in places {
        assert!(holds(&shots, east_m, north_m, times), "{shots:#?}");
    }
    // No pulse belongs to two shots.
    let mut used: Vec<usize> = shots.iter().flat_map(|s| s.pulses.clone()).collect();
    let n = used.len();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), n);
}

#[test]
fn one_round_is_enough() {
    let sensors = sensors();
    let pulses = scene(&sensors, &[(500.0, 300.0, &[3.0])], 0.1, 0.1, 6);
    let shots = associate(&Network::new(sensors, air()), &pulses);
    assert_eq!(shots.len(), 1);
    assert!(holds(&shots, 500.0, 300.0, &[3.0]));
}

#[test]
fn the_order_of_pulses_does_not_matter() {
    let sensors = sensors();
    let pulses = scene(&sensors, &[(420.0, 380.0, &TIMES)], 0.2, 0.3, 7);
    let network = Network::new(sensors, air());
    let shots = associate(&network, &pulses);
    let backwards: Vec<Pulse> = pulses.iter().rev().copied().collect();
    let mut again = associate(&network, &backwards);
    for shot in &mut again {
        shot.pulses
            .iter_mut()
            .for_each(|k| *k = pulses.len() - 1 - *k);
    }
    assert!(!shots.is_empty());
    assert_eq!(shots, again);
}

#[test]
fn a_turned_or_mirrored_scene_has_turned_or_mirrored_shots() {
    let sensors = sensors();
    let pulses = scene(&sensors, &[(420.0, 380.0, &TIMES)], 0.2, 0.1, 8);
    // A quarter turn; a mirror; a shift.
    let maps: [fn(Enu) -> Enu; 3] = [
        |p| Enu::new(-p.north_m, p.east_m, 0.0),
        |p| Enu::new(-p.east_m, p.north_m, 0.0),
        |p| Enu::new(p.east_m + 3e4, p.north_m - 2e4, 0.0),
    ];
    let plain = associate(&Network::new(sensors.clone(), air()), &pulses);
    for map in maps {
        let moved = sensors.iter().map(|p| map(*p)).collect();
        let shots = associate(&Network::new(moved, air()), &pulses);
        assert_eq!(shots.len(), plain.len());
        for (a, b) in plain.iter().zip(&shots) {
            // The search starts from other cells; the maximum is the same.
            assert!(map(a.position).horizontal_distance_m(b.position) < 0.05);
            assert!((a.time_s - b.time_s).abs() < 2e-4);
        }
    }
}

#[test]
fn clutter_alone_gives_nothing() {
    let sensors = sensors();
    let network = Network::new(sensors.clone(), air());
    let ghosts: usize = (0..20)
        .map(|seed| associate(&network, &scene(&sensors, &[], 0.0, 0.5, 100 + seed)).len())
        .sum();
    // 20 times 12 s; one in a hundred rounds may be false, and there are none here.
    assert!(ghosts <= 1, "{ghosts} shots in 240 s of clutter");
}

#[test]
fn late_paths_are_learned_not_believed() {
    // A third of the paths are late by 20 ms, in every round.
    let sensors = sensors();
    let mut pulses = scene(&sensors, &[(420.0, 380.0, &TIMES)], 0.1, 0.0, 9);
    for pulse in pulses.iter_mut().filter(|p| p.sensor % 3 == 1) {
        pulse.time_s += 0.020;
    }
    let shots = associate(&Network::new(sensors, air()), &pulses);
    assert!(holds(&shots, 420.0, 380.0, &TIMES), "{shots:#?}");
    assert_eq!(shots.len(), TIMES.len());
    // Late pulses are explained by the shot, too.
    assert!(shots[0].pulses.iter().any(|k| pulses[*k].sensor % 3 == 1));
}

fn stamped(pulses: &[Pulse]) -> Vec<(usize, Timestamp, f64)> {
    let epoch: Timestamp = "2026-07-04T21:30:03.250Z".parse().unwrap();
    pulses
        .iter()
        .map(|p| (p.sensor, epoch + Seconds(p.time_s), p.snr_db))
        .collect()
}

#[test]
fn a_stream_gives_the_same_live_shuffled_and_at_once() {
    let sensors = sensors();
    let late: Vec<f64> = TIMES.iter().map(|t| t + 23.0).collect();
    let places = [(420.0, 380.0, &TIMES[..]), (700.0, 200.0, &late[..])];
    let mut pulses = stamped(&scene(&sensors, &places, 0.2, 0.2, 10));
    let network = Network::new(sensors, air());
    let mut at_once = Stream::new(network.clone());
    for &(sensor, time, snr_db) in &pulses {
        at_once.push(sensor, time, snr_db);
    }
    let expected = at_once.finish();
    assert_eq!(expected.len(), 2 * TIMES.len());

    // Pulses come up to two seconds late and out of order; the watermark follows.
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut delayed: Vec<(Timestamp, (usize, Timestamp, f64))> = pulses
        .drain(..)
        .map(|p| (p.1 + Seconds(rng.random_range(0.0..2.0)), p))
        .collect();
    delayed.sort_by_key(|d| d.0);
    let mut live = Stream::new(network);
    let mut found = Vec::new();
    for (now, (sensor, time, snr_db)) in delayed {
        live.push(sensor, time, snr_db);
        found.extend(live.advance(now - Seconds(2.0)));
    }
    // The first burst is out long before the end.
    assert!(found.len() >= TIMES.len());
    found.extend(live.finish());
    assert_eq!(found, expected);
}

#[test]
fn a_burst_across_two_windows_is_reported_once() {
    let sensors = sensors();
    let network = Network::new(sensors.clone(), air());
    // Windows are ten seconds of absolute time: rounds from 8 s to 12 s after a full minute.
    let times: Vec<f64> = (0..11).map(|k| 8.0 + 0.4 * f64::from(k)).collect();
    let epoch: Timestamp = "2026-07-04T21:30:00Z".parse().unwrap();
    let mut stream = Stream::new(network);
    for p in scene(&sensors, &[(420.0, 380.0, &times)], 0.1, 0.0, 12) {
        stream.push(p.sensor, epoch + Seconds(p.time_s), p.snr_db);
    }
    let shots = stream.finish();
    assert_eq!(shots.len(), times.len());
    for (shot, fired_s) in shots.iter().zip(times) {
        assert!((shot.time.since(epoch).0 - fired_s).abs() < 0.01);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever sensors report, wherever they stand: an answer, finite, of known pulses.
    #[test]
    fn any_pulses_give_an_answer(
        places in prop::collection::vec((-500.0..500.0, -500.0..500.0, 0.0..30.0), 0..9),
        reports in prop::collection::vec((0_usize..10, -5.0..5.0, -10.0..60.0), 0..150),
        lattice in any::<bool>(),
    ) {
        let sensors: Vec<Enu> = places.iter().map(|&(e, n, u)| Enu::new(e, n, u)).collect();
        let pulses: Vec<Pulse> = reports
            .iter()
            .map(|&(sensor, time_s, snr_db)| Pulse {
                sensor,
                // Machines in step.
                time_s: if lattice { f64::round(time_s * 4.0) / 4.0 } else { time_s },
                snr_db,
            })
            .collect();
        for shot in associate(&Network::new(sensors, air()), &pulses) {
            prop_assert!(shot.time_s.is_finite() && shot.position.east_m.is_finite());
            prop_assert!(shot.covariance_m2[0][0] > 0.0);
            prop_assert!(shot.pulses.iter().all(|&k| k < pulses.len()));
        }
    }
}

#[test]
fn times_that_are_no_numbers_are_left_out() {
    let sensors = sensors();
    let mut pulses = scene(&sensors, &[(420.0, 380.0, &TIMES)], 0.0, 0.0, 13);
    for (sensor, time_s) in [(0, f64::NAN), (1, f64::INFINITY), (99, 4.0)] {
        pulses.push(Pulse {
            sensor,
            time_s,
            snr_db: f64::NAN,
        });
    }
    let shots = associate(&Network::new(sensors, air()), &pulses);
    assert!(holds(&shots, 420.0, 380.0, &TIMES));
}
