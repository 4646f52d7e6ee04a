//! Where the shots of a test really were.

use std::path::Path;

use serde::Deserialize;
use shotfix_core::{Enu, LocalFrame, Timestamp};

use crate::error::{Error, read_text};
use crate::position::{Position, RawPosition, checked_enu};

/// The true shots of a recording set, as surveyed or simulated. Only for scoring.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Name of the place the shooter stood at.
    pub firing_position: Option<String>,
    /// The firearm, in the words of the file.
    pub firearm: Option<String>,
    /// Every round.
    pub rounds: Vec<TrueRound>,
}

/// One discharge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueRound {
    /// When it was fired, if that is known.
    pub time: Option<Timestamp>,
    /// Where the muzzle was, in the array's frame.
    pub position: Enu,
    /// Standard deviation of each coordinate of that on the map, metres; 0 where it is exact.
    pub sigma_m: f64,
}

/// Truth as a file gives it, positions not yet in the array's frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawTruth {
    firing_position: Option<String>,
    firearm: Option<String>,
    rounds: Vec<(Option<Timestamp>, Position)>,
    /// Standard deviation of each coordinate, metres.
    sigma_m: f64,
}

/// Live fire was surveyed with a telephone, "on the order of 2.5 m" (Calhoun et al., arXiv 2108.07377).
pub const SURVEY_SIGMA_M: f64 = 2.5;

/// Most rounds of one survey; magazines hold fewer than a thousand.
const MAX_ROUNDS: u32 = 10_000;

impl RawTruth {
    /// Positions brought into `frame`; `None` if they are on the globe and the array is not.
    pub(crate) fn resolve(self, frame: Option<&LocalFrame>) -> Option<Truth> {
        let rounds = self
            .rounds
            .into_iter()
            .map(|(time, position)| {
                Some(TrueRound {
                    time,
                    position: position.to_enu(frame)?,
                    sigma_m: self.sigma_m,
                })
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Truth {
            firing_position: self.firing_position,
            firearm: self.firearm,
            rounds,
        })
    }

    /// Adds the rounds of another test of the same set.
    pub(crate) fn join(&mut self, other: Self) {
        if self.firing_position != other.firing_position {
            self.firing_position = None;
        }
        if self.firearm != other.firearm {
            self.firearm = None;
        }
        self.rounds.extend(other.rounds);
        self.sigma_m = self.sigma_m.max(other.sigma_m);
    }
}

#[derive(Deserialize)]
pub(crate) struct Xyz {
    x: f64,
    y: f64,
    z: f64,
}

impl Xyz {
    pub(crate) fn resolve(&self) -> Result<Enu, String> {
        checked_enu(self.x, self.y, self.z)
    }
}

#[derive(Deserialize)]
struct Survey {
    firing_position: Option<String>,
    firearm: Option<String>,
    num_rounds: u32,
    survey_location: Xyz,
}

/// Reads a live-fire `*.survey.json`: one place, so many rounds, no times.
pub(crate) fn read_survey(path: &Path) -> Result<RawTruth, Error> {
    survey_of(&read_text(path)?, path)
}

/// The survey that `text` tells; `path` names it in errors.
pub(crate) fn survey_of(text: &str, path: &Path) -> Result<RawTruth, Error> {
    let survey: Survey =
        serde_json::from_str(text).map_err(|e| Error::field(path, "JSON", e.to_string()))?;
    let place = survey
        .survey_location
        .resolve()
        .map_err(|e| Error::field(path, "survey_location", e))?;
    if survey.num_rounds > MAX_ROUNDS {
        return Err(Error::field(
            path,
            "num_rounds",
            format!("is {}; expected at most {MAX_ROUNDS}", survey.num_rounds),
        ));
    }
    Ok(RawTruth {
        firing_position: survey.firing_position,
        firearm: survey.firearm,
        rounds: (0..survey.num_rounds)
            .map(|_| (None, Position::Local(place)))
            .collect(),
        sigma_m: SURVEY_SIGMA_M,
    })
}

#[derive(Deserialize)]
struct TruthFile {
    schema: Option<String>,
    firing_position: Option<String>,
    shots: Vec<TruthShot>,
}

#[derive(Deserialize)]
struct TruthShot {
    time: Option<String>,
    position: RawPosition,
    firearm: Option<String>,
}

/// Reads the simulator's `truth.json`.
pub(crate) fn read_truth(path: &Path) -> Result<RawTruth, Error> {
    truth_of(&read_text(path)?, path)
}

/// The truth that `text` tells; `path` names it in errors.
pub(crate) fn truth_of(text: &str, path: &Path) -> Result<RawTruth, Error> {
    let file: TruthFile =
        serde_json::from_str(text).map_err(|e| Error::field(path, "JSON", e.to_string()))?;
    if let Some(schema) = file.schema.filter(|s| !s.starts_with("shotfix.truth/1")) {
        return Err(Error::field(
            path,
            "schema",
            format!("is `{schema}`; expected shotfix.truth/1"),
        ));
    }
    let mut rounds = Vec::with_capacity(file.shots.len());
    for (n, shot) in file.shots.iter().enumerate() {
        let field = |name: &str| format!("shots[{n}].{name}");
        let time = shot
            .time
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|e| Error::field(path, field("time"), format!("{e}")))?;
        let position = shot
            .position
            .resolve()
            .map_err(|e| Error::field(path, field("position"), e))?;
        rounds.push((time, position));
    }
    let first = file.shots.first().and_then(|s| s.firearm.clone());
    Ok(RawTruth {
        firing_position: file.firing_position,
        // One name only if it holds for every shot.
        firearm: first.filter(|f| file.shots.iter().all(|s| s.firearm.as_ref() == Some(f))),
        rounds,
        sigma_m: 0.0,
    })
}
