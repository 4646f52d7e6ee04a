//! Broadcast WAV (EBU Tech 3285): the start is the `bext` chunk's date and its count of samples
//! since midnight, the recorder's clock read as UTC; the positions are in an array file.

use super::{Entry, Layout, first_readable, placed};
use crate::audio::StartSource;

/// Standard deviation of a recorder's clock, seconds, for sensors that give none: jam-synced
/// time code of field recorders drifts by a frame (40 ms) a day and is set anew every few minutes.
const CLOCK_SIGMA_S: f64 = 1e-4;

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Broadcast,
    name: "broadcast",
    recognise: |files, _| {
        first_readable(files).is_some_and(|f| f.start_source == Some(StartSource::Broadcast))
    },
    read: |files, options| placed::read(files, options, Some(CLOCK_SIGMA_S)),
};
