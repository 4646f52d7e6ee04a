//! The whole chain, audio to shots, scored over a folder of tests.

mod pulses;

pub use pulses::bench_pulses;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use shotfix_core::{Seconds, Settings, Shot};
use shotfix_datasets::{Error, LocateError, OpenOptions, RecordingSet, TrueRound, open_set};

use crate::score::{Assigned, assign};
use crate::stats::{centroid, principal_sigmas, quantile, share_within};

/// Result of `bench locate`.
#[derive(Clone, Debug, Serialize)]
pub struct LocateBench {
    /// Names and versions this format: `shotfix.bench.locate/1`.
    pub schema: &'static str,
    /// Version of shotfix.
    pub version: &'static str,
    /// The folder as given.
    pub input: String,
    /// Figures by firing position (or folder), in order of name, then of all.
    pub positions: Vec<Figures>,
    /// Figures of all tests.
    pub all: Figures,
    /// One entry a test, in order of path.
    pub tests: Vec<TestResult>,
    /// Tests that could not be scored, and why.
    pub skipped: Vec<String>,
}

/// One test.
#[derive(Clone, Debug, Serialize)]
pub struct TestResult {
    /// Path of the test's folder.
    pub path: String,
    /// Firing position.
    pub position: String,
    /// Sensors with audio.
    pub sensors: usize,
    /// Rounds fired.
    pub rounds: usize,
    /// Shots located.
    pub shots: usize,
    /// Rounds found.
    pub found: usize,
    /// Shots that stand for no round.
    pub false_shots: usize,
    /// Distance of each assigned shot from the truth, metres.
    pub distances_m: Vec<f64>,
    /// Length of the recordings, seconds.
    pub audio_s: f64,
    /// Run time, seconds.
    pub run_s: f64,
    #[serde(skip)]
    assigned: Vec<Assigned>,
}

/// Figures of several tests; see the crate's page for their definitions.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Figures {
    pub name: String,
    pub tests: usize,
    pub rounds: usize,
    pub found: usize,
    pub false_shots: usize,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub max_m: Option<f64>,
    pub within_3_05_m: Option<f64>,
    pub within_5_m: Option<f64>,
    pub within_15_m: Option<f64>,
    pub within_25_m: Option<f64>,
    pub centroid_m: Option<f64>,
    pub sigma1_m: Option<f64>,
    pub sigma2_m: Option<f64>,
    pub precision_p50_m: Option<f64>,
    pub precision_within_3_05_m: Option<f64>,
    pub in_ellipse95: Option<f64>,
    pub run_s: f64,
    pub real_time_factor: f64,
}

/// Why a test was not scored.
#[derive(Debug, thiserror::Error)]
enum Skip {
    #[error(transparent)]
    Open(#[from] Error),
    #[error(transparent)]
    Locate(#[from] LocateError),
    #[error("{path}: {got} sensor(s) with audio, four are needed")]
    TooFew { path: String, got: usize },
    #[error("{path}: no truth")]
    NoTruth { path: String },
}

/// Runs and scores every test below `dir`. `done` is told about each finished test.
///
/// # Errors
/// [`Error`] when `dir` cannot be read or holds no test. A test that fails is listed in
/// [`LocateBench::skipped`].
pub fn bench_locate(
    dir: &Path,
    settings: Settings,
    mut done: impl FnMut(usize, usize),
) -> Result<LocateBench, Error> {
    let paths = shotfix_datasets::find_tests(dir)?;
    let (mut tests, mut skipped) = (Vec::new(), Vec::new());
    for (index, path) in paths.iter().enumerate() {
        match run_test(path, settings) {
            Ok(test) => tests.push(test),
            Err(skip) => skipped.push(skip.to_string()),
        }
        done(index + 1, paths.len());
    }
    Ok(bench(dir, tests, skipped))
}

fn bench(dir: &Path, tests: Vec<TestResult>, skipped: Vec<String>) -> LocateBench {
    let mut by_position: BTreeMap<&str, Vec<&TestResult>> = BTreeMap::new();
    for test in &tests {
        by_position.entry(&test.position).or_default().push(test);
    }
    let positions: Vec<Figures> = by_position
        .iter()
        .map(|(name, tests)| figures(name, tests, true))
        .collect();
    let all = figures("all", &tests.iter().collect::<Vec<_>>(), false);
    LocateBench {
        schema: "shotfix.bench.locate/1",
        version: env!("CARGO_PKG_VERSION"),
        input: dir.display().to_string(),
        positions,
        all,
        tests,
        skipped,
    }
}

fn run_test(path: &Path, settings: Settings) -> Result<TestResult, Skip> {
    let name = || path.display().to_string();
    let clock = Instant::now();
    let set = open_set(&[path.to_owned()], &OpenOptions::default())?;
    let sensors = recording_sensors(&set);
    if sensors < settings.min_sensors {
        return Err(Skip::TooFew {
            path: name(),
            got: sensors,
        });
    }
    let report = shotfix_datasets::locate(&set, settings, &|_| ())?;
    let run_s = clock.elapsed().as_secs_f64();
    let truth = set
        .truth
        .as_ref()
        .ok_or_else(|| Skip::NoTruth { path: name() })?;
    let shots: Vec<&Shot> = report.incidents.iter().flat_map(|i| &i.shots).collect();
    let folder = || {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    Ok(test_result(
        name(),
        truth.firing_position.clone().unwrap_or_else(folder),
        sensors,
        &shots,
        &truth.rounds,
        [span_s(&set), run_s],
    ))
}

/// Scores the shots of one test; `[span_s, run_s]` are the length of its input and the run time.
fn test_result(
    path: String,
    position: String,
    sensors: usize,
    shots: &[&Shot],
    rounds: &[TrueRound],
    [audio_s, run_s]: [f64; 2],
) -> TestResult {
    let assigned = assign(shots, rounds);
    let found = assigned.iter().filter(|a| a.is_found()).count();
    TestResult {
        path,
        position,
        sensors,
        rounds: rounds.len(),
        shots: shots.len(),
        found,
        false_shots: shots.len() - found,
        distances_m: assigned.iter().map(|a| a.distance_m).collect(),
        audio_s,
        run_s,
        assigned,
    }
}

fn recording_sensors(set: &RecordingSet) -> usize {
    set.recordings
        .iter()
        .map(|r| r.sensor)
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

/// From the first sample of any sensor to the last, seconds.
fn span_s(set: &RecordingSet) -> f64 {
    let from = set.recordings.iter().map(|r| r.start).min();
    let to = set.recordings.iter().map(|r| r.end()).max();
    from.zip(to)
        .map_or(Seconds(0.0), |(from, to)| to.since(from))
        .0
}

/// Distances of the found shots from the centroid of those of their firing position, metres.
fn about_centroids(tests: &[&TestResult]) -> Vec<f64> {
    let mut by_position: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for test in tests {
        let found = test.assigned.iter().filter(|a| a.is_found());
        let offsets = by_position.entry(&test.position).or_default();
        offsets.extend(found.map(|a| a.offset_m));
    }
    let mut distances = Vec::new();
    for offsets in by_position.values() {
        if let Some((x, y)) = centroid(offsets) {
            distances.extend(offsets.iter().map(|o| (o.0 - x).hypot(o.1 - y)));
        }
    }
    distances
}

/// `one_place`: all tests were fired from one place, so that a centroid means something.
fn figures(name: &str, tests: &[&TestResult], one_place: bool) -> Figures {
    let assigned: Vec<&Assigned> = tests.iter().flat_map(|t| &t.assigned).collect();
    let distances: Vec<f64> = assigned.iter().map(|a| a.distance_m).collect();
    let offsets: Vec<(f64, f64)> = assigned
        .iter()
        .filter(|a| one_place && a.is_found())
        .map(|a| a.offset_m)
        .collect();
    let sigmas = principal_sigmas(&offsets);
    let about_centroid = about_centroids(tests);
    let sum = |f: fn(&TestResult) -> usize| tests.iter().map(|t| f(t)).sum();
    let run_s: f64 = tests.iter().map(|t| t.run_s).sum();
    let audio_s: f64 = tests.iter().map(|t| t.audio_s).sum();
    let inside: Vec<f64> = assigned
        .iter()
        .map(|a| f64::from(!a.in_ellipse95))
        .collect();
    Figures {
        name: name.to_owned(),
        tests: tests.len(),
        rounds: sum(|t| t.rounds),
        found: sum(|t| t.found),
        false_shots: sum(|t| t.false_shots),
        p50_m: quantile(&distances, 0.5),
        p90_m: quantile(&distances, 0.9),
        max_m: quantile(&distances, 1.0),
        within_3_05_m: share_within(&distances, 3.05),
        within_5_m: share_within(&distances, 5.0),
        within_15_m: share_within(&distances, 15.0),
        within_25_m: share_within(&distances, 25.0),
        centroid_m: centroid(&offsets).map(|(x, y)| x.hypot(y)),
        sigma1_m: sigmas.map(|s| s.0),
        sigma2_m: sigmas.map(|s| s.1),
        precision_p50_m: quantile(&about_centroid, 0.5),
        precision_within_3_05_m: share_within(&about_centroid, 3.05),
        in_ellipse95: share_within(&inside, 0.5),
        run_s,
        real_time_factor: audio_s / run_s.max(1e-9),
    }
}
