//! Everyday impulses close by: knocks, steps, claps, hammers, glass, engines, made of damped modes and bursts of
//! noise, in rooms and out of doors.
//!
//! A struck thing rings at its modes (A. Chaigne and J. Kergomard, Acoustics of Musical Instruments, 2016); what sets
//! the kinds apart is how many modes there are, how high, how damped, how hard the blow is, and the rhythm.
//! All figures below are *estimated* and wide: they are to cover such sounds, not to copy one.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use shotfix_core::Class;

use super::bangs::Made;
use super::dsp::{Audio, Filter, convolve};
use super::space::{Space, response};

const RATE_HZ: f64 = 48_000.0;
const DURATION_S: f64 = 5.0;

/// A kind of blow, each range drawn from anew for every recording.
struct Kind {
    name: &'static str,
    modes: (usize, usize),
    mode_hz: (f64, f64),
    /// Time for 60 dB.
    ring_s: (f64, f64),
    /// Level of the burst of noise over that of the modes, dB.
    noise_db: (f64, f64),
    noise_hz: (f64, f64),
    noise_s: (f64, f64),
    /// Rise of the blow.
    rise_s: (f64, f64),
    blows: (usize, usize),
    interval_s: (f64, f64),
    /// Of the interval.
    jitter: f64,
    /// Spread of level from blow to blow, dB.
    level_db: f64,
}

const KINDS: [Kind; 14] = [
    kind(
        "door knock",
        (3, 8),
        (80.0, 900.0),
        (0.03, 0.25),
        (-15.0, 0.0),
        (300.0, 3_000.0),
        (0.005, 0.03),
        (0.0005, 0.003),
        (2, 9),
        (0.1, 0.45),
        0.2,
        3.0,
    ),
    kind(
        "footsteps",
        (1, 5),
        (50.0, 500.0),
        (0.02, 0.15),
        (-6.0, 15.0),
        (300.0, 6_000.0),
        (0.01, 0.12),
        (0.001, 0.02),
        (4, 12),
        (0.3, 0.8),
        0.1,
        5.0,
    ),
    kind(
        "clap",
        (0, 2),
        (600.0, 2_500.0),
        (0.01, 0.05),
        (5.0, 20.0),
        (500.0, 3_500.0),
        (0.005, 0.04),
        (0.0003, 0.002),
        (2, 24),
        (0.12, 0.6),
        0.15,
        4.0,
    ),
    kind(
        "applause",
        (0, 1),
        (600.0, 2_500.0),
        (0.01, 0.05),
        (5.0, 20.0),
        (500.0, 3_500.0),
        (0.005, 0.03),
        (0.0003, 0.002),
        (60, 250),
        (0.015, 0.08),
        1.0,
        8.0,
    ),
    kind(
        "hammer",
        (3, 12),
        (200.0, 6_000.0),
        (0.03, 0.6),
        (-12.0, 6.0),
        (800.0, 8_000.0),
        (0.002, 0.02),
        (0.0001, 0.001),
        (1, 12),
        (0.25, 1.0),
        0.15,
        3.0,
    ),
    kind(
        "glass",
        (8, 40),
        (1_500.0, 12_000.0),
        (0.05, 0.8),
        (-10.0, 10.0),
        (2_000.0, 14_000.0),
        (0.01, 0.2),
        (0.0001, 0.002),
        (1, 40),
        (0.01, 0.2),
        1.0,
        10.0,
    ),
    kind(
        "metal",
        (4, 20),
        (200.0, 8_000.0),
        (0.2, 3.0),
        (-25.0, -5.0),
        (1_000.0, 9_000.0),
        (0.002, 0.02),
        (0.0001, 0.001),
        (1, 6),
        (0.2, 1.5),
        0.5,
        6.0,
    ),
    kind(
        "click",
        (1, 4),
        (1_000.0, 8_000.0),
        (0.003, 0.03),
        (-5.0, 10.0),
        (1_500.0, 12_000.0),
        (0.001, 0.006),
        (0.0001, 0.0005),
        (1, 30),
        (0.06, 0.5),
        0.5,
        5.0,
    ),
    kind(
        "slam",
        (3, 10),
        (40.0, 400.0),
        (0.05, 0.5),
        (-10.0, 8.0),
        (200.0, 4_000.0),
        (0.01, 0.1),
        (0.001, 0.008),
        (1, 3),
        (0.3, 2.0),
        0.5,
        4.0,
    ),
    kind(
        "thud",
        (1, 4),
        (40.0, 200.0),
        (0.05, 0.3),
        (-25.0, -5.0),
        (100.0, 1_500.0),
        (0.01, 0.08),
        (0.002, 0.015),
        (1, 6),
        (0.3, 1.5),
        0.4,
        5.0,
    ),
    kind(
        "engine",
        (2, 6),
        (60.0, 800.0),
        (0.01, 0.08),
        (-10.0, 10.0),
        (200.0, 4_000.0),
        (0.005, 0.03),
        (0.001, 0.005),
        (60, 400),
        (0.012, 0.08),
        0.05,
        3.0,
    ),
    kind(
        "drum",
        (2, 8),
        (60.0, 500.0),
        (0.1, 0.9),
        (-10.0, 10.0),
        (800.0, 9_000.0),
        (0.03, 0.25),
        (0.0005, 0.003),
        (1, 16),
        (0.12, 0.6),
        0.05,
        4.0,
    ),
    kind(
        "cough",
        (2, 5),
        (300.0, 2_500.0),
        (0.02, 0.1),
        (3.0, 18.0),
        (400.0, 4_000.0),
        (0.05, 0.25),
        (0.004, 0.03),
        (1, 5),
        (0.25, 0.9),
        0.3,
        5.0,
    ),
    kind(
        "wood split",
        (2, 8),
        (150.0, 2_500.0),
        (0.01, 0.1),
        (0.0, 15.0),
        (500.0, 8_000.0),
        (0.002, 0.03),
        (0.0001, 0.001),
        (1, 20),
        (0.03, 1.0),
        1.0,
        9.0,
    ),
];

#[allow(clippy::too_many_arguments)] // A row of the table above.
const fn kind(
    name: &'static str,
    modes: (usize, usize),
    mode_hz: (f64, f64),
    ring_s: (f64, f64),
    noise_db: (f64, f64),
    noise_hz: (f64, f64),
    noise_s: (f64, f64),
    rise_s: (f64, f64),
    blows: (usize, usize),
    interval_s: (f64, f64),
    jitter: f64,
    level_db: f64,
) -> Kind {
    Kind {
        name,
        modes,
        mode_hz,
        ring_s,
        noise_db,
        noise_hz,
        noise_s,
        rise_s,
        blows,
        interval_s,
        jitter,
        level_db,
    }
}

/// Drawn evenly on a logarithmic scale.
fn log_range((least, most): (f64, f64), random: &mut ChaCha8Rng) -> f64 {
    least * (most / least).powf(random.random_range(0.0..1.0))
}

/// Blows of one kind in one place.
pub(super) fn impacts(random: &mut ChaCha8Rng) -> Made {
    let kind = KINDS.choose(random).unwrap_or(&KINDS[0]);
    let blows = random.random_range(kind.blows.0..=kind.blows.1);
    let interval_s = log_range(kind.interval_s, random);
    let voice = Voice::draw(kind, random);
    let mut sound = vec![0.0; (DURATION_S * RATE_HZ) as usize];
    let mut fronts_s = Vec::new();
    let mut time_s = random.random_range(0.3..1.5);
    for _ in 0..blows {
        if time_s > DURATION_S - 0.2 {
            break;
        }
        let gain = 10f64.powf(random.random_range(-1.0..1.0) * kind.level_db / 20.0);
        voice.strike(&mut sound, time_s, gain, random);
        fronts_s.push(time_s);
        time_s += interval_s * (1.0 + kind.jitter * random.random_range(-0.95..0.95));
    }
    let space = match random.random_range(0..10) {
        0..6 => Space::Room,
        6..8 => Space::Open,
        _ => Space::Street,
    };
    let samples = convolve(&sound, &response(space, RATE_HZ, random));
    let audio = Audio {
        samples,
        rate_hz: RATE_HZ,
    };
    Made {
        audio,
        kind: kind.name.to_owned(),
        class: Class::Other,
        fronts_s,
    }
}

/// One thing that is struck.
struct Voice {
    /// Hertz, decay a second, gain.
    modes: Vec<(f64, f64, f64)>,
    noise_gain: f64,
    noise_filter: [Filter; 2],
    noise_s: f64,
    rise_s: f64,
}

impl Voice {
    fn draw(kind: &Kind, random: &mut ChaCha8Rng) -> Self {
        /// Nepers in 60 dB.
        const FALL: f64 = 6.908;
        let n = random.random_range(kind.modes.0..=kind.modes.1);
        let modes = (0..n)
            .map(|_| {
                let hz = log_range(kind.mode_hz, random);
                let fall = FALL / log_range(kind.ring_s, random);
                (hz, fall, random.random_range(0.2..1.0) / (n as f64).sqrt())
            })
            .collect();
        let middle_hz = log_range(kind.noise_hz, random);
        let width = random.random_range(1.3..3.0);
        Self {
            modes,
            noise_gain: 10f64.powf(random.random_range(kind.noise_db.0..kind.noise_db.1) / 20.0),
            noise_filter: [
                Filter::high_pass(middle_hz / width, 0.7, RATE_HZ),
                Filter::low_pass((middle_hz * width).min(0.45 * RATE_HZ), 0.7, RATE_HZ),
            ],
            noise_s: log_range(kind.noise_s, random),
            rise_s: log_range(kind.rise_s, random),
        }
    }

    fn strike(&self, sound: &mut [f32], time_s: f64, gain: f64, random: &mut ChaCha8Rng) {
        let from = (time_s * RATE_HZ) as usize;
        let slowest = self
            .modes
            .iter()
            .map(|m| m.1)
            .fold(6.9 / self.noise_s, f64::min);
        let n = ((8.0 / slowest) * RATE_HZ) as usize;
        let n = n.min(sound.len().saturating_sub(from));
        let rise = |k: usize| 1.0 - (-3.0 * k as f64 / RATE_HZ / self.rise_s).exp();
        // Risen to 1 - e^-9.
        let rise_n = (3.0 * self.rise_s * RATE_HZ) as usize;
        let noise_n = n.min((1.5 * self.noise_s * RATE_HZ) as usize);
        let mut noise = vec![0.0; n];
        for (k, x) in noise.iter_mut().enumerate().take(noise_n) {
            let draw: f64 = random.random_range(-1.0..1.0);
            let fall = (-6.9 * k as f64 / RATE_HZ / self.noise_s).exp();
            *x = (draw * fall * rise(k)) as f32;
        }
        for filter in &self.noise_filter {
            filter.run(&mut noise);
        }
        let mut samples = noise;
        for x in &mut samples {
            *x *= self.noise_gain as f32;
        }
        for &(hz, fall, level) in &self.modes {
            // No blow hits the same spot twice.
            let level = level * random.random_range(0.5..1.5);
            let hz = hz * random.random_range(0.99..1.01);
            // exp(-f t) sin(w t) as the recursion that it solves.
            let radius = (-fall / RATE_HZ).exp();
            let (sin, cos) = (std::f64::consts::TAU * hz / RATE_HZ).sin_cos();
            let (mut last, mut now) = (-level * sin / radius, 0.0);
            for (k, x) in samples.iter_mut().enumerate() {
                let slow = if k < rise_n { rise(k) } else { 1.0 };
                *x += (slow * now) as f32;
                (last, now) = (now, 2.0 * radius * cos * now - radius * radius * last);
            }
        }
        for (x, y) in sound[from..].iter_mut().zip(samples) {
            *x += gain as f32 * y;
        }
    }
}
