//! WAVs whose zlib-JSON chunk tells sensor, position, start, weather and full scale.

use super::{Entry, Layout, first_readable, probe_all};
use crate::array_file::SensorSpec;
use crate::assemble::{Draft, Take};
use crate::audio::AudioFile;
use crate::collect::Files;
use crate::error::Error;
use crate::parse::smj::{Evidence, EvidenceWeather};
use crate::position::Position;
use crate::set::OpenOptions;
use crate::weather::Report;

/// Standard deviation of each coordinate, metres: two published files of one fixed sensor, a
/// year apart, differ by 2.3 m on the map, that is 1.6 m each.
const POSITION_SIGMA_M: f64 = 1.6;
/// Largest clock error that such sensors report is 24 us.
const CLOCK_SIGMA_S: f64 = 2.4e-5;
/// A start written in milliseconds is rounded: 1 ms / sqrt(12).
const ROUNDING_SIGMA_S: f64 = 2.9e-4;

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::SelfDescribing,
    name: "self-describing",
    recognise: |files, options| {
        options.array.is_none()
            && first_readable(files).is_some_and(|f| f.metadata.evidence.is_some())
    },
    read,
};

fn read(files: &Files, _: &OpenOptions) -> Result<Draft, Error> {
    let mut draft = Draft {
        position_sigma_m: Some(POSITION_SIGMA_M),
        ..Draft::default()
    };
    let mut weather: Option<EvidenceWeather> = None;
    for file in probe_all(files, &mut draft.warnings) {
        let Some(evidence) = file.metadata.evidence.clone() else {
            draft.warnings.push(format!(
                "{}: left out, it does not describe itself (no readable smj0 or smjx chunk); give positions with --array",
                file.path.display()
            ));
            continue;
        };
        match (weather, evidence.weather) {
            (None, told) => weather = told,
            (Some(first), Some(told)) if first != told => draft.warnings.push(format!(
                "{}: its weather differs from the first file's, which is used",
                file.path.display()
            )),
            _ => {}
        }
        place(&mut draft, &file, &evidence);
        draft.takes.push(Take {
            sensor: evidence.serial_number,
            channel: 0,
            start: evidence.start,
            file,
        });
    }
    if let Some(told) = weather {
        let report = Report {
            temperature: told.temperature_c,
            relative_humidity: told.relative_humidity_percent,
            speed: told.wind_speed_m_s,
            direction: told.wind_from_deg,
        };
        match report.atmosphere() {
            Ok(air) => draft.atmosphere = Some(air),
            Err(reason) => draft.warnings.push(format!(
                "{}: the weather in the files is not used, {reason}",
                files.root.display()
            )),
        }
    }
    // By name, so that the order of the files does not order the array.
    draft.sensors.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(draft)
}

/// Adds the file's sensor, unless an earlier file of it did.
fn place(draft: &mut Draft, file: &AudioFile, evidence: &Evidence) {
    let position = Position::Globe(evidence.position);
    let whole_second = evidence.start.unix_ns() % 1_000_000_000 == 0;
    let rounding_s = if whole_second { 0.0 } else { ROUNDING_SIGMA_S };
    let clock_s = evidence.clock_error_s.unwrap_or(CLOCK_SIGMA_S);
    let clock_sigma_s = clock_s.hypot(rounding_s);
    let id = &evidence.serial_number;
    if let Some(known) = draft.sensors.iter_mut().find(|s| &s.id == id) {
        known.clock_sigma_s = known.clock_sigma_s.map(|s| s.max(clock_sigma_s));
        if known.position != position {
            draft.warnings.push(format!(
                "{}: sensor {id} is elsewhere than in an earlier file, whose position is used",
                file.path.display()
            ));
        }
        return;
    }
    draft.sensors.push(SensorSpec {
        clock_sigma_s: Some(clock_sigma_s),
        full_scale_db_spl: file.full_scale_db_spl(0),
        ..SensorSpec::new(id.clone(), position)
    });
}
