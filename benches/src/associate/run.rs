//! Associates every case of every file.

use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;
use shotfix_core::pulses::{Network, Shot, associate};

use super::case::{Case, CaseFile};
use super::score::{CaseScore, Score};
use crate::case_lines::BadLine;

/// The files and figures of one run.
#[derive(Clone, Debug, Default)]
pub struct AssociateBench {
    /// One entry a file.
    pub scores: Vec<Score>,
    /// Lines that are no case.
    pub bad: Vec<BadLine>,
    /// Answers, in the order of the input.
    pub answers: Vec<Answer>,
}

/// The answer to one case, as `--out` writes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // Part of the format that `--out` writes; the crate's page defines it.
pub struct Answer {
    pub id: String,
    pub shots: Vec<AnswerShot>,
}

/// One shot of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // As above.
pub struct AnswerShot {
    pub t0: f64,
    pub position: [f64; 2],
    pub covariance: [[f64; 2]; 2],
    pub picks: Vec<usize>,
}

impl AssociateBench {
    /// Associates and scores the cases of one file on the threads of the current pool, then times
    /// each case on one thread, the map of its sensors included.
    pub fn add(&mut self, mut file: CaseFile) {
        self.bad.append(&mut file.bad);
        let answered: Vec<Vec<Shot>> = file.cases.par_iter().map(|(case, _)| run(case)).collect();
        let clock = Clock {
            began: Instant::now(),
        };
        let run_ms: Vec<f64> = file
            .cases
            .iter()
            .map(|(case, _)| {
                let from_s = clock.now_s();
                std::hint::black_box(run(case));
                1e3 * (clock.now_s() - from_s)
            })
            .collect();
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".jsonl");
        let cases: Vec<CaseScore> = file
            .cases
            .iter()
            .zip(&answered)
            .filter_map(|((_, truth), shots)| Some(CaseScore::of(truth.as_ref()?, shots)))
            .collect();
        self.scores.push(Score::of(name, &cases, &run_ms));
        let answers = file.cases.iter().zip(&answered);
        self.answers
            .extend(answers.map(|((case, _), shots)| answer(case, shots)));
    }
}

/// Time that this thread has run; of the wall where the system does not tell.
struct Clock {
    began: Instant,
}

impl Clock {
    fn now_s(&self) -> f64 {
        // Linux: nanoseconds on a processor, then two more numbers.
        std::fs::read_to_string("/proc/thread-self/schedstat")
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
            .map_or_else(|| self.began.elapsed().as_secs_f64(), |ns| 1e-9 * ns)
    }
}

fn run(case: &Case) -> Vec<Shot> {
    associate(&Network::new(case.sensors.clone(), case.air), &case.pulses)
}

fn answer(case: &Case, shots: &[Shot]) -> Answer {
    Answer {
        id: case.id.clone(),
        shots: shots
            .iter()
            .map(|shot| AnswerShot {
                t0: shot.time_s,
                position: [shot.position.east_m, shot.position.north_m],
                covariance: shot.covariance_m2,
                picks: shot.pulses.clone(),
            })
            .collect(),
    }
}
