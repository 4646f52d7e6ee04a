//! Rooms, yards and streets as random impulse responses: echoes, then a tail that dies away.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::dsp::Filter;

/// Where a sound is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Space {
    /// Nothing near: the ground, and what trees, hills and gusts send back for seconds.
    Open,
    /// Walls from a few to a few hundred metres away.
    Street,
    /// Four walls of a house.
    Room,
    /// Four walls of a hall, a garage, an underpass, an indoor range.
    Hall,
}

/// Draws the impulse response over `range_m`; its direct sound is a one at sample 0.
pub(super) fn response(
    space: Space,
    range_m: f64,
    rate_hz: f64,
    random: &mut ChaCha8Rng,
) -> Vec<f32> {
    // (echoes at most, their mean delay, level range, tail level range at two metres, seconds to fall by 60 dB)
    let (most, mean_s, echo_db, tail_db, fall_s) = match space {
        Space::Open => (6, 0.15, (-30.0, -8.0), (-30.0, -16.0), (0.5, 4.0)),
        Space::Street => (14, 0.12, (-22.0, -1.0), (-26.0, -10.0), (0.4, 3.5)),
        Space::Room => (8, 0.008, (-24.0, -1.0), (-32.0, 4.0), (0.08, 1.2)),
        Space::Hall => (8, 0.02, (-12.0, -1.0), (-12.0, 6.0), (0.4, 3.0)),
    };
    // What trees, hills and house fronts send back falls less with the way than the direct sound. *Estimated* so that
    // levels reach those of live fire at its ranges.
    let farther_db = match space {
        Space::Open | Space::Street => 9.0 * (range_m / 2.0).log10(),
        Space::Room | Space::Hall => 0.0,
    };
    let (least_s, most_s): (f64, f64) = fall_s;
    let fall_s = least_s * (most_s / least_s).powf(random.random_range(0.0..1.0));
    let n = ((0.8 * fall_s).min(2.5) * rate_hz) as usize + 1;
    let mut out = diffuse(n, fall_s, rate_hz, random);
    let energy: f32 = out.iter().map(|x| x * x).sum();
    let tail_db: f64 = (random.random_range(tail_db.0..tail_db.1) + farther_db).min(6.0);
    let gain = (10f64.powf(tail_db / 10.0) / f64::from(energy).max(1e-30)).sqrt() as f32;
    for x in &mut out {
        *x *= gain;
    }
    let mut add = |delay_s: f64, gain: f64| {
        if let Some(x) = out.get_mut((delay_s * rate_hz) as usize) {
            *x += gain as f32;
        }
    };
    // Behind corners and roofs the straight way is weak, and a cluster of others comes just after it.
    let is_hidden = space == Space::Street && range_m > 15.0 && random.random_bool(0.6);
    add(
        0.0,
        if is_hidden {
            random.random_range(0.1..1.0)
        } else {
            1.0
        },
    );
    if is_hidden {
        let spread_s = 0.003 * 15f64.powf(random.random_range(0.0..1.0));
        for _ in 0..random.random_range(5..80) {
            let delay_s = -spread_s * random.random_range(1e-3..1.0_f64).ln();
            let gain = random.random_range(0.05..0.6) * (-0.5 * delay_s / spread_s).exp();
            add(
                delay_s,
                gain * if random.random_bool(0.25) { -1.0 } else { 1.0 },
            );
        }
    }
    if random.random_bool(0.7) {
        // The ground or the floor, by a few centimetres to three metres more of way.
        add(
            random.random_range(0.0001..0.009),
            random.random_range(0.2..0.95),
        );
    }
    for _ in 0..random.random_range(0..=most) {
        let delay_s = 0.001 - mean_s * random.random_range(1e-6..1.0_f64).ln();
        let gain = 10f64.powf(random.random_range(echo_db.0..echo_db.1) / 20.0);
        add(
            delay_s,
            gain * if random.random_bool(0.1) { -1.0 } else { 1.0 },
        );
    }
    out
}

/// Noise that falls by 60 dB in `fall_s`, its upper part faster, as air and walls eat it.
fn diffuse(n: usize, fall_s: f64, rate_hz: f64, random: &mut ChaCha8Rng) -> Vec<f32> {
    let start = (random.random_range(0.001..0.02) * rate_hz) as usize;
    let envelope = |k: usize, fall_s: f64| 10f64.powf(-3.0 * k as f64 / rate_hz / fall_s) as f32;
    let mut noise = || -> Vec<f32> { (0..n).map(|_| random.random_range(-1.0..1.0)).collect() };
    let (mut low, mut high) = (noise(), noise());
    let split = random.random_range(500.0..3_000.0);
    Filter::low_pass(split, 0.7, rate_hz).run(&mut low);
    Filter::high_pass(split, 0.7, rate_hz).run(&mut high);
    let faster = random.random_range(0.3..1.0);
    let dull = random.random_range(0.1..1.0_f32);
    (0..n)
        .map(|k| {
            if k < start {
                return 0.0;
            }
            low[k] * envelope(k, fall_s) + dull * high[k] * envelope(k, faster * fall_s)
        })
        .collect()
}
