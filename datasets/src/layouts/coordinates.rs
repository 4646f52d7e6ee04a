//! A table `file,x,y[,z]` in metres beside audio that tells its start, as OpenSoundscape's
//! localisation takes.

use std::path::{Path, PathBuf};

use shotfix_core::Enu;

use super::{Entry, Layout, probe_all};
use crate::array_file::SensorSpec;
use crate::assemble::{Draft, Take};
use crate::audio::AudioFile;
use crate::collect::{Files, file_name};
use crate::error::{Error, read_text};
use crate::position::{Position, checked_enu};
use crate::set::OpenOptions;

/// Standard deviation of each coordinate, metres: tape or GPS averages of a field survey.
const POSITION_SIGMA_M: f64 = 0.1;
/// Standard deviation of the clocks, seconds: GPS-timed recordings cut out to whole
/// milliseconds.
const CLOCK_SIGMA_S: f64 = 1e-3;

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Coordinates,
    name: "coordinates",
    recognise: |files, _| table_path(files).is_some(),
    read,
};

/// One line of the table.
struct Row {
    file: String,
    place: Result<Enu, String>,
    line: u64,
}

/// The first CSV that has the columns.
fn table_path(files: &Files) -> Option<&PathBuf> {
    files.ending(".csv").find(|path| {
        let Ok(text) = read_text(path) else {
            return false;
        };
        let header = text.lines().next().unwrap_or_default();
        let names: Vec<&str> = header.split(',').map(str::trim).collect();
        ["file", "x", "y"].iter().all(|name| names.contains(name))
    })
}

fn read(files: &Files, options: &OpenOptions) -> Result<Draft, Error> {
    let path = options.array.as_ref().or_else(|| table_path(files));
    let Some(path) = path else {
        return Err(Error::NoPositions {
            path: files.root.clone(),
            hint: "no CSV with the columns file,x,y,z was found".to_owned(),
        });
    };
    let rows = read_rows(path)?;
    let mut draft = Draft {
        position_sigma_m: Some(POSITION_SIGMA_M),
        clock_sigma_s: Some(CLOCK_SIGMA_S),
        ..Draft::default()
    };
    let mut used = vec![false; rows.len()];
    let mut unlisted = Vec::new();
    for file in probe_all(files, &mut draft.warnings) {
        let Some(n) = best_row(&rows, &file.path) else {
            unlisted.push(file_name(&file.path));
            continue;
        };
        used[n] = true;
        let row = &rows[n];
        let place = match &row.place {
            Ok(place) => *place,
            Err(reason) => {
                let error = Error::field(path, format!("line {}", row.line), reason);
                draft.warnings.push(error.to_string());
                continue;
            }
        };
        let Some(start) = file.start else {
            let error = Error::NoStart {
                path: file.path.clone(),
            };
            draft.warnings.push(error.to_string());
            continue;
        };
        let sensor = sensor_id(&draft, &file, place);
        if !draft.sensors.iter().any(|s| s.id == sensor) {
            let spec = SensorSpec::new(sensor.clone(), Position::Local(place));
            draft.sensors.push(spec);
        }
        draft.takes.push(Take {
            sensor,
            channel: 0,
            start,
            file,
        });
    }
    if !unlisted.is_empty() {
        draft.warnings.push(format!(
            "{}: has no line for {}; left out",
            path.display(),
            unlisted.join(", ")
        ));
    }
    let absent: Vec<&str> = rows
        .iter()
        .zip(&used)
        .filter_map(|(row, used)| (!used).then_some(row.file.as_str()))
        .collect();
    if !absent.is_empty() {
        draft.warnings.push(format!(
            "{}: no audio for {}",
            path.display(),
            absent.join(", ")
        ));
    }
    Ok(draft)
}

fn read_rows(path: &Path) -> Result<Vec<Row>, Error> {
    rows(&read_text(path)?, path)
}

/// The lines of the table in `text`; `path` names it in errors.
fn rows(text: &str, path: &Path) -> Result<Vec<Row>, Error> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let broken = |e: csv::Error| Error::field(path, "CSV", e.to_string());
    let header = reader.headers().map_err(broken)?.clone();
    let column = |name: &str| header.iter().position(|c| c == name);
    let required = |name: &str| {
        column(name).ok_or_else(|| {
            Error::field(
                path,
                format!("column `{name}`"),
                "is missing; expected file,x,y,z",
            )
        })
    };
    let (file, x, y, z) = (
        required("file")?,
        required("x")?,
        required("y")?,
        column("z"),
    );
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let number = |at: usize, name: &str| -> Result<f64, String> {
            let text = record.get(at).unwrap_or_default();
            text.parse()
                .map_err(|_| format!("column `{name}`: `{text}` is no number"))
        };
        let height = match z {
            // A short line or an empty cell: the array is flat there.
            Some(z) if record.get(z).is_some_and(|t| !t.is_empty()) => number(z, "z"),
            _ => Ok(0.0),
        };
        let place = number(x, "x").and_then(|x| checked_enu(x, number(y, "y")?, height?));
        rows.push(Row {
            file: record.get(file).unwrap_or_default().to_owned(),
            place,
            line: record.position().map_or(0, csv::Position::line),
        });
    }
    Ok(rows)
}

/// Parses `text` as a table and drops what comes out.
pub(super) fn table_text(text: &str) {
    let _ = rows(text, Path::new("table.csv"));
}

/// The row whose path ends most like `audio`: tables hold paths of the author's machine.
fn best_row(rows: &[Row], audio: &Path) -> Option<usize> {
    let name = file_name(audio);
    let audio: Vec<String> = audio
        .components()
        .rev()
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    let shared = |row: &Row| {
        let parts = row.file.rsplit(['/', '\\']);
        parts.zip(&audio).take_while(|(a, b)| a == b).count()
    };
    rows.iter()
        .enumerate()
        .filter(|(_, row)| row.file.rsplit(['/', '\\']).next() == Some(name.as_str()))
        .max_by_key(|(n, row)| (shared(row), std::cmp::Reverse(*n)))
        .map(|(n, _)| n)
}

/// What the sensor is called: consecutive files of one recorder share the name before the time;
/// a card's folder names recorders whose files are called by the time alone.
fn sensor_id(draft: &Draft, file: &AudioFile, place: Enu) -> String {
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let id = match &file.metadata.named {
        Some(named) if !named.prefix.is_empty() => named.prefix.clone(),
        Some(_) => file.path.parent().map(file_name).unwrap_or_default(),
        None => stem.clone().into_owned(),
    };
    let elsewhere = |s: &SensorSpec| s.id == id && s.position != Position::Local(place);
    if id.is_empty() || draft.sensors.iter().any(elsewhere) {
        stem.into_owned()
    } else {
        id
    }
}
