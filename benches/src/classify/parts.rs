//! What the parts of the model do alone: why it has both.

use serde::Serialize;
use shotfix_core::Class;
use shotfix_core::classify::CLASSES;

use super::gather::{Chain, Gathered, Origin};
use super::kept::LiveFire;
use super::score::{log_odds, most_by_recording};

/// Shares of sounds that pass as gunfire where 95 % of live fire does, by a part of the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// Which.
    pub name: String,
    /// Clips with an impulse that passes at the threshold for shots, as they lie and in the chain of live fire.
    pub clips: [f64; 2],
    /// Impulses of clips that pass at the threshold for arrivals, likewise.
    pub impulses: [f64; 2],
    /// Impulses of fireworks and of other sounds by formula and in scenes that pass there.
    pub made: [f64; 2],
    /// Impulses of guns by formula and in scenes that do.
    pub guns: f64,
}

/// Scores probabilities `held_out` of a part, pooled with `exponent`.
pub(super) fn part(
    name: &str,
    gathered: &Gathered,
    held_out: &[[f64; CLASSES]],
    exponent: f64,
) -> Part {
    let odds: Vec<f64> = held_out.iter().map(log_odds).collect();
    let loudest = most_by_recording(gathered, &odds);
    let live = LiveFire::of(gathered, held_out, exponent);
    let clips = |chain: Chain| {
        let clips = gathered.recordings.iter().zip(&loudest);
        share(clips.filter_map(|(recording, &odds)| {
            (recording.origin == Origin::Clip && recording.chain == chain)
                .then_some(odds >= live.shot_threshold)
        }))
    };
    let impulses = |is: &dyn Fn(usize) -> bool| {
        share(
            (0..odds.len())
                .filter(|&k| is(k))
                .map(|k| odds[k] >= live.arrival_threshold),
        )
    };
    let of_clips = |chain: Chain| impulses(&|k| gathered.is_of(k, Origin::Clip, chain));
    let made = |class: Class| {
        impulses(&|k| {
            let origin = gathered.recording_of(k).origin;
            matches!(origin, Origin::Made | Origin::Scene) && gathered.heard[k].class == class
        })
    };
    Part {
        name: name.to_owned(),
        clips: [Chain::AsItLies, Chain::LiveFire].map(clips),
        impulses: [Chain::AsItLies, Chain::LiveFire].map(of_clips),
        made: [Class::Firework, Class::Other].map(made),
        guns: made(Class::Gunfire),
    }
}

fn share(passes: impl Iterator<Item = bool>) -> f64 {
    let (n, passed) = passes.fold((0.0, 0.0), |(n, passed), passes| {
        (n + 1.0, passed + f64::from(u8::from(passes)))
    });
    passed / f64::max(n, 1.0)
}
