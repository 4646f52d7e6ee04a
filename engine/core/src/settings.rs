//! What the locator assumes when nobody tells it better, each default with its source.

use crate::atmosphere::Uncertain;

/// Assumptions of association and location.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Standard deviation of the constant extra delay of one source-to-sensor path (diffraction
    /// over roofs, terrain), seconds; 8.5 ms fitted to live fire in a city (Calhoun et al. 2021, data
    /// re-analysed). The sensors' survey errors come on top.
    pub path_sigma_s: f64,
    /// A path's extra delay is also at most about this fraction of its travel time, which
    /// matters for arrays of tens of metres.
    pub path_fraction: f64,
    /// Standard deviation of what varies from shot to shot on one path, seconds (same source).
    pub jitter_sigma_s: f64,
    /// Share of reported arrivals that are late: echoes whose direct wave was lost.
    pub late_share: f64,
    /// Mean lateness of those, seconds.
    pub late_mean_s: f64,
    /// Source height in the array's frame, metres, if it is known. `None`: from the heights of the
    /// sensors nearby.
    pub source_up_m: Option<Uncertain>,
    /// Arrivals a fix needs to be checked by itself: three unknowns and one more.
    pub min_sensors: usize,
    /// Onsets below this SNR do not start a hypothesis, dB; they may still join one.
    pub anchor_snr_db: f64,
    /// How far outside the array's bounding box a source is looked for, metres.
    pub margin_m: f64,
    /// Rounds of one incident lie within this time of one another, seconds ...
    pub burst_gap_s: f64,
    /// ... and shots of one incident within this distance, metres.
    pub incident_radius_m: f64,
    /// Least log evidence of a shot over the noise hypothesis ...
    pub min_evidence: f64,
    /// ... with fewer than `min_sensors` arrivals that are too strong for mere noise: what checks the
    /// others may then be chance ...
    pub min_evidence_weakly_checked: f64,
    /// ... and with one arrival fewer, when only strength, level, silence and the repetition that is
    /// then required can speak against it.
    pub min_evidence_unchecked: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path_sigma_s: 0.0085,
            path_fraction: 0.1,
            jitter_sigma_s: 0.0015,
            late_share: 0.15,
            late_mean_s: 0.040,
            source_up_m: None,
            min_sensors: 4,
            anchor_snr_db: 12.0,
            margin_m: 400.0,
            burst_gap_s: 3.0,
            incident_radius_m: 60.0,
            min_evidence: 10.0,
            min_evidence_weakly_checked: 20.0,
            min_evidence_unchecked: 18.0,
        }
    }
}

impl Settings {
    /// Is this much evidence from so many arrivals, so many of them of `anchor_snr_db`, a shot?
    pub fn is_shot(&self, evidence: f64, n_heard: usize, n_strong: usize) -> bool {
        if n_strong >= self.min_sensors {
            evidence >= self.min_evidence
        } else if n_heard >= self.min_sensors {
            evidence >= self.min_evidence_weakly_checked
        } else {
            n_heard + 1 == self.min_sensors && evidence >= self.min_evidence_unchecked
        }
    }

    /// Standard deviation of a path's constant extra delay when sound needs `delay_s` for it.
    pub fn path_sigma_at(&self, delay_s: f64) -> f64 {
        self.path_sigma_s.min(self.path_fraction * delay_s)
    }
}
