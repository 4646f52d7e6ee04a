//! Live fire with the pulses that its owner gave to each shot.

use std::path::Path;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use shotfix_core::Class;
use shotfix_datasets::{Error, OpenOptions, find_tests, open_set};

use super::channel::{self, Noise};
use super::dsp::Audio;
use super::gather::{Batch, Chain, FOLDS, Labelled, Listened, Origin, onsets};
use super::late::{is_soon, late, some_late};
use crate::{json, released};

/// An onset is a pulse's if it is this near, seconds: pulses are those of an envelope's step.
pub(super) const SAME_S: f64 = 0.008;
/// Before the first pulse of a shot only the place is heard; so much before it the shot may have come
/// by a way that the pulses do not know, seconds.
const BEFORE_S: f64 = 0.5;

#[derive(Deserialize)]
struct Survey {
    firing_position: String,
    firearm: Option<String>,
}

/// One sensor's recording of one test.
pub(super) struct Take {
    audio: Audio,
    /// Before the first shot.
    pub(super) quiet: Vec<f32>,
    /// Seconds after the start, and which of the test's shots.
    pulses: Vec<(f64, usize)>,
    /// Event of the test's first shot, and how many there are; its sensors share them.
    first_event: usize,
    n_shots: usize,
    position: String,
    firearm: String,
    pub(super) fold: usize,
}

impl Take {
    /// Rate of live fire, hertz.
    pub(super) fn rate_hz(&self) -> f64 {
        self.audio.rate_hz
    }

    /// One more than its last event.
    pub(super) fn events_until(&self) -> usize {
        self.first_event + self.n_shots
    }
}

/// Reads every test below `dir`; positions are folds in order of their names.
pub(super) fn read(dir: &Path) -> Result<Vec<Take>, Error> {
    let mut takes = Vec::new();
    for folder in &find_tests(dir)? {
        let first_event = takes.last().map_or(0, Take::events_until);
        takes.extend(read_test(first_event, folder)?);
    }
    let mut positions: Vec<String> = takes.iter().map(|t| t.position.clone()).collect();
    positions.sort();
    positions.dedup();
    for take in &mut takes {
        take.fold = positions.partition_point(|p| *p < take.position) % FOLDS;
    }
    Ok(takes)
}

fn read_test(first_event: usize, folder: &Path) -> Result<Vec<Take>, Error> {
    let name = folder
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    let survey: Survey = json::read(&folder.join(format!("{name}.survey.json")))?;
    let released = released::read(folder, name)?;
    let set = open_set(&[folder.to_owned()], &OpenOptions::default())?;
    let mut takes = Vec::new();
    for recording in &set.recordings {
        let id = &set.array.sensors()[recording.sensor.0].id;
        let audio = Audio::read(recording.open()?, recording.sample_rate_hz)?;
        let own = released.pulses.iter().filter(|pulse| pulse.sensor == *id);
        let given = own.flat_map(|pulse| pulse.shots.iter().map(|&shot| (pulse.time, shot)));
        let mut times: Vec<(f64, usize)> = given
            .map(|(time, shot)| (time.since(recording.start).0, shot))
            .collect();
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let quiet_s = times.first().map_or(0.0, |t| t.0 - BEFORE_S).max(0.0);
        let n_quiet = ((quiet_s * audio.rate_hz) as usize).min(audio.samples.len());
        takes.push(Take {
            quiet: audio.samples[..n_quiet].to_vec(),
            audio,
            pulses: times,
            n_shots: released.n_shots,
            first_event,
            position: survey.firing_position.clone(),
            firearm: survey
                .firearm
                .clone()
                .unwrap_or_else(|| "pistol".to_owned()),
            fold: 0,
        });
    }
    Ok(takes)
}

/// Hears a take as it lies, then through other chains.
pub(super) fn listen(
    take: &Take,
    chains: usize,
    ambience: &[&Audio],
    random: &mut ChaCha8Rng,
) -> Batch {
    let mut recordings = vec![hear(take, &take.audio, 0.0, Chain::AsItLies)];
    let fronts_s: Vec<f64> = take.pulses.iter().map(|(time_s, _)| *time_s).collect();
    for _ in 0..chains {
        // Half of them in the noise they have.
        let noise = if random.random_bool(0.5) {
            Noise::BelowPeakDb(20.0, 60.0)
        } else {
            Noise::None
        };
        let played = channel::play(&take.audio, noise, ambience, random);
        let (played, from_s) = some_late(played, &fronts_s, random);
        recordings.push(hear(take, &played, from_s, Chain::Other));
    }
    if let Some((late, from_s)) = late(&take.audio, &fronts_s, random) {
        recordings.push(hear(take, &late, from_s, Chain::Late));
    }
    Batch {
        recordings,
        n_events: 0,
    }
}

/// `audio` is the take from `from_s` on.
fn hear(take: &Take, audio: &Audio, from_s: f64, chain: Chain) -> (Listened, Vec<Labelled>) {
    let first_s = take.pulses.first().map_or(f64::INFINITY, |t| t.0);
    let labelled = onsets(audio).into_iter().filter_map(|(at_s, row)| {
        if chain == Chain::Late && !is_soon(at_s) {
            return None;
        }
        let at_s = from_s + at_s;
        let near = take
            .pulses
            .iter()
            .min_by(|a, b| (a.0 - at_s).abs().total_cmp(&(b.0 - at_s).abs()));
        let label = |class, event, kind: &str| {
            Some(Labelled {
                row,
                class,
                kind: kind.to_owned(),
                event,
            })
        };
        match near {
            Some(&(time_s, shot)) if (time_s - at_s).abs() < SAME_S => {
                let event = (chain == Chain::AsItLies).then_some(take.first_event + shot);
                label(Class::Gunfire, event, &take.firearm)
            }
            Some(_) if at_s < first_s - BEFORE_S => label(Class::Other, None, "night in a city"),
            _ => None,
        }
    });
    let listened = Listened {
        origin: Origin::LiveFire,
        chain,
        source: format!("live fire {}", take.position),
        fold: take.fold,
        kind: "live fire".to_owned(),
        duration_s: audio.duration_s(),
    };
    (listened, labelled.collect())
}
