//! Learn on some shots, score on the others.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::Seconds;
use shotfix_core::paths::{PathPrior, PathTerms, Shot, locate};
use shotfix_core::solve::{Problem, Settings, Solution, SolveError, solve};

use super::site::{Site, SiteShot};
use crate::solve::{Score, Truth};

/// One line of the table: some shots, located one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // Written by `--out`; the crate's page defines the figures.
pub struct Row {
    pub split: String,
    pub site: String,
    pub way: &'static str,
    pub shots: usize,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub within_3_05_m: Option<f64>,
    pub beyond_100_m: usize,
    pub in_region95: Option<f64>,
    pub nees: Option<f64>,
}

/// Ways in which each shot is located.
const WAYS: [&str; 3] = ["straight", "prior", "learned"];

/// The figures of one run.
#[derive(Clone, Debug)]
pub struct CalibrateBench {
    /// Prior of the paths.
    pub prior: PathPrior,
    /// What is assumed by the solver.
    pub settings: Settings,
    /// Error of the stated places, metres; 0 makes them the datum.
    pub place_sigma_m: f64,
    /// How far the wind may have drifted from calibration to shot, standard deviation of each
    /// component, m/s: all are of one night.
    pub wind_drift_m_s: f64,
    /// Jitter of an arrival from shot to shot, with which paths are told from noise; `straight` takes
    /// what the case states.
    pub jitter: Seconds,
    /// The table.
    pub rows: Vec<Row>,
    /// What could not be learned.
    pub warnings: Vec<String>,
}

impl Default for CalibrateBench {
    /// Jitter of live fire: 68 % within 1.0 ms, tails, and times released to a millisecond. Drift of a
    /// night with nearly no wind; from 0.3 to 0.6 m/s the figures hardly change.
    fn default() -> Self {
        Self {
            prior: PathPrior::default(),
            settings: Settings::default(),
            place_sigma_m: 0.0,
            wind_drift_m_s: 0.5,
            jitter: Seconds(0.0015),
            rows: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

type Located = (usize, usize, [Result<Solution, SolveError>; 3]);

impl CalibrateBench {
    /// Learns on the shots whose firearm holds `firearm` in its name, scores on all others.
    pub fn by_firearm(&mut self, sites: &[Site], firearm: &str) {
        let teaches = |shot: &SiteShot| shot.firearm.contains(firearm);
        let mut located = Vec::new();
        for (index, site) in sites.iter().enumerate() {
            let Some(terms) = self.learn(site, teaches) else {
                continue;
            };
            located.extend(self.locate(index, site, &terms, |shot| !teaches(shot)));
        }
        self.add(&format!("learned on {firearm}"), sites, &located);
    }

    /// Learns on all tests but one, scores on that one, each in turn.
    pub fn by_test(&mut self, sites: &[Site]) {
        let mut located = Vec::new();
        for (index, site) in sites.iter().enumerate() {
            let tests: BTreeSet<&str> = site.shots.iter().map(SiteShot::test).collect();
            for test in tests {
                let Some(terms) = self.learn(site, |shot| shot.test() != test) else {
                    continue;
                };
                located.extend(self.locate(index, site, &terms, |shot| shot.test() == test));
            }
        }
        self.add("one test left out", sites, &located);
    }

    fn learn(&mut self, site: &Site, teaches: impl Fn(&SiteShot) -> bool) -> Option<PathTerms> {
        let terms = self.terms(site, teaches);
        terms
            .map_err(|why| self.warnings.push(format!("{}: {why}", site.name)))
            .ok()
    }

    /// Terms whose air is that of the calibration: it is shared with the shots but for the drift, so
    /// what it does to delays is learned with them and not told apart.
    fn terms(&self, site: &Site, teaches: impl Fn(&SiteShot) -> bool) -> Result<PathTerms, String> {
        let mut learned =
            (site.calibrations(self.place_sigma_m, teaches)).map_err(|error| error.to_string())?;
        for calibration in &mut learned {
            calibration.air_sigma_m_s = [0.0; 3];
        }
        PathTerms::try_new(self.prior, site.sensors.clone(), learned).map_err(|e| e.to_string())
    }

    fn locate(
        &self,
        index: usize,
        site: &Site,
        terms: &PathTerms,
        scored: impl Fn(&SiteShot) -> bool + Sync,
    ) -> Vec<Located> {
        let city = self.prior.delay_s;
        let one = |(number, shot): (usize, &SiteShot)| {
            let problem = shot.problem();
            let prior = vec![city; problem.sensors.len()];
            let blind = Problem {
                paths: &prior,
                sigma: self.jitter,
                ..problem
            };
            let mut drifted = Problem {
                sigma: self.jitter,
                ..problem
            };
            for wind in [&mut drifted.air.wind.east, &mut drifted.air.wind.north] {
                wind.sigma = self.wind_drift_m_s;
            }
            drifted.air.speed_m_s.sigma = 0.0;
            let learned = Shot {
                problem: drifted,
                known: &shot.known,
                time: shot.time,
                ground: None,
            };
            let ways = [
                solve(&problem, &self.settings),
                solve(&blind, &self.settings),
                locate(terms, &learned, &self.settings),
            ];
            (index, number, ways)
        };
        (site.shots.par_iter().enumerate())
            .filter(|(_, shot)| scored(shot))
            .map(one)
            .collect()
    }

    /// A row for each site and way, and for all together.
    fn add(&mut self, split: &str, sites: &[Site], located: &[Located]) {
        let mut groups: Vec<(String, Option<usize>)> = vec![("all".to_owned(), None)];
        if sites.len() > 1 {
            let named = sites.iter().enumerate();
            groups.splice(0..0, named.map(|(k, site)| (site.name.clone(), Some(k))));
        }
        for (name, only) in groups {
            for (way, label) in WAYS.into_iter().enumerate() {
                let of_way = located
                    .iter()
                    .filter(|l| only.is_none_or(|k| k == l.0))
                    .map(|(site, shot, ways)| {
                        let place = sites[*site].shots[*shot].place;
                        let truth = Truth {
                            place_m: [place.east_m, place.north_m],
                            up_m: place.up_m,
                            bound_m: None,
                        };
                        (Some(truth), &ways[way])
                    });
                let score = Score::of(&name, of_way, 1.0);
                self.rows.push(Row {
                    split: split.to_owned(),
                    site: name.clone(),
                    way: label,
                    shots: score.scored,
                    p50_m: score.p50_m,
                    p90_m: score.p90_m,
                    within_3_05_m: score.within_3_05_m,
                    beyond_100_m: score.gross + score.no_answer,
                    in_region95: score.in_region95,
                    nees: score.nees,
                });
            }
        }
    }
}
