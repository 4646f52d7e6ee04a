//! Guns and fireworks near and far, made fast: blasts through random spaces.
//!
//! The simulator knows more of propagation; this knows more places, and a thousand of its recordings cost no
//! more than a few scenes.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use shotfix_core::Class;
use shotfix_simulator::{Blast, FIREARMS, Firearm, FirearmClass};

use super::dsp::{Audio, Filter, convolve};
use super::space::{Space, response};

const RATE_HZ: f64 = 48_000.0;
const DURATION_S: f64 = 5.0;

/// A recording and when what was heard in it.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) audio: Audio,
    pub(super) kind: String,
    pub(super) class: Class,
    /// Fronts, seconds.
    pub(super) fronts_s: Vec<f64>,
}

/// One to several rounds of one gun.
pub(super) fn guns(random: &mut ChaCha8Rng) -> Made {
    let firearm = FIREARMS.choose(random).unwrap_or(&FIREARMS[0]);
    let range_m = 1.5 * 400f64.powf(random.random_range(0.0..1.0));
    let rounds = match random.random_range(0..10) {
        0..5 => 1,
        5..8 => random.random_range(2..7),
        _ => random.random_range(3..20),
    };
    let interval_s: f64 = if rounds > 6 || random.random_bool(0.3) {
        60.0 / random.random_range(450.0..1_100.0)
    } else {
        0.18 * 8f64.powf(random.random_range(0.0..1.0))
    };
    let mut sound = silence();
    let mut fronts_s = Vec::new();
    let mut time_s = random.random_range(0.6..1.5);
    let blast = blast_of(firearm, random);
    let bullet = (firearm.class == FirearmClass::Rifle && random.random_bool(0.5)).then(|| {
        // Seconds before the blast, length, pressure over that of the blast.
        let ahead_s = range_m / 340.0 * random.random_range(0.1..0.6);
        let over = 10f64.powf(random.random_range(-6.0..14.0) / 20.0);
        (ahead_s.min(0.5), random.random_range(150e-6..450e-6), over)
    });
    let steadiness = random.random_range(0.0..0.06);
    for _ in 0..rounds {
        if time_s > DURATION_S - 0.8 {
            break;
        }
        let level = 10f64.powf(random.random_range(-1.5..1.5) / 20.0);
        add_blast(&mut sound, time_s, level, &blast);
        fronts_s.push(time_s);
        if let Some((ahead_s, length_s, over)) = bullet {
            add_n_wave(&mut sound, time_s - ahead_s, length_s, level * over);
            fronts_s.push(time_s - ahead_s);
        }
        time_s += interval_s * (1.0 + random.random_range(-1.0..1.0) * steadiness);
    }
    let space = match random.random_range(0..10) {
        0..3 => Space::Open,
        3..8 => Space::Street,
        _ => Space::Hall,
    };
    let audio = heard(sound, space, range_m, random);
    let class = Class::Gunfire;
    Made {
        audio,
        kind: firearm.name.to_owned(),
        class,
        fronts_s,
    }
}

/// Crackers alone and in strings, shells with lift, whistle, burst and crackle.
pub(super) fn fireworks(random: &mut ChaCha8Rng) -> Made {
    let mut sound = silence();
    let mut fronts_s = Vec::new();
    let kind = ["cracker", "string", "shell", "battery"]
        .choose(random)
        .copied()
        .unwrap_or("shell");
    // Pressure follows the cube root of the charge over the range, length the cube root too.
    let mut bang = |time_s: f64, charge_g: f64, gain: f64, random: &mut ChaCha8Rng| {
        let positive_s = 0.45e-3 * charge_g.powf(1.0 / 3.0) * random.random_range(0.7..1.4);
        let blast = Blast::new(94.0, positive_s, random.random_range(0.8..2.5));
        if time_s < DURATION_S - 0.1 {
            add_blast(&mut sound, time_s, gain * charge_g.powf(0.4), &blast);
            fronts_s.push(time_s);
        }
    };
    let start_s = random.random_range(0.6..1.5);
    let mut whistle = None;
    match kind {
        "cracker" => {
            let mut time_s = start_s;
            let charge_g = 0.05 * 200f64.powf(random.random_range(0.0..1.0));
            for _ in 0..random.random_range(1..4) {
                bang(time_s, charge_g, 1.0, random);
                time_s += random.random_range(0.3..2.0);
            }
        }
        "string" => {
            let mean_s = 0.02 * 10f64.powf(random.random_range(0.0..1.0));
            let charge_g = random.random_range(0.03..0.3);
            let mut time_s = start_s;
            for _ in 0..random.random_range(8..60) {
                let gain = 10f64.powf(random.random_range(-8.0..0.0) / 20.0);
                bang(time_s, charge_g, gain, random);
                time_s -= mean_s * random.random_range(1e-3..1.0_f64).ln();
            }
        }
        _ => {
            let shells = if kind == "shell" {
                1
            } else {
                random.random_range(3..10)
            };
            let mut time_s = start_s;
            for _ in 0..shells {
                let charge_g = 2.0 * 40f64.powf(random.random_range(0.0..1.0));
                if random.random_bool(0.5) {
                    // The lift is slow and dull: black powder in a tube.
                    bang(time_s, charge_g, 0.3, random);
                }
                let rise_s = random.random_range(0.5..2.5);
                if whistle.is_none() && random.random_bool(0.3) {
                    whistle = Some((time_s, rise_s));
                }
                bang(time_s + rise_s, charge_g, 1.0, random);
                if random.random_bool(0.5) {
                    let pops = random.random_range(5..80);
                    for _ in 0..pops {
                        let at_s = time_s + rise_s + 0.2 + random.random_range(0.0..1.5_f64);
                        let gain = 10f64.powf(random.random_range(-20.0..0.0) / 20.0);
                        bang(at_s, 0.05, gain, random);
                    }
                }
                time_s += random.random_range(0.15..0.9);
            }
        }
    }
    if let Some((time_s, length_s)) = whistle {
        let hz: f64 = random.random_range(1_500.0..4_000.0);
        add_whistle(
            &mut sound,
            time_s,
            length_s,
            hz,
            random.random_range(0.02..0.3),
        );
    }
    fronts_s.sort_by(f64::total_cmp);
    let space = if random.random_bool(0.5) {
        Space::Open
    } else {
        Space::Street
    };
    let range_m = 5.0 * 120f64.powf(random.random_range(0.0..1.0));
    let audio = heard(sound, space, range_m, random);
    Made {
        audio,
        kind: kind.to_owned(),
        class: Class::Firework,
        fronts_s,
    }
}

fn silence() -> Vec<f32> {
    vec![0.0; (DURATION_S * RATE_HZ) as usize]
}

/// The firearm's blast of unit pressure, as loads, barrels and angles change it: in front of a muzzle the wave is
/// shorter, behind it longer.
fn blast_of(firearm: &Firearm, random: &mut ChaCha8Rng) -> Blast {
    let usual = firearm.blast(None);
    let positive_s = usual.positive_s * 2f64.powf(random.random_range(-1.0..1.0));
    Blast::new(
        94.0,
        positive_s,
        usual.decay * random.random_range(0.7..1.6),
    )
}

/// Adds a blast of `gain` times its pressure, averaged over each sample.
fn add_blast(sound: &mut [f32], time_s: f64, gain: f64, blast: &Blast) {
    const PARTS: usize = 4;
    let from = (time_s * RATE_HZ) as usize;
    let to = (from + (20.0 * blast.positive_s * RATE_HZ) as usize + 2).min(sound.len());
    for (k, x) in sound.iter_mut().enumerate().take(to).skip(from) {
        let part = |j: usize| (k as f64 + (j as f64 + 0.5) / PARTS as f64) / RATE_HZ - time_s;
        let mean = (0..PARTS).map(|j| blast.pressure(part(j))).sum::<f64>() / PARTS as f64;
        *x += (gain * mean) as f32;
    }
}

/// Adds a wave that falls in a straight line from pressure to under-pressure.
fn add_n_wave(sound: &mut [f32], time_s: f64, length_s: f64, gain: f64) {
    let from = (time_s * RATE_HZ).max(0.0) as usize;
    let n = (length_s * RATE_HZ).ceil();
    for (k, x) in sound.iter_mut().skip(from).take(n as usize).enumerate() {
        *x += (gain * (1.0 - 2.0 * (k as f64 + 0.5) / n)) as f32;
    }
}

fn add_whistle(sound: &mut [f32], time_s: f64, length_s: f64, hz: f64, gain: f64) {
    let from = (time_s * RATE_HZ) as usize;
    let n = (length_s * RATE_HZ) as usize;
    let mut phase = 0.0;
    for (k, x) in sound.iter_mut().skip(from).take(n).enumerate() {
        let part = k as f64 / n as f64;
        phase += std::f64::consts::TAU * hz * (1.0 - 0.3 * part) / RATE_HZ;
        *x += (gain * (std::f64::consts::PI * part).sin() * phase.sin()) as f32;
    }
}

/// The sound at a distance: the space, and the loss of the top on the way, which grows as range times the square of
/// frequency. ISO 9613-1 at 15 C and 60 % has 1 dB in 100 m at 1.8 kHz.
fn heard(sound: Vec<f32>, space: Space, range_m: f64, random: &mut ChaCha8Rng) -> Audio {
    let response = response(space, range_m, RATE_HZ, random);
    let mut samples = convolve(&sound, &response);
    let cut_hz = 1_800.0 * (300.0 / range_m).sqrt() * random.random_range(0.5..1.6);
    if cut_hz < 0.45 * RATE_HZ {
        Filter::low_pass(cut_hz, 0.5, RATE_HZ).run(&mut samples);
    }
    if space == Space::Street && random.random_bool(0.4) {
        // The shadow of an edge takes 3 dB an octave off the top; half of the filter's 6 at the corner.
        let shadow_hz = 250.0 * 6f64.powf(random.random_range(0.0..1.0));
        Filter::low_pass(shadow_hz, 0.4, RATE_HZ).run(&mut samples);
    }
    Audio {
        samples,
        rate_hz: RATE_HZ,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn fronts_lie_where_they_are_said_to_lie() {
        for seed in 0..30 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            for made in [guns(&mut random), fireworks(&mut random)] {
                let first_s = made.fronts_s.iter().copied().fold(f64::INFINITY, f64::min);
                let peak = made.audio.peak();
                let until = ((first_s - 0.001) * RATE_HZ) as usize;
                // Nothing before the first front but rounding of the transform, and a whistle.
                if made.class == Class::Gunfire {
                    let before = made.audio.samples[..until]
                        .iter()
                        .fold(0.0_f32, |m, x| m.max(x.abs()));
                    assert!(before < 1e-3 * peak, "seed {seed}: {before} of {peak}");
                }
                assert!(made.audio.samples.iter().all(|x| x.is_finite()));
                assert!(!made.fronts_s.is_empty());
            }
        }
    }
}
