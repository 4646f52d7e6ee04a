//! The pulses that the owner of the live fire released of a test, and which of them it gave to shots.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use shotfix_core::Timestamp;
use shotfix_datasets::Error;

use crate::json;

/// One pulse of one sensor.
pub(crate) struct Pulse {
    /// Serial number of the sensor, as in the names of its recordings.
    pub sensor: String,
    /// When it arrived.
    pub time: Timestamp,
    /// Shots it was given to, by their order in the file.
    pub shots: Vec<usize>,
}

/// What was released of one test.
pub(crate) struct Released {
    /// All pulses, echoes and clutter included.
    pub pulses: Vec<Pulse>,
    /// Shots that pulses were given to.
    pub n_shots: usize,
}

#[derive(Deserialize)]
struct PulseFile {
    pulse_uuid: String,
    serial_number: String,
    arrival_time_utc: String,
}

#[derive(Deserialize)]
struct Tuple {
    pulse_uuids: Vec<String>,
}

/// Reads `NAME.allpulses.json` and `NAME.nlos-tuples.json` of the test in `folder`.
///
/// # Errors
/// [`Error`], naming file and field: one that cannot be read or does not hold what it should.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Released, Error> {
    let path = folder.join(format!("{name}.allpulses.json"));
    let pulses: Vec<PulseFile> = json::read(&path)?;
    let tuples: Vec<Tuple> = json::read(&folder.join(format!("{name}.nlos-tuples.json")))?;
    let mut shots_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (shot, tuple) in tuples.iter().enumerate() {
        for id in &tuple.pulse_uuids {
            shots_of.entry(id).or_default().push(shot);
        }
    }
    let pulses = pulses
        .iter()
        .map(|pulse| {
            Ok(Pulse {
                sensor: pulse.serial_number.clone(),
                time: pulse.arrival_time_utc.parse().map_err(
                    |error: shotfix_core::TimestampError| Error::Field {
                        path: path.clone(),
                        field: "arrival_time_utc".to_owned(),
                        reason: error.to_string(),
                    },
                )?,
                shots: shots_of
                    .get(pulse.pulse_uuid.as_str())
                    .cloned()
                    .unwrap_or_default(),
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Released {
        pulses,
        n_shots: tuples.len(),
    })
}
