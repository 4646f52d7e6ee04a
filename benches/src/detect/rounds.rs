//! Rounds counted in live fire.

use std::collections::BTreeMap;

use serde::Serialize;
use shotfix_core::cadence::{self, Beat};
use shotfix_signal::RawOnset;

use super::input::Kind;
use super::score::Heard;

/// Recordings whose strongest onset is weaker do not count rounds, dB.
const HEARD_DB: f64 = 15.0;

/// Rounds counted at one firing position, or at all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rounds {
    /// Firing position.
    pub name: String,
    /// Tests with a recording that hears them.
    pub tests: usize,
    /// Tests of which most recordings tell the number of rounds.
    pub exact: usize,
    /// Recordings that hear their test.
    pub recordings: usize,
    /// Those that tell the number by themselves.
    pub recordings_exact: usize,
}

/// An onset as it is counted.
pub(super) fn beat(onset: &RawOnset, rate_hz: f64) -> Beat {
    Beat {
        time_s: onset.sample / rate_hz,
        level_db: f64::from(onset.snr_db + onset.features.background_db),
        snr_db: f64::from(onset.snr_db),
    }
}

/// Rounds of the loudest burst of each recording, by firing position and in all.
pub(super) fn live_fire(heard: &[Heard<'_>]) -> Vec<Rounds> {
    // By firing position and test: rounds fired, and those counted by each recording.
    let mut tests: BTreeMap<(&str, &str), (usize, Vec<usize>)> = BTreeMap::new();
    for one in heard
        .iter()
        .filter(|one| one.listening.kind == Kind::LiveFire)
    {
        let beats: Vec<Beat> = one
            .onsets
            .iter()
            .map(|onset| beat(onset, one.rate_hz))
            .collect();
        if beats.iter().any(|beat| beat.snr_db > HEARD_DB) {
            let told = cadence::bursts(&beats)
                .first()
                .map_or(0, |burst| burst.rounds.len());
            let listening = one.listening;
            let test = tests
                .entry((&listening.group, &listening.test))
                .or_default();
            test.0 = listening.expected.rounds;
            test.1.push(told);
        }
    }
    let mut all = Rounds {
        name: "all live fire".to_owned(),
        ..Rounds::default()
    };
    let mut groups: Vec<Rounds> = Vec::new();
    for ((group, _), (fired, told)) in &tests {
        if groups.last().is_none_or(|last| last.name != *group) {
            groups.push(Rounds {
                name: (*group).to_owned(),
                ..Rounds::default()
            });
        }
        let own = groups.last_mut().into_iter();
        for sum in own.chain([&mut all]) {
            sum.tests += 1;
            sum.exact += usize::from(cadence::agreed(told) == Some(*fired));
            sum.recordings += told.len();
            sum.recordings_exact += told.iter().filter(|told| *told == fired).count();
        }
    }
    if !groups.is_empty() {
        groups.push(all);
    }
    groups
}
