//! Figures of the cases of one file.

use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::solve::{Solution, SolveError};

use super::case::Truth;
use crate::stats::{quantile, share_within};

/// Errors beyond this are gross, metres.
const GROSS_M: f64 = 100.0;
/// Cases with a worse bound than this say nothing about efficiency, metres.
const BOUND_AT_MOST_M: f64 = 30.0;

/// Figures of one file; see the crate's page for their definitions.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Score {
    pub name: String,
    pub cases: usize,
    pub no_answer: usize,
    pub scored: usize,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub p99_m: Option<f64>,
    pub within_3_05_m: Option<f64>,
    pub gross: usize,
    pub over_bound: Option<f64>,
    pub in_region95: Option<f64>,
    pub nees_p50: Option<f64>,
    pub nees: Option<f64>,
    pub per_second: f64,
    /// Error of every scored case; infinite without an answer.
    pub errors_m: Vec<f64>,
    /// Squared error in units of the covariance, of every scored answer.
    pub squared_sigmas: Vec<f64>,
}

impl Score {
    /// Scores answers against the truth where there is one; a case without answer is as far off
    /// as can be.
    pub(crate) fn of<'a>(
        name: &str,
        cases: impl Iterator<Item = (Option<Truth>, &'a Result<Solution, SolveError>)>,
        run_s: f64,
    ) -> Self {
        let (mut n, mut no_answer, mut gross) = (0, 0, 0);
        let (mut errors, mut ratios2, mut outside, mut nees) = (vec![], vec![], vec![], vec![]);
        for (truth, solved) in cases {
            n += 1;
            no_answer += usize::from(solved.is_err());
            let Some(truth) = truth else { continue };
            let Ok(solution) = solved else {
                errors.push(f64::INFINITY);
                outside.push(1.0);
                continue;
            };
            let x = solution.position.east_m - truth.place_m[0];
            let y = solution.position.north_m - truth.place_m[1];
            let error_m = x.hypot(y);
            errors.push(error_m);
            gross += usize::from(error_m > GROSS_M);
            let [[xx, xy, _], [_, yy, _], _] = solution.covariance_m2;
            let d2 = squared_sigmas([[xx, xy], [xy, yy]], x, y);
            outside.push(f64::from(d2 > CHI2_95));
            nees.push(d2);
            match truth.bound_m {
                Some(bound_m) if bound_m < BOUND_AT_MOST_M && error_m < GROSS_M => {
                    ratios2.push((error_m / bound_m).powi(2));
                }
                _ => {}
            }
        }
        let mean = |v: &[f64]| (!v.is_empty()).then(|| v.iter().sum::<f64>() / v.len() as f64);
        Self {
            name: name.to_owned(),
            cases: n,
            no_answer,
            scored: errors.len(),
            p50_m: quantile(&errors, 0.5),
            p90_m: quantile(&errors, 0.9),
            p99_m: quantile(&errors, 0.99),
            within_3_05_m: share_within(&errors, 3.05),
            gross,
            over_bound: mean(&ratios2).map(f64::sqrt),
            in_region95: share_within(&outside, 0.5),
            nees_p50: quantile(&nees, 0.5),
            nees: mean(&nees),
            per_second: n as f64 / run_s.max(1e-9),
            errors_m: errors,
            squared_sigmas: nees,
        }
    }
}
