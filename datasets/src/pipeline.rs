//! From recordings to a report: read, detect, associate, locate.

use std::path::Path;

use rayon::prelude::*;
use shotfix_core::{
    Array, Engine, EngineError, Impulse, LocateReport, Onset, OnsetDetector, SensorIdx, Settings,
    Timestamp, classify, detect::DetectorError, report::FileImpulses,
};

use crate::audio::{AudioFile, AudioReader};
use crate::doubts::Doubts;
use crate::error::Error;
use crate::path_terms::PathTermsFile;
use crate::set::{Recording, RecordingSet};

/// Samples read at a time.
const BLOCK: usize = 16_384;

/// Why a set gave no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// The sensors that recorded cannot locate.
    #[error("{name}: {source}")]
    Engine {
        /// The set's name.
        name: String,
        /// Why not.
        source: EngineError,
    },
    /// The path terms are of another array.
    #[error("the file of path terms {reason}")]
    PathTerms {
        /// Why, and what to do.
        reason: String,
    },
    /// No recording could be read to its end.
    #[error("{name}: none of its recordings could be read; the last problem was: {source}")]
    Unreadable {
        /// The set's name.
        name: String,
        /// The last recording's problem.
        source: Box<Error>,
    },
}

/// Told about every finished recording: seconds of audio.
pub type OnProgress<'a> = &'a (dyn Fn(f64) + Sync);

/// Locates the shots of a recording set.
///
/// Recordings are read in blocks, several at once; what is kept in memory are onsets, not audio. A recording
/// that cannot be read becomes a warning. The result does not depend on the number of threads.
///
/// # Errors
/// [`LocateError`] when too few sensors recorded, all stand in one line, or nothing could be read.
pub fn locate(
    set: &RecordingSet,
    settings: Settings,
    progress: OnProgress<'_>,
) -> Result<LocateReport, LocateError> {
    locate_with(set, settings, None, progress)
}

/// [`locate`] with learned path terms.
///
/// # Errors
/// Those of [`locate`], and [`LocateError::PathTerms`] when the terms are of another array.
pub fn locate_with(
    set: &RecordingSet,
    settings: Settings,
    path_terms: Option<&PathTermsFile>,
    progress: OnProgress<'_>,
) -> Result<LocateReport, LocateError> {
    let engine_error = |source| LocateError::Engine {
        name: set.name.clone(),
        source,
    };
    let mut warnings = set.warnings.clone();
    let heard: Vec<_> = set
        .recordings
        .par_iter()
        .map(|recording| {
            let onsets = onsets_of(set, recording);
            progress(recording.duration().0);
            onsets
        })
        .collect();
    let mut good: Vec<(&Recording, Vec<Onset>)> = Vec::new();
    let mut last_error = None;
    for (recording, onsets) in set.recordings.iter().zip(heard) {
        match onsets {
            Ok((onsets, warning)) => {
                warnings.extend(warning);
                good.push((recording, onsets));
            }
            Err(error) => {
                warnings.push(format!("left out: {error}"));
                last_error = Some(error);
            }
        }
    }
    if good.is_empty()
        && let Some(source) = last_error
    {
        return Err(LocateError::Unreadable {
            name: set.name.clone(),
            source: Box::new(source),
        });
    }

    let (array, new_index) = recording_sensors(&set.array, good.iter().map(|g| g.0.sensor));
    let atmosphere = set.atmosphere.unwrap_or_default();
    let mut engine = Engine::try_new(array.clone(), atmosphere, settings).map_err(engine_error)?;
    let mut used_terms = None;
    if let Some(file) = path_terms {
        let (terms, moved) = file
            .terms(&array)
            .map_err(|reason| LocateError::PathTerms { reason })?;
        warnings.extend(moved);
        used_terms = Some(terms.clone());
        engine = engine.with_path_terms(terms);
    }
    let heard = good.iter().filter(|g| !g.1.is_empty()).count();
    let impulses: usize = good.iter().map(|g| g.1.len()).sum();
    for (recording, onsets) in good {
        let Some(sensor) = new_index[recording.sensor.0] else {
            continue;
        };
        engine.cover(sensor, recording.start, recording.end());
        for onset in onsets {
            engine.push(Onset { sensor, ..onset });
        }
    }
    let incidents = engine.finish();
    if incidents.is_empty() && impulses > 0 {
        warnings.push(format!(
            "{}: no shots, {impulses} impulses in {heard} recordings come from no common place; `shotfix analyze FILE` lists them",
            set.name
        ));
    }
    Ok(LocateReport {
        array,
        path_terms: used_terms,
        incidents,
        warnings,
    })
}

/// The sensors that recorded, as an array of their own, and their new indices by old index.
fn recording_sensors(
    all: &Array,
    recorded: impl Iterator<Item = SensorIdx>,
) -> (Array, Vec<Option<SensorIdx>>) {
    let mut new_index = vec![None; all.sensors().len()];
    for sensor in recorded {
        new_index[sensor.0] = Some(sensor);
    }
    let mut sensors = Vec::new();
    for (slot, sensor) in new_index.iter_mut().zip(all.sensors()) {
        if slot.is_some() {
            *slot = Some(SensorIdx(sensors.len()));
            sensors.push(sensor.clone());
        }
    }
    // A part of a valid array is valid.
    let array = Array::try_new(sensors, all.frame().copied()).unwrap_or_else(|_| all.clone());
    (array, new_index)
}

/// The onsets of one recording, and a warning if its samples were not all numbers.
fn onsets_of(
    set: &RecordingSet,
    recording: &Recording,
) -> Result<(Vec<Onset>, Option<String>), Error> {
    let sensor = set.array.sensor(recording.sensor);
    let mut detector = OnsetDetector::try_new(
        recording.sensor,
        sensor,
        recording.start,
        recording.sample_rate_hz,
    )
    .map_err(|error| unsupported(&recording.path, &error))?;
    let mut onsets = Vec::new();
    let mut reader = recording.open()?;
    for_each_block(&mut reader, |samples| {
        detector.process(samples, &mut onsets)
    })?;
    detector.finish(&mut onsets);
    Ok((onsets, not_numbers(&recording.path, &reader)))
}

/// A warning if not all samples read were numbers.
fn not_numbers(path: &Path, reader: &AudioReader) -> Option<String> {
    (reader.non_finite() > 0).then(|| {
        format!(
            "{}: {} samples are not finite numbers; they were taken as missing, check the recorder",
            path.display(),
            reader.non_finite()
        )
    })
}

fn unsupported(path: &Path, error: &DetectorError) -> Error {
    Error::Unsupported {
        path: path.to_owned(),
        what: error.to_string(),
    }
}

fn for_each_block(reader: &mut AudioReader, mut take: impl FnMut(&[f32])) -> Result<(), Error> {
    let mut block = vec![0.0; BLOCK];
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(()),
            n => take(&block[..n]),
        }
    }
}

/// The impulses of one channel of one file, and what to know of it: samples that were no numbers, silence, too little sound, a
/// start in the middle of one.
///
/// # Errors
/// [`Error`] when the file cannot be read to its end or its sample rate cannot be used.
pub fn impulses(
    file: &AudioFile,
    channel: u16,
    as_given: &str,
) -> Result<(FileImpulses, Vec<String>), Error> {
    // Without a start time, times count from the epoch and are reported relative only.
    let epoch = file.start.unwrap_or(Timestamp::from_unix_ns(0));
    let mut sensor = shotfix_core::Sensor::new("", shotfix_core::Enu::default());
    sensor.full_scale_db_spl = file.full_scale_db_spl(channel);
    let mut detector = OnsetDetector::try_new(SensorIdx(0), &sensor, epoch, file.sample_rate_hz)
        .map_err(|error| unsupported(&file.path, &error))?;
    let mut onsets = Vec::new();
    let mut doubts = Doubts::new(file.sample_rate_hz);
    let mut reader = file.open(channel)?;
    for_each_block(&mut reader, |samples| {
        doubts.hear(samples);
        detector.process(samples, &mut onsets);
    })?;
    detector.finish(&mut onsets);
    // The detector reports an onset once it is sure of it, which takes some longer than others.
    onsets.sort_by_key(|onset| onset.time);
    let found = FileImpulses {
        file: as_given.to_owned(),
        channel,
        sample_rate_hz: file.sample_rate_hz,
        duration_s: doubts.duration_s(),
        start: file.start,
        impulses: classify::classify_recording(&onsets)
            .into_iter()
            .zip(onsets)
            .map(|(class, onset)| Impulse {
                time_s: onset.time.since(epoch).0,
                class,
                onset,
            })
            .collect(),
    };
    let first_s = found.impulses.first().map(|impulse| impulse.time_s);
    let said = doubts.about(channel, first_s);
    let said = said.map(|doubt| format!("{}: {doubt}", file.path.display()));
    let warnings = not_numbers(&file.path, &reader).into_iter().chain(said);
    Ok((found, warnings.collect()))
}
