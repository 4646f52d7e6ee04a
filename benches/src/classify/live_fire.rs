//! Live fire with the pulses that its owner gave to each shot.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use shotfix_core::classify::Class;
use shotfix_core::Timestamp;
use shotfix_datasets::{Error, OpenOptions, find_tests, open_set};

use super::gather::{Batch, Labelled, Listened, Origin, onsets};

/// An onset is a pulse's if it is this near, seconds: pulses are those of an envelope's step.
const SAME_S: f64 = 0.008;
/// Before the first pulse of a shot only the place is heard; so much before it the shot may have come
/// by a way that the pulses do not know, seconds.
const BEFORE_S: f64 = 0.5;

#[derive(Deserialize)]
struct Pulse {
    pulse_uuid: String,
    serial_number: String,
    arrival_time_utc: String,
}

#[derive(Deserialize)]
struct Tuple {
    pulse_uuids: Vec<String>,
}

#[derive(Deserialize)]
struct Survey {
    firing_position: String,
    firearm: Option<String>,
}

/// Hears every test below `dir`.
pub(super) fn listen(dir: &Path) -> Result<Vec<Batch>, Error> {
    find_tests(dir)?.iter().map(|folder| test(folder)).collect()
}

fn test(folder: &Path) -> Result<Batch, Error> {
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let part = |part: &str| folder.join(format!("{name}.{part}.json"));
    let survey: Survey = json(&part("survey"))?;
    let pulses: Vec<Pulse> = json(&part("allpulses"))?;
    let tuples: Vec<Tuple> = json(&part("nlos-tuples"))?;
    let by_id: BTreeMap<&str, &Pulse> =
        pulses.iter().map(|p| (p.pulse_uuid.as_str(), p)).collect();
    let set = open_set(&[folder.to_owned()], &OpenOptions::default())?;
    let mut recordings = Vec::new();
    for recording in &set.recordings {
        let id = &set.array.sensors()[recording.sensor.0].id;
        let mut samples = Vec::new();
        let mut reader = recording.open()?;
        let mut block = vec![0.0; 1 << 15];
        loop {
            match reader.read(&mut block)? {
                0 => break,
                n => samples.extend_from_slice(&block[..n]),
            }
        }
        // Time of each shot's pulse at this sensor, seconds after the recording's start.
        let mut times: Vec<(f64, usize)> = Vec::new();
        for (shot, tuple) in tuples.iter().enumerate() {
            for pulse in tuple.pulse_uuids.iter().filter_map(|id| by_id.get(id.as_str())) {
                if id.ends_with(&pulse.serial_number) || pulse.serial_number.ends_with(id.as_str()) {
                    let time: Timestamp = pulse.arrival_time_utc.parse().map_err(|error| {
                        Error::Field {
                            path: part("allpulses"),
                            field: "arrival_time_utc".to_owned(),
                            reason: format!("{error}"),
                        }
                    })?;
                    times.push((time.since(recording.start).0, shot));
                }
            }
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let first_s = times.first().map_or(f64::INFINITY, |t| t.0);
        let heard = onsets(&samples, recording.sample_rate_hz);
        let labelled = heard.into_iter().filter_map(|onset| {
            let at_s = onset.time.since(Timestamp::default()).0;
            let near = times.iter().min_by(|a, b| (a.0 - at_s).abs().total_cmp(&(b.0 - at_s).abs()));
            let label = |class, event, kind: &str| {
                Some(Labelled { onset, class, kind: kind.to_owned(), event })
            };
            match near {
                Some(&(time_s, shot)) if (time_s - at_s).abs() < SAME_S => {
                    let kind = survey.firearm.as_deref().unwrap_or("pistol");
                    label(Class::Gunfire, Some(shot), kind)
                }
                _ if times.is_empty() => None,
                _ if at_s < first_s - BEFORE_S => label(Class::Other, None, "night in a city"),
                _ => None,
            }
        });
        let labelled: Vec<Labelled> = labelled.collect();
        recordings.push((
            Listened {
                origin: Origin::LiveFire,
                source: format!("live fire {}", survey.firing_position),
                name: recording.path.display().to_string(),
                kind: "live fire".to_owned(),
                duration_s: samples.len() as f64 / recording.sample_rate_hz,
            },
            labelled,
        ));
    }
    Ok(Batch { recordings, n_events: tuples.len() })
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| Error::Field {
        path: path.to_owned(),
        field: "JSON".to_owned(),
        reason: error.to_string(),
    })
}
