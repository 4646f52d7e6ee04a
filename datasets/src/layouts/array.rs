//! `array.toml` (or its CSV) with one file or several consecutive files per sensor, or one
//! multichannel file. Anything that names its sensor and its start fits.

use super::{Entry, Layout, placed};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Array,
    name: "array",
    recognise: |files, options| placed::array_path(files, options).is_some(),
    read: |files, options| placed::read(files, options, None),
};
