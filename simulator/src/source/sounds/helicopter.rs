//! A helicopter that flies by.

use serde::Deserialize;

use super::kind::{Kind, Sound, samples, straight, velocity_m_s};
use super::looped::Loop;
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 24_000.0;

/// Length of the loop, seconds; rounded to whole turns.
const LOOP_S: f64 = 4.0;

/// How far from the given place the flight begins and ends at most, metres: from there 150 dB at
/// 1 m are 64 dB before the air takes its part.
const FARTHEST_M: f64 = 20_000.0;

/// Seconds before the scene from which on it flies: sound from `FARTHEST_M` takes 60 s.
const BEFORE_S: f64 = 60.0;

/// Harmonics of the main rotor fall by a factor e over this many: with a tip at Mach 0.7 slap is
/// strong up to the 20th. *Estimated*.
const SLAP_HARMONICS: f64 = 9.0;

/// Blade passages of the tail rotor for each one of the main rotor: 2 x 2550 against 2 x 394 a
/// minute on a Bell 206.
const TAIL_RATIO: f64 = 6.47;

/// Pressure of tail rotor and of noise (RMS) against the peak of the slap, *estimated*.
const TAIL_SHARE: f64 = 0.12;
const NOISE_SHARE: f64 = 0.30;

/// How much the noise swells with each blade, *estimated*.
const SWELL: f64 = 0.6;

/// Level: chosen so that it lies, at 150 m, between the 85 and 90 dB(A) of light
/// helicopters in level flight at that height (*estimated* from certification levels).
///
/// Not modelled: directivity (slap is louder ahead), the frequency that absorption takes on the
/// way, climbing.
pub(super) static KIND: Kind = Kind {
    name: "helicopter",
    up_m: 150.0,
    level_db_spl: Some(150.0),
    cadence: None,
    timed: false,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Blades that pass in a second, Hz.
    blade_hz: f64,
    speed_m_s: f64,
    /// Degrees clockwise from north.
    heading_deg: f64,
}

impl Default for Keys {
    /// A Bell 206: two blades at 394 turns a minute, 100 knots.
    fn default() -> Self {
        Self {
            blade_hz: 13.1,
            speed_m_s: 51.0,
            heading_deg: 90.0,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("blade_hz", keys.blade_hz, 5.0, 60.0, "hertz")?;
    sound.range("speed_m_s", keys.speed_m_s, 0.0, 120.0, "metres per second")?;
    sound.range("heading_deg", keys.heading_deg, -360.0, 360.0, "degrees")?;
    let (place, time_s) = (sound.place(), sound.time_s());
    let reach_s = FARTHEST_M / keys.speed_m_s.max(1e-3);
    let from_s = (time_s - reach_s).max(-BEFORE_S);
    let to_s = (time_s + reach_s).min(sound.duration_s);
    let velocity = velocity_m_s(keys.speed_m_s, keys.heading_deg);
    let track = straight(place, time_s, velocity, from_s, to_s);
    let (_, start) = track.nodes[0];
    let shape = rotor(keys.blade_hz, random);
    let waveform = Waveform::Samples(samples(RATE_HZ, &shape, sound.level_db_spl()));
    Ok(vec![Emission {
        track: Some(track),
        ..sound.emission(from_s, start, waveform)
    }])
}

/// A loop of whole turns, of any scale.
fn rotor(blade_hz: f64, random: &mut Random) -> Vec<f64> {
    let passages = (LOOP_S * blade_hz).round();
    let count = (passages / blade_hz * RATE_HZ).round() as usize;
    let length_s = count as f64 / RATE_HZ;
    let blade_hz = passages / length_s;
    let mut tones = Loop::new(RATE_HZ, count);
    let most = (1_000.0 / blade_hz) as usize;
    let strength = |harmonic: usize| (-(harmonic as f64) / SLAP_HARMONICS).exp();
    let whole: f64 = (1..=most).map(strength).sum();
    for harmonic in 1..=most {
        // In phase, they make one sharp slap for each blade.
        tones.tone(harmonic as f64 * blade_hz, strength(harmonic) / whole, 0.0);
    }
    for harmonic in 1..=6 {
        let amplitude = TAIL_SHARE / f64::from(harmonic);
        let phase = random.between(0.0, std::f64::consts::TAU);
        tones.tone(
            f64::from(harmonic) * TAIL_RATIO * blade_hz,
            amplitude,
            phase,
        );
    }
    let mut noise = Loop::new(RATE_HZ, count);
    // Flat to 400 Hz, then 6 dB an octave down; its whole is 400 Hz times pi/2.
    let flat = NOISE_SHARE * NOISE_SHARE / (400.0 * std::f64::consts::FRAC_PI_2);
    noise.noise(random, |f| flat / (1.0 + (f / 400.0).powi(2)));
    let swell = |n: usize| {
        let phase = std::f64::consts::TAU * passages * n as f64 / count as f64;
        1.0 + SWELL * phase.cos()
    };
    let both = tones.samples().into_iter().zip(noise.samples());
    both.enumerate()
        .map(|(n, (tone, noise))| tone + swell(n) * noise)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{a_weighted_db, emissions, peak_db_spl, power_between};
    use crate::source::Waveform;

    #[test]
    fn lines_stand_at_the_blade_frequency() {
        let flight = &emissions("kind = \"helicopter\"\nblade_hz = 18.0")[0];
        let Waveform::Samples(samples) = &flight.waveform else {
            panic!("no samples");
        };
        for harmonic in 1..=5 {
            let f = 18.0 * f64::from(harmonic);
            let line = power_between(samples, f - 0.3, f + 0.3);
            let between = power_between(samples, f + 6.0, f + 12.0);
            // 72 passages in 96000 samples: exact bins of 0.25 Hz. A tenth of the 6 Hz between
            // two lines is as wide as the 0.6 Hz about one; the line stands 10 dB above it.
            assert!(line > 10.0 * (0.1 * between), "{f} Hz: {line} {between}");
        }
    }

    #[test]
    fn val_level_at_150_m() {
        let flight = &emissions("kind = \"helicopter\"")[0];
        let Waveform::Samples(samples) = &flight.waveform else {
            panic!("no samples");
        };
        assert!((peak_db_spl(flight) - 150.0).abs() < 1e-3);
        // 20 lg 150 = 43.5 dB.
        let level = a_weighted_db(samples) - 43.5;
        assert!((85.0..90.0).contains(&level), "{level} dB(A)");
    }

    #[test]
    fn it_passes_the_place_at_its_time() {
        let flight = &emissions(
            "kind = \"helicopter\"\ntime_s = 20.0\nspeed_m_s = 50.0\neast = 7.0\nheading_deg = 180.0",
        )[0];
        let nodes = &flight.track.as_ref().unwrap().nodes;
        let ((from_s, from), (to_s, to)) = (nodes[0], nodes[1]);
        assert!((from_s, to_s) == (-60.0, 100.0) && flight.time_s == from_s);
        let share = (20.0 - from_s) / (to_s - from_s);
        assert!((from.north + share * (to.north - from.north)).abs() < 1e-9);
        assert!((from.east - 7.0).abs() < 1e-9 && from.up == 150.0);
        assert!((from.north - 4_000.0).abs() < 1e-6);
    }

    #[test]
    fn the_loop_has_no_click() {
        let flight = &emissions("kind = \"helicopter\"\nblade_hz = 13.7")[0];
        let Waveform::Samples(samples) = &flight.waveform else {
            panic!("no samples");
        };
        let p = &samples.pressure_pa;
        let largest = p
            .windows(2)
            .map(|w| (w[1] - w[0]).abs())
            .fold(0.0, f32::max);
        assert!((p[0] - p[p.len() - 1]).abs() <= largest);
    }
}
