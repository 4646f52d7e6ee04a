//! From what a layout found to a [`RecordingSet`]: one frame, one time line, no doubles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use shotfix_core::{
    Array, Atmosphere, Geodetic, LocalFrame, Seconds, Sensor, SensorIdx, Timestamp,
};

use crate::array_file::SensorSpec;
use crate::audio::AudioFile;
use crate::error::Error;
use crate::layouts::Layout;
use crate::position::{Position, mean};
use crate::set::{OpenOptions, Recording, RecordingSet};
use crate::truth::RawTruth;

/// What a layout found.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) sensors: Vec<SensorSpec>,
    /// Origin of local positions, if the set gives one.
    pub(crate) origin: Option<Geodetic>,
    pub(crate) takes: Vec<Take>,
    pub(crate) atmosphere: Option<Atmosphere>,
    pub(crate) truth: Option<RawTruth>,
    pub(crate) warnings: Vec<String>,
    /// Defaults of this layout for what a sensor does not tell: metres and seconds.
    pub(crate) position_sigma_m: Option<f64>,
    pub(crate) clock_sigma_s: Option<f64>,
}

/// One channel of one file and the sensor it belongs to.
#[derive(Debug)]
pub(crate) struct Take {
    pub(crate) sensor: String,
    pub(crate) channel: u16,
    pub(crate) start: Timestamp,
    pub(crate) file: AudioFile,
}

/// Longest pause inside a group of recordings that belong together, seconds: sound crosses
/// 40 km in it, so a shot in one recording may still arrive in the other.
const MAX_GAP_S: f64 = 120.0;
/// Sensors a location needs.
const ENOUGH_SENSORS: usize = 3;

/// Puts a draft together; `root` names the set in messages.
pub(crate) fn finish(
    root: &Path,
    layout: Layout,
    mut draft: Draft,
    options: &OpenOptions,
) -> Result<RecordingSet, Error> {
    let mut warnings = std::mem::take(&mut draft.warnings);
    if draft.takes.is_empty() {
        return Err(match warnings.is_empty() {
            true => Error::NoAudio {
                path: root.to_owned(),
            },
            false => Error::NothingUsable {
                path: root.to_owned(),
                reasons: warnings,
            },
        });
    }
    let array = build_array(root, &draft)?;
    let mut recordings = Vec::with_capacity(draft.takes.len());
    for take in draft.takes {
        warnings.extend(take.file.warnings.iter().cloned());
        let Some(sensor) = array.find(&take.sensor) else {
            continue;
        };
        recordings.push(Recording {
            sensor,
            path: take.file.path.clone(),
            channel: take.channel,
            start: take.start,
            sample_rate_hz: take.file.sample_rate_hz,
            frames: take.file.frames.unwrap_or(0),
            file: take.file,
        });
    }
    recordings.sort_by(|a, b| {
        (a.sensor, a.start, &a.path, a.channel).cmp(&(b.sensor, b.start, &b.path, b.channel))
    });
    drop_doubles(&array, &mut recordings, &mut warnings);
    drop_strays(root, &array, &mut recordings, &mut warnings)?;
    let heard: BTreeSet<SensorIdx> = recordings.iter().map(|r| r.sensor).collect();
    let silent: Vec<&str> = (0..array.sensors().len())
        .map(SensorIdx)
        .filter(|s| !heard.contains(s))
        .map(|s| array.sensor(s).id.as_str())
        .collect();
    if !silent.is_empty() {
        warnings.push(format!(
            "{}: no recording of sensor {}; it is treated as absent",
            root.display(),
            silent.join(", ")
        ));
    }
    let atmosphere = match &options.weather {
        Some(source) => Some(source.read()?),
        None => draft.atmosphere,
    };
    if atmosphere.is_none() {
        warnings.push(format!(
            "{}: no weather, so 15 C +- 10 C and calm +- 3 m/s are assumed; give --weather T=10,wind=3@270",
            root.display()
        ));
    }
    let truth = draft.truth.and_then(|t| {
        let resolved = t.resolve(array.frame());
        if resolved.is_none() {
            warnings.push(format!(
                "{}: the true positions have latitudes but the array has none; truth is not used",
                root.display()
            ));
        }
        resolved
    });
    let mut seen = BTreeSet::new();
    warnings.retain(|w| seen.insert(w.clone()));
    Ok(RecordingSet {
        name: set_name(root),
        layout,
        array,
        recordings,
        atmosphere,
        truth,
        warnings,
    })
}

fn set_name(root: &Path) -> String {
    // "." and ".." have no name of their own.
    let named = root.file_name().map(|n| n.to_string_lossy().into_owned());
    named.unwrap_or_else(|| {
        let full = root.canonicalize().unwrap_or_default();
        full.file_name().map_or_else(
            || root.display().to_string(),
            |n| n.to_string_lossy().into(),
        )
    })
}

fn build_array(root: &Path, draft: &Draft) -> Result<Array, Error> {
    let on_globe: Vec<Geodetic> = draft
        .sensors
        .iter()
        .filter_map(|s| match s.position {
            Position::Globe(place) => Some(place),
            Position::Local(_) => None,
        })
        .collect();
    let origin = match draft.origin {
        Some(origin) => Some(origin),
        None if on_globe.len() == draft.sensors.len() => mean(&on_globe),
        None if on_globe.is_empty() => None,
        None => {
            return Err(Error::field(
                root,
                "position",
                "some sensors have latitudes and others east and north; give [frame] origin",
            ));
        }
    };
    let frame = origin.map(LocalFrame::new);
    let mut sensors = Vec::with_capacity(draft.sensors.len());
    for spec in &draft.sensors {
        let Some(position) = spec.position.to_enu(frame.as_ref()) else {
            continue;
        };
        let plain = Sensor::new(spec.id.clone(), position);
        let first = |a: Option<f64>, b: Option<f64>, c: f64| a.or(b).unwrap_or(c);
        sensors.push(Sensor {
            position_sigma_m: first(
                spec.position_sigma_m,
                draft.position_sigma_m,
                plain.position_sigma_m,
            ),
            clock_sigma_s: first(spec.clock_sigma_s, draft.clock_sigma_s, plain.clock_sigma_s),
            full_scale_db_spl: spec.full_scale_db_spl,
            ..plain
        });
    }
    Array::try_new(sensors, frame).map_err(|e| Error::field(root, "sensor", e.to_string()))
}

/// Leaves out recordings that lie over an earlier one of the same sensor for more than half of
/// the shorter: the same sound twice, or a wrong start time.
fn drop_doubles(array: &Array, recordings: &mut Vec<Recording>, warnings: &mut Vec<String>) {
    let mut kept: Vec<Recording> = Vec::with_capacity(recordings.len());
    for recording in recordings.drain(..) {
        let earlier = kept.last().filter(|k| k.sensor == recording.sensor);
        if let Some(earlier) = earlier {
            let overlap_s = earlier.end().since(recording.start).0;
            let shorter_s = earlier.duration().0.min(recording.duration().0);
            if overlap_s > 0.5 * shorter_s {
                warnings.push(format!(
                    "{}: left out, sensor {} already has {} at that time",
                    recording.path.display(),
                    array.sensor(recording.sensor).id,
                    earlier.path.display()
                ));
                continue;
            }
        }
        kept.push(recording);
    }
    *recordings = kept;
}

/// Leaves out recordings that do not belong to any group of enough sensors that overlap in time.
fn drop_strays(
    root: &Path,
    array: &Array,
    recordings: &mut Vec<Recording>,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let mut by_time: Vec<usize> = (0..recordings.len()).collect();
    by_time.sort_by_key(|&i| (recordings[i].start, i));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut until: Option<Timestamp> = None;
    for i in by_time {
        let recording = &recordings[i];
        match (until, groups.last_mut()) {
            (Some(end), Some(group)) if recording.start < end + Seconds(MAX_GAP_S) => group.push(i),
            _ => groups.push(vec![i]),
        }
        until = until.max(Some(recording.end()));
    }
    let sensors = |group: &[usize]| {
        let distinct: BTreeSet<_> = group.iter().map(|&i| recordings[i].sensor).collect();
        distinct.len()
    };
    let given = sensors(&(0..recordings.len()).collect::<Vec<_>>());
    // Ties go to the earliest, so that the choice is the same every time.
    let main = groups
        .iter()
        .enumerate()
        .max_by_key(|(n, g)| (sensors(g), g.len(), std::cmp::Reverse(*n)))
        .map_or(0, |(n, _)| n);
    let most = groups.get(main).map_or(0, |g| sensors(g));
    if most < ENOUGH_SENSORS.min(given) && given >= ENOUGH_SENSORS {
        let times: BTreeMap<_, _> = recordings
            .iter()
            .map(|r| (&array.sensor(r.sensor).id, r.start))
            .collect();
        let detail: Vec<String> = times.iter().map(|(id, t)| format!("{id} {t}")).collect();
        return Err(Error::NoOverlap {
            path: root.to_owned(),
            sensors: most,
            given,
            detail: detail.join(", "),
        });
    }
    let mut keep = vec![false; recordings.len()];
    for (n, group) in groups.iter().enumerate() {
        if n == main || sensors(group) >= ENOUGH_SENSORS {
            group.iter().for_each(|&i| keep[i] = true);
        } else {
            let reference = groups[main].first().map(|&i| recordings[i].start);
            for &i in group {
                warnings.push(format!(
                    "{}: left out, it starts at {}, when too few other sensors record (they start at {}); check its start time",
                    recordings[i].path.display(),
                    recordings[i].start,
                    reference.unwrap_or_default()
                ));
            }
        }
    }
    let mut flags = keep.into_iter();
    recordings.retain(|_| flags.next().unwrap_or(false));
    Ok(())
}
