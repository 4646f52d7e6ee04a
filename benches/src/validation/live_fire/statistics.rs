//! The figures by which live fire and its simulation are compared.

use std::fmt::Write;

use super::delays::{Delays, delays};
use super::levels::{Levels, levels};
use super::observations::Observations;
use super::participation::{BIN_M, BINS, participation};
use crate::validation::{Piece, Row, Tolerance};

/// Statistics of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Residuals of arrival times.
    pub delays: Delays,
    /// Level against range.
    pub levels: Levels,
    /// Share of the sensors that heard a shot, in bins of 100 m of range from 0 to 800 m.
    pub participation: [f64; BINS],
    /// Share of all pulses that belong to a shot.
    pub of_shots: f64,
}

/// Measured on the whole released set: nine firing positions, 324 rounds, 11388 pulses.
///
/// # Source
/// Data: R. B. Calhoun et al., Precision and accuracy of acoustic gunshot location in an urban
/// environment, arXiv 2108.07377, released under CC BY 4.0. Computed from its pulses and
/// hand-off tuples with a two-dimensional least-squares fit for every shot. Participation is the
/// mean over the three calibres.
pub const PUBLISHED: Statistics = Statistics {
    delays: Delays {
        residual_rms_s: 8.1e-3,
        path_rms_s: 7.4e-3,
        jitter_68_s: 1.0e-3,
        jitter_90_s: 2.0e-3,
        beyond_5_ms: 0.033,
    },
    levels: Levels {
        at_100_m_db_spl: 99.4,
        slope: -1.23,
        sigma_db: 9.5,
        clipped: 0.25,
    },
    participation: [0.99, 0.99, 0.92, 0.69, 0.83, 0.66, 0.54, 0.56],
    of_shots: 0.37,
};

impl Statistics {
    /// Measures a trial; `None` if it has too few shots for one of the figures.
    pub fn of(observations: &Observations) -> Option<Self> {
        Some(Self {
            delays: delays(observations)?,
            levels: levels(observations)?,
            participation: participation(observations),
            of_shots: observations.arrivals() as f64 / observations.pulses as f64,
        })
    }

    /// Simulated statistics beside the published ones, as a section of the page.
    ///
    /// Differences are shown and not judged; the remarks have to explain them.
    pub fn beside_published(
        &self,
        title: &'static str,
        source: &'static str,
        remarks: &'static str,
    ) -> Piece {
        let rows = PUBLISHED.figures().into_iter().zip(self.figures());
        Piece {
            title,
            source,
            rows: rows
                .map(|((what, unit, published), (_, _, simulated))| Row {
                    what,
                    unit,
                    published,
                    simulated,
                    tolerance: Tolerance::Shown,
                })
                .collect(),
            remarks,
        }
    }

    /// Statistics of released firing positions beside those of the whole set, as a table.
    pub fn measured_beside_published(&self, places: &[&str]) -> String {
        let mut out = format!(
            "| live fire | unit | all positions | {} |\n",
            places.join(", ")
        );
        out.push_str("|---|---|---:|---:|\n");
        let rows = PUBLISHED.figures().into_iter().zip(self.figures());
        for ((what, unit, published), (_, _, measured)) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "| {what} | {unit} | {published:.2} | {measured:.2} |");
        }
        out
    }

    /// Every figure with its name and unit.
    fn figures(&self) -> Vec<(String, &'static str, f64)> {
        let (delays, levels) = (&self.delays, &self.levels);
        let mut figures: Vec<(String, &'static str, f64)> = [
            (
                "residual at the best fit, RMS",
                "ms",
                1e3 * delays.residual_rms_s,
            ),
            ("constant per path, RMS", "ms", 1e3 * delays.path_rms_s),
            ("shot to shot, 68 % within", "ms", 1e3 * delays.jitter_68_s),
            ("shot to shot, 90 % within", "ms", 1e3 * delays.jitter_90_s),
            ("shot to shot, beyond 5 ms", "%", 100.0 * delays.beyond_5_ms),
            ("level at 100 m", "dB SPL", levels.at_100_m_db_spl),
            ("slope of the level", "20 lg r", levels.slope),
            ("scatter of the level", "dB", levels.sigma_db),
            ("clipped levels", "%", 100.0 * levels.clipped),
            ("pulses that belong to a shot", "%", 100.0 * self.of_shots),
        ]
        .map(|(what, unit, value)| (what.to_owned(), unit, value))
        .into();
        for (bin, share) in self.participation.iter().enumerate() {
            let from_m = BIN_M * bin as f64;
            let what = format!("sensors that hear a shot, {from_m} to {} m", from_m + BIN_M);
            figures.push((what, "%", 100.0 * share));
        }
        figures
    }
}
