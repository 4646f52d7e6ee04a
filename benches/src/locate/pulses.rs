//! Live fire from the released lists of pulses, scored as the audio is.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use shotfix_core::classify::ShotEvidence;
use shotfix_core::locate::ellipse95;
use shotfix_core::pulses::{Network, Stream, StreamShot};
use shotfix_core::{Atmosphere, Enu, Shot, classify};
use shotfix_datasets::{Error, SURVEY_SIGMA_M, TrueRound, find_tests};

use super::{LocateBench, TestResult, bench, test_result};
use crate::validation::live_fire::{PulseTest, median, read_pulses};

/// Associates and scores the pulses of every test below `dir`; no audio and no vendor's choice among the
/// pulses is read. A sensor stands at the median of the positions that its pulses give over the tests
/// of a firing position.
///
/// # Errors
/// [`Error`] when `dir` cannot be read or a file does not hold what it should.
pub fn bench_pulses(dir: &Path) -> Result<LocateBench, Error> {
    let mut by_position: BTreeMap<String, Vec<PulseTest>> = BTreeMap::new();
    for folder in find_tests(dir)? {
        if let Some(test) = read_pulses(&folder)? {
            by_position
                .entry(test.firing_position.clone())
                .or_default()
                .push(test);
        }
    }
    let tests = by_position
        .values()
        .flat_map(|tests| evening(tests))
        .collect();
    Ok(bench(dir, tests, Vec::new()))
}

fn positions(tests: &[PulseTest]) -> BTreeMap<&str, Enu> {
    let mut found: BTreeMap<&str, Vec<[f64; 3]>> = BTreeMap::new();
    for pulse in tests.iter().flat_map(|t| &t.pulses) {
        found.entry(&pulse.sensor).or_default().push(pulse.place_m);
    }
    found
        .into_iter()
        .map(|(name, places)| {
            let [x, y, z] = median(&places);
            (name, Enu::new(x, y, z))
        })
        .collect()
}

/// The tests of one firing position in the order of time, in one stream.
fn evening(tests: &[PulseTest]) -> Vec<TestResult> {
    let sensors = positions(tests);
    let mut order: Vec<&PulseTest> = tests.iter().collect();
    order.sort_by_key(|test| test.pulses.iter().map(|p| p.time).min());
    let Some(first) = order.first() else {
        return Vec::new();
    };
    let mut stream = Stream::new(Network::new(sensors.values().copied().collect(), first.air));
    order
        .into_iter()
        .map(|test| run(test, &sensors, &mut stream))
        .collect()
}

fn run(test: &PulseTest, sensors: &BTreeMap<&str, Enu>, stream: &mut Stream) -> TestResult {
    let clock = Instant::now();
    let index: BTreeMap<&str, usize> = sensors.keys().copied().zip(0..).collect();
    stream.set_air(test.air);
    for pulse in &test.pulses {
        stream.push(index[pulse.sensor.as_str()], pulse.time, pulse.snr_db);
    }
    let shots: Vec<Shot> = stream.finish().into_iter().map(shot).collect();
    let run_s = clock.elapsed().as_secs_f64();
    let times = || test.pulses.iter().map(|p| p.time);
    let span_s = times()
        .min()
        .zip(times().max())
        .map_or(0.0, |(from, to)| to.since(from).0);
    let rounds = vec![
        TrueRound {
            time: None,
            position: Enu::new(test.truth_m[0], test.truth_m[1], test.truth_m[2]),
            sigma_m: SURVEY_SIGMA_M,
        };
        test.rounds
    ];
    test_result(
        test.path.clone(),
        test.firing_position.clone(),
        sensors.len(),
        &shots.iter().collect::<Vec<_>>(),
        &rounds,
        [span_s, run_s],
    )
}

/// What the score needs of a shot.
fn shot(found: StreamShot) -> Shot {
    Shot {
        time: found.time,
        time_sigma: shotfix_core::Seconds(0.0),
        position: found.shot.position,
        covariance_m2: found.shot.covariance_m2,
        ellipse95: ellipse95(found.shot.covariance_m2),
        atmosphere: Atmosphere::default(),
        arrivals: Vec::new(),
        class: classify::classify_shot(std::iter::empty(), &ShotEvidence::default()),
        trajectory: None,
        aloft: None,
    }
}
