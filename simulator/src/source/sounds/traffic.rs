//! Vehicles on a straight road, each a source of its own that drives along it.

use std::sync::Arc;

use serde::Deserialize;

use super::kind::{Kind, Sound, moved, samples, straight, velocity_m_s};
use super::looped::Loop;
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Samples, Waveform};

const RATE_HZ: f64 = 24_000.0;
const LOOP_S: f64 = 4.0;

/// Different cars and lorries that a stream is made of.
const VARIANTS: usize = 4;

/// Most vehicles of one road: each is rendered at every sensor.
const MOST_VEHICLES: usize = 2_000;

/// The levels are those of this speed, 50 km/h.
const USUAL_M_S: f64 = 13.9;

/// Rolling noise grows by 30 dB for ten times the speed; the usual slope of car tyres (U. Sandberg,
/// J. Ejsmont, Tyre/Road Noise Reference Book, Informex 2002).
const LEVEL_PER_DECADE_DB: f64 = 30.0;

/// A lorry against a car at the same speed, *estimated*.
const LORRY_DB: f64 = 9.0;

/// Standard deviation of level, dB, and speed, as a share, from vehicle to vehicle, *estimated*.
const LEVEL_SIGMA_DB: f64 = 2.0;
const SPEED_SIGMA: f64 = 0.08;

/// Metres from the middle of the road to that of a lane; vehicles keep right.
const LANE_M: f64 = 1.75;

/// Peak level at 1 m of a car at 50 km/h: chosen so that it passes at 70 dB(A) 7.5 m away, as cars
/// do on common asphalt (*estimated* from pass-by measurements).
///
/// Vehicles come independently of each other. Their sound begins and ends with the road, so its
/// ends should be out of earshot.
///
/// Not modelled: queues, lights, gears, directivity of tyres, wet roads.
pub(super) static KIND: Kind = Kind {
    name: "traffic",
    up_m: 0.3,
    level_db_spl: Some(101.0),
    cadence: None,
    timed: false,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Vehicles a minute, both ways together.
    per_minute: f64,
    speed_m_s: f64,
    /// Course of the road, degrees clockwise from north.
    heading_deg: f64,
    /// Metres of road; its middle is at `east`, `north`.
    length_m: f64,
    two_way: bool,
    /// Share of lorries.
    lorries: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            per_minute: 10.0,
            speed_m_s: USUAL_M_S,
            heading_deg: 90.0,
            length_m: 1_000.0,
            two_way: true,
            lorries: 0.05,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range(
        "per_minute",
        keys.per_minute,
        0.0,
        300.0,
        "vehicles a minute",
    )?;
    sound.range("speed_m_s", keys.speed_m_s, 1.0, 70.0, "metres per second")?;
    sound.range("heading_deg", keys.heading_deg, -360.0, 360.0, "degrees")?;
    sound.range("length_m", keys.length_m, 10.0, 50_000.0, "metres")?;
    sound.range("lorries", keys.lorries, 0.0, 1.0, "of all vehicles")?;
    // From the first that is still heard when the scene begins, with half the usual speed and
    // from the far end, to the last that enters before it ends.
    let half_s = 0.5 * keys.length_m / keys.speed_m_s;
    let (from_s, to_s) = (-3.0 * half_s - 10.0, sound.duration_s + 3.0 * half_s);
    let expected = keys.per_minute / 60.0 * (to_s - from_s);
    if expected > MOST_VEHICLES as f64 {
        let problem = format!("some {expected:.0} vehicles are more than {MOST_VEHICLES}");
        let remedy = "lower it, or shorten the scene or length_m";
        return sound
            .check
            .refuse(sound.field("per_minute"), problem, remedy);
    }
    let growth_db = LEVEL_PER_DECADE_DB * (keys.speed_m_s / USUAL_M_S).log10();
    let level = match sound.spec.level_db_spl {
        Some(level) => level,
        None => sound.level_db_spl() + growth_db,
    };
    let mut variants = |lorry: bool, level: f64| -> Vec<Arc<Samples>> {
        (0..VARIANTS)
            .map(|_| {
                let more_db = LEVEL_SIGMA_DB * random.normal();
                samples(RATE_HZ, &vehicle(lorry, random), level + more_db)
            })
            .collect()
    };
    let (cars, lorries) = (variants(false, level), variants(true, level + LORRY_DB));
    let mut emissions = Vec::new();
    // Without vehicles the first comes after an infinite time; so it does at a rate of -0.0.
    let mean_s = 60.0 / keys.per_minute.abs();
    let mut passes_s = from_s + mean_s * random.exponential();
    while passes_s < to_s {
        let lorry = random.uniform() < keys.lorries;
        let variant = random.count(0, VARIANTS - 1);
        let samples = if lorry {
            &lorries[variant]
        } else {
            &cars[variant]
        };
        let back = keys.two_way && random.uniform() < 0.5;
        let speed_m_s = keys.speed_m_s * (SPEED_SIGMA * random.normal()).exp().max(0.5);
        let heading_deg = keys.heading_deg + if back { 180.0 } else { 0.0 };
        emissions.extend(drive(
            sound,
            &keys,
            passes_s,
            speed_m_s,
            heading_deg,
            samples,
        ));
        passes_s += mean_s * random.exponential();
    }
    Ok(emissions)
}

/// A vehicle that passes the middle of the road at `passes_s`, if it is on the road at any time
/// that can be heard.
fn drive(
    sound: &Sound<'_>,
    keys: &Keys,
    passes_s: f64,
    speed_m_s: f64,
    heading_deg: f64,
    samples: &Arc<Samples>,
) -> Option<Emission> {
    let half_s = 0.5 * keys.length_m / speed_m_s;
    let (from_s, to_s) = (passes_s - half_s, passes_s + half_s);
    // What left 10 s before the scene is heard in it up to 3.4 km away.
    if from_s >= sound.duration_s || to_s <= -10.0 {
        return None;
    }
    let lane_m = if keys.two_way { LANE_M } else { 0.0 };
    let middle = moved(sound.place(), velocity_m_s(lane_m, heading_deg + 90.0), 1.0);
    let velocity = velocity_m_s(speed_m_s, heading_deg);
    let track = straight(middle, passes_s, velocity, from_s, to_s);
    let (_, start) = track.nodes[0];
    Some(Emission {
        track: Some(track),
        ..sound.emission(from_s, start, Waveform::Samples(samples.clone()))
    })
}

/// A loop of a vehicle at speed, of any scale: tyres that are loudest about 1 kHz, and an engine
/// with the harmonics of its firing.
fn vehicle(lorry: bool, random: &mut Random) -> Vec<f64> {
    let count = (LOOP_S * RATE_HZ) as usize;
    let mut sound = Loop::new(RATE_HZ, count);
    // *Estimated*: rises by 6 dB an octave to 900 Hz, 600 Hz for lorries, and falls by 9 dB.
    let middle_hz = if lorry { 600.0 } else { 900.0 } * random.between(0.85, 1.15);
    sound.noise(random, |f| {
        let x = f / middle_hz;
        x * x / (1.0 + x.powi(5)) / middle_hz
    });
    // Four strokes, so four cylinders at 2000 turns a minute fire at 67 Hz; six at 1200, 60 Hz.
    let firing_hz = if lorry { 60.0 } else { 67.0 } * random.between(0.8, 1.3);
    // RMS of the noise is near 1: its integral over x is 0.66.
    let amplitude = if lorry { 0.8 } else { 0.4 };
    for harmonic in 1..=12 {
        let strength = amplitude * 0.75f64.powi(harmonic - 1);
        let phase = random.between(0.0, std::f64::consts::TAU);
        sound.tone(f64::from(harmonic) * firing_hz, strength, phase);
    }
    sound.samples()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{a_weighted_db, emissions, power_between, refusal};
    use super::*;

    #[test]
    fn as_many_pass_as_asked() {
        // 100 s at 60 a minute: 100 pass the middle, within five times 10.
        let vehicles = emissions("kind = \"traffic\"\nper_minute = 60.0\nlength_m = 400.0");
        let middle_s = |vehicle: &Emission| {
            let nodes = &vehicle.track.as_ref().unwrap().nodes;
            0.5 * (nodes[0].0 + nodes[1].0)
        };
        let passed = vehicles
            .iter()
            .map(middle_s)
            .filter(|t| (0.0..100.0).contains(t))
            .count();
        assert!((50..=150).contains(&passed), "{passed}");
        // At any time 60/60 * 400/13.9 = 29 are on the road, within five times 5.4.
        let on_road = |vehicle: &&Emission| {
            let nodes = &vehicle.track.as_ref().unwrap().nodes;
            (nodes[0].0..nodes[1].0).contains(&0.0)
        };
        let at_once = vehicles.iter().filter(on_road).count();
        assert!((3..=56).contains(&at_once), "{at_once}");
        for rate in ["0", "-0.0", "1e-300"] {
            assert!(emissions(&format!("kind = \"traffic\"\nper_minute = {rate}")).is_empty());
        }
    }

    #[test]
    fn they_keep_to_the_right_at_their_speed() {
        let vehicles = emissions(
            "kind = \"traffic\"\nper_minute = 100.0\nheading_deg = 0.0\nspeed_m_s = 20.0",
        );
        let mut north = 0;
        for vehicle in &vehicles {
            let nodes = &vehicle.track.as_ref().unwrap().nodes;
            let ((from_s, from), (to_s, to)) = (nodes[0], nodes[1]);
            let speed_m_s = from.range_m(to) / (to_s - from_s);
            assert!((12.0..32.0).contains(&speed_m_s), "{speed_m_s}");
            let northward = to.north > from.north;
            north += usize::from(northward);
            let lane_m = if northward { 1.75 } else { -1.75 };
            assert!((from.east - lane_m).abs() < 1e-6 && (to.east - lane_m).abs() < 1e-6);
            assert_eq!(vehicle.position, from);
        }
        // Half of some 250, within five times 8.
        assert!(north * 4 > vehicles.len() && north * 4 < 3 * vehicles.len());
    }

    #[test]
    fn val_level_at_7_5_m() {
        // Many cars, so that all variants occur.
        let vehicles = emissions("kind = \"traffic\"\nper_minute = 60.0\nlorries = 0.0");
        let levels: Vec<f64> = vehicles
            .iter()
            .map(|vehicle| match &vehicle.waveform {
                Waveform::Samples(samples) => a_weighted_db(samples) - 17.5,
                Waveform::Blast(_) => panic!("no samples"),
            })
            .collect();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        // Sigma 2 dB over four variants: 70 within three times 1 dB.
        assert!((67.0..73.0).contains(&mean), "{mean} dB(A)");
    }

    #[test]
    fn tyres_are_loudest_about_1_khz() {
        let vehicles = emissions("kind = \"traffic\"\nper_minute = 60.0\nlorries = 0.0");
        let Waveform::Samples(samples) = &vehicles[0].waveform else {
            panic!("no samples");
        };
        let octave = |f: f64| power_between(samples, f / 1.414, f * 1.414);
        assert!(octave(1_000.0) > octave(250.0) && octave(1_000.0) > octave(4_000.0));
    }

    #[test]
    fn negative_rates_and_floods_are_refused() {
        let message = refusal("kind = \"traffic\"\nper_minute = -3.0");
        assert!(
            message.contains("sound[0].per_minute: -3 is out of range"),
            "{message}"
        );
        let message = refusal("kind = \"traffic\"\nper_minute = 300.0\nlength_m = 50000.0");
        assert!(message.contains("vehicles are more than"), "{message}");
    }
}
