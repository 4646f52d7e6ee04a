//! What all layouts with an array file share: which file belongs to which sensor, and when it
//! starts.

use std::path::PathBuf;

use crate::array_file::{self, ArrayFile, SensorSpec};
use crate::assemble::{Draft, Take};
use crate::audio::AudioFile;
use crate::collect::{Files, file_name};
use crate::error::Error;
use crate::set::OpenOptions;
use crate::truth;
use crate::weather::WeatherSource;

/// The array file to use: the one given, or the one beside the audio.
pub(super) fn array_path(files: &Files, options: &OpenOptions) -> Option<PathBuf> {
    let beside = || {
        files
            .named("array.toml")
            .chain(files.named("array.csv"))
            .next()
            .cloned()
    };
    options.array.clone().or_else(beside)
}

/// Reads a set whose positions come from an array file. `clock_sigma_s` is for sensors that
/// give none.
pub(super) fn read(
    files: &Files,
    options: &OpenOptions,
    clock_sigma_s: Option<f64>,
) -> Result<Draft, Error> {
    let Some(array_path) = array_path(files, options) else {
        return Err(Error::NoPositions {
            path: files.root.clone(),
            hint: "these files tell when they start, but not where".to_owned(),
        });
    };
    let array = array_file::read(&array_path)?;
    let mut draft = Draft {
        origin: array.origin,
        atmosphere: array.atmosphere,
        clock_sigma_s,
        ..Draft::default()
    };
    if options.array.is_none() {
        for extra in files
            .named("array.toml")
            .chain(files.named("array.csv"))
            .filter(|p| **p != array_path)
        {
            draft.warnings.push(format!(
                "{}: not read, {} is used; choose with --array",
                extra.display(),
                array_path.display()
            ));
        }
    }
    let audio = super::probe_all(files, &mut draft.warnings);
    let owners: Vec<Vec<&SensorSpec>> = audio.iter().map(|f| owners(f, &array)).collect();
    for (n, (file, sensors)) in audio.into_iter().zip(&owners).enumerate() {
        if sensors.is_empty() {
            let known: Vec<&str> = array.sensors.iter().map(|s| s.id.as_str()).collect();
            let error = Error::UnknownSensor {
                path: file.path,
                array: array_path.clone(),
                known: known.join(", "),
            };
            draft.warnings.push(error.to_string());
            continue;
        }
        for sensor in sensors {
            // A start per sensor is that of its only file; with several, each must tell its own.
            let mine = |other: &Vec<&SensorSpec>| other.iter().any(|s| s.id == sensor.id);
            let only = owners.iter().enumerate().all(|(m, o)| m == n || !mine(o));
            match take(&file, sensor, &array, only) {
                Ok(take) => draft.takes.push(take),
                Err(error) => draft.warnings.push(error.to_string()),
            }
        }
    }
    if let Some(path) = files.named("truth.json").next() {
        match truth::read_truth(path) {
            Ok(truth) => draft.truth = Some(truth),
            Err(error) => draft.warnings.push(error.to_string()),
        }
    }
    if draft.atmosphere.is_none()
        && let Some(path) = files.ending("weather.json").next()
    {
        match WeatherSource::File(path.clone()).read() {
            Ok(air) => draft.atmosphere = Some(air),
            Err(error) => draft.warnings.push(error.to_string()),
        }
    }
    draft.sensors = array.sensors;
    Ok(draft)
}

fn take(
    file: &AudioFile,
    sensor: &SensorSpec,
    array: &ArrayFile,
    only_file: bool,
) -> Result<Take, Error> {
    let channel = sensor.channel.unwrap_or(0);
    if channel >= file.channels {
        return Err(Error::NoChannel {
            path: file.path.clone(),
            channel,
            channels: file.channels,
        });
    }
    let explicit = file.metadata.named.as_ref().filter(|n| n.explicit_utc);
    let start = sensor
        .start
        .filter(|_| only_file)
        .or(explicit.map(|n| n.start))
        .or(file.start)
        .or(array.start)
        .ok_or_else(|| Error::NoStart {
            path: file.path.clone(),
        })?;
    Ok(Take {
        sensor: sensor.id.clone(),
        channel,
        start,
        file: file.clone(),
    })
}

/// The sensors a file belongs to: one by name, or all of a multichannel file.
fn owners<'a>(file: &AudioFile, array: &'a ArrayFile) -> Vec<&'a SensorSpec> {
    let name = file_name(&file.path);
    let listed: Vec<_> = array
        .sensors
        .iter()
        .filter(|s| s.file.as_deref().is_some_and(|f| name_of(f) == name))
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    if let Some(sensor) = owner_by_id(file, array) {
        return vec![sensor];
    }
    if file.channels < 2 {
        return Vec::new();
    }
    let unlisted = |s: &&SensorSpec| s.channel.is_some() && s.file.is_none();
    array.sensors.iter().filter(unlisted).collect()
}

fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The sensor that the file names, surest sign first.
fn owner_by_id<'a>(file: &AudioFile, array: &'a ArrayFile) -> Option<&'a SensorSpec> {
    let told = &file.metadata;
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = file.path.parent().map(file_name).unwrap_or_default();
    let candidates = [
        told.named.as_ref().map(|n| n.prefix.as_str()),
        Some(stem.as_ref()),
        told.evidence.as_ref().map(|e| e.serial_number.as_str()),
        told.comment.as_ref().and_then(|c| c.device.as_deref()),
        told.broadcast
            .as_ref()
            .map(|b| b.originator_reference.as_str()),
        told.broadcast.as_ref().map(|b| b.originator.as_str()),
        Some(folder.as_str()),
    ];
    let exact = candidates
        .into_iter()
        .flatten()
        .filter(|c| !c.is_empty())
        .find_map(|c| {
            let same = array.sensors.iter().find(|s| s.id == c);
            let any_case = || array.sensors.iter().find(|s| s.id.eq_ignore_ascii_case(c));
            same.or_else(any_case)
        });
    // `S1_garden.wav`: the longest id that the name begins with, up to a separator.
    let prefix = || {
        array
            .sensors
            .iter()
            .filter(|s| {
                let rest = stem.strip_prefix(s.id.as_str());
                rest.is_some_and(|r| r.starts_with(['_', '-', '.', ' ']))
            })
            .max_by_key(|s| s.id.len())
    };
    exact.or_else(prefix)
}
