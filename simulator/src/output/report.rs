//! From a played scene to its truth and to what the array's owner is told.

use jiff::{SignedDuration, Timestamp};

use crate::output::truth::{
    SCHEMA, Truth, TruthArrival, TruthAtmosphere, TruthEcho, TruthShot, TruthSound,
};
use crate::random::{Purpose, Random};
use crate::render::{Event, Heard};
use crate::scene::{AirSpec, Scene};
use crate::sensor::sensor_truth;

/// The truth from what every sensor heard, in the order of the sensors.
pub(crate) fn truth(scene: &Scene, heard: &[Vec<Heard>]) -> Truth {
    let air = &scene.atmosphere;
    let mut shots: Vec<TruthShot> = scene
        .shots
        .iter()
        .map(|shot| TruthShot {
            time: utc(scene.start, shot.time_s),
            position: shot.position,
            firearm: shot.firearm.to_owned(),
            aim: shot.aim,
            arrivals: Vec::new(),
        })
        .collect();
    let mut sounds: Vec<Option<TruthSound>> = scene
        .emissions
        .iter()
        .map(|emission| {
            emission.listed.then(|| TruthSound {
                kind: emission.kind.to_owned(),
                time: utc(scene.start, emission.time_s),
                position: emission.position,
                arrivals: Vec::new(),
            })
        })
        .collect();
    for (sensor_idx, heard) in heard.iter().enumerate() {
        for sound in heard {
            let (time_s, arrivals) = match sound.event {
                Event::Shot(idx) => (scene.shots[idx].time_s, &mut shots[idx].arrivals),
                Event::Emission(idx) => match &mut sounds[idx] {
                    Some(entry) => (scene.emissions[idx].time_s, &mut entry.arrivals),
                    None => continue,
                },
            };
            arrivals.extend(arrival(scene, sensor_idx, time_s, sound));
        }
    }
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
        sensors: scene
            .sensors
            .iter()
            .map(|s| sensor_truth(scene, s))
            .collect(),
        shots,
        sounds: sounds.into_iter().flatten().collect(),
    }
}

fn arrival(scene: &Scene, sensor_idx: usize, time_s: f64, heard: &Heard) -> Option<TruthArrival> {
    let sensor = &scene.sensors[sensor_idx];
    let (first, later) = heard.paths.split_first()?;
    let onset = sensor.clock_shows_s(time_s + first.delay_s) * f64::from(sensor.sample_rate_hz);
    let length = crate::render::length(scene, sensor) as f64;
    let echoes = later.iter().filter(|path| !path.off_ground);
    Some(TruthArrival {
        sensor: sensor.id.clone(),
        time: utc(scene.start, time_s + first.delay_s),
        delay_s: first.delay_s,
        extra_s: first.delay_s - heard.straight_s,
        level_db_spl: first.level_db_spl,
        range_m: heard.range_m,
        recorded: onset >= 0.0 && onset < length,
        path: first.kind,
        echoes: echoes
            .map(|path| TruthEcho {
                path: path.kind,
                delay_s: path.delay_s,
                level_db_spl: path.level_db_spl,
            })
            .collect(),
        crack: heard.crack,
    })
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
