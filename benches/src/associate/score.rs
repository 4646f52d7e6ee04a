//! Shots found against shots fired.

use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::pulses::Shot;

use super::case::Truth;
use crate::stats::{quantile, share_within};

/// A shot is found within this distance, metres ...
const NEAR_M: f64 = 25.0;
/// ... and this time, seconds ...
const SOON_S: f64 = 0.05;
/// ... or this, where the truth was reconstructed from recordings.
const SOON_RECORDED_S: f64 = 0.1;

/// Figures of one case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseScore {
    /// Shots fired.
    pub fired: usize,
    /// Shots reported.
    pub reported: usize,
    /// Horizontal errors of the shots found, metres, in order of time.
    pub errors_m: Vec<f64>,
    /// Of those, how many have the truth in their 95 % ellipse.
    pub inside95: usize,
}

/// Figures of one file; see the crate's page for their definitions.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct Score {
    pub name: String,
    pub cases: usize,
    pub fired: usize,
    pub found: usize,
    pub false_shots: usize,
    pub recall: Option<f64>,
    pub precision: Option<f64>,
    pub f1: Option<f64>,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub within_3_05_m: Option<f64>,
    pub in_region95: Option<f64>,
    pub mean_ms: f64,
    pub max_ms: f64,
}

/// Pairs of (fired, reported), one to one: the nearest in time first.
pub fn match_shots(truth: &Truth, shots: &[Shot]) -> Vec<(usize, usize)> {
    let soon_s = if truth.recorded {
        SOON_RECORDED_S
    } else {
        SOON_S
    };
    let mut pairs = Vec::new();
    for (i, fired) in truth.shots.iter().enumerate() {
        for (j, shot) in shots.iter().enumerate() {
            let off_s = (shot.time_s - fired.time_s).abs();
            let off_m = (shot.position.east_m - fired.place_m[0])
                .hypot(shot.position.north_m - fired.place_m[1]);
            if off_s <= soon_s && off_m <= NEAR_M {
                // A tenth of a second is as bad as the farthest place.
                pairs.push((off_s / soon_s + off_m / NEAR_M, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut fired = vec![false; truth.shots.len()];
    let mut reported = vec![false; shots.len()];
    let mut matched = Vec::new();
    for (_, i, j) in pairs {
        if !fired[i] && !reported[j] {
            fired[i] = true;
            reported[j] = true;
            matched.push((i, j));
        }
    }
    matched.sort_unstable();
    matched
}

impl CaseScore {
    /// Scores the shots of one case.
    pub fn of(truth: &Truth, shots: &[Shot]) -> Self {
        let mut score = Self {
            fired: truth.shots.len(),
            reported: shots.len(),
            ..Self::default()
        };
        for (i, j) in match_shots(truth, shots) {
            let (fired, shot) = (&truth.shots[i], &shots[j]);
            let x = shot.position.east_m - fired.place_m[0];
            let y = shot.position.north_m - fired.place_m[1];
            score.errors_m.push(x.hypot(y));
            let d2 = squared_sigmas(shot.covariance_m2, x, y);
            score.inside95 += usize::from(d2 <= CHI2_95);
        }
        score
    }
}

impl Score {
    /// Sums up the cases of a file; `run_ms` is the time of each.
    pub fn of(name: &str, cases: &[CaseScore], run_ms: &[f64]) -> Self {
        let sum = |f: fn(&CaseScore) -> usize| cases.iter().map(f).sum::<usize>();
        let (fired, reported) = (sum(|c| c.fired), sum(|c| c.reported));
        let errors: Vec<f64> = cases.iter().flat_map(|c| c.errors_m.clone()).collect();
        let found = errors.len();
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        Self {
            name: name.to_owned(),
            cases: run_ms.len(),
            fired,
            found,
            false_shots: reported - found,
            recall: share(found, fired),
            precision: share(found, reported),
            f1: share(2 * found, fired + reported),
            p50_m: quantile(&errors, 0.5),
            p90_m: quantile(&errors, 0.9),
            within_3_05_m: share_within(&errors, 3.05),
            in_region95: share(sum(|c| c.inside95), found),
            mean_ms: run_ms.iter().sum::<f64>() / (run_ms.len() as f64).max(1.0),
            max_ms: run_ms.iter().copied().fold(0.0, f64::max),
        }
    }
}
