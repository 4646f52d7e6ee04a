//! What a person should know of a recording before believing that it holds nothing, or what it holds.

use shotfix_core::detect::{LATENCY_S, WARM_UP_S};

/// Less than an impulse is described by: what went before and after it.
const LEAST_S: f64 = 2.0 * LATENCY_S;
/// Pieces of [`WARM_UP_S`] in the first second.
const PIECES: usize = 25;
/// The first of them over the quietest, where the recording begins in the middle of a sound: 20 dB.
const LOUD: f64 = 100.0;

/// What was heard of one channel.
#[derive(Clone, Debug)]
pub(crate) struct Doubts {
    rate_hz: f64,
    n_samples: u64,
    is_silent: bool,
    /// Energy of each piece of the first second, the last one perhaps not whole.
    pieces: Vec<f64>,
}

impl Doubts {
    /// Of a channel of which nothing was heard yet.
    pub(crate) fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            n_samples: 0,
            is_silent: true,
            pieces: Vec::new(),
        }
    }

    /// Hears the next samples.
    pub(crate) fn hear(&mut self, samples: &[f32]) {
        self.is_silent &= samples.iter().all(|&x| x == 0.0);
        let piece_n = (WARM_UP_S * self.rate_hz) as u64;
        let wanted = (PIECES as u64 * piece_n).saturating_sub(self.n_samples);
        for (k, &x) in samples.iter().enumerate().take(wanted as usize) {
            if (self.n_samples + k as u64).is_multiple_of(piece_n) {
                self.pieces.push(0.0);
            }
            if let Some(energy) = self.pieces.last_mut() {
                *energy += f64::from(x) * f64::from(x);
            }
        }
        self.n_samples += samples.len() as u64;
    }

    /// Seconds heard.
    pub(crate) fn duration_s(&self) -> f64 {
        self.n_samples as f64 / self.rate_hz
    }

    /// In words; `first_s` is when the first impulse was, seconds after the start.
    pub(crate) fn about(&self, channel: u16, first_s: Option<f64>) -> Option<String> {
        if self.is_silent {
            return Some(format!(
                "channel {channel} holds nothing but zeros; check the microphone and its gain"
            ));
        }
        let duration_s = self.duration_s();
        let short = |what: String| {
            format!(
                "{what}, which takes the sound before and after them; give at least {LEAST_S:.1} s"
            )
        };
        if duration_s <= WARM_UP_S && first_s.is_none() {
            let ms = 1e3 * duration_s;
            return Some(short(format!(
                "{ms:.0} ms are too short to tell any impulse"
            )));
        }
        if self.begins_loud() && first_s.is_none_or(|first_s| first_s > WARM_UP_S) {
            return Some(format!(
                "channel {channel} begins in the middle of a sound, and whether that was an impulse nobody can tell; give a recording that begins 0.1 s earlier"
            ));
        }
        (duration_s < LEAST_S).then(|| {
            short(format!(
                "{duration_s:.3} s are too short to tell impulses well"
            ))
        })
    }

    fn begins_loud(&self) -> bool {
        // The last piece may be a few samples.
        let Some((_, [first, later @ ..])) = self.pieces.split_last() else {
            return false;
        };
        let sounding = later.iter().copied().filter(|energy| *energy > 0.0);
        let quietest = sounding.fold(f64::INFINITY, f64::min);
        quietest.is_finite() && *first > LOUD * quietest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of noise that falls from `loud` by 60 dB in `fall_s`, over a steady thousandth.
    fn falling(loud: f64, fall_s: f64) -> Vec<f32> {
        let sign = |k: usize| if (k * 7).is_multiple_of(3) { 1.0 } else { -1.0 };
        let level = |k: usize| loud * 10f64.powf(-3.0 * k as f64 / 8_000.0 / fall_s) + 1e-3;
        (0..16_000).map(|k| (sign(k) * level(k)) as f32).collect()
    }

    fn about(samples: &[f32], cut: usize, first_s: Option<f64>) -> Option<String> {
        let mut doubts = Doubts::new(8_000.0);
        for block in samples.chunks(cut) {
            doubts.hear(block);
        }
        doubts.about(0, first_s)
    }

    #[test]
    fn a_shot_cut_at_its_first_sample_is_doubted_unless_it_was_heard() {
        for cut in [1, 37, 16_000] {
            let shot = about(&falling(0.5, 0.5), cut, None).unwrap();
            assert!(shot.contains("begins in the middle"), "{shot}");
            assert_eq!(about(&falling(0.5, 0.5), cut, Some(0.02)), None);
            assert_eq!(about(&falling(0.0, 0.5), cut, None), None);
        }
    }

    #[test]
    fn silence_and_little_sound_are_doubted() {
        let silent = about(&[0.0; 9_000], 512, None).unwrap();
        assert!(silent.contains("nothing but zeros"), "{silent}");
        let short = about(&falling(0.0, 1.0)[..9_000], 512, None).unwrap();
        assert!(short.contains("1.125 s are too short"), "{short}");
        let click = about(&falling(0.5, 1.0)[..200], 512, None).unwrap();
        assert!(click.contains("25 ms are too short"), "{click}");
    }
}
