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
    /// A blow is so many, heel and toe, or stones and twigs that give way (P. Cook, Physically informed sonic
    /// modeling, 1997), ...
    grains: (usize, usize),
    /// ... within so long.
    spread_s: (f64, f64),
    blows: (usize, usize),
    interval_s: (f64, f64),
    /// Of the interval.
    jitter: f64,
    /// Spread of level from blow to blow, dB.
    level_db: f64,
}

const KINDS: [Kind; 17] = [
    Kind {
        name: "door knock",
        modes: (3, 8),
        mode_hz: (80.0, 900.0),
        ring_s: (0.03, 0.25),
        noise_db: (-15.0, 0.0),
        noise_hz: (300.0, 3_000.0),
        noise_s: (0.002, 0.03),
        rise_s: (0.0005, 0.003),
        grains: (1, 2),
        spread_s: (0.01, 0.02),
        blows: (2, 9),
        interval_s: (0.1, 0.45),
        jitter: 0.2,
        level_db: 3.0,
    },
    Kind {
        name: "footsteps",
        modes: (1, 5),
        mode_hz: (50.0, 500.0),
        ring_s: (0.01, 0.1),
        noise_db: (-6.0, 15.0),
        noise_hz: (300.0, 6_000.0),
        noise_s: (0.002, 0.05),
        rise_s: (0.0003, 0.01),
        grains: (2, 12),
        spread_s: (0.02, 0.25),
        blows: (4, 12),
        interval_s: (0.3, 0.8),
        jitter: 0.1,
        level_db: 5.0,
    },
    Kind {
        name: "clap",
        modes: (0, 2),
        mode_hz: (600.0, 2_500.0),
        ring_s: (0.01, 0.05),
        noise_db: (5.0, 20.0),
        noise_hz: (500.0, 3_500.0),
        noise_s: (0.005, 0.04),
        rise_s: (0.0003, 0.002),
        grains: (1, 2),
        spread_s: (0.003, 0.02),
        blows: (2, 24),
        interval_s: (0.12, 0.6),
        jitter: 0.15,
        level_db: 4.0,
    },
    Kind {
        name: "applause",
        modes: (0, 1),
        mode_hz: (600.0, 2_500.0),
        ring_s: (0.01, 0.05),
        noise_db: (5.0, 20.0),
        noise_hz: (500.0, 3_500.0),
        noise_s: (0.005, 0.03),
        rise_s: (0.0003, 0.002),
        grains: (1, 1),
        spread_s: (0.01, 0.02),
        blows: (60, 250),
        interval_s: (0.015, 0.08),
        jitter: 1.0,
        level_db: 8.0,
    },
    Kind {
        name: "hammer",
        modes: (3, 12),
        mode_hz: (200.0, 6_000.0),
        ring_s: (0.03, 0.6),
        noise_db: (-12.0, 6.0),
        noise_hz: (800.0, 8_000.0),
        noise_s: (0.002, 0.02),
        rise_s: (0.0001, 0.001),
        grains: (1, 2),
        spread_s: (0.02, 0.1),
        blows: (1, 12),
        interval_s: (0.25, 1.0),
        jitter: 0.15,
        level_db: 3.0,
    },
    Kind {
        name: "glass",
        modes: (8, 40),
        mode_hz: (1_500.0, 12_000.0),
        ring_s: (0.05, 0.8),
        noise_db: (-10.0, 10.0),
        noise_hz: (2_000.0, 14_000.0),
        noise_s: (0.01, 0.2),
        rise_s: (0.0001, 0.002),
        grains: (1, 12),
        spread_s: (0.02, 0.4),
        blows: (1, 40),
        interval_s: (0.01, 0.2),
        jitter: 1.0,
        level_db: 10.0,
    },
    Kind {
        name: "metal",
        modes: (4, 20),
        mode_hz: (200.0, 8_000.0),
        ring_s: (0.2, 3.0),
        noise_db: (-25.0, -5.0),
        noise_hz: (1_000.0, 9_000.0),
        noise_s: (0.002, 0.02),
        rise_s: (0.0001, 0.001),
        grains: (1, 3),
        spread_s: (0.01, 0.1),
        blows: (1, 6),
        interval_s: (0.2, 1.5),
        jitter: 0.5,
        level_db: 6.0,
    },
    Kind {
        name: "click",
        modes: (1, 4),
        mode_hz: (1_000.0, 8_000.0),
        ring_s: (0.003, 0.03),
        noise_db: (-5.0, 10.0),
        noise_hz: (1_500.0, 12_000.0),
        noise_s: (0.001, 0.006),
        rise_s: (0.0001, 0.0005),
        grains: (1, 3),
        spread_s: (0.005, 0.05),
        blows: (1, 30),
        interval_s: (0.06, 0.5),
        jitter: 0.5,
        level_db: 5.0,
    },
    Kind {
        name: "slam",
        modes: (3, 10),
        mode_hz: (40.0, 400.0),
        ring_s: (0.05, 0.5),
        noise_db: (-10.0, 8.0),
        noise_hz: (200.0, 4_000.0),
        noise_s: (0.003, 0.1),
        rise_s: (0.001, 0.008),
        grains: (1, 8),
        spread_s: (0.01, 0.2),
        blows: (1, 3),
        interval_s: (0.3, 2.0),
        jitter: 0.5,
        level_db: 4.0,
    },
    Kind {
        name: "thud",
        modes: (1, 4),
        mode_hz: (40.0, 200.0),
        ring_s: (0.05, 0.3),
        noise_db: (-25.0, -5.0),
        noise_hz: (100.0, 1_500.0),
        noise_s: (0.01, 0.08),
        rise_s: (0.002, 0.015),
        grains: (1, 3),
        spread_s: (0.01, 0.1),
        blows: (1, 6),
        interval_s: (0.3, 1.5),
        jitter: 0.4,
        level_db: 5.0,
    },
    Kind {
        name: "engine",
        modes: (2, 6),
        mode_hz: (60.0, 800.0),
        ring_s: (0.01, 0.08),
        noise_db: (-10.0, 10.0),
        noise_hz: (200.0, 4_000.0),
        noise_s: (0.005, 0.03),
        rise_s: (0.001, 0.005),
        grains: (1, 1),
        spread_s: (0.01, 0.02),
        blows: (60, 400),
        interval_s: (0.012, 0.08),
        jitter: 0.05,
        level_db: 3.0,
    },
    Kind {
        name: "drum",
        modes: (2, 8),
        mode_hz: (60.0, 500.0),
        ring_s: (0.1, 0.9),
        noise_db: (-10.0, 10.0),
        noise_hz: (800.0, 9_000.0),
        noise_s: (0.03, 0.25),
        rise_s: (0.0005, 0.003),
        grains: (1, 1),
        spread_s: (0.01, 0.02),
        blows: (1, 16),
        interval_s: (0.12, 0.6),
        jitter: 0.05,
        level_db: 4.0,
    },
    Kind {
        name: "cough",
        modes: (2, 5),
        mode_hz: (300.0, 2_500.0),
        ring_s: (0.02, 0.1),
        noise_db: (3.0, 18.0),
        noise_hz: (400.0, 4_000.0),
        noise_s: (0.05, 0.25),
        rise_s: (0.004, 0.03),
        grains: (1, 1),
        spread_s: (0.01, 0.02),
        blows: (1, 5),
        interval_s: (0.25, 0.9),
        jitter: 0.3,
        level_db: 5.0,
    },
    Kind {
        name: "wood split",
        modes: (2, 8),
        mode_hz: (150.0, 2_500.0),
        ring_s: (0.01, 0.1),
        noise_db: (0.0, 15.0),
        noise_hz: (500.0, 8_000.0),
        noise_s: (0.002, 0.03),
        rise_s: (0.0001, 0.001),
        grains: (1, 20),
        spread_s: (0.01, 0.3),
        blows: (1, 20),
        interval_s: (0.03, 1.0),
        jitter: 1.0,
        level_db: 9.0,
    },
    Kind {
        name: "steps in gravel",
        modes: (0, 2),
        mode_hz: (80.0, 600.0),
        ring_s: (0.01, 0.06),
        noise_db: (6.0, 25.0),
        noise_hz: (300.0, 6_000.0),
        noise_s: (0.001, 0.02),
        rise_s: (0.0002, 0.005),
        grains: (8, 150),
        spread_s: (0.03, 0.35),
        blows: (2, 10),
        interval_s: (0.3, 0.9),
        jitter: 0.15,
        level_db: 5.0,
    },
    Kind {
        name: "debris",
        modes: (0, 6),
        mode_hz: (150.0, 5_000.0),
        ring_s: (0.005, 0.15),
        noise_db: (-5.0, 20.0),
        noise_hz: (300.0, 8_000.0),
        noise_s: (0.002, 0.03),
        rise_s: (0.0001, 0.004),
        grains: (10, 200),
        spread_s: (0.1, 1.5),
        blows: (1, 3),
        interval_s: (0.4, 2.0),
        jitter: 0.6,
        level_db: 8.0,
    },
    Kind {
        name: "blow on something soft",
        modes: (0, 3),
        mode_hz: (60.0, 400.0),
        ring_s: (0.01, 0.08),
        noise_db: (0.0, 20.0),
        noise_hz: (150.0, 2_500.0),
        noise_s: (0.003, 0.08),
        rise_s: (0.0005, 0.01),
        grains: (1, 6),
        spread_s: (0.005, 0.08),
        blows: (1, 6),
        interval_s: (0.2, 1.2),
        jitter: 0.4,
        level_db: 5.0,
    },
];

/// Drawn evenly on a logarithmic scale.
fn log_range((least, most): (f64, f64), random: &mut ChaCha8Rng) -> f64 {
    least * (most / least).powf(random.random_range(0.0..1.0))
}

/// Blows of one kind in one place.
pub(super) fn impacts(random: &mut ChaCha8Rng) -> Made {
    let kind = KINDS.choose(random).unwrap_or(&KINDS[0]);
    // Alone as often as in a row, for a bang that stands alone is what a shot is taken for.
    let is_single = kind.blows.0 < 10 && random.random_bool(0.5);
    let blows = if is_single {
        1
    } else {
        random.random_range(kind.blows.0..=kind.blows.1)
    };
    let interval_s = log_range(kind.interval_s, random);
    let voice = Voice::draw(kind, random);
    let mut sound = vec![0.0; (DURATION_S * RATE_HZ) as usize];
    let mut fronts_s = Vec::new();
    let mut time_s = random.random_range(0.3..if is_single { 3.5 } else { 1.5 });
    for _ in 0..blows {
        if time_s > DURATION_S - 0.2 {
            break;
        }
        let gain = 10f64.powf(random.random_range(-1.0..1.0) * kind.level_db / 20.0);
        fronts_s.push(time_s);
        voice.strike(&mut sound, time_s, gain, random);
        let grains = random.random_range(kind.grains.0..=kind.grains.1);
        let spread_s = log_range(kind.spread_s, random);
        for _ in 1..grains {
            let delay_s = spread_s * random.random_range(0.0..1.0) * random.random_range(0.3..1.0);
            let weaker = 10f64.powf(random.random_range(-30.0..2.0) / 20.0);
            voice.strike(&mut sound, time_s + delay_s, gain * weaker, random);
        }
        time_s += interval_s * (1.0 + kind.jitter * random.random_range(-0.95..0.95));
    }
    let space = match random.random_range(0..10) {
        0..5 => Space::Room,
        5 => Space::Hall,
        6..8 => Space::Open,
        _ => Space::Street,
    };
    let range_m = log_range((0.5, 40.0), random);
    let samples = convolve(&sound, &response(space, range_m, RATE_HZ, random));
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
    uneven_db: f64,
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
            uneven_db: random.random_range(0.0..24.0),
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
        // Things that rub and break are uneven by the millisecond.
        const GRAIN_N: usize = 48;
        let mut uneven = 1.0;
        for (k, x) in noise.iter_mut().enumerate().take(noise_n) {
            if k % GRAIN_N == 0 {
                uneven = 10f64.powf(self.uneven_db * random.random_range(-1.0..0.5) / 20.0);
            }
            let draw: f64 = random.random_range(-1.0..1.0);
            let fall = (-6.9 * k as f64 / RATE_HZ / self.noise_s).exp();
            *x = (uneven * draw * fall * rise(k)) as f32;
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
        let sign = if random.random_bool(0.5) { 1.0 } else { -1.0 };
        for (x, y) in sound.iter_mut().skip(from).zip(samples) {
            *x += (sign * gain) as f32 * y;
        }
    }
}
