//! Fresh cases of the kinds of the published case files, from a seed.
//!
//! The structure and its figures were measured in those files. Travel times are computed here, not by
//! the associator's own code.

use crate::random::normal;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const DENSITY_PER_M2: f64 = 9e-6;
const APART_M: f64 = 120.0;
const CASES: usize = 40;
const DURATION_S: f64 = 12.0;
const SPEED_M_S: f64 = 343.0;
/// Error of a pulse's time, seconds.
const SIGMA_S: f64 = 0.001;
/// A sensor reports nothing for this long after a pulse, seconds.
const DEAD_S: f64 = 0.04;

/// A kind of case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// Its name, that of the published file.
    pub name: &'static str,
    shooters: [usize; 2],
    gap_s: [f64; 2],
    rounds: [usize; 2],
    /// Share of the shots that a sensor in reach does not report.
    missed: f64,
    /// Share of the paths that are late by a constant.
    late: f64,
    /// Share of the pulses that an echo follows.
    echo: f64,
    /// Unrelated pulses a second and sensor.
    clutter: f64,
}

impl Kind {
    /// The name up to its first underscore.
    pub fn short(&self) -> &'static str {
        self.name.split('_').next().unwrap_or(self.name)
    }
}

/// All kinds that can be generated.
pub const KINDS: [Kind; 5] = [
    kind(
        "A1_semi",
        [1, 1],
        [0.30, 0.60],
        [3, 10],
        0.10,
        [0.0, 0.0],
        0.02,
    ),
    kind(
        "A2_auto",
        [1, 1],
        [0.10, 0.20],
        [5, 10],
        0.10,
        [0.0, 0.0],
        0.02,
    ),
    kind(
        "A3_multi",
        [2, 3],
        [0.15, 0.60],
        [3, 8],
        0.20,
        [0.0, 0.0],
        0.05,
    ),
    kind(
        "A4_urban",
        [1, 3],
        [0.10, 0.60],
        [3, 10],
        0.25,
        [0.2, 0.3],
        0.1,
    ),
    kind(
        "A5_urban_hard",
        [2, 3],
        [0.10, 0.40],
        [4, 10],
        0.35,
        [0.3, 0.5],
        0.3,
    ),
];

const fn kind(
    name: &'static str,
    shooters: [usize; 2],
    gap_s: [f64; 2],
    rounds: [usize; 2],
    missed: f64,
    [late, echo]: [f64; 2],
    clutter: f64,
) -> Kind {
    Kind {
        name,
        shooters,
        gap_s,
        rounds,
        missed,
        late,
        echo,
        clutter,
    }
}

/// The cases of one kind as lines of a case file. The same seed gives the same lines.
pub fn generate(kind: &Kind, seed: u64) -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..CASES)
        .map(|k| {
            let mut case = draw(&mut rng, kind);
            case["id"] = json!(format!("{}-{k}", kind.name));
            case.to_string()
        })
        .collect()
}

struct Pick {
    sensor: usize,
    time_s: f64,
    snr_db: f64,
}

fn draw(rng: &mut ChaCha8Rng, kind: &Kind) -> Value {
    let n = rng.random_range(15..=25);
    let side_m = (n as f64 / DENSITY_PER_M2).sqrt();
    let mut sensors: Vec<[f64; 2]> = Vec::new();
    while sensors.len() < n {
        let p = [rng.random::<f64>() * side_m, rng.random::<f64>() * side_m];
        if sensors
            .iter()
            .all(|s| (s[0] - p[0]).hypot(s[1] - p[1]) >= APART_M)
        {
            sensors.push(p);
        }
    }
    let inside = |p: [f64; 2]| p.iter().all(|v| (0.1 * side_m..0.9 * side_m).contains(v));
    let first = loop {
        let p = [rng.random::<f64>() * side_m, rng.random::<f64>() * side_m];
        if inside(p) {
            break p;
        }
    };
    let mut shooters = vec![first];
    let n_shooters = rng.random_range(kind.shooters[0]..=kind.shooters[1]);
    while shooters.len() < n_shooters {
        // 30 to 400 m from the first.
        let (r, a) = (
            rng.random_range(30.0..400.0),
            rng.random_range(0.0..std::f64::consts::TAU),
        );
        let p = [first[0] + r * a.cos(), first[1] + r * a.sin()];
        if inside(p) {
            shooters.push(p);
        }
    }
    let mut picks = Vec::new();
    let mut events = Vec::new();
    for &shooter in &shooters {
        let paths: Vec<Path> = sensors
            .iter()
            .map(|&s| Path::draw(rng, kind, shooter, s))
            .collect();
        let mut time_s = rng.random_range(3.0..4.5);
        for _ in 0..rng.random_range(kind.rounds[0]..=kind.rounds[1]) {
            events.push(json!({"x": shooter[0], "y": shooter[1], "t0": time_s}));
            for (sensor, path) in paths.iter().enumerate() {
                path.hear(rng, kind, sensor, time_s, &mut picks);
            }
            time_s += rng.random_range(kind.gap_s[0]..kind.gap_s[1]);
        }
    }
    for sensor in 0..n {
        let mut time_s = 0.0;
        loop {
            time_s -= (1.0 - rng.random::<f64>()).ln() / kind.clutter;
            if time_s > DURATION_S {
                break;
            }
            picks.push(Pick {
                sensor,
                time_s,
                snr_db: rng.random_range(6.0..25.0),
            });
        }
    }
    picks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    let mut last_s = vec![f64::NEG_INFINITY; n];
    picks.retain(|p| {
        let ready = p.time_s - last_s[p.sensor] >= DEAD_S;
        if ready {
            last_s[p.sensor] = p.time_s;
        }
        ready
    });
    let picks: Vec<Value> = picks
        .iter()
        .map(|p| json!({"s": p.sensor, "t": p.time_s, "snr": p.snr_db}))
        .collect();
    json!({
        "id": "", "scenario": kind.name, "c": SPEED_M_S, "duration": DURATION_S,
        "sensors": sensors, "picks": picks, "events": events,
    })
}

/// The way of the sound from one shooter to one sensor.
struct Path {
    delay_s: f64,
    /// Detour, seconds; 0 for the straight way.
    late_s: f64,
    echo_s: f64,
    range_m: f64,
}

impl Path {
    fn draw(rng: &mut ChaCha8Rng, kind: &Kind, shooter: [f64; 2], sensor: [f64; 2]) -> Self {
        let range_m = (shooter[0] - sensor[0])
            .hypot(shooter[1] - sensor[1])
            .max(1.0);
        let late = rng.random::<f64>() < kind.late;
        Self {
            delay_s: range_m / SPEED_M_S,
            late_s: if late {
                rng.random_range(0.005..0.060)
            } else {
                0.0
            },
            echo_s: rng.random_range(0.040..0.150),
            range_m,
        }
    }

    fn hear(
        &self,
        rng: &mut ChaCha8Rng,
        kind: &Kind,
        sensor: usize,
        fired_s: f64,
        picks: &mut Vec<Pick>,
    ) {
        // Half the sensors 870 m away are out of reach.
        let reach = 1.0 / (1.0 + ((self.range_m - 870.0) / 70.0).exp());
        if rng.random::<f64>() >= reach * (1.0 - kind.missed) {
            return;
        }
        let loss_db = if self.late_s > 0.0 { 6.0 } else { 0.0 };
        let snr_db = 39.0 - 20.0 * (self.range_m / 100.0).log10() - loss_db + 3.0 * normal(rng);
        let time_s = fired_s + self.delay_s + self.late_s + SIGMA_S * normal(rng);
        picks.push(Pick {
            sensor,
            time_s,
            snr_db,
        });
        if rng.random::<f64>() < kind.echo {
            picks.push(Pick {
                sensor,
                time_s: time_s + self.echo_s + SIGMA_S * normal(rng),
                snr_db: snr_db - 8.0,
            });
        }
    }
}
