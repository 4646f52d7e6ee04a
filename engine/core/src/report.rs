//! What one run of the locator over recordings says, as plain data for every output format.

use crate::incident::{ClassPosterior, Incident};
use crate::onset::Onset;
use crate::paths::PathTerms;
use crate::sensor::Array;
use crate::timestamp::Timestamp;

/// Result of locating the shots of one recording set.
#[derive(Clone, Debug)]
pub struct LocateReport {
    /// The sensors, in whose frame all positions are.
    pub array: Array,
    /// What was learned of the paths to the sensors and used, if anything.
    pub path_terms: Option<PathTerms>,
    /// What was found, in order of time.
    pub incidents: Vec<Incident>,
    /// What a person should know before believing the incidents.
    pub warnings: Vec<String>,
}

/// The impulses of one file and channel.
#[derive(Clone, Debug)]
pub struct FileImpulses {
    /// The file as the caller named it.
    pub file: String,
    /// Channel, counted from zero.
    pub channel: u16,
    /// Sample rate, hertz.
    pub sample_rate_hz: f64,
    /// Length, seconds.
    pub duration_s: f64,
    /// Time of the first sample, if the file tells.
    pub start: Option<Timestamp>,
    /// What was heard, in order of time.
    pub impulses: Vec<Impulse>,
}

/// One impulse of one file.
#[derive(Clone, Debug)]
pub struct Impulse {
    /// Seconds from the file's start to the first wave front.
    pub time_s: f64,
    /// The onset. Its absolute time is meaningful only if the file has a start time.
    pub onset: Onset,
    /// What it was.
    pub class: ClassPosterior,
}
