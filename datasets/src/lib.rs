#![doc = include_str!("../README.md")]

mod array_csv;
mod array_file;
mod assemble;
mod audio;
mod collect;
mod csv_table;
mod delays;
mod doubts;
mod error;
mod found;
mod layouts;
#[doc(hidden)]
pub mod parse;
mod path_terms;
pub mod pipeline;
mod position;
mod set;
mod truth;
mod weather;

pub use audio::{AudioFile, AudioReader, Metadata, StartSource, probe, probe_wav};
pub use collect::find_tests;
pub use delays::{DelaysError, SensorDelay, delays};
pub use error::Error;
pub use found::FoundPlace;
pub use layouts::{Layout, UnknownLayout};
pub use path_terms::PathTermsFile;
pub use pipeline::{LocateError, impulses, locate, locate_with};
pub use set::{OpenOptions, Recording, RecordingSet, open_set};
pub use truth::{SURVEY_SIGMA_M, TrueRound, Truth};
pub use weather::WeatherSource;
