//! Shots of known place, gathered by the array that heard them.

use shotfix_core::paths::{Calibration, KnownPlace, LearnError, learn};
use shotfix_core::solve::{Air, Dimensions, Problem};
use shotfix_core::{Enu, Seconds, Timestamp, Uncertain};

/// Shots stated within this of each other were fired at one place, metres.
const SAME_PLACE_M: f64 = 3.0;

/// An array and the shots that it heard.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Its name, empty if the file has none.
    pub name: String,
    /// Names of the sensors; made up where the file has none.
    pub ids: Vec<String>,
    /// Where they stand. Up is 0 where the cases have two dimensions.
    pub sensors: Vec<Enu>,
    /// The shots, in the order of the file.
    pub shots: Vec<SiteShot>,
}

/// A shot and what is known of it.
#[derive(Clone, Debug)]
pub struct SiteShot {
    /// Its name.
    pub id: String,
    /// What was fired; empty if that is not known.
    pub firearm: String,
    /// When, by the clock of the world.
    pub time: Option<Timestamp>,
    /// Where it was fired.
    pub place: Enu,
    /// Index in the site of each sensor that heard it, each once.
    pub known: Vec<Option<usize>>,
    /// Where these stand.
    pub sensors: Vec<Enu>,
    /// When they heard it, after any epoch.
    pub arrivals: Vec<Seconds>,
    /// Stated standard deviation of these.
    pub sigma: Seconds,
    /// Standard deviation of each coordinate of the sensors, metres.
    pub survey_sigma_m: f64,
    /// What is solved for.
    pub dimensions: Dimensions,
    /// The reported air.
    pub air: Air,
    /// Height of the source, where a map of heights tells it.
    pub up_m: Option<Uncertain>,
}

impl SiteShot {
    /// As the solver takes it, without anything known of the paths.
    pub fn problem(&self) -> Problem<'_> {
        Problem {
            sensors: &self.sensors,
            arrivals: &self.arrivals,
            sigma: self.sigma,
            survey_sigma_m: self.survey_sigma_m,
            dimensions: self.dimensions,
            air: self.air,
            up_m: self.up_m,
            paths: &[],
        }
    }

    /// The test it was fired in: its name without the number of the round (`test_012-s2`).
    pub fn test(&self) -> &str {
        match self.id.rsplit_once("-s") {
            Some((test, round)) if round.parse::<u32>().is_ok() => test,
            _ => &self.id,
        }
    }
}

impl Site {
    /// One calibration for every place of the chosen shots; places whose shots teach nothing are
    /// passed over.
    ///
    /// # Errors
    /// [`LearnError`] for numbers that cannot be used.
    pub fn calibrations(
        &self,
        place_sigma_m: f64,
        chosen: impl Fn(&SiteShot) -> bool,
    ) -> Result<Vec<Calibration>, LearnError> {
        let mut places: Vec<Vec<&SiteShot>> = Vec::new();
        for shot in self.shots.iter().filter(|shot| chosen(shot)) {
            let near =
                |shots: &&mut Vec<&SiteShot>| shots[0].place.distance_m(shot.place) < SAME_PLACE_M;
            match places.iter_mut().find(near) {
                Some(shots) => shots.push(shot),
                None => places.push(vec![shot]),
            }
        }
        let mut learned = Vec::new();
        for shots in &places {
            match self.calibration(place_sigma_m, shots) {
                Ok(calibration) => learned.push(calibration),
                Err(LearnError::Unheard) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(learned)
    }

    /// What shots of one place teach. They may have been fired in air of different reports; each is
    /// brought to the first one's.
    fn calibration(
        &self,
        place_sigma_m: f64,
        shots: &[&SiteShot],
    ) -> Result<Calibration, LearnError> {
        let first = shots[0];
        let n = shots.len() as f64;
        let mean = |of: fn(&Enu) -> f64| shots.iter().map(|s| of(&s.place)).sum::<f64>() / n;
        let place = Enu::new(mean(|p| p.east_m), mean(|p| p.north_m), mean(|p| p.up_m));
        let medium = first.air.medium();
        let heard = |shot: &&SiteShot| -> Vec<(usize, f64)> {
            let own = shot.air.medium();
            (shot.known.iter().zip(&shot.arrivals))
                .filter_map(|(sensor, time)| {
                    let sensor = (*sensor)?;
                    let at = self.sensors[sensor];
                    let same_s = medium.delay_s(place, at) - own.delay_s(place, at);
                    Some((sensor, time.0 + same_s))
                })
                .collect()
        };
        let arrivals: Vec<Vec<(usize, f64)>> = shots.iter().map(heard).collect();
        let known = KnownPlace {
            name: first.test().to_owned(),
            place,
            place_sigma_m,
            time: shots.iter().filter_map(|shot| shot.time).max(),
            medium,
            air_sigma_m_s: [
                first.air.wind.east.sigma,
                first.air.wind.north.sigma,
                first.air.speed_m_s.sigma,
            ],
        };
        learn(&known, &self.sensors, &arrivals)
    }
}
