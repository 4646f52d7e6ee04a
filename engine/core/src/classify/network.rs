//! What only a network knows of a shot: how loud it was at the source, how high, how many sensors heard it, its rhythm.
//! What it repeats over minutes is in [`repetition`](crate::repetition).
//!
//! These are odds set by hand from published levels, not learned: recordings of other loud sounds by a network
//! do not exist here. They are bounded, so that no one of them outweighs the sound itself.

use crate::incident::ClassPosterior;
use crate::median::median;
use crate::timestamp::Timestamp;

/// Free-field level at 1 m at which an explosion and another impulse are equally likely, dB SPL. Guns have 150 to 170
/// (Beck et al., JASA 129, 2011), hammers and nail guns 125 to 130, dogs and doors 100 to 110; streets take 14 dB.
const EVEN_DB: f64 = 126.0;
/// Levels so far from it change the odds by a factor of e.
const STEP_DB: f64 = 6.0;
/// Log odds of a firework against all else for a source aloft. Bounded, for people fire from high windows too.
const ALOFT: f64 = 2.0;
/// Sensors beyond the third that heard it, each a factor of e^0.5; at most four count.
const BY_SENSOR: f64 = 0.5;

/// What the network knows of one shot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShotEvidence {
    /// Sensors that heard it.
    pub n_sensors: usize,
    /// Peak level at 1 m by spherical spreading, dB SPL, median over calibrated sensors; `None` without any.
    pub source_level_db_spl: Option<f64>,
    /// Do the arrival times tell that it was aloft ([`Aloft`](crate::aloft::Aloft))?
    pub is_aloft: bool,
}

impl ShotEvidence {
    /// Log odds of an explosion against another impulse, within -3 and 3.5.
    pub(super) fn loudness(&self) -> f64 {
        let level = self
            .source_level_db_spl
            .map_or(0.0, |level| ((level - EVEN_DB) / STEP_DB).clamp(-3.0, 1.5));
        level + BY_SENSOR * (self.n_sensors as f64 - 3.0).clamp(0.0, 4.0)
    }

    /// Log odds of a firework against all else by height, 0 or 2.
    pub(super) fn height(&self) -> f64 {
        if self.is_aloft { ALOFT } else { 0.0 }
    }
}

/// How the rounds of an incident follow each other, by their times alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Rounds.
    pub rounds: usize,
    /// Median time between rounds, seconds.
    pub interval_s: f64,
    /// Largest departure of an interval from the median, as a share of it.
    pub unevenness: f64,
}

impl Rhythm {
    /// The rhythm of three rounds or more, in order of time.
    pub fn of(times: &[Timestamp]) -> Option<Self> {
        let mut gaps: Vec<f64> = times
            .windows(2)
            .map(|pair| pair[1].since(pair[0]).0)
            .collect();
        if gaps.len() < 2 {
            return None;
        }
        let interval_s = median(&mut gaps);
        let unevenness = gaps
            .iter()
            .map(|gap| (gap / interval_s - 1.0).abs())
            .fold(0.0, f64::max);
        Some(Self {
            rounds: times.len(),
            interval_s,
            unevenness,
        })
    }

    /// The rhythm of an automatic weapon: its interval, steady to a tenth.
    pub fn is_automatic(&self) -> bool {
        Self::is_of_automatic(self.interval_s) && self.unevenness < 0.1
    }

    /// Is this the interval of an automatic weapon, 450 to 1300 rounds a minute?
    pub fn is_of_automatic(interval_s: f64) -> bool {
        (0.046..0.134).contains(&interval_s)
    }

    /// The rhythm of a machine or a builder: ten blows and more, steady to a tenth, slower than any automatic weapon.
    pub fn is_machine(&self) -> bool {
        self.rounds >= 10 && self.interval_s > 0.2 && self.unevenness < 0.1
    }

    /// Log odds of gunfire against all else.
    fn for_gunfire(&self) -> f64 {
        if self.is_automatic() {
            1.0
        } else if self.is_machine() {
            -2.0
        } else {
            0.0
        }
    }
}

/// Pools the rounds of one incident: the mean, since rounds share source, path and place, then their cadence.
pub fn pool(rounds: &[(Timestamp, ClassPosterior)]) -> ClassPosterior {
    let n = rounds.len().max(1) as f64;
    let mean = |f: fn(&ClassPosterior) -> f64| rounds.iter().map(|(_, p)| f(p)).sum::<f64>() / n;
    let times: Vec<Timestamp> = rounds.iter().map(|(time, _)| *time).collect();
    let mean = ClassPosterior {
        gunfire: mean(|p| p.gunfire),
        firework: mean(|p| p.firework),
        other: mean(|p| p.other),
        unknown: mean(|p| p.unknown),
    };
    let rhythm = Rhythm::of(&times).map_or(0.0, |rhythm| rhythm.for_gunfire());
    mean.weighed([rhythm, 0.0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Seconds;

    fn rounds(gaps_s: &[f64]) -> Vec<(Timestamp, ClassPosterior)> {
        let one = ClassPosterior {
            gunfire: 0.5,
            firework: 0.2,
            other: 0.3,
            unknown: 0.1,
        };
        let mut time = Timestamp::default();
        let mut all = vec![(time, one)];
        for &gap in gaps_s {
            time = time + Seconds(gap);
            all.push((time, one));
        }
        all
    }

    #[test]
    fn steady_fast_rounds_speak_for_a_gun_and_a_steady_hammer_against() {
        let single = pool(&rounds(&[]));
        assert!((single.gunfire - 0.5).abs() < 1e-12 && (single.unknown - 0.1).abs() < 1e-12);
        let automatic = pool(&rounds(&[0.075; 9]));
        // 0.5 e against 0.5.
        assert!((automatic.gunfire - 1.0 / (1.0 + (-1.0_f64).exp())).abs() < 1e-12);
        let hammer = pool(&rounds(&[0.5; 12]));
        assert!((hammer.gunfire - 1.0 / (1.0 + 2.0_f64.exp())).abs() < 1e-12);
        let by_hand = pool(&rounds(&[0.31, 0.24, 0.4, 0.28]));
        assert!((by_hand.gunfire - 0.5).abs() < 1e-12);
    }

    #[test]
    fn loud_sources_that_many_hear_are_explosions() {
        let evidence = |n_sensors, level| ShotEvidence {
            n_sensors,
            source_level_db_spl: level,
            is_aloft: false,
        };
        assert_eq!(evidence(3, None).loudness(), 0.0);
        assert_eq!(evidence(3, Some(105.0)).loudness(), -3.0);
        assert_eq!(evidence(12, Some(160.0)).loudness(), 3.5);
    }
}
