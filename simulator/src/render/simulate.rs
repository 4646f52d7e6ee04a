//! From a scene to recordings and truth, in memory.

use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;

use crate::output::{SCHEMA, Truth, TruthArrival, TruthAtmosphere, TruthSensor, TruthShot};
use crate::random::{Purpose, Random};
use crate::scene::Scene;
use crate::scene::{AirSpec, Origin, SampleFormat};
use crate::sensor::{self, DirectSound, Recording};

/// A scene that has been played.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Simulation {
    /// One recording for every sensor, in their order.
    pub recordings: Vec<Recording>,
    /// What really happened.
    pub truth: Truth,
    /// Where the frame lies on the globe, if anywhere.
    pub origin: Option<Origin>,
    /// The air as a weather station reports it, and how well it knows.
    pub reported_air: AirSpec,
    /// How the samples are stored.
    pub format: SampleFormat,
}

/// Plays a scene. Sensors are rendered in parallel on rayon's current pool; the result is the
/// same for any number of threads.
///
/// Everything stays in memory, 4 bytes a sample and 8 more for each sensor being rendered;
/// [`simulate_to_dir`](crate::simulate_to_dir) keeps only the latter.
pub fn simulate(scene: &Scene) -> Simulation {
    let (recordings, direct): (Vec<_>, Vec<_>) = (0..scene.sensors.len())
        .into_par_iter()
        .map(|sensor_idx| sensor::record(scene, sensor_idx))
        .unzip();
    Simulation {
        recordings,
        truth: truth(scene, &direct),
        origin: scene.origin,
        reported_air: reported_air(scene),
        format: scene.format,
    }
}

/// The truth from the direct sounds of every sensor, each with one entry a shot.
pub(crate) fn truth(scene: &Scene, direct: &[Vec<DirectSound>]) -> Truth {
    let air = &scene.atmosphere;
    let arrival = |shot_idx: usize, sensor_idx: usize| {
        let (shot, sensor) = (&scene.shots[shot_idx], &scene.sensors[sensor_idx]);
        let sound = &direct[sensor_idx][shot_idx];
        TruthArrival {
            sensor: sensor.id.clone(),
            time: utc(scene.start, shot.time_s + sound.delay_s),
            delay_s: sound.delay_s,
            level_db_spl: sound.level_db_spl,
            range_m: shot.position.range_m(sensor.position),
            recorded: sound.recorded,
        }
    };
    let shot = |(shot_idx, shot): (usize, &crate::SceneShot)| TruthShot {
        time: utc(scene.start, shot.time_s),
        position: shot.position,
        firearm: shot.firearm.to_owned(),
        arrivals: (0..scene.sensors.len())
            .map(|sensor_idx| arrival(shot_idx, sensor_idx))
            .collect(),
    };
    let sensor = |sensor: &crate::SceneSensor| TruthSensor {
        id: sensor.id.clone(),
        position: sensor.position,
        clock_offset_s: sensor.clock_offset_s,
    };
    Truth {
        schema: SCHEMA.to_owned(),
        scene: scene.name.clone(),
        seed: scene.seed,
        atmosphere: TruthAtmosphere {
            temperature_c: air.temperature_c,
            relative_humidity_percent: air.relative_humidity_percent,
            pressure_pa: air.pressure_pa,
            wind_east_m_s: air.wind_east_m_s,
            wind_north_m_s: air.wind_north_m_s,
            speed_of_sound_m_s: scene.air.medium().speed_m_s(),
        },
        sensors: scene.sensors.iter().map(sensor).collect(),
        shots: scene.shots.iter().enumerate().map(shot).collect(),
    }
}

/// The scene's air with the errors of a weather station.
pub(crate) fn reported_air(scene: &Scene) -> AirSpec {
    let mut random = Random::stream(scene.seed, Purpose::Weather, "", 0);
    let mut air = scene.atmosphere;
    air.temperature_c += air.temperature_sigma_c * random.normal();
    air.wind_east_m_s += air.wind_sigma_m_s * random.normal();
    air.wind_north_m_s += air.wind_sigma_m_s * random.normal();
    air
}

/// RFC 3339 with nanoseconds of the time `seconds` after `start`.
fn utc(start: Timestamp, seconds: f64) -> String {
    // Scenes start between 1900 and 2200 and last under a fortnight, which cannot overflow.
    let offset = SignedDuration::from_nanos((seconds * 1e9).round() as i64);
    let time = start.checked_add(offset).unwrap_or(start);
    format!("{time:.9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_nanoseconds() {
        let start: Timestamp = "2026-06-01T02:00:00.250Z".parse().unwrap();
        assert_eq!(utc(start, 1.5), "2026-06-01T02:00:01.750000000Z");
        assert_eq!(utc(start, 1e-9), "2026-06-01T02:00:00.250000001Z");
    }
}
