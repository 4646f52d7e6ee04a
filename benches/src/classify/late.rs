//! Recordings that begin shortly before what they are about, as those that people cut out and triggered recorders do.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::dsp::Audio;

/// Share of recordings that begin late among those that train.
const LATE: f64 = 0.2;
/// Least time before an impulse, seconds: less is no impulse but the recording's start.
const LEAST_S: f64 = 0.008;
/// Most time before it where all begin late, seconds ...
const SOON_S: f64 = 0.08;
/// ... and among those that train: all that an onset tells of before.
const MOST_S: f64 = 0.64;

/// `audio` from some time before one of `fronts_s` on, and when that is, seconds; `None` if there is none or it begins so late
/// already.
pub(super) fn late(
    audio: &Audio,
    fronts_s: &[f64],
    random: &mut ChaCha8Rng,
) -> Option<(Audio, f64)> {
    let from = start(audio, fronts_s, SOON_S, random)?;
    Some(begun_at(audio, from))
}

/// Is what is heard `at_s` after the start of such a recording the impulse that it was cut for, or one with it?
pub(super) fn is_soon(at_s: f64) -> bool {
    at_s <= SOON_S + 0.02
}

/// Some recordings so, up to [`MOST_S`] before a front, the others from 0 on.
pub(super) fn some_late(audio: Audio, fronts_s: &[f64], random: &mut ChaCha8Rng) -> (Audio, f64) {
    let is_late = random.random_bool(LATE);
    match start(&audio, fronts_s, MOST_S, random) {
        Some(from) if is_late => begun_at(&audio, from),
        _ => (audio, 0.0),
    }
}

/// First sample, up to `most_s` before a front.
fn start(audio: &Audio, fronts_s: &[f64], most_s: f64, random: &mut ChaCha8Rng) -> Option<usize> {
    let before_s = LEAST_S * (most_s / LEAST_S).powf(random.random_range(0.0..1.0));
    let from_s = fronts_s.choose(random)? - before_s;
    let from = (from_s * audio.rate_hz) as usize;
    (from > 0 && from <= audio.samples.len()).then_some(from)
}

fn begun_at(audio: &Audio, from: usize) -> (Audio, f64) {
    let rate_hz = audio.rate_hz;
    let samples = audio.samples[from..].to_vec();
    (Audio { samples, rate_hz }, from as f64 / rate_hz)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_fifth_begins_with_one_of_the_fronts_ahead() {
        let rate_hz = 8_000.0;
        let audio = Audio {
            samples: (0..24_000).map(|k| k as f32).collect(),
            rate_hz,
        };
        let mut late = 0;
        for seed in 0..1_000 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let (cut, from_s) = some_late(audio.clone(), &[1.0, 2.0], &mut random);
            assert_eq!(cut.samples[0], (from_s * rate_hz) as f32);
            assert_eq!(cut.samples.last(), audio.samples.last());
            if from_s > 0.0 {
                late += 1;
                let ahead = [1.0 - from_s, 2.0 - from_s];
                assert!(ahead.iter().any(|s| (0.0079..0.65).contains(s)), "{from_s}");
            }
        }
        assert!((150..250).contains(&late), "{late}");
        let mut random = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(some_late(audio, &[], &mut random).1, 0.0);
    }
}
