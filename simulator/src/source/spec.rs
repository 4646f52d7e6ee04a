//! Shots and bursts as a scene writes them.

use serde::Deserialize;

/// One shot.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShotSpec {
    /// Seconds after the start.
    pub time_s: f64,
    /// Metres.
    pub east: f64,
    /// Metres.
    pub north: f64,
    /// Metres above the origin. Without it, and without `height_m`: 1.5 m above the ground.
    pub up: Option<f64>,
    /// Metres above the ground, instead of `up`.
    pub height_m: Option<f64>,
    /// A name from [`FIREARMS`](crate::FIREARMS).
    #[serde(default = "pistol")]
    pub firearm: String,
    /// Peak level at 1 m, 90 degrees off the line of fire, instead of the firearm's own, dB SPL.
    pub level_db_spl: Option<f64>,
    /// Where the barrel points, degrees clockwise from north. `None`: the blast is the same all
    /// round and no bullet is heard.
    pub azimuth_deg: Option<f64>,
    /// How far the barrel points upwards, degrees. `None`: it is level.
    pub elevation_deg: Option<f64>,
    /// Speed of the bullet at the muzzle instead of the firearm's own, m/s.
    pub bullet_speed_m_s: Option<f64>,
}

/// Several rounds from one shooter. Several shooters are several bursts.
///
/// The time between rounds is given in exactly one way: `interval_s`, `rate_rpm` or `mode`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurstSpec {
    /// Seconds after the start at which the first round goes off.
    pub time_s: f64,
    /// How many rounds.
    pub rounds: usize,
    /// Mean seconds between rounds.
    pub interval_s: Option<f64>,
    /// Rounds per minute.
    pub rate_rpm: Option<f64>,
    /// The rate is the firearm's own.
    pub mode: Option<BurstMode>,
    /// Each interval is uniform within this much of the mean, seconds.
    #[serde(default)]
    pub interval_spread_s: f64,
    /// Metres, at the first round.
    pub east: f64,
    /// Metres, at the first round.
    pub north: f64,
    /// As in [`ShotSpec::up`].
    pub up: Option<f64>,
    /// As in [`ShotSpec::height_m`].
    pub height_m: Option<f64>,
    /// How the shooter moves. `None`: not at all.
    pub walk: Option<WalkSpec>,
    /// A name from [`FIREARMS`](crate::FIREARMS).
    #[serde(default = "pistol")]
    pub firearm: String,
    /// Peak level at 1 m, 90 degrees off the line of fire, instead of the firearm's own, dB SPL.
    pub level_db_spl: Option<f64>,
    /// Standard deviation of the level from round to round, dB: 1 is usual for one kind of
    /// ammunition.
    #[serde(default)]
    pub level_sigma_db: f64,
    /// Where the barrel points at the first round; as in [`ShotSpec::azimuth_deg`].
    pub azimuth_deg: Option<f64>,
    /// As in [`ShotSpec::elevation_deg`].
    pub elevation_deg: Option<f64>,
    /// Degrees by which the barrel turns from the first round to the last, evenly in time;
    /// positive is clockwise.
    #[serde(default)]
    pub turn_deg: f64,
    /// As in [`ShotSpec::bullet_speed_m_s`].
    pub bullet_speed_m_s: Option<f64>,
}

/// How a burst is fired if neither interval nor rate is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BurstMode {
    /// With the trigger held, at the cyclic rate of the firearm.
    Auto,
}

/// The velocity of a shooter who moves.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkSpec {
    /// Towards the east, m/s.
    #[serde(default)]
    pub east_m_s: f64,
    /// Towards the north, m/s.
    #[serde(default)]
    pub north_m_s: f64,
}

fn pistol() -> String {
    "9mm".into()
}
