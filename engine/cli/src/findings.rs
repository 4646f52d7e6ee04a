//! A report with what was asked about its shots beyond it.

use rayon::prelude::*;
use shotfix_core::explain::{Explanation, explain, map_of};
use shotfix_core::solve::ProbabilityMap;
use shotfix_core::{LocateReport, Settings};

/// What every output writes.
#[derive(Clone, Debug)]
pub struct Findings<'a> {
    /// The report.
    pub report: &'a LocateReport,
    /// By incident and shot; empty if nothing was asked.
    details: Vec<Vec<Details>>,
}

/// What is known of one shot beyond the report.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Why it is where it is, if that was asked.
    pub explanation: Option<Explanation>,
    /// Where it may have been, if its ellipse does not tell that.
    pub map: Option<ProbabilityMap>,
}

impl<'a> Findings<'a> {
    /// The report alone.
    pub const fn plain(report: &'a LocateReport) -> Self {
        Self {
            report,
            details: Vec::new(),
        }
    }

    /// With the probability maps of shots whose ellipse does not tell their place, and with an
    /// explanation of every shot if `explained`. `settings` are those of the run.
    pub fn detailed(report: &'a LocateReport, settings: &Settings, explained: bool) -> Self {
        let (array, paths) = (&report.array, report.path_terms.as_ref());
        let details = report
            .incidents
            .par_iter()
            .map(|incident| {
                (0..incident.shots.len())
                    .map(|round| Details {
                        explanation: explained
                            .then(|| explain(incident, round, array, settings, paths))
                            .flatten(),
                        map: map_of(incident, round, array, settings, paths),
                    })
                    .collect()
            })
            .collect();
        Self { report, details }
    }

    /// The details of a shot, by index of its incident and its own.
    pub fn of(&self, incident: usize, shot: usize) -> Option<&Details> {
        self.details.get(incident)?.get(shot)
    }

    /// The explanation of a shot.
    pub fn explanation(&self, incident: usize, shot: usize) -> Option<&Explanation> {
        self.of(incident, shot)?.explanation.as_ref()
    }

    /// The probability map of a shot.
    pub fn map(&self, incident: usize, shot: usize) -> Option<&ProbabilityMap> {
        self.of(incident, shot)?.map.as_ref()
    }
}
