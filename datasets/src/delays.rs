//! Delays of one sound between the recordings of a set.

use shotfix_core::correlate::{CorrelateError, delays_s};
use shotfix_core::travel::Medium;
use shotfix_core::{Seconds, SensorIdx, Timestamp};

use crate::error::Error;
use crate::set::{Recording, RecordingSet};

/// Longest stretch that is correlated, seconds: the sound must not drown in what else was heard.
const LONGEST_S: f64 = 60.0;
/// Clocks and surveys add at most about this to the travel time between two sensors, seconds.
const SLACK_S: f64 = 0.002;

/// How much later the set's dominant sound reached one sensor than the first.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorDelay {
    /// Which sensor.
    pub sensor: SensorIdx,
    /// The delay; zero for the first sensor.
    pub delay: Seconds,
}

/// Why the delays of a set cannot be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DelaysError {
    /// The recordings differ in sample rate.
    #[error(
        "{first} has {first_hz} Hz and {other} {other_hz} Hz: bring all recordings to one sample rate"
    )]
    Rates {
        /// One file.
        first: String,
        /// Its rate, hertz.
        first_hz: f64,
        /// Another file.
        other: String,
        /// Its rate, hertz.
        other_hz: f64,
    },
    /// The recordings have no time in common, or too much.
    #[error(
        "the recordings share {shared_s:.1} s; delays are measured over up to {LONGEST_S} s that all recorded: cut the recordings"
    )]
    Span {
        /// Time that all recorded, seconds; negative if there is none.
        shared_s: f64,
    },
    /// A recording cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// The recordings cannot be correlated.
    #[error(transparent)]
    Correlate(#[from] CorrelateError),
}

/// Measures the delays of the dominant sound, in the order of `set.recordings`; see
/// [`shotfix_core::correlate`].
///
/// # Errors
/// [`DelaysError`] when rates differ, nothing or too much is shared, or reading fails.
pub fn delays(set: &RecordingSet) -> Result<Vec<SensorDelay>, DelaysError> {
    let Some(first) = set.recordings.first() else {
        return Ok(Vec::new());
    };
    let rate_hz = first.sample_rate_hz;
    if let Some(other) = set.recordings.iter().find(|r| r.sample_rate_hz != rate_hz) {
        return Err(DelaysError::Rates {
            first: first.path.display().to_string(),
            first_hz: rate_hz,
            other: other.path.display().to_string(),
            other_hz: other.sample_rate_hz,
        });
    }
    let from = set
        .recordings
        .iter()
        .map(|r| r.start)
        .max()
        .unwrap_or_default();
    let to = set
        .recordings
        .iter()
        .map(Recording::end)
        .min()
        .unwrap_or_default();
    let shared_s = to.since(from).0;
    if !(0.0..=LONGEST_S).contains(&shared_s) {
        return Err(DelaysError::Span { shared_s });
    }
    let n = (shared_s * rate_hz) as usize;
    let signals = set
        .recordings
        .iter()
        .map(|recording| stretch(recording, from, n))
        .collect::<Result<Vec<_>, _>>()?;
    let medium = Medium::of(&set.atmosphere.unwrap_or_default());
    let place = |k: usize| set.array.sensor(set.recordings[k].sensor).position;
    let longest_s = |i: usize, j: usize| {
        medium
            .delay_s(place(i), place(j))
            .max(medium.delay_s(place(j), place(i)))
            + SLACK_S
    };
    let measured = delays_s(&signals, rate_hz, longest_s)?;
    // Whole samples were cut; the rest of the start times' difference is put back.
    Ok(set
        .recordings
        .iter()
        .zip(measured)
        .map(|(recording, delay_s)| {
            let cut = |r: &Recording| {
                let lead_s = from.since(r.start).0;
                (lead_s * rate_hz).round() / rate_hz - lead_s
            };
            SensorDelay {
                sensor: recording.sensor,
                delay: Seconds(delay_s + cut(recording) - cut(first)),
            }
        })
        .collect())
}

/// `n` samples of a recording from the instant `from`.
fn stretch(recording: &Recording, from: Timestamp, n: usize) -> Result<Vec<f32>, Error> {
    let mut reader = recording.open()?;
    let mut skip = (from.since(recording.start).0 * recording.sample_rate_hz).round() as usize;
    let mut samples = Vec::with_capacity(n);
    let mut block = vec![0.0; 16_384];
    while samples.len() < n {
        let got = reader.read(&mut block)?;
        if got == 0 {
            break;
        }
        let use_from = skip.min(got);
        skip -= use_from;
        let wanted = n - samples.len();
        samples.extend(block[use_from..got].iter().take(wanted));
    }
    samples.resize(n, 0.0);
    Ok(samples)
}
