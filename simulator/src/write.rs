//! Recordings, array and truth as files in a directory.

use std::io;
use std::path::{Path, PathBuf};

use hound::{SampleFormat as WavFormat, WavSpec, WavWriter};
use rayon::prelude::*;

use crate::array_file::array_toml;
use crate::error::WriteError;
use crate::scene::Scene;
use crate::sensor::{self, Recording, Station};
use crate::simulate::{Simulation, reported_air, truth};
use crate::spec::SampleFormat;
use crate::truth::Truth;

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
/// replaced, others are left alone.
///
/// # Errors
/// [`WriteError`] with the path that was refused.
pub fn write(simulation: &Simulation, dir: impl AsRef<Path>) -> Result<Written, WriteError> {
    let dir = dir.as_ref();
    make_dir(dir)?;
    let recordings = simulation
        .recordings
        .par_iter()
        .map(|recording| write_wav(recording, simulation.format, dir))
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
    let dir = dir.as_ref();
    make_dir(dir)?;
    let medium = scene.medium();
    let done = (0..scene.sensors.len())
        .into_par_iter()
        .map(|sensor_idx| {
            let (recording, direct) = sensor::record(scene, &medium, sensor_idx);
            let path = write_wav(&recording, scene.format, dir)?;
            Ok((path, recording.clipped, direct))
        })
        .collect::<Result<Vec<_>, WriteError>>()?;
    let stations: Vec<Station> = scene.sensors.iter().map(sensor::station).collect();
    let array = array_toml(scene.origin, &reported_air(scene), &stations);
    let (mut recordings, mut clipped, mut direct) = (Vec::new(), 0, Vec::new());
    for (path, cut, sounds) in done {
        recordings.push(path);
        clipped += cut;
        direct.push(sounds);
    }
    Ok(Written {
        recordings,
        array: write_text(dir, "array.toml", &array)?,
        truth: write_truth(dir, &truth(scene, &direct))?,
        clipped,
    })
}

fn make_dir(dir: &Path) -> Result<(), WriteError> {
    std::fs::create_dir_all(dir).map_err(|source| io_error(dir.to_owned(), source))
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

/// Writes `ID_20181219T004926.000Z.wav`, the name holding the time of the first sample.
fn write_wav(
    recording: &Recording,
    format: SampleFormat,
    dir: &Path,
) -> Result<PathBuf, WriteError> {
    let start = recording.start.strftime("%Y%m%dT%H%M%S.%3fZ");
    let path = dir.join(format!("{}_{start}.wav", recording.station.id));
    match fill_wav(recording, format, &path) {
        Ok(()) => Ok(path),
        Err(source) => Err(WriteError::Wav { path, source }),
    }
}

fn fill_wav(recording: &Recording, format: SampleFormat, path: &Path) -> Result<(), hound::Error> {
    let (bits_per_sample, sample_format) = match format {
        SampleFormat::Pcm16 => (16, WavFormat::Int),
        SampleFormat::Pcm24 => (24, WavFormat::Int),
        SampleFormat::Float32 => (32, WavFormat::Float),
    };
    let spec = WavSpec {
        channels: 1,
        sample_rate: recording.sample_rate_hz,
        bits_per_sample,
        sample_format,
    };
    let mut writer = WavWriter::create(path, spec)?;
    match sensor::steps(format) {
        // Samples are whole steps already; the product is exact.
        Some(steps) => {
            for sample in &recording.samples {
                writer.write_sample((f64::from(*sample) * steps) as i32)?;
            }
        }
        None => {
            for sample in &recording.samples {
                writer.write_sample(*sample)?;
            }
        }
    }
    writer.finalize()
}
