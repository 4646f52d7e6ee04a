//! Solves every case of every file.

use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::solve::{Dimensions, Settings, Solution, SolveError, solve};

use super::case::{Case, CaseFile};
use super::score::Score;
use crate::case_lines::BadLine;

/// The files and figures of one run.
#[derive(Clone, Debug, Default)]
pub struct SolveBench {
    /// One entry a file.
    pub scores: Vec<Score>,
    /// Lines that are no case.
    pub bad: Vec<BadLine>,
    /// Answers, in the order of the input.
    pub answers: Vec<Answer>,
}

/// One answer, as `--out` writes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // Part of the format that `--out` writes; the crate's page defines it.
pub struct Answer {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t0: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covariance: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Vec<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl SolveBench {
    /// Solves and scores the cases of one file on the threads of the current pool, then times one
    /// thread.
    pub fn add(&mut self, mut file: CaseFile, settings: &Settings) {
        self.bad.append(&mut file.bad);
        let solved: Vec<Result<Solution, SolveError>> = file
            .cases
            .par_iter()
            .map(|(case, _)| solve(&case.problem(), settings))
            .collect();
        let clock = Instant::now();
        for (case, _) in &file.cases {
            let _ = std::hint::black_box(solve(&case.problem(), settings));
        }
        let run_s = clock.elapsed().as_secs_f64();
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".jsonl");
        let truths = file.cases.iter().map(|(_, truth)| *truth);
        self.scores
            .push(Score::of(name, truths.zip(&solved), run_s));
        let answers = file.cases.iter().zip(&solved);
        self.answers
            .extend(answers.map(|((case, _), solved)| answer(case, solved)));
    }
}

fn answer(case: &Case, solved: &Result<Solution, SolveError>) -> Answer {
    let id = case.id.clone();
    let problem = case.problem();
    match solved {
        Ok(s) => {
            let dim = match problem.dimensions {
                Dimensions::Two => 2,
                Dimensions::Three => 3,
            };
            let p = [s.position.east_m, s.position.north_m, s.position.up_m];
            let rows = s.covariance_m2[..dim].iter();
            Answer {
                id,
                position: Some(p[..dim].to_vec()),
                t0: Some(s.t0.0),
                covariance: Some(rows.map(|row| row[..dim].to_vec()).collect()),
                used: Some((0..problem.sensors.len()).map(|k| s.used(k)).collect()),
                error: None,
            }
        }
        Err(error) => Answer {
            id,
            position: None,
            t0: None,
            covariance: None,
            used: None,
            error: Some(error.to_string()),
        },
    }
}
