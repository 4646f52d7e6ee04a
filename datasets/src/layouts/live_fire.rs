//! The live-fire layout of the Pittsburgh set: `T.audio.ID.wav` with `T.audio.ID.json` (start,
//! x, y, z), `T.weather.json`, and for scored tests `T.survey.json`.
//!
//! The set's lists of pulses and of the vendor's own choice among them are never opened.

use std::path::Path;

use serde::Deserialize;
use shotfix_core::{Enu, Timestamp};

use super::{Entry, Layout, probe_all};
use crate::array_file::{self, SensorSpec};
use crate::assemble::{Draft, Take};
use crate::collect::{Files, file_name};
use crate::error::{Error, read_text};
use crate::position::Position;
use crate::set::OpenOptions;
use crate::truth::{Xyz, read_survey};
use crate::weather::Report;

/// Level of a full-scale sample, dB SPL, the same for all sensors (Tech Note 098).
const FULL_SCALE_DB_SPL: f64 = 93.0;
/// Standard deviation of each coordinate, metres. The files hold single GPS fixes, not the
/// averaged positions of Tech Note 098: over the tests of one firing position the same sensor
/// scatters by 2.6 m in x, 3.4 m in y and 6.7 m in z (375 fixes of the published set).
const POSITION_SIGMA_M: f64 = 3.0;
/// The start lies on the grid of 12 kHz samples: 83 us / sqrt(12).
const CLOCK_SIGMA_S: f64 = 2.4e-5;

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::LiveFire,
    name: "live-fire",
    recognise: |files, _| {
        let audio = |p: &Path| file_name(p).contains(".audio.");
        files.audio.iter().any(|p| audio(p)) && files.ending(".json").any(|p| audio(p))
    },
    read,
};

#[derive(Deserialize)]
struct Sidecar {
    serial_number: Option<String>,
    timestamp: String,
    location: Xyz,
}

struct Placed {
    id: String,
    start: Timestamp,
    position: Enu,
}

fn read(files: &Files, options: &OpenOptions) -> Result<Draft, Error> {
    let mut draft = Draft {
        position_sigma_m: Some(POSITION_SIGMA_M),
        clock_sigma_s: Some(CLOCK_SIGMA_S),
        ..Draft::default()
    };
    // Better positions, such as means over many tests, replace those of the files.
    let better = options.array.as_deref().map(array_file::read).transpose()?;
    if let Some(array) = &better {
        draft.origin = array.origin;
        draft.atmosphere = array.atmosphere;
        draft.position_sigma_m = None;
    }
    for file in probe_all(files, &mut draft.warnings) {
        let sidecar = file.path.with_extension("json");
        let placed = match read_sidecar(&sidecar) {
            Ok(placed) => placed,
            Err(Error::Missing { .. }) => {
                draft.warnings.push(format!(
                    "{}: left out, {} is missing, which holds its start and position",
                    file.path.display(),
                    file_name(&sidecar)
                ));
                continue;
            }
            Err(error) => {
                draft.warnings.push(error.to_string());
                continue;
            }
        };
        if let Some(array) = &better {
            let Some(sensor) = array.sensors.iter().find(|s| s.id == placed.id) else {
                draft.warnings.push(format!(
                    "{}: left out, sensor {} is not in the array file",
                    file.path.display(),
                    placed.id
                ));
                continue;
            };
            if !draft.sensors.contains(sensor) {
                draft.sensors.push(sensor.clone());
            }
            draft.takes.push(Take {
                sensor: placed.id,
                channel: 0,
                start: placed.start,
                file,
            });
            continue;
        }
        let position = Position::Local(placed.position);
        match draft.sensors.iter().find(|s| s.id == placed.id) {
            None => draft.sensors.push(SensorSpec {
                full_scale_db_spl: Some(FULL_SCALE_DB_SPL),
                ..SensorSpec::new(placed.id.clone(), position)
            }),
            Some(known) if known.position == position => {}
            // Every test has position fixes of its own: mixed up, one of them would be wrong.
            Some(_) => {
                return Err(Error::field(
                    &files.root,
                    "location",
                    format!(
                        "holds several tests ({} says another place of sensor {} than the test before it); \
                         give one test at a time, such as {}, or measure all with `shotfix bench locate {}`",
                        sidecar.display(),
                        placed.id,
                        sidecar.parent().unwrap_or(&sidecar).display(),
                        files.root.display()
                    ),
                ));
            }
        }
        draft.takes.push(Take {
            sensor: placed.id,
            channel: 0,
            start: placed.start,
            file,
        });
    }
    if draft.atmosphere.is_none() {
        read_weather(files, &mut draft);
    }
    for path in of_the_same_tests(files, ".survey.json") {
        match (read_survey(path), &mut draft.truth) {
            (Ok(truth), Some(all)) => all.join(truth),
            (Ok(truth), none) => *none = Some(truth),
            (Err(error), _) => draft.warnings.push(error.to_string()),
        }
    }
    draft.sensors.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(draft)
}

/// Reads `T.audio.ID.json`.
fn read_sidecar(path: &Path) -> Result<Placed, Error> {
    sidecar(&read_text(path)?, path)
}

/// What `text` tells of the audio beside it; `path` names it in errors.
fn sidecar(text: &str, path: &Path) -> Result<Placed, Error> {
    let sidecar: Sidecar =
        serde_json::from_str(text).map_err(|e| Error::field(path, "JSON", e.to_string()))?;
    let start = sidecar
        .timestamp
        .parse()
        .map_err(|e| Error::field(path, "timestamp", format!("{e}")))?;
    let position = sidecar
        .location
        .resolve()
        .map_err(|e| Error::field(path, "location", e))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let in_name = stem.rsplit_once(".audio.").map(|(_, id)| id.to_owned());
    let id = sidecar
        .serial_number
        .or(in_name)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| Error::field(path, "serial_number", "is missing"))?;
    Ok(Placed {
        id,
        start,
        position,
    })
}

/// Parses `text` as a sidecar and drops what comes out.
pub(super) fn sidecar_text(text: &str) {
    let _ = sidecar(text, Path::new("T.audio.ID.json"));
}

/// The files `T.suffix` of tests that there is audio `T.audio.ID.wav` of, or all if no name fits:
/// tests may share a folder, and only some of them may be asked for.
fn of_the_same_tests<'a>(files: &'a Files, suffix: &'a str) -> Vec<&'a Path> {
    let fits = |path: &Path| {
        let name = file_name(path);
        let test = name.get(..name.len().saturating_sub(suffix.len()));
        let of_test = |audio: &Path| {
            let audio = file_name(audio);
            audio
                .split_once(".audio.")
                .is_some_and(|(t, _)| Some(t) == test)
        };
        files.audio.iter().any(|audio| of_test(audio))
    };
    let all: Vec<&Path> = files.ending(suffix).map(|p| p.as_path()).collect();
    let fitting: Vec<&Path> = all.iter().copied().filter(|p| fits(p)).collect();
    if fitting.is_empty() { all } else { fitting }
}

/// The first weather file's air; airports report hourly, so all tests of a set share it nearly.
fn read_weather(files: &Files, draft: &mut Draft) {
    let mut first = None;
    for path in of_the_same_tests(files, ".weather.json") {
        let report = read_text(path).and_then(|text| {
            let report = Report::from_json(&text);
            let air = report.and_then(|r| Ok((r, r.atmosphere()?)));
            air.map_err(|e| Error::field(path, "weather", e))
        });
        match (report, first) {
            (Ok((report, air)), None) => {
                first = Some(report);
                draft.atmosphere = Some(air);
            }
            (Ok((report, _)), Some(known)) if report != known => draft.warnings.push(format!(
                "{}: differs from the set's first weather file, which is used",
                path.display()
            )),
            (Ok(_), Some(_)) => {}
            (Err(error), _) => draft.warnings.push(error.to_string()),
        }
    }
}
