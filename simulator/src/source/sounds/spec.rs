//! `[[sound]]` as a scene writes it.

use serde::Deserialize;

/// A sound that is no shot.
///
/// These keys are the same for all kinds; every kind has more of its own, see
/// `simulator/README.md`. `None` is what is usual for the kind.
#[derive(Clone, Debug, Deserialize)]
pub struct SoundSpec {
    /// What it is: `hammer`, `firework`, `thunder` ...
    pub kind: String,
    /// Seconds after the start of the scene at which it, or the first of several, leaves.
    pub time_s: Option<f64>,
    /// Metres east of the origin.
    pub east: f64,
    /// Metres north of the origin.
    pub north: f64,
    /// Metres above the origin. `None`: what is usual for the kind, above the ground.
    pub up: Option<f64>,
    /// Peak level at 1 m, dB SPL.
    pub level_db_spl: Option<f64>,
    /// How often it comes.
    pub count: Option<usize>,
    /// Mean seconds from one to the next.
    pub interval_s: Option<f64>,
    /// Each interval is uniform within this of the mean, seconds.
    pub interval_spread_s: Option<f64>,
    /// The keys of its kind alone.
    #[serde(flatten)]
    pub keys: toml::Table,
}
