//! Recordings, array and truth as files in a directory.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hound::{SampleFormat as WavFormat, WavSpec, WavWriter};
use jiff::Timestamp;
use rayon::prelude::*;

use super::array_file::array_toml;
use crate::error::WriteError;
use crate::output::Truth;
use crate::output::{reported_air, truth};
use crate::render::{BLOCK, SensorStream, Simulation, Stage};
use crate::scene::SampleFormat;
use crate::scene::Scene;
use crate::sensor::{self, Station};

/// What was written where.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// One recording for every sensor, in their order.
    pub recordings: Vec<PathBuf>,
    /// `array.toml`.
    pub array: PathBuf,
    /// `truth.json`.
    pub truth: PathBuf,
    /// How many samples of all recordings were cut at full scale.
    pub clipped: usize,
}

/// Writes a simulation into `dir`, which is made if need be. Files of the same names are
/// replaced; recordings of other names are refused, other files left alone.
///
/// # Errors
/// [`WriteError`] with the path that was refused.
pub fn write(simulation: &Simulation, dir: impl AsRef<Path>) -> Result<Written, WriteError> {
    let dir = dir.as_ref();
    let names = simulation
        .recordings
        .iter()
        .map(|r| wav_name(&r.station, r.start));
    make_dir(dir, &names.collect())?;
    let recordings = simulation
        .recordings
        .par_iter()
        .map(|recording| {
            let path = dir.join(wav_name(&recording.station, recording.start));
            let samples = std::iter::once(&recording.samples);
            write_wav(path, simulation.format, recording.sample_rate_hz, samples)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let stations = simulation.recordings.iter().map(|r| &r.station);
    let array = array_toml(simulation.origin, &simulation.reported_air, stations);
    Ok(Written {
        recordings,
        array: write_text(dir, "array.toml", &array)?,
        truth: write_truth(dir, &simulation.truth)?,
        clipped: simulation.recordings.iter().map(|r| r.clipped).sum(),
    })
}

/// Plays a scene straight into `dir`: the same files as [`simulate`](crate::simulate) and
/// [`write()`], with only as many recordings in memory as there are threads.
///
/// # Errors
/// [`WriteError`] with the path that was refused.
pub fn simulate_to_dir(scene: &Scene, dir: impl AsRef<Path>) -> Result<Written, WriteError> {
    simulate_to_dir_with(scene, dir, &|_| ())
}

/// [`simulate_to_dir`] that calls `done`, from any thread, with the seconds of sound just made;
/// they add up to the length of all recordings.
///
/// # Errors
/// [`WriteError`] with the path that was refused.
pub fn simulate_to_dir_with(
    scene: &Scene,
    dir: impl AsRef<Path>,
    done: &(dyn Fn(f64) + Sync),
) -> Result<Written, WriteError> {
    let dir = dir.as_ref();
    let stations: Vec<Station> = scene.sensors.iter().map(sensor::station).collect();
    let names = stations.iter().map(|s| wav_name(s, scene.start));
    make_dir(dir, &names.collect())?;
    let stage = Arc::new(Stage::new(scene));
    let played = (0..scene.sensors.len())
        .into_par_iter()
        .map(|sensor_idx| {
            let mut stream = SensorStream::new(&stage, sensor_idx);
            let path = dir.join(wav_name(&stations[sensor_idx], scene.start));
            let rate_hz = scene.sensors[sensor_idx].sample_rate_hz;
            let blocks = std::iter::from_fn(|| stream.next_block(BLOCK));
            let mut clipped = 0;
            let samples = blocks.map(|block| {
                clipped += block.clipped;
                done(block.samples.len() as f64 / f64::from(rate_hz));
                block.samples
            });
            let path = write_wav(path, scene.format, rate_hz, samples)?;
            Ok((path, clipped, stream.into_heard()))
        })
        .collect::<Result<Vec<_>, WriteError>>()?;
    let array = array_toml(scene.origin, &reported_air(scene), &stations);
    let (mut recordings, mut clipped, mut heard) = (Vec::new(), 0, Vec::new());
    for (path, cut, sounds) in played {
        recordings.push(path);
        clipped += cut;
        heard.push(sounds);
    }
    Ok(Written {
        recordings,
        array: write_text(dir, "array.toml", &array)?,
        truth: write_truth(dir, &truth(scene, &heard))?,
        clipped,
    })
}

/// Makes the folder. Recordings in it other than `names` are refused before anything is written.
fn make_dir(dir: &Path, names: &BTreeSet<String>) -> Result<(), WriteError> {
    let refused = |source| io_error(dir.to_owned(), source);
    std::fs::create_dir_all(dir).map_err(refused)?;
    let mut strangers = BTreeSet::new();
    for entry in std::fs::read_dir(dir).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let is_wav = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("wav"));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_wav && !names.contains(name.as_ref()) {
            strangers.insert(path);
        }
    }
    match strangers.pop_first() {
        Some(path) => Err(WriteError::Stranger { path }),
        None => Ok(()),
    }
}

/// `ID_20181219T004926.000Z.wav`, with the time of the first sample.
fn wav_name(station: &Station, start: Timestamp) -> String {
    let start = start.strftime("%Y%m%dT%H%M%S.%3fZ");
    format!("{}_{start}.wav", station.id)
}

fn io_error(path: PathBuf, source: io::Error) -> WriteError {
    WriteError::Io { path, source }
}

fn write_text(dir: &Path, name: &str, text: &str) -> Result<PathBuf, WriteError> {
    let path = dir.join(name);
    match std::fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(source) => Err(io_error(path, source)),
    }
}

fn write_truth(dir: &Path, truth: &Truth) -> Result<PathBuf, WriteError> {
    match serde_json::to_string_pretty(truth) {
        Ok(json) => write_text(dir, "truth.json", &(json + "\n")),
        Err(source) => Err(WriteError::Json {
            path: dir.join("truth.json"),
            source,
        }),
    }
}

/// Writes a recording that comes in parts, and hands its path back.
fn write_wav(
    path: PathBuf,
    format: SampleFormat,
    sample_rate: u32,
    parts: impl Iterator<Item = impl AsRef<[f32]>>,
) -> Result<PathBuf, WriteError> {
    match fill_wav(&path, format, sample_rate, parts) {
        Ok(()) => Ok(path),
        Err(source) => Err(WriteError::Wav { path, source }),
    }
}

fn fill_wav(
    path: &Path,
    format: SampleFormat,
    sample_rate: u32,
    parts: impl Iterator<Item = impl AsRef<[f32]>>,
) -> Result<(), hound::Error> {
    let (bits_per_sample, sample_format) = match format {
        SampleFormat::Pcm16 => (16, WavFormat::Int),
        SampleFormat::Pcm24 => (24, WavFormat::Int),
        SampleFormat::Float32 => (32, WavFormat::Float),
    };
    let spec = WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample,
        sample_format,
    };
    let mut writer = WavWriter::create(path, spec)?;
    for part in parts {
        match sensor::steps(format) {
            // Samples are whole steps already; the product is exact.
            Some(steps) => {
                for sample in part.as_ref() {
                    writer.write_sample((f64::from(*sample) * steps) as i32)?;
                }
            }
            None => {
                for sample in part.as_ref() {
                    writer.write_sample(*sample)?;
                }
            }
        }
    }
    writer.finalize()
}
