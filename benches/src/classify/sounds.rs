//! Recordings of everyday sounds: none is gunfire.

use std::collections::BTreeMap;
use std::path::Path;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shotfix_core::Class;
use shotfix_core::classify::Row;
use shotfix_datasets::{Error, probe};

use super::channel::{self, Noise};
use super::dsp::{Audio, convolve};
use super::gather::{Batch, Chain, FOLDS, Labelled, Listened, Origin, onsets};
use super::late::{is_soon, late, some_late};
use super::live_fire::Take;
use super::space::{Space, response};
use crate::audio_files;

/// Backgrounds are cut into stretches of this length, seconds, each a recording of its own.
const STRETCH_S: f64 = 30.0;

/// A recording of something.
pub(super) struct Sound {
    pub(super) audio: Audio,
    pub(super) origin: Origin,
    pub(super) kind: String,
    pub(super) source: String,
    pub(super) fold: usize,
}

/// All audio files below `dir/esc10` (clips, by kind) and elsewhere in `dir` (backgrounds). The sources of each
/// kind of clip, and the backgrounds, are dealt into the folds in turn.
pub(super) fn read_all(dir: &Path) -> Result<Vec<Sound>, Error> {
    let mut files = Vec::new();
    audio_files::below(dir, &[], &mut files)?;
    files.sort();
    let mut sounds: Vec<Sound> = files
        .par_iter()
        .map(|path| {
            let text = |part: Option<&std::ffi::OsStr>| {
                part.and_then(|p| p.to_str()).unwrap_or_default().to_owned()
            };
            let stem = text(path.file_stem());
            let folder = text(path.parent().and_then(Path::file_name));
            let is_clip = path.components().any(|c| c.as_os_str() == "esc10");
            let (origin, kind, source) = if is_clip {
                // FOLD-ORIGINAL-TAKE: takes of one original recording are one source.
                let original = stem.split('-').nth(1).unwrap_or(&stem);
                (Origin::Clip, folder, format!("clip {original}"))
            } else {
                (
                    Origin::Background,
                    stem.clone(),
                    format!("background {stem}"),
                )
            };
            Ok(Sound {
                audio: read(path)?,
                origin,
                kind,
                source,
                fold: 0,
            })
        })
        .collect::<Result<_, Error>>()?;
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut fold_of: BTreeMap<String, usize> = BTreeMap::new();
    for sound in &mut sounds {
        let deck = if sound.origin == Origin::Clip {
            &sound.kind
        } else {
            "background"
        };
        let next = next.entry(deck.to_owned()).or_default();
        sound.fold = *fold_of.entry(sound.source.clone()).or_insert_with(|| {
            *next += 1;
            (*next - 1) % FOLDS
        });
    }
    Ok(sounds)
}

/// Samples of the first channel.
fn read(path: &Path) -> Result<Audio, Error> {
    let file = probe(path)?;
    Audio::read(file.open(0)?, file.sample_rate_hz)
}

/// Hears one sound as it lies, through other chains and as live fire is heard.
pub(super) fn listen(
    sound: &Sound,
    chains: usize,
    ambience: &[&Audio],
    quiet: &[&Take],
    random: &mut ChaCha8Rng,
) -> Batch {
    let audio = &sound.audio;
    let stretch = match sound.origin {
        Origin::Background => (STRETCH_S * audio.rate_hz) as usize,
        _ => audio.samples.len().max(1),
    };
    let mut recordings = Vec::new();
    for samples in audio.samples.chunks(stretch) {
        let piece = Audio {
            samples: samples.to_vec(),
            rate_hz: audio.rate_hz,
        };
        let own = onsets(&piece);
        let fronts_s: Vec<f64> = own.iter().map(|(at_s, _)| *at_s).collect();
        recordings.push(label(sound, &piece, Chain::AsItLies, own));
        for _ in 0..chains {
            let noise = if random.random_bool(0.5) {
                Noise::BelowPeakDb(20.0, 60.0)
            } else {
                Noise::None
            };
            let played = channel::play(&piece, noise, ambience, random);
            let (played, _) = some_late(played, &fronts_s, random);
            recordings.push(hear(sound, &played, Chain::Other));
        }
        if sound.origin == Origin::Clip {
            for _ in 0..chains {
                if let Some(alone) = alone(&piece, &fronts_s, random) {
                    let noise = Noise::BelowPeakDb(12.0, 80.0);
                    let played = channel::play(&alone, noise, ambience, random);
                    recordings.push(hear(sound, &played, Chain::Alone));
                }
            }
        }
        if let Some(take) = quiet.choose(random) {
            recordings.push(hear(
                sound,
                &among_live_fire(&piece, take, random),
                Chain::LiveFire,
            ));
        }
        if let Some((late, _)) = late(&piece, &fronts_s, random) {
            let mut onsets = onsets(&late);
            onsets.retain(|(at_s, _)| is_soon(*at_s));
            recordings.push(label(sound, &late, Chain::Late, onsets));
        }
    }
    Batch {
        recordings,
        n_events: 0,
    }
}

/// One impulse of a recording cut out, played at another speed and put down somewhere, once or in a row: larger and
/// smaller things of the same matter. `None` where nothing was heard; `fronts_s` is when something was.
fn alone(piece: &Audio, fronts_s: &[f64], random: &mut ChaCha8Rng) -> Option<Audio> {
    const BEFORE_S: f64 = 0.01;
    const DURATION_S: f64 = 5.0;
    let at_s = fronts_s.choose(random)?;
    let rate_hz = piece.rate_hz;
    let from = ((at_s - BEFORE_S).max(0.0) * rate_hz) as usize;
    let n = (0.04 * 20f64.powf(random.random_range(0.0..1.0)) * rate_hz) as usize;
    let cut = piece.samples.get(from..)?.iter().take(n);
    // Half a raised cosine at its end, a short one at its beginning.
    let (rise_n, n) = (BEFORE_S * rate_hz, n as f64);
    let window = |k: usize| {
        let rise = (k as f64 / rise_n).min(1.0);
        let fall = (2.0 * (n - k as f64) / n).clamp(0.0, 1.0);
        0.5 * (1.0 - (std::f64::consts::PI * rise.min(fall)).cos())
    };
    let samples = cut.enumerate().map(|(k, x)| x * window(k) as f32);
    let speed = 0.3 * 6f64.powf(random.random_range(0.0..1.0));
    let slow = Audio {
        samples: samples.collect(),
        rate_hz: rate_hz * speed,
    };
    let one = slow.at_rate(rate_hz);
    let space = *[Space::Open, Space::Street, Space::Room, Space::Hall].choose(random)?;
    let range_m = 40f64.powf(random.random_range(0.0..1.0));
    let one = convolve(&one.samples, &response(space, range_m, rate_hz, random));
    let mut out = vec![0.0; (DURATION_S * rate_hz) as usize];
    let mut time_s = random.random_range(0.5..2.5);
    let interval_s = random.random_range(0.15..1.5);
    for _ in 0..*[1, 1, 1, 3, 6].choose(random)? {
        let gain = 10f64.powf(random.random_range(-8.0..0.0) / 20.0) as f32;
        let to = out.iter_mut().skip((time_s * rate_hz) as usize);
        for (x, y) in to.zip(&one) {
            *x += gain * y;
        }
        time_s += interval_s * random.random_range(0.8..1.2);
    }
    Some(Audio {
        samples: out,
        rate_hz,
    })
}

/// The sound at the rate of live fire in the quiet before a shot, as far over it as shots are.
fn among_live_fire(piece: &Audio, take: &Take, random: &mut ChaCha8Rng) -> Audio {
    let mut out = piece.at_rate(take.rate_hz());
    let peak = out.peak();
    let quiet = &take.quiet;
    let power: f32 = quiet.iter().map(|x| x * x).sum::<f32>() / quiet.len().max(1) as f32;
    let over_db: f64 = random.random_range(12.0..55.0);
    out.scale(power.sqrt() * 10f64.powf(over_db / 20.0) as f32 / peak);
    // To and fro, so that the end meets the beginning without a step.
    let to_and_fro = quiet.iter().chain(quiet.iter().rev());
    for (x, noise) in out.samples.iter_mut().zip(to_and_fro.cycle()) {
        *x = (*x + noise).clamp(-1.0, 1.0);
    }
    out
}

fn hear(sound: &Sound, audio: &Audio, chain: Chain) -> (Listened, Vec<Labelled>) {
    label(sound, audio, chain, onsets(audio))
}

fn label(
    sound: &Sound,
    audio: &Audio,
    chain: Chain,
    onsets: Vec<(f64, Row)>,
) -> (Listened, Vec<Labelled>) {
    let labelled = onsets.into_iter().map(|(_, row)| Labelled {
        row,
        class: Class::Other,
        kind: sound.kind.clone(),
        event: None,
    });
    let listened = Listened {
        origin: sound.origin,
        chain,
        source: sound.source.clone(),
        fold: sound.fold,
        kind: sound.kind.clone(),
        duration_s: audio.duration_s(),
    };
    (listened, labelled.collect())
}
