//! Arrivals in the case formats of `shotfix bench`.

use serde::Serialize;
use shotfix_simulator::{AirSpec, FirstArrival, Medium, PathKind, Point, Scene, ShotAt};

/// Change of the speed of sound with temperature near 15 degrees, m/s a degree.
const SPEED_PER_DEGREE: f64 = 0.6;

/// What a case says of air and array beside the arrivals.
#[derive(Debug, Serialize)]
pub(super) struct Common {
    scene: String,
    seed: u64,
    dim: usize,
    /// Speed of sound of the reported air, m/s, and its sigma.
    c: f64,
    c_sigma: f64,
    wind_sigma: f64,
    /// Seconds: pick, clock and survey together.
    sigma: f64,
    /// As it was; for scoring alone.
    c_true: f64,
    wind: [f64; 2],
    weather: Weather,
}

/// As a weather station reports it.
#[derive(Debug, Serialize)]
struct Weather {
    speed_of_sound: f64,
    wind: [f64; 2],
}

/// A `solve` case: one shot, and the sensors that hear it.
#[derive(Debug, Serialize)]
pub(super) struct SolveCase {
    id: String,
    #[serde(flatten)]
    common: Common,
    /// As surveyed.
    sensors: Vec<[f64; 3]>,
    /// Seconds after the start of the scene.
    toa: Vec<f64>,
    truth: [f64; 3],
    t0: f64,
    ids: Vec<String>,
    path: Vec<PathKind>,
    extra_s: Vec<f64>,
    level_db_spl: Vec<f64>,
    snr_db: Vec<f64>,
}

/// An `associate` case: everything that every sensor picks.
#[derive(Debug, Serialize)]
pub(super) struct AssociateCase {
    id: String,
    #[serde(flatten)]
    common: Common,
    duration: f64,
    sensors: Vec<[f64; 3]>,
    ids: Vec<String>,
    /// In the order of time.
    picks: Vec<Pick>,
    events: Vec<Event>,
}

#[derive(Debug, Serialize)]
struct Pick {
    s: usize,
    t: f64,
    snr: f64,
    /// Index of the event.
    ev: usize,
    kind: PathKind,
    extra_s: f64,
    level_db_spl: f64,
}

#[derive(Debug, Serialize)]
struct Event {
    x: f64,
    y: f64,
    z: f64,
    t0: f64,
    npick: usize,
}

pub(super) fn solve(id: String, scene: &Scene, shot: &ShotAt, heard: &[FirstArrival]) -> SolveCase {
    let all = scene.sensors();
    let of = |value: fn(&FirstArrival) -> f64| heard.iter().map(value).collect::<Vec<f64>>();
    SolveCase {
        id,
        common: common(scene),
        sensors: heard
            .iter()
            .map(|arrival| metres(all[arrival.sensor_idx].surveyed))
            .collect(),
        toa: of(|arrival| nanoseconds(arrival.time_s)),
        truth: metres(shot.position),
        t0: nanoseconds(shot.time_s),
        ids: heard
            .iter()
            .map(|arrival| all[arrival.sensor_idx].id.clone())
            .collect(),
        path: heard.iter().map(|arrival| arrival.kind).collect(),
        extra_s: of(|arrival| nanoseconds(arrival.extra_s)),
        level_db_spl: of(|arrival| decibels(arrival.level_db_spl)),
        snr_db: of(|arrival| decibels(arrival.snr_db)),
    }
}

pub(super) fn associate(
    id: String,
    scene: &Scene,
    shots: &[ShotAt],
    heard: &[Vec<FirstArrival>],
) -> AssociateCase {
    let mut picks: Vec<Pick> = heard
        .iter()
        .enumerate()
        .flat_map(|(ev, heard)| heard.iter().map(move |arrival| pick(ev, arrival)))
        .collect();
    picks.sort_by(|a, b| a.t.total_cmp(&b.t));
    let event = |(shot, heard): (&ShotAt, &Vec<FirstArrival>)| {
        let [x, y, z] = metres(shot.position);
        Event {
            x,
            y,
            z,
            t0: nanoseconds(shot.time_s),
            npick: heard.len(),
        }
    };
    AssociateCase {
        id,
        common: common(scene),
        duration: scene.duration_s(),
        sensors: scene.sensors().iter().map(|s| metres(s.surveyed)).collect(),
        ids: scene.sensors().iter().map(|s| s.id.clone()).collect(),
        picks,
        events: shots.iter().zip(heard).map(event).collect(),
    }
}

fn pick(ev: usize, arrival: &FirstArrival) -> Pick {
    Pick {
        s: arrival.sensor_idx,
        t: nanoseconds(arrival.time_s),
        snr: decibels(arrival.snr_db),
        ev,
        kind: arrival.kind,
        extra_s: nanoseconds(arrival.extra_s),
        level_db_spl: decibels(arrival.level_db_spl),
    }
}

fn common(scene: &Scene) -> Common {
    let reported = scene.reported_air();
    let speed = |air: &AirSpec| {
        let medium = Medium::new(
            air.temperature_c,
            air.relative_humidity_percent,
            air.pressure_pa,
        );
        medium.speed_m_s()
    };
    let wind = |air: &AirSpec| [air.wind_east_m_s, air.wind_north_m_s].map(|v| rounded(v, 1e3));
    let c = rounded(speed(&reported), 1e4);
    Common {
        scene: scene.name().to_owned(),
        seed: scene.seed(),
        dim: 3,
        c,
        c_sigma: rounded(SPEED_PER_DEGREE * reported.temperature_sigma_c, 1e4),
        wind_sigma: rounded(reported.wind_sigma_m_s, 1e4),
        sigma: sigma_s(scene, c),
        c_true: rounded(scene.air().medium().speed_m_s(), 1e4),
        wind: wind(scene.atmosphere()),
        weather: Weather {
            speed_of_sound: c,
            wind: wind(&reported),
        },
    }
}

/// Root mean square over the sensors of what makes a time wrong; never 0, by which a solver
/// would divide.
fn sigma_s(scene: &Scene, speed_m_s: f64) -> f64 {
    let sensors = scene.sensors();
    let square = |sensor: &shotfix_simulator::SceneSensor| {
        let survey_s = sensor.position_sigma_m / speed_m_s;
        sensor.clock_sigma_s.powi(2) + survey_s.powi(2)
    };
    let mean = sensors.iter().map(square).sum::<f64>() / sensors.len().max(1) as f64;
    let sigma_s = (mean + scene.picks().sigma_s.powi(2)).sqrt();
    rounded(sigma_s, 1e9).max(1e-6)
}

/// Digits beyond what anything here is known to would only make the files larger.
fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

fn nanoseconds(value_s: f64) -> f64 {
    rounded(value_s, 1e9)
}

fn decibels(value_db: f64) -> f64 {
    rounded(value_db, 10.0)
}

fn metres(place: Point) -> [f64; 3] {
    [place.east, place.north, place.up].map(|value_m| rounded(value_m, 1e4))
}
