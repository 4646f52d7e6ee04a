//! The rounds fired from one place, and the delays that they share.

use super::hearing::Hearing;
use super::levels::Levels;
use super::place::{Place, share};

/// A round needs this much evidence, for it may be at any time: a few chances a second, each as wide as
/// the error of its time, are one in `exp(5)`.
pub(super) const LEAST_ROUND: f64 = 5.0;
/// About its round a pulse scatters by the jitter and the error of the round's own time.
pub(super) const ROUND_SPREAD: f64 = 1.2;

/// A pulse farther from its time than this many standard deviations is another sound's.
const GATE: f64 = 4.0;

/// One discharge.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) time_s: f64,
    /// By sensor: its pulse.
    pub(super) picks: Vec<Option<u32>>,
    /// Log likelihood ratio against clutter.
    pub(super) evidence: f64,
}

impl Round {
    pub(super) fn heard(&self) -> usize {
        self.picks.iter().flatten().count()
    }
}

/// Delay of one path beyond that of a straight ray.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) extra_s: f64,
    /// How many rounds show it.
    pub(super) rounds: usize,
}

/// All rounds fired from one place.
#[derive(Clone, Debug)]
pub(super) struct Burst {
    pub(super) place: Place,
    /// By sensor, where the rounds agree on one.
    pub(super) extras: Vec<Option<Extra>>,
    /// By sensor: when it hears a round after its firing, seconds.
    pub(super) delays_s: Vec<f64>,
    pub(super) rounds: Vec<Round>,
    pub(super) hearing: Hearing,
    pub(super) jitter_s: f64,
    /// How strong its pulses are, once some are known.
    pub(super) levels: Option<Levels>,
}

impl Burst {
    /// A pulse farther than this from where its path's delay puts it is another sound's, seconds.
    pub(super) fn gate_s(&self) -> f64 {
        GATE * ROUND_SPREAD * self.jitter_s
    }

    /// All pulses it explains.
    pub(super) fn picks(&self) -> impl Iterator<Item = u32> {
        self.rounds
            .iter()
            .flat_map(|r| r.picks.iter().flatten().copied())
    }

    /// Log likelihood ratio of all rounds against clutter, for a burst that may be anywhere on the map
    /// and at any time.
    ///
    /// The first pulse of a sensor is no repetition: it is as probable as its path's extra delay.
    pub(super) fn worth(&self, area_m2: f64) -> f64 {
        let mut worth: f64 = self.rounds.iter().map(|r| r.evidence - LEAST_ROUND).sum();
        let repeated = 0.398_942 / (ROUND_SPREAD * self.jitter_s);
        for (s, extra) in self.extras.iter().enumerate() {
            let heard = self.rounds.iter().any(|r| r.picks[s].is_some());
            if let (Some(extra), true) = (extra, heard) {
                let sigma_s = self.place.path_sigma_s.hypot(self.jitter_s);
                worth += (share(extra.extra_s, sigma_s).density / repeated)
                    .ln()
                    .min(0.0);
            }
        }
        let [[xx, xy], [_, yy]] = self.place.covariance_m2;
        let within_m2 = std::f64::consts::TAU * (xx * yy - xy * xy).max(0.0).sqrt();
        worth + (within_m2 / area_m2).clamp(1e-12, 1.0).ln()
    }
}
