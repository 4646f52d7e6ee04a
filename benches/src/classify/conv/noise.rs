//! What a spectrogram might have been through another microphone, in another place and other noise.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use shotfix_core::classify::net::scaled;
use shotfix_core::classify::{COLUMNS, FRAMES, FRONT, Spectrogram};

use crate::random;

/// Share of spectrograms whose time is stretched, and the logarithm of how much at most: places that echo longer or shorter.
const STRETCHED: f64 = 0.5;
const MOST_STRETCH: f64 = 0.5;
/// Share whose levels are drawn together, as level control does, and to what part of their range at most.
const DRAWN: f64 = 0.3;
const MOST_DRAWN: f32 = 0.55;
/// Largest spread of the gains of bands, dB.
const MOST_GAIN_DB: f32 = 6.0;
/// Share of spectrograms that get noise, and its level below the impulse, dB.
const NOISY: f64 = 0.5;
const NOISE_DB: std::ops::Range<f32> = -75.0..-18.0;
/// Spread of its levels by band, and of those of frames about it.
const NOISE_BAND_DB: f32 = 4.0;
const NOISE_FRAME_DB: f32 = 1.0;
/// Shares that lose their highest band, as at low rates, and their lowest, as by filters against wind.
const LOSE_HIGH: f64 = 0.15;
const LOSE_LOW: f64 = 0.1;

/// What the net sees of `spectrogram` stretched in time, with levels nearer to each other, with other gains by band, under
/// more noise, with fewer bands: each at times.
pub(super) fn disturbed(
    spectrogram: &Spectrogram,
    random: &mut ChaCha8Rng,
) -> [[f32; COLUMNS]; FRAMES] {
    let normal = |random: &mut ChaCha8Rng| random::normal(random) as f32;
    let stretch = if random.random_bool(STRETCHED) {
        random.random_range(-MOST_STRETCH..MOST_STRETCH).exp()
    } else {
        1.0
    };
    let drawn = if random.random_bool(DRAWN) {
        random.random_range(MOST_DRAWN..1.0)
    } else {
        1.0
    };
    let spread_db = random.random_range(0.0..MOST_GAIN_DB);
    let mut gain_db: [f32; COLUMNS] = std::array::from_fn(|_| spread_db * normal(random));
    // The pass band is mostly what the two highest are.
    gain_db[COLUMNS - 1] = f32::midpoint(gain_db[COLUMNS - 3], gain_db[COLUMNS - 2]);
    let noise_db = random.random_bool(NOISY).then(|| {
        let level_db = random.random_range(NOISE_DB);
        std::array::from_fn::<f32, COLUMNS, _>(|_| level_db + NOISE_BAND_DB * normal(random))
    });
    let mut lost = [false; COLUMNS];
    lost[COLUMNS - 2] = random.random_bool(LOSE_HIGH);
    lost[0] = random.random_bool(LOSE_LOW);
    std::array::from_fn(|frame| {
        // The front stays where it is; beyond the ends their frames go on.
        let front = FRONT as f64;
        let from = front + stretch * (frame as f64 - front);
        let levels = spectrogram.0[(from.round().max(0.0) as usize).min(FRAMES - 1)];
        std::array::from_fn(|column| {
            let level_db = Spectrogram::level_db(levels[column]).filter(|_| !lost[column]);
            scaled(level_db.map(|db| {
                let db = drawn * db + gain_db[column];
                noise_db.map_or(db, |noise_db| {
                    sum_db(db, noise_db[column] + NOISE_FRAME_DB * normal(random))
                })
            }))
        })
    })
}

/// Level of the sum of two energies.
fn sum_db(a: f32, b: f32) -> f32 {
    let (more, less) = (a.max(b), a.min(b));
    // 10 / ln 10.
    more + 4.342_945 * (0.230_258_5 * (less - more)).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn energies_add() {
        assert!((sum_db(0.0, 0.0) - 3.0103).abs() < 1e-3);
        assert!((sum_db(-20.0, -10.0) + 9.5861).abs() < 1e-3);
    }

    #[test]
    fn noise_lifts_what_is_quiet_and_leaves_the_unknown() {
        let mut spectrogram = Spectrogram([[21; COLUMNS]; FRAMES]);
        for frame in &mut spectrogram.0 {
            frame[1] = 0;
        }
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (mut lifted, n) = (0, 400);
        for _ in 0..n {
            let levels = disturbed(&spectrogram, &mut random);
            assert!(levels.iter().all(|frame| frame[1] == scaled(None)));
            // -100 dB, or -55 if drawn together, plus gains of some 6 dB: noise of -60 dB lifts most of it.
            lifted += usize::from(levels[70][2] > scaled(Some(-45.0)));
        }
        assert!((80..220).contains(&lifted), "{lifted} of {n}");
    }

    #[test]
    fn the_front_stays_and_what_follows_is_stretched() {
        let mut spectrogram = Spectrogram([[1; COLUMNS]; FRAMES]);
        for frame in &mut spectrogram.0[FRONT..FRONT + 30] {
            *frame = [221; COLUMNS];
        }
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let mut lengths = Vec::new();
        for _ in 0..200 {
            let levels = disturbed(&spectrogram, &mut random);
            // In noise as loud as the sound there is nothing to see.
            let middle = f32::midpoint(levels[FRONT][2], levels[0][2]);
            if levels[FRONT][2] - middle < 0.2 {
                continue;
            }
            let is_loud = |frame: &[f32; COLUMNS]| frame[2] > middle;
            assert!(is_loud(&levels[FRONT]) && !is_loud(&levels[FRONT - 2]));
            lengths.push(levels[FRONT..].iter().take_while(|f| is_loud(f)).count());
        }
        // 30 frames over e^0.5 to times e^0.5, half of them as they are.
        let (least, most) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
        assert!(
            (18..21).contains(least) && (45..51).contains(most),
            "{least} {most}"
        );
        assert!(lengths.iter().filter(|&&n| n == 30).count() >= 70);
    }
}
