//! What a kind of sound is, and what it is given to make its emissions from.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::SceneError;
use crate::point::Point;
use crate::random::Random;
use crate::render::Detail;
use crate::scene::{Check, Site};
use crate::source::sounds::SoundSpec;
use crate::source::{Emission, Samples, Track, Waveform, pascals};

/// Most repetitions of one `[[sound]]`.
const MOST_TIMES: usize = 10_000;

/// A kind of sound: one file, and one line in the table of kinds.
pub(super) struct Kind {
    /// Name in scenes and in the truth.
    pub(super) name: &'static str,
    /// Height of the source where a scene gives none, metres.
    pub(super) up_m: f64,
    /// Peak level at 1 m where a scene gives none, dB SPL. `None`: the scene must give it, or
    /// the kind works it out.
    pub(super) level_db_spl: Option<f64>,
    /// How often it comes. `None`: it cannot be repeated by `count`.
    pub(super) cadence: Option<Cadence>,
    /// Whether a scene must say when.
    pub(super) timed: bool,
    /// The sounds it consists of.
    pub(super) make: fn(&Sound<'_>, &mut Random) -> Result<Vec<Emission>, SceneError>,
}

/// How often a sound comes, where a scene does not say.
#[derive(Clone, Copy)]
pub(super) struct Cadence {
    pub(super) count: usize,
    pub(super) interval_s: f64,
    /// Each interval is uniform within this of the mean.
    pub(super) spread_s: f64,
}

/// One `[[sound]]` of a scene being checked.
pub(super) struct Sound<'a> {
    pub(super) check: &'a Check<'a>,
    pub(super) spec: &'a SoundSpec,
    pub(super) kind: &'static Kind,
    pub(super) index: usize,
    /// Length of the recording, seconds.
    pub(super) duration_s: f64,
    /// What it stands on.
    pub(super) site: Site<'a>,
}

impl Sound<'_> {
    /// The name of a key in refusals.
    pub(super) fn field(&self, key: &str) -> String {
        format!("sound[{}].{key}", self.index)
    }

    /// The keys of the kind alone.
    pub(super) fn keys<K: DeserializeOwned>(&self) -> Result<K, SceneError> {
        let keys = &self.spec.keys;
        // One key at a time first, so that the refusal names the one that is wrong.
        let alone = |(key, value): (&String, &toml::Value)| {
            let one = toml::Table::from_iter([(key.clone(), value.clone())]);
            let error = one.try_into::<K>().err()?;
            Some((self.field(key), error))
        };
        let wrong = keys.iter().find_map(alone);
        let whole = keys.clone().try_into::<K>();
        let (field, error) = match (whole, wrong) {
            (Ok(keys), _) => return Ok(keys),
            (Err(_), Some(wrong)) => wrong,
            (Err(error), None) => (format!("sound[{}]", self.index), error),
        };
        let remedy = format!("simulator/README.md lists the keys of `{}`", self.kind.name);
        self.check.refuse(field, error.message().trim_end(), remedy)
    }

    pub(super) fn range(
        &self,
        key: &str,
        value: f64,
        low: f64,
        high: f64,
        unit: &str,
    ) -> Result<(), SceneError> {
        self.check.range(self.field(key), value, low, high, unit)
    }

    /// Where it is, or where it is at `time_s` if it moves.
    pub(super) fn place(&self) -> Point {
        let (east, north) = (self.spec.east, self.spec.north);
        let usual_m = || self.site.ground_up_m(east, north) + self.kind.up_m;
        let up = self.spec.up.unwrap_or_else(usual_m);
        Point { east, north, up }
    }

    /// When it, or the first of several, leaves.
    pub(super) fn time_s(&self) -> f64 {
        self.spec.time_s.unwrap_or(0.0)
    }

    /// Peak level at 1 m, of the scene or else of the kind. Kinds that have none look at the
    /// scene themselves.
    pub(super) fn level_db_spl(&self) -> f64 {
        let level = self.spec.level_db_spl.or(self.kind.level_db_spl);
        level.unwrap_or_default()
    }

    /// When each of several leaves; those after the end of the recording are left out.
    pub(super) fn times_s(&self, random: &mut Random) -> Result<Vec<f64>, SceneError> {
        let mut times_s = vec![self.time_s()];
        let Some(usual) = self.kind.cadence else {
            return Ok(times_s);
        };
        let count = self.spec.count.unwrap_or(usual.count);
        let mean_s = self.spec.interval_s.unwrap_or(usual.interval_s);
        // The usual spread goes with the usual interval, and shrinks with it.
        let usual_spread_s = usual.spread_s * mean_s / usual.interval_s;
        let spread_s = self.spec.interval_spread_s.unwrap_or(usual_spread_s);
        self.range("count", count as f64, 1.0, MOST_TIMES as f64, "times")?;
        self.range("interval_s", mean_s, 1e-3, 1e5, "seconds")?;
        self.range("interval_spread_s", spread_s, 0.0, mean_s, "seconds")?;
        let mut time_s = self.time_s();
        for _ in 1..count {
            time_s += mean_s + spread_s * random.between(-1.0, 1.0);
            times_s.push(time_s);
        }
        // All are drawn, so that a longer recording begins like a shorter one.
        times_s.retain(|time_s| *time_s < self.duration_s);
        Ok(times_s)
    }

    /// A sound that stands still, is listed and worth all of its surroundings.
    pub(super) fn emission(&self, time_s: f64, position: Point, waveform: Waveform) -> Emission {
        Emission {
            kind: self.kind.name,
            sound_idx: self.index,
            time_s,
            position,
            place_idx: 0,
            waveform,
            detail: Detail::All,
            listed: true,
            track: None,
        }
    }
}

/// Samples scaled to a peak level at 1 m.
pub(super) fn samples(sample_rate_hz: f64, shape: &[f64], level_db_spl: f64) -> Arc<Samples> {
    let peak = shape.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    let scale = if peak > 0.0 {
        pascals(level_db_spl) / peak
    } else {
        0.0
    };
    Arc::new(Samples {
        sample_rate_hz,
        pressure_pa: shape.iter().map(|x| (x * scale) as f32).collect(),
    })
}

/// Metres east and north in each second of something that moves level.
///
/// # Arguments
/// * `heading_deg` - degrees clockwise from north.
pub(super) fn velocity_m_s(speed_m_s: f64, heading_deg: f64) -> (f64, f64) {
    let (sin, cos) = heading_deg.to_radians().sin_cos();
    (speed_m_s * sin, speed_m_s * cos)
}

/// A point moved level along a velocity.
pub(super) fn moved(from: Point, velocity_m_s: (f64, f64), seconds: f64) -> Point {
    Point {
        east: from.east + velocity_m_s.0 * seconds,
        north: from.north + velocity_m_s.1 * seconds,
        up: from.up,
    }
}

/// A straight level way, through `place` at `time_s`.
pub(super) fn straight(
    place: Point,
    time_s: f64,
    velocity_m_s: (f64, f64),
    from_s: f64,
    to_s: f64,
) -> Arc<Track> {
    let node = |at_s: f64| (at_s, moved(place, velocity_m_s, at_s - time_s));
    Arc::new(Track {
        nodes: vec![node(from_s), node(to_s)],
    })
}
