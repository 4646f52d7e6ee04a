//! Scenes with known truth, made without the crate's own propagation code.
#![allow(dead_code, reason = "every test file takes what it needs")]

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_core::locate::fit::FitError;
use shotfix_core::locate::{
    Assumptions, Drift, Fix, HeightPrior, Observation, Round, SensorModel, fit,
};
use shotfix_core::travel::Medium;
use shotfix_core::{
    Array, Enu, Onset, OnsetFeatures, Seconds, Sensor, SensorIdx, Settings, Timestamp, Uncertain,
};

/// Eight sensors in 700 m by 600 m, none in line with two others.
pub(crate) const PLACES: [(f64, f64); 8] = [
    (-350.0, -280.0),
    (10.0, -310.0),
    (340.0, -250.0),
    (-360.0, 30.0),
    (370.0, 60.0),
    (-310.0, 300.0),
    (40.0, 280.0),
    (330.0, 310.0),
];

/// The same, 8 m up.
pub(crate) fn places() -> Vec<Enu> {
    PLACES.iter().map(|&(e, n)| Enu::new(e, n, 8.0)).collect()
}

/// A muzzle blast as a sensor 60 dB under full scale in its noise hears it.
pub(crate) fn blast(sensor: usize, time: Timestamp, snr_db: f64) -> Onset {
    Onset {
        sensor: SensorIdx(sensor),
        time,
        sigma: Seconds(2e-4),
        peak_dbfs: snr_db - 60.0,
        level_db_spl: None,
        snr_db,
        clipped: false,
        features: OnsetFeatures {
            rise_s: 0.002,
            decay_s: 0.02,
            zero_crossing_hz: 600.0,
            ..OnsetFeatures::default()
        },
    }
}

/// Random numbers with a fixed seed.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.0.random::<f64>()
    }

    /// Standard normal (Box-Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.uniform(0.0, 1.0), self.uniform(0.0, 1.0));
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Exponential with mean one.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform(0.0, 1.0)).ln()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.0.random_range(0..=i));
        }
    }
}

/// Travel time by bisection: when has the drifting, growing sphere reached the sensor?
pub(crate) fn travel_s(source: Enu, sensor: Enu, speed_m_s: f64, wind_m_s: [f64; 2]) -> f64 {
    let outside = |t: f64| {
        let e = sensor.east_m - source.east_m - wind_m_s[0] * t;
        let n = sensor.north_m - source.north_m - wind_m_s[1] * t;
        let u = sensor.up_m - source.up_m;
        (e * e + n * n + u * u).sqrt() > speed_m_s * t
    };
    let (mut early, mut late) = (0.0, 100.0);
    for _ in 0..100 {
        let middle = 0.5 * (early + late);
        if outside(middle) {
            early = middle;
        } else {
            late = middle;
        }
    }
    late
}

/// Sensors on a rough ring of `radius_m`, about evenly around, on poles of 6 to 12 m.
pub(crate) fn ring(n: usize, radius_m: f64, dice: &mut Dice) -> Vec<Enu> {
    let turn = dice.uniform(0.0, 1.0);
    (0..n)
        .map(|k| {
            let share = (k as f64 + turn + dice.uniform(-0.25, 0.25)) / n as f64;
            let (sin, cos) = (std::f64::consts::TAU * share).sin_cos();
            let r = radius_m * dice.uniform(0.7, 1.1);
            Enu::new(r * cos, r * sin, dice.uniform(6.0, 12.0))
        })
        .collect()
}

/// What a fit is told of the world.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) places: Vec<Enu>,
    pub(crate) medium: Medium,
    pub(crate) speed_sigma_m_s: f64,
    pub(crate) wind_sigma_m_s: [f64; 2],
    pub(crate) up: Uncertain,
    pub(crate) settings: Settings,
}

impl World {
    pub(crate) fn new(places: Vec<Enu>) -> Self {
        Self {
            places,
            medium: Medium {
                speed_m_s: 341.0,
                wind_m_s: [0.0, 0.0],
            },
            speed_sigma_m_s: 0.0,
            wind_sigma_m_s: [0.0, 0.0],
            up: Uncertain::new(1.5, 0.1),
            settings: Settings::default(),
        }
    }

    /// Standard deviation of one arrival, path and jitter and `onset_s` together.
    pub(crate) fn sigma_s(&self, onset_s: f64) -> f64 {
        self.settings
            .path_sigma_s
            .hypot(self.settings.jitter_sigma_s)
            .hypot(onset_s)
    }

    /// Exact arrivals at every sensor.
    pub(crate) fn arrivals(&self, source: Enu, time_s: f64, sigma_s: f64) -> Vec<Observation> {
        self.places
            .iter()
            .enumerate()
            .map(|(sensor, &place)| Observation {
                sensor,
                time_s: time_s
                    + travel_s(source, place, self.medium.speed_m_s, self.medium.wind_m_s),
                sigma_s,
            })
            .collect()
    }

    pub(crate) fn fit(&self, rounds: &[Round], start: Enu) -> Result<Fix, FitError> {
        let sensors: Vec<SensorModel> = self
            .places
            .iter()
            .map(|&position| SensorModel {
                position,
                sigma_s: 0.0,
            })
            .collect();
        let height = HeightPrior::new(&array(&self.places), Some(self.up));
        fit(
            rounds,
            start,
            &Assumptions {
                sensors: &sensors,
                medium: self.medium,
                speed_sigma_m_s: self.speed_sigma_m_s,
                wind_sigma_m_s: self.wind_sigma_m_s,
                height: &height,
                settings: &self.settings,
                paths: None,
                time: None,
                drift: Drift::STILL,
            },
        )
    }
}

/// An array of sensors named S0, S1 ... at `places`.
pub(crate) fn array(places: &[Enu]) -> Array {
    let sensors = places
        .iter()
        .enumerate()
        .map(|(k, &p)| Sensor::new(format!("S{k}"), p));
    Array::try_new(sensors.collect(), None).expect("finite places")
}

/// One round.
pub(crate) fn round(time_s: f64, observations: Vec<Observation>) -> Round {
    Round {
        time_s,
        observations,
    }
}
