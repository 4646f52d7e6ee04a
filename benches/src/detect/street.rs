//! Sound for speed benches, made without the simulator so that it never changes.

/// White noise, and every 5 s from the third on a blast of 0.8 ms, 46 dB over it.
pub fn street(rate_hz: f64, seconds: f64) -> Vec<f32> {
    let n = (rate_hz * seconds) as usize;
    let mut seed = 1_u32;
    let mut samples: Vec<f32> = (0..n)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((seed >> 8) as f32 / 16_777_216.0 - 0.5) * 0.003
        })
        .collect();
    let mut at_s = 3.0;
    while at_s + 0.1 < seconds {
        let at = (at_s * rate_hz) as usize;
        for (i, sample) in samples[at..].iter_mut().take(n / 100).enumerate() {
            let age = i as f64 / rate_hz / 0.8e-3;
            *sample += (0.2 * (1.0 - age) * (-age).exp()) as f32;
        }
        at_s += 5.0;
    }
    samples
}
