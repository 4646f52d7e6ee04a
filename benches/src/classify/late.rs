//! Recordings that begin shortly before what they are about, as those that people cut out and triggered recorders do.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::dsp::Audio;

/// Share of recordings that begin late.
const LATE: f64 = 0.2;
/// Least time before an impulse, seconds: less is no impulse but the recording's start.
const LEAST_S: f64 = 0.008;
/// How many times longer the longest is: all that an onset tells of before.
const LONGER: f64 = 80.0;

/// Some recordings without their beginning, the others as they are; and how much was left out, seconds. One of `fronts_s` is
/// then heard soon after the start.
pub(super) fn begun_late(audio: Audio, fronts_s: &[f64], random: &mut ChaCha8Rng) -> (Audio, f64) {
    let is_late = random.random_bool(LATE);
    let before_s = LEAST_S * LONGER.powf(random.random_range(0.0..1.0));
    let front_s = fronts_s.choose(random);
    let Some(from_s) = front_s.map(|front_s| front_s - before_s) else {
        return (audio, 0.0);
    };
    if !is_late || from_s <= 0.0 {
        return (audio, 0.0);
    }
    let from = ((from_s * audio.rate_hz) as usize).min(audio.samples.len());
    let from_s = from as f64 / audio.rate_hz;
    let Audio {
        mut samples,
        rate_hz,
    } = audio;
    samples.drain(..from);
    (Audio { samples, rate_hz }, from_s)
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
            let (cut, from_s) = begun_late(audio.clone(), &[1.0, 2.0], &mut random);
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
        assert_eq!(begun_late(audio, &[], &mut random).1, 0.0);
    }
}
