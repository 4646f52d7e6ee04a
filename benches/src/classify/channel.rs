//! What lies between a sound and its file, drawn at random: microphone, levels, noise, converter.
//!
//! Every recording is played through several of these, guns as well as everything else, so that neither
//! colour nor rate nor noise nor clipping tells what a sound was.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::dsp::{Audio, Filter};

/// Rates that recorders have.
const RATES_HZ: [f64; 8] = [
    8_000.0, 12_000.0, 16_000.0, 22_050.0, 24_000.0, 32_000.0, 44_100.0, 48_000.0,
];
/// A rate above the native one adds nothing but work, so one in so many goes there.
const TWICE: u32 = 12;

/// How much noise comes in under a sound.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noise {
    /// RMS so far below the sound's peak, dB, drawn within this range.
    BelowPeakDb(f64, f64),
    /// What the sound has already.
    None,
}

/// Plays `audio` through a chain drawn from `random`; `ambience` is what may be heard under it.
/// Times of fronts stay within a millisecond.
pub(super) fn play(
    audio: &Audio,
    noise: Noise,
    ambience: &[&Audio],
    random: &mut ChaCha8Rng,
) -> Audio {
    let mut out = audio.clone();
    if out.samples.is_empty() {
        return out;
    }
    if let Noise::BelowPeakDb(least, most) = noise {
        let below_db: f64 = random.random_range(least..most);
        add_noise(&mut out, below_db, ambience, random);
    }
    colour(&mut out, random);
    let rate_hz = if random.random_ratio(1, TWICE) {
        96_000.0
    } else {
        RATES_HZ.choose(random).copied().unwrap_or(48_000.0)
    };
    // Made recordings are band-limited too: a telephone, a codec, a cover.
    if random.random_bool(0.4) {
        let most = 0.42 * out.rate_hz;
        let least = 2_500.0_f64.min(0.8 * most);
        let hz = least * (most / least).powf(random.random_range(0.0..1.0));
        Filter::low_pass(hz, 0.7, out.rate_hz).run(&mut out.samples);
    }
    let mut out = out.at_rate(rate_hz);
    let peak = out.peak();
    out.scale(1.0 / peak);
    if random.random_bool(0.45) {
        level(&mut out, random);
    }
    // Louder than full scale in one of four: telephones near a gun are, by far.
    let over_db: f64 = if random.random_bool(0.25) {
        random.random_range(0.0..25.0)
    } else {
        random.random_range(-30.0..-0.5)
    };
    out.scale(10f64.powf(over_db / 20.0) as f32);
    let steps = if random.random_bool(0.05) {
        256.0
    } else {
        32_768.0
    };
    for x in &mut out.samples {
        *x = (*x * steps).round().clamp(-steps, steps - 1.0) / steps;
    }
    out
}

/// A microphone's colour: a tilt within 6 dB and two bells.
fn colour(audio: &mut Audio, random: &mut ChaCha8Rng) {
    let rate_hz = audio.rate_hz;
    if random.random_bool(0.6) {
        let hz = 15.0 * 20f64.powf(random.random_range(0.0..1.0));
        Filter::high_pass(hz, 0.7, rate_hz).run(&mut audio.samples);
    }
    for _ in 0..3 {
        let hz = 100.0 * (0.4 * rate_hz / 100.0).powf(random.random_range(0.0..1.0));
        let gain_db = random.random_range(-6.0..6.0);
        let q = 0.3 * 8f64.powf(random.random_range(0.0..1.0));
        Filter::bell(hz, gain_db, q, rate_hz).run(&mut audio.samples);
    }
}

/// Puts ambience, or noise whose power falls as 1/f to 1/f^2, under the sound, its RMS `below_db` below the peak.
pub(super) fn add_noise(
    audio: &mut Audio,
    below_db: f64,
    ambience: &[&Audio],
    random: &mut ChaCha8Rng,
) {
    let n = audio.samples.len();
    let recorded = random
        .random_bool(0.5)
        .then(|| ambience.choose(random))
        .flatten();
    let under: Vec<f32> = match recorded {
        Some(place) => {
            let from = random.random_range(0..place.samples.len().max(1));
            // Played at the sound's rate, whatever its own: a place a little larger or smaller.
            place
                .samples
                .iter()
                .cycle()
                .skip(from)
                .take(n)
                .copied()
                .collect()
        }
        None => coloured_noise(n, random),
    };
    let rms = (under.iter().map(|x| f64::from(x * x)).sum::<f64>() / n.max(1) as f64).sqrt();
    if rms <= 0.0 {
        return;
    }
    let gain = f64::from(audio.peak()) * 10f64.powf(-below_db / 20.0) / rms;
    for (x, noise) in audio.samples.iter_mut().zip(&under) {
        *x += gain as f32 * noise;
    }
}

fn coloured_noise(n: usize, random: &mut ChaCha8Rng) -> Vec<f32> {
    let red = random.random_range(0.0..0.995_f32);
    let white = random.random_range(0.0..0.3_f32);
    let mut state = 0.0;
    (0..n)
        .map(|_| {
            let x: f32 = random.random_range(-1.0..1.0);
            state = red * state + (1.0 - red) * x;
            state + white * (1.0 - red) * x
        })
        .collect()
}

/// Automatic level control: gain falls within milliseconds and comes back within a second.
fn level(audio: &mut Audio, random: &mut ChaCha8Rng) {
    let attack_s = 0.0003 * 100f64.powf(random.random_range(0.0..1.0));
    let release_s = 0.05 * 20f64.powf(random.random_range(0.0..1.0));
    let threshold = 10f64.powf(random.random_range(-40.0..-6.0) / 20.0);
    let ratio = 1.5 * 13f64.powf(random.random_range(0.0..1.0));
    let step = |s: f64| 1.0 - (-1.0 / (s * audio.rate_hz)).exp();
    let (up, down) = (step(attack_s), step(release_s));
    let mut envelope = 0.0;
    for x in &mut audio.samples {
        let size = f64::from(x.abs());
        envelope += (size - envelope) * if size > envelope { up } else { down };
        if envelope > threshold {
            *x *= (envelope / threshold).powf(1.0 / ratio - 1.0) as f32;
        }
    }
    let peak = audio.peak();
    audio.scale(1.0 / peak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_click_comes_out_at_its_time_and_the_same_for_the_same_seed() {
        let mut samples = vec![0.0; 48_000];
        samples[24_000] = 1.0;
        let audio = Audio {
            samples,
            rate_hz: 48_000.0,
        };
        for seed in 0..40 {
            let run = || {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                play(&audio, Noise::BelowPeakDb(40.0, 60.0), &[], &mut random)
            };
            let out = run();
            assert_eq!(out.samples, run().samples);
            assert!(out.samples.iter().all(|x| x.abs() <= 1.0));
            let loudest = (0..out.samples.len())
                .max_by(|&a, &b| out.samples[a].abs().total_cmp(&out.samples[b].abs()))
                .unwrap();
            assert!(
                (loudest as f64 / out.rate_hz - 0.5).abs() < 0.002,
                "seed {seed}"
            );
        }
    }
}
