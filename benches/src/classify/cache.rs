//! What was heard, kept in a file, so that training can be repeated without listening again.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use shotfix_core::Class;
use shotfix_core::classify::{COLUMNS, FEATURES_VERSION, FRAMES, N_FEATURES, Row, Spectrogram};

use super::gather::{Amounts, FOLDS, Gathered, Heard, Listened};

/// Bytes of a row: its features, then its spectrogram.
const ROW: usize = 4 * N_FEATURES + FRAMES * COLUMNS;

#[derive(PartialEq, Serialize, Deserialize)]
struct Key {
    features: u16,
    amounts: Amounts,
}

#[derive(Serialize, Deserialize)]
struct Head {
    key: Key,
    recordings: Vec<Listened>,
    n_events: usize,
    /// Class, kind, recording, event of each row.
    rows: Vec<(u8, String, usize, Option<usize>)>,
}

impl Head {
    /// Is every row of a recording, an event and a fold that there is?
    fn is_sound(&self) -> bool {
        let of_these = |&(_, _, recording, event): &(u8, String, usize, Option<usize>)| {
            recording < self.recordings.len() && event.is_none_or(|event| event < self.n_events)
        };
        self.rows.iter().all(of_these) && self.recordings.iter().all(|r| r.fold < FOLDS)
    }
}

fn key(amounts: &Amounts) -> Key {
    Key {
        features: FEATURES_VERSION,
        amounts: *amounts,
    }
}

/// Reads what [`save`] wrote of the same amounts and features; `None` if `path` is missing or holds
/// anything else.
pub fn load(path: &Path, amounts: &Amounts) -> Option<Gathered> {
    let mut bytes = Vec::new();
    BufReader::new(File::open(path).ok()?)
        .read_to_end(&mut bytes)
        .ok()?;
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (head, values) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    if head.key != key(amounts) || values.len() != ROW * head.rows.len() || !head.is_sound() {
        return None;
    }
    let heard = head.rows.into_iter().zip(values.chunks_exact(ROW));
    let heard = heard.map(|((class, kind, recording, event), bytes)| {
        let (numbers, levels) = bytes.split_at(4 * N_FEATURES);
        let mut spectrogram = Spectrogram::default();
        spectrogram.0.as_flattened_mut().copy_from_slice(levels);
        let mut features = [0.0; N_FEATURES];
        for (value, b) in features.iter_mut().zip(numbers.chunks_exact(4)) {
            *value = f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        }
        let class = match class {
            0 => Class::Gunfire,
            1 => Class::Firework,
            _ => Class::Other,
        };
        Heard {
            row: Row {
                features,
                spectrogram,
            },
            class,
            kind,
            recording,
            event,
        }
    });
    Some(Gathered {
        recordings: head.recordings,
        heard: heard.collect(),
        n_events: head.n_events,
    })
}

/// Writes what was heard.
///
/// # Errors
/// When the file cannot be written.
pub fn save(path: &Path, amounts: &Amounts, gathered: &Gathered) -> std::io::Result<()> {
    let rows = gathered.heard.iter();
    let head = Head {
        key: key(amounts),
        recordings: gathered.recordings.clone(),
        n_events: gathered.n_events,
        rows: rows
            .map(|h| (h.class as u8, h.kind.clone(), h.recording, h.event))
            .collect(),
    };
    let head = serde_json::to_vec(&head)?;
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(head.len() as u64).to_le_bytes())?;
    file.write_all(&head)?;
    for heard in &gathered.heard {
        for value in heard.row.features {
            file.write_all(&value.to_le_bytes())?;
        }
        file.write_all(heard.row.spectrogram.0.as_flattened())?;
    }
    file.flush()
}
