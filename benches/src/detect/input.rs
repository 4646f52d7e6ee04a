//! What there is to hear below a folder, and what should be found in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shotfix_core::Timestamp;
use shotfix_datasets::{AudioFile, Error, OpenOptions, find_tests, open_set, probe};

use crate::{audio_files, json, released};

/// What a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Recorded live fire with the released choice of pulses.
    LiveFire,
    /// A simulated scene with the true arrivals.
    Scene,
    /// Sound without a shot.
    Background,
}

/// One channel of audio and what is known of it.
#[derive(Clone, Debug)]
pub struct Listening {
    /// What it is.
    pub kind: Kind,
    /// Firing position, scene or file.
    pub group: String,
    /// Folder of the test; empty for a background.
    pub test: String,
    /// The file.
    pub file: AudioFile,
    /// Counted from zero.
    pub channel: u16,
    /// What should be found.
    pub expected: Expected,
}

/// First arrivals in one recording, seconds from its first sample, in order.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Those that count.
    pub shots_s: Vec<f64>,
    /// All pulses that another detector found here, echoes and clutter included; empty if unknown.
    pub pulses_s: Vec<f64>,
    /// Rounds fired in live fire by its survey, heard here or not.
    pub rounds: usize,
}

#[derive(Deserialize)]
struct SceneTruth {
    scene: String,
    shots: Vec<SceneShot>,
}

#[derive(Deserialize)]
struct SceneShot {
    arrivals: Vec<SceneArrival>,
}

#[derive(Deserialize)]
struct SceneArrival {
    sensor: String,
    time: String,
    recorded: bool,
}

/// Times by sensor: those that count, and all.
type BySensor = BTreeMap<String, (Vec<Timestamp>, Vec<Timestamp>)>;

/// Everything to hear below `dir`, in order of path.
///
/// # Errors
/// [`Error`] for a folder that cannot be read, or truth that does not hold what it should.
pub fn find(dir: &Path) -> Result<Vec<Listening>, Error> {
    let mut found = Vec::new();
    let tests = find_tests(dir)?;
    for test in &tests {
        found.extend(of_test(test)?);
    }
    let mut files = Vec::new();
    audio_files::below(dir, &tests, &mut files)?;
    files.sort();
    for path in files {
        // What is no audio is told with the others when it is heard.
        let file = probe(&path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        found.push(Listening {
            kind: Kind::Background,
            group: stem.into_owned(),
            test: String::new(),
            file,
            channel: 0,
            expected: Expected::default(),
        });
    }
    Ok(found)
}

fn of_test(folder: &Path) -> Result<Vec<Listening>, Error> {
    let set = open_set(&[folder.to_owned()], &OpenOptions::default())?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let released = folder.join(format!("{name}.allpulses.json"));
    let simulated = folder.join("truth.json");
    let (kind, group, rounds, times) = if released.is_file() {
        let position = set.truth.as_ref().and_then(|t| t.firing_position.clone());
        let rounds = set.truth.as_ref().map_or(0, |t| t.rounds.len());
        (Kind::LiveFire, position, rounds, of_release(folder, &name)?)
    } else if simulated.is_file() {
        let (scene, times) = of_scene(simulated)?;
        (Kind::Scene, Some(scene), 0, times)
    } else {
        // A survey says where the shooter stood, not what a sensor heard.
        return Ok(Vec::new());
    };
    let group = group.unwrap_or_else(|| name.clone().into_owned());
    let mut found = Vec::new();
    for recording in &set.recordings {
        let empty = (Vec::new(), Vec::new());
        let id = &set.array.sensor(recording.sensor).id;
        let (shots, pulses) = times.get(id).unwrap_or(&empty);
        let inside = |times: &[Timestamp]| {
            let within = |time: &&Timestamp| **time >= recording.start && **time < recording.end();
            let times = times.iter().filter(within);
            let mut times: Vec<f64> = times.map(|t| t.since(recording.start).0).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        found.push(Listening {
            kind,
            group: group.clone(),
            test: name.clone().into_owned(),
            file: probe(&recording.path)?,
            channel: recording.channel,
            expected: Expected {
                shots_s: inside(shots),
                pulses_s: inside(pulses),
                rounds,
            },
        });
    }
    Ok(found)
}

fn of_release(folder: &Path, name: &str) -> Result<BySensor, Error> {
    let mut times = BySensor::new();
    for pulse in released::read(folder, name)?.pulses {
        let (shots, all) = times.entry(pulse.sensor).or_default();
        all.push(pulse.time);
        if !pulse.shots.is_empty() {
            shots.push(pulse.time);
        }
    }
    Ok(times)
}

fn of_scene(path: PathBuf) -> Result<(String, BySensor), Error> {
    let truth: SceneTruth = json::read(&path)?;
    let mut times = BySensor::new();
    let arrivals = truth.shots.iter().flat_map(|shot| &shot.arrivals);
    for arrival in arrivals.filter(|arrival| arrival.recorded) {
        let (shots, _) = times.entry(arrival.sensor.clone()).or_default();
        shots.push(time(&arrival.time, &path)?);
    }
    Ok((truth.scene, times))
}

fn time(text: &str, path: &Path) -> Result<Timestamp, Error> {
    text.parse()
        .map_err(|error: shotfix_core::TimestampError| Error::Field {
            path: path.to_owned(),
            field: "time of an arrival".to_owned(),
            reason: error.to_string(),
        })
}
