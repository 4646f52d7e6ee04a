//! What the engine makes of a shooter who walks or drives while firing.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shotfix_core::{
    Array, Atmosphere, Engine, Enu, Incident, Onset, OnsetFeatures, Seconds, Sensor, SensorIdx,
    Settings, Timestamp,
};
use shotfix_simulator::{FirstArrival, SceneError, ShotAt};

use super::city::{City, measured, rng, wind};
use crate::random::normal;

/// Sensors of the array, and how many of them stand on a square kilometre.
const SENSORS: (usize, f64) = (8, 16.0);
/// Half the side of the square in which the first round is fired, metres: the middle of the array.
const HALF_M: f64 = 200.0;
/// From one round to the next, seconds: aimed fire by hand.
const INTERVAL_S: (f64, f64) = (0.2, 0.45);
/// Echoes of a path, and how long after the direct wave they come on average, seconds.
const ECHOES: (usize, f64) = (3, 0.12);
/// Level of an echo below the direct wave, dB.
const ECHO_DB: (f64, f64) = (4.0, 14.0);
/// Weaker onsets are not reported, dB over the noise.
const LEAST_SNR_DB: f64 = 9.0;

/// A burst as it was fired, and what the engine says of it.
#[derive(Clone, Debug)]
pub struct Drive {
    /// Velocity of the shooter towards east and north, m/s.
    pub velocity_m_s: [f64; 2],
    /// When, after the first round, and where each round was fired.
    pub rounds: Vec<(f64, Enu)>,
    /// Sensors that heard the first round.
    pub heard: usize,
    /// What was found, with times after the first round.
    pub incidents: Vec<Incident>,
}

impl Drive {
    /// The time of the first round.
    pub fn epoch() -> Timestamp {
        Timestamp::from_unix_ns(1_700_000_000_000_000_000)
    }

    /// Distance of each round that was found from where it was fired, metres: nearest in time, within 50 ms.
    pub fn errors_m(&self) -> Vec<f64> {
        let shots: Vec<_> = self.incidents.iter().flat_map(|i| &i.shots).collect();
        let found = self.rounds.iter().filter_map(|&(time_s, place)| {
            let off = |s: &&&shotfix_core::Shot| (s.time.since(Self::epoch()).0 - time_s).abs();
            let shot = shots.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
            (off(&shot) < 0.05).then(|| shot.position.horizontal_distance_m(place))
        });
        found.collect()
    }

    /// By how much speed (m/s) and direction (degrees) of the shooter are told wrong, if the burst is told to move.
    pub fn motion_off(&self) -> Option<[f64; 2]> {
        let told = self.incidents.iter().filter_map(|i| i.motion);
        let told = told.max_by_key(|motion| motion.of)?;
        let [east, north] = self.velocity_m_s;
        let turned_deg = told.azimuth_deg().mean - east.atan2(north).to_degrees();
        Some([
            (told.speed_m_s().mean - east.hypot(north)).abs(),
            ((turned_deg + 180.0).rem_euclid(360.0) - 180.0).abs(),
        ])
    }
}

/// `n` bursts of so many rounds at so many metres a second in any direction, in a city of eight sensors on roofs. Each path has three
/// echoes of its own, which shift as the shooter moves. The wind is measured to 1 m/s.
///
/// # Errors
/// [`SceneError`] when the city cannot be drawn.
pub fn moving_study(
    seed: u64,
    speed_m_s: f64,
    rounds: usize,
    n: usize,
) -> Result<Vec<Drive>, SceneError> {
    let mut random = rng(seed);
    let blows = wind(&mut random, 6.0);
    let city = City::of(seed, SENSORS, blows)?;
    let sensors = city.sensors().iter().enumerate();
    let sensors = sensors.map(|(k, &at)| Sensor::new(format!("S{k}"), at));
    let Ok(array) = Array::try_new(sensors.collect(), None) else {
        return Ok(Vec::new());
    };
    let air = city.reported(measured(&mut random, blows, 1.0));
    let mut places = city.places()?;
    places.retain(|s| s.position.east.abs() < HALF_M && s.position.north.abs() < HALF_M);
    let tracks = places.iter().filter_map(|first| {
        let turn = std::f64::consts::TAU * random.random::<f64>();
        let velocity_m_s = [speed_m_s * turn.cos(), speed_m_s * turn.sin()];
        let mut after_s = 0.0;
        let rounds: Vec<ShotAt> = (0..rounds)
            .map(|_| {
                let shot = city.moved(first, velocity_m_s, after_s);
                after_s += random.random_range(INTERVAL_S.0..INTERVAL_S.1);
                shot
            })
            .collect();
        (rounds.iter().all(|s| city.is_open(s.position))).then_some((velocity_m_s, rounds))
    });
    let tracks: Vec<_> = tracks.take(n).collect();
    let drives = tracks
        .into_par_iter()
        .enumerate()
        .map(|(k, (velocity_m_s, rounds))| {
            let all = city.arrivals(&rounds);
            let mut random = rng(seed.wrapping_mul(1_000_003) + k as u64);
            let onsets = onsets(&rounds, &all, array.sensors().len(), &mut random);
            Drive {
                velocity_m_s,
                heard: all[0].len(),
                incidents: located(&array, air, onsets),
                rounds: (rounds.iter())
                    .map(|s| {
                        (
                            s.time_s - rounds[0].time_s,
                            Enu::new(s.position.east, s.position.north, s.position.up),
                        )
                    })
                    .collect(),
            }
        });
    Ok(drives.collect())
}

/// What a detector reports: the direct waves and their echoes, some of them too weak.
fn onsets(
    rounds: &[ShotAt],
    heard: &[Vec<FirstArrival>],
    n_sensors: usize,
    random: &mut ChaCha8Rng,
) -> Vec<Onset> {
    struct Echo {
        lag_s: f64,
        weaker_db: f64,
        slope_s_m: [f64; 2],
    }
    let echoes: Vec<Vec<Echo>> = (0..n_sensors)
        .map(|_| {
            (0..ECHOES.0)
                .map(|_| {
                    // The ways of the echo and of the direct wave change by up to a metre each for a metre of the source.
                    let turn = std::f64::consts::TAU * random.random::<f64>();
                    let slope = 2.0 * random.random::<f64>() / 340.0;
                    Echo {
                        lag_s: 0.01 - ECHOES.1 * (1.0 - random.random::<f64>()).ln(),
                        weaker_db: random.random_range(ECHO_DB.0..ECHO_DB.1),
                        slope_s_m: [slope * turn.cos(), slope * turn.sin()],
                    }
                })
                .collect()
        })
        .collect();
    let from = rounds[0].position;
    let mut onsets = Vec::new();
    for (round, arrivals) in rounds.iter().zip(heard) {
        let moved_m = [
            round.position.east - from.east,
            round.position.north - from.north,
        ];
        for arrival in arrivals {
            let after_s = arrival.time_s - rounds[0].time_s;
            onsets.push(onset(arrival.sensor_idx, after_s, arrival.snr_db));
            for echo in &echoes[arrival.sensor_idx] {
                let shift_s = echo.slope_s_m[0] * moved_m[0] + echo.slope_s_m[1] * moved_m[1];
                let lag_s = (echo.lag_s + shift_s).max(0.004) + 1e-3 * normal(random);
                let snr_db = arrival.snr_db - echo.weaker_db + normal(random);
                if snr_db > LEAST_SNR_DB {
                    onsets.push(onset(arrival.sensor_idx, after_s + lag_s, snr_db));
                }
            }
        }
    }
    onsets
}

fn onset(sensor: usize, after_s: f64, snr_db: f64) -> Onset {
    Onset {
        sensor: SensorIdx(sensor),
        time: Drive::epoch() + Seconds(after_s),
        sigma: Seconds(2e-4),
        peak_dbfs: snr_db - 60.0,
        level_db_spl: None,
        snr_db,
        clipped: false,
        features: OnsetFeatures::default(),
    }
}

fn located(array: &Array, air: Atmosphere, onsets: Vec<Onset>) -> Vec<Incident> {
    let Ok(mut engine) = Engine::try_new(array.clone(), air, Settings::default()) else {
        return Vec::new();
    };
    let minute = Seconds(60.0);
    for sensor in 0..array.sensors().len() {
        engine.cover(
            SensorIdx(sensor),
            Drive::epoch() - minute,
            Drive::epoch() + minute,
        );
    }
    for onset in onsets {
        engine.push(onset);
    }
    engine.finish()
}
