//! Sounds as they leave their sources.

use std::sync::Arc;

use crate::point::Point;
use crate::render::Detail;
use crate::source::Blast;

/// One sound of a scene that is no shot.
#[derive(Clone, Debug)]
pub(crate) struct Emission {
    /// What it is: `hammer`, `firework`, `thunder` ...; copied into the truth.
    pub(crate) kind: &'static str,
    /// The `[[sound]]` that made it, by its place in the file.
    pub(crate) sound_idx: usize,
    /// Seconds after the start of the scene at which it begins to leave.
    pub(crate) time_s: f64,
    /// Where it leaves, or where a moving source is at `time_s`.
    pub(crate) position: Point,
    /// Index of the place among the distinct ones of the scene; set by the check of the scene.
    pub(crate) place_idx: usize,
    /// Pressure at 1 m.
    pub(crate) waveform: Waveform,
    /// How much of the surroundings it is worth.
    pub(crate) detail: Detail,
    /// Whether the truth lists it: one entry for a burst of crackle, not a thousand.
    pub(crate) listed: bool,
    /// A source that moves: its waveform is played over and over until the track ends.
    pub(crate) track: Option<Arc<Track>>,
}

/// Pressure at 1 m from a source.
#[derive(Clone, Debug)]
pub(crate) enum Waveform {
    /// A formula.
    Blast(Blast),
    /// Samples; any length.
    Samples(Arc<Samples>),
}

/// A sound known by its samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Samples {
    /// Hz.
    pub(crate) sample_rate_hz: f64,
    /// Pascals at 1 m.
    pub(crate) pressure_pa: Vec<f32>,
}

/// Where a moving source is: straight lines between nodes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Track {
    /// Seconds after the start of the scene, rising, and places; at least two.
    pub(crate) nodes: Vec<(f64, Point)>,
}

impl Waveform {
    /// Largest pressure at 1 m, pascals.
    pub(crate) fn peak_pa(&self) -> f64 {
        match self {
            Self::Blast(blast) => blast.peak_pa,
            Self::Samples(samples) => samples
                .pressure_pa
                .iter()
                .fold(0.0, |peak: f64, x| peak.max(f64::from(x.abs()))),
        }
    }
}

impl Track {
    /// Where the source is, and whether it sounds: beyond its ends it waits there in silence.
    pub(crate) fn at(&self, time_s: f64) -> (Point, bool) {
        let after = self.nodes.partition_point(|(node_s, _)| *node_s <= time_s);
        match (
            after.checked_sub(1).map(|i| self.nodes[i]),
            self.nodes.get(after),
        ) {
            (Some((from_s, from)), Some(&(to_s, to))) => {
                let share = (time_s - from_s) / (to_s - from_s);
                let mix = |a: f64, b: f64| a + (b - a) * share;
                let place = Point {
                    east: mix(from.east, to.east),
                    north: mix(from.north, to.north),
                    up: mix(from.up, to.up),
                };
                (place, true)
            }
            (Some((_, end)), None) | (None, Some(&(_, end))) => (end, false),
            (None, None) => (
                Point {
                    east: 0.0,
                    north: 0.0,
                    up: 0.0,
                },
                false,
            ),
        }
    }
}
