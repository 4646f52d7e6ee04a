//! Shots and the incidents they make up: what the engine publishes.

use crate::aloft::Aloft;
use crate::atmosphere::Atmosphere;
use crate::classify::network::Rhythm;
use crate::geodesy::Enu;
use crate::locate::ellipse::CHI2_95;
use crate::motion::Motion;
use crate::repetition::Repetition;
use crate::sensor::SensorIdx;
use crate::timestamp::Timestamp;
use crate::track::Track;
use crate::units::Seconds;

/// What an impulse was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A discharged firearm.
    Gunfire,
    /// A firework, on the ground or in the air.
    Firework,
    /// Any other impulse.
    Other,
}

impl Class {
    /// The label used in every output.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Gunfire => "gunfire",
            Self::Firework => "firework",
            Self::Other => "other",
        }
    }
}

/// Posterior over the classes; the three probabilities sum to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassPosterior {
    /// Probability of gunfire.
    pub gunfire: f64,
    /// Probability of a firework.
    pub firework: f64,
    /// Probability of anything else.
    pub other: f64,
    /// 0: like what the classifier knows; 1: unlike anything it has seen.
    pub unknown: f64,
}

impl ClassPosterior {
    /// The most probable class and its probability.
    pub fn best(&self) -> (Class, f64) {
        [
            (Class::Gunfire, self.gunfire),
            (Class::Firework, self.firework),
            (Class::Other, self.other),
        ]
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((Class::Other, 0.0))
    }

    /// With what speaks for gunfire and for a firework against all else, log odds each. How unlike all training it is stays.
    #[must_use]
    pub(crate) fn weighed(&self, [gunfire, firework]: [f64; 2]) -> Self {
        let (gunfire, firework) = (gunfire.exp() * self.gunfire, firework.exp() * self.firework);
        let sum = gunfire + firework + self.other;
        Self {
            gunfire: gunfire / sum,
            firework: firework / sum,
            other: self.other / sum,
            unknown: self.unknown,
        }
    }
}

/// A confidence region on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    /// Longer half-axis, metres.
    pub semi_major_m: f64,
    /// Shorter half-axis, metres.
    pub semi_minor_m: f64,
    /// Direction of the longer axis, degrees clockwise from north, in [0, 180).
    pub azimuth_deg: f64,
}

impl Ellipse {
    /// Covariance of (east, north) whose 95 % ellipse this is, square metres.
    pub(crate) fn covariance_m2(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.azimuth_deg.to_radians().sin_cos();
        let (along, across) = (
            self.semi_major_m * self.semi_major_m / CHI2_95,
            self.semi_minor_m * self.semi_minor_m / CHI2_95,
        );
        // The longer axis points (sin, cos) in (east, north), the shorter one at right angles to it.
        let cross = (along - across) * sin * cos;
        [
            [along * sin * sin + across * cos * cos, cross],
            [cross, along * cos * cos + across * sin * sin],
        ]
    }

    /// The 50 % ellipse of the normal distribution whose 95 % ellipse this is: chi-square quantiles of two
    /// degrees of freedom are `-2 ln(1 - p)`.
    pub fn of_half(&self) -> Self {
        let factor = (0.5_f64.ln() / 0.05_f64.ln()).sqrt();
        Self {
            semi_major_m: factor * self.semi_major_m,
            semi_minor_m: factor * self.semi_minor_m,
            azimuth_deg: self.azimuth_deg,
        }
    }
}

/// What became of one sensor in one shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalStatus {
    /// The arrival took part in the fix.
    Used,
    /// The sensor reported something near the expected time that the fix does not believe.
    Rejected,
    /// The sensor was recording and reported nothing near the expected time.
    Missing,
}

impl ArrivalStatus {
    /// The word used in every output.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
        }
    }
}

/// One sensor's part in a shot.
#[derive(Clone, Debug, PartialEq)]
pub struct ShotArrival {
    /// Which sensor.
    pub sensor: SensorIdx,
    /// Time of the arrival; of the expected arrival when it is missing.
    pub time: Timestamp,
    /// Observed minus predicted arrival time; `None` when it is missing.
    pub residual: Option<Seconds>,
    /// Used, rejected or missing.
    pub status: ArrivalStatus,
    /// Why, in words a person can follow.
    pub reason: String,
    /// Peak level, dB SPL, if the sensor is calibrated and heard it.
    pub level_db_spl: Option<f64>,
}

/// Where a supersonic bullet went, from its shock wave at some of the sensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trajectory {
    /// Direction of fire, degrees clockwise from north, in [0, 360).
    pub azimuth_deg: f64,
    /// Its standard deviation, degrees.
    pub azimuth_sigma_deg: f64,
    /// Speed of the bullet at the muzzle, m/s.
    pub speed_m_s: f64,
    /// Its standard deviation, m/s.
    pub speed_sigma_m_s: f64,
    /// How many sensors heard the shock wave.
    pub shock_waves: usize,
}

/// One discharge.
#[derive(Clone, Debug, PartialEq)]
pub struct Shot {
    /// When it was fired.
    pub time: Timestamp,
    /// Standard deviation of `time`.
    pub time_sigma: Seconds,
    /// Where it was fired. `up_m` is the assumed height.
    pub position: Enu,
    /// Covariance of (east, north), square metres.
    pub covariance_m2: [[f64; 2]; 2],
    /// Region that holds the true position with probability 0.95.
    pub ellipse95: Ellipse,
    /// The air the fix assumed.
    pub atmosphere: Atmosphere,
    /// Every sensor that was recording, in the order of the array.
    pub arrivals: Vec<ShotArrival>,
    /// What it was.
    pub class: ClassPosterior,
    /// Where the bullet went, if sensors heard it pass: a rifle.
    pub trajectory: Option<Trajectory>,
    /// Its height, if the arrivals tell that it was not on the ground. `position` is where a source on the ground would be.
    pub aloft: Option<Aloft>,
}

impl Shot {
    /// How many sensors took part in the fix.
    pub fn n_used(&self) -> usize {
        self.arrivals
            .iter()
            .filter(|a| a.status == ArrivalStatus::Used)
            .count()
    }
}

/// Shots close in space and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Name made from its time and place; the same inputs give the same name.
    pub id: String,
    /// Time of the first shot.
    pub time: Timestamp,
    /// Precision-weighted mean of the shots' positions.
    pub position: Enu,
    /// Region that holds the incident's position with probability 0.95.
    pub ellipse95: Ellipse,
    /// What it was, pooled over the shots.
    pub class: ClassPosterior,
    /// What it repeats, if many incidents came from its place within half an hour; `class` is weighed by that.
    pub repetition: Option<Repetition>,
    /// How its source moved from round to round, if the arrivals tell that it did. `position` is in the middle of its way.
    pub motion: Option<Motion>,
    /// The way it goes on from incidents before it, if they follow one; `class` is weighed by that.
    pub track: Option<Track>,
    /// The rounds in order of time; at least one.
    pub shots: Vec<Shot>,
}

impl Incident {
    /// What more can be said of the source: `rifle` if a bullet's shock wave was heard, `automatic` by cadence, `aloft` if
    /// most of its shots were, `moving` if it moved from round to round or goes on from incidents before it; nothing where the evidence does not reach.
    pub fn kinds(&self) -> Vec<&'static str> {
        let times: Vec<Timestamp> = self.shots.iter().map(|shot| shot.time).collect();
        let is_rifle = self.shots.iter().any(|shot| shot.trajectory.is_some());
        let is_automatic = Rhythm::of(&times).is_some_and(|rhythm| rhythm.is_automatic());
        let n_aloft = self.shots.iter().filter(|s| s.aloft.is_some()).count();
        let is_aloft = 2 * n_aloft > self.shots.len();
        let said = [
            (is_rifle, "rifle"),
            (is_automatic, "automatic"),
            (is_aloft, "aloft"),
            (self.motion.is_some() || self.track.is_some(), "moving"),
        ];
        said.into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, kind)| kind)
            .collect()
    }
}
