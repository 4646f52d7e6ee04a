//! AudioMoth recorders: the start is in the comment (with its time zone) or the file's name (as
//! UTC), the positions in an array file. Sensors are called by their 16-digit identity, by the
//! name's prefix or by the folder of their card.

use super::{Entry, Layout, first_readable, placed};

/// Standard deviation of a recorder's clock, seconds, for sensors that give none: one second
/// pulses of GPS models are good to a microsecond, but start times are written in milliseconds
/// and the sample clock drifts between pulses.
const CLOCK_SIGMA_S: f64 = 1e-3;

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::AudioMoth,
    name: "audiomoth",
    recognise: |files, _| {
        first_readable(files)
            .and_then(|f| f.metadata.comment)
            .is_some_and(|c| c.device.is_some())
    },
    read: |files, options| placed::read(files, options, Some(CLOCK_SIGMA_S)),
};
