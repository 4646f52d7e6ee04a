//! The late tail: what facades, cars and trees scatter after the echoes that one can count.

use serde::Deserialize;

use crate::error::SceneError;
use crate::random::{Purpose, Random};
use crate::scene::Check;

/// `[tail]`: a dense, decaying train of faint echoes, drawn once for each place and sensor.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TailSpec {
    /// Energy of the whole tail against the energy of the direct sound over the same distance in
    /// the open, dB. Where the direct sound is in a shadow, the tail is what is left.
    pub level_db: f64,
    /// Seconds in which it falls by 60 dB.
    pub decay_s: f64,
    /// Seconds after the first wavefront at which it begins to rise.
    pub start_s: f64,
    /// Echoes in each second.
    pub density_per_s: f64,
}

impl Default for TailSpec {
    /// A street canyon 18 m wide and 15 m high: 1 to 2 s at mid frequencies (J. Kang, Numerical
    /// modelling of the sound fields in urban streets with diffusely reflecting boundaries,
    /// J. Sound Vib. 258, 2002). Level and density are *estimated*.
    fn default() -> Self {
        Self {
            level_db: -12.0,
            decay_s: 1.2,
            start_s: 0.01,
            density_per_s: 300.0,
        }
    }
}

impl Check<'_> {
    pub(crate) fn tail(&self, tail: &TailSpec) -> Result<(), SceneError> {
        self.range("tail.level_db", tail.level_db, -80.0, 20.0, "decibels")?;
        self.range("tail.decay_s", tail.decay_s, 0.05, 10.0, "seconds")?;
        self.range("tail.start_s", tail.start_s, 0.0, 1.0, "seconds")?;
        self.range(
            "tail.density_per_s",
            tail.density_per_s,
            1.0,
            5_000.0,
            "echoes a second",
        )
    }
}

/// One faint echo.
pub(crate) type Tap = (u32, f32);

/// The echoes of one place at one sensor: samples after the first wavefront, and pressure
/// against that of the direct sound in the open.
///
/// The energy falls by 60 dB in `decay_s`, as `exp(-2 a t)`, so with n echoes a second of
/// amplitude `g exp(-a t)` times a normal number the expected energy of all is `g^2 n / (2 a)`.
/// The tail ends where 40 dB are lost.
pub(crate) fn taps(
    spec: &TailSpec,
    sample_rate_hz: f64,
    seed: u64,
    sensor_id: &str,
    place_idx: usize,
) -> Vec<Tap> {
    let mut random = Random::stream(seed, Purpose::Tail, sensor_id, place_idx);
    let slope = 6.0 * std::f64::consts::LN_10 / 2.0 / spec.decay_s;
    let amplitude = (10f64.powf(spec.level_db / 10.0) * 2.0 * slope / spec.density_per_s).sqrt();
    let end_s = spec.decay_s * 40.0 / 60.0;
    let mut taps = Vec::with_capacity((end_s * spec.density_per_s) as usize + 8);
    let mut time_s = 0.0;
    loop {
        time_s += random.exponential() / spec.density_per_s;
        let pressure = amplitude * (-slope * time_s).exp() * random.normal();
        if time_s > end_s {
            return taps;
        }
        let sample = ((spec.start_s + time_s) * sample_rate_hz).round();
        taps.push((sample as u32, pressure as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_and_decay_are_as_asked() {
        let spec = TailSpec::default();
        let rate = 10_000.0;
        let (mut early, mut late, mut all) = (0.0, 0.0, 0.0);
        let places = 400;
        for place in 0..places {
            for (sample, gain) in taps(&spec, rate, 3, "S1", place) {
                let energy = f64::from(gain).powi(2);
                let time_s = f64::from(sample) / rate - spec.start_s;
                all += energy;
                if time_s < 0.1 {
                    early += energy;
                } else if (0.3..0.4).contains(&time_s) {
                    late += energy;
                }
            }
        }
        // 40 dB of the decay hold all but 1e-4 of the energy. 400 places of 30 echoes and more:
        // relative error of a sum of squares sqrt(2/12000), 0.06 dB.
        let total_db = 10.0 * (all / places as f64).log10();
        assert!((total_db - spec.level_db).abs() < 0.3, "{total_db}");
        let fall_db = 10.0 * (early / late).log10();
        assert!(
            (fall_db - 60.0 * 0.3 / spec.decay_s).abs() < 0.5,
            "{fall_db}"
        );
    }

    #[test]
    fn a_place_keeps_its_tail_and_differs_from_the_next() {
        let spec = TailSpec::default();
        let tail = |place| taps(&spec, 48_000.0, 1, "S1", place);
        assert_eq!(tail(4), tail(4));
        assert_ne!(tail(4), tail(5));
    }
}
