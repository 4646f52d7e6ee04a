//! Rifles: shock wave and blast together beside the blasts alone, on cases played by the simulator's bullet.

use std::fmt::Write;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::solve::{
    Air, Bullet, Dimensions, Heard, Problem, RifleProblem, Settings, locate_rifle, solve,
};
use shotfix_core::{Enu, Seconds, Uncertain, Wind};
use shotfix_simulator::{Aim, FIREARMS, Point};

use crate::random::normal;
use crate::stats::{quantile, share_within};

/// Cases by number of sensors.
const CASES: usize = 100;
const SPEED_M_S: f64 = 343.0;

/// A kind of rifle case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RifleKind {
    /// Its name.
    pub name: &'static str,
    sensors: &'static [usize],
    firearms: &'static [&'static str],
    /// Edge of the square the sensors stand in, metres, and how near they may be to each other.
    side_m: f64,
    apart_m: f64,
    /// Distance of the shooter from the middle, metres: at least and at most.
    range_m: [f64; 2],
    /// Fire is aimed at a point so far from the middle on each axis, metres, at most.
    aim_m: f64,
    sigma_s: f64,
    late: f64,
    missed: f64,
    clutter: f64,
}

/// All kinds.
pub const RIFLES: [RifleKind; 3] = [
    // Roofs of a few blocks; a seventh of the waves late by 5 to 60 ms, some missed, other sounds.
    RifleKind {
        name: "rifle",
        sensors: &[3, 4, 5, 6, 8, 12],
        firearms: &["5.56", ".308", "7.62x39"],
        side_m: 300.0,
        apart_m: 50.0,
        range_m: [60.0, 300.0],
        aim_m: 100.0,
        sigma_s: 1e-3,
        late: 0.15,
        missed: 0.05,
        clutter: 0.1,
    },
    // The same with every wave heard and on time.
    RifleKind {
        name: "rifle_clean",
        sensors: &[3, 4, 5, 6],
        firearms: &["5.56", ".308", "7.62x39"],
        side_m: 300.0,
        apart_m: 50.0,
        range_m: [60.0, 300.0],
        aim_m: 100.0,
        sigma_s: 1e-3,
        late: 0.0,
        missed: 0.0,
        clutter: 0.0,
    },
    // The layout of Sallai et al. 2011: ten sensors in 30 m by 30 m, an AK-47 50 to 130 m away.
    RifleKind {
        name: "rifle_sallai2011",
        sensors: &[10],
        firearms: &["7.62x39"],
        side_m: 30.0,
        apart_m: 4.0,
        range_m: [65.0, 145.0],
        aim_m: 12.0,
        sigma_s: 1e-3,
        late: 0.0,
        missed: 0.2,
        clutter: 0.0,
    },
];

struct RifleCase {
    sensors: Vec<Enu>,
    onsets: Vec<Vec<Seconds>>,
    /// Of every sensor, what a perfect choice of the blast would hand to a solver without shock waves.
    blasts: Vec<Option<Seconds>>,
    muzzle: Enu,
    azimuth_deg: f64,
    speed_m_s: f64,
    sigma_s: f64,
}

/// Figures of the cases with one number of sensors; the crate's page defines them.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct RifleScore {
    pub name: String,
    pub sensors: usize,
    pub cases: usize,
    pub blast_p50_m: Option<f64>,
    pub blast_p90_m: Option<f64>,
    pub p50_m: Option<f64>,
    pub p90_m: Option<f64>,
    pub mean_m: f64,
    pub within_3_05_m: Option<f64>,
    pub in_region95: f64,
    pub azimuth_p50_deg: Option<f64>,
    pub azimuth_p90_deg: Option<f64>,
    pub speed_p50_m_s: Option<f64>,
    pub in_azimuth95: f64,
}

struct One {
    blast_m: f64,
    error_m: f64,
    inside: bool,
    azimuth_deg: f64,
    azimuth_inside: bool,
    speed_m_s: f64,
}

impl RifleScore {
    /// Plays and solves the cases of a kind; the same seed gives the same cases.
    pub fn all(kind: &RifleKind, seed: u64) -> Vec<Self> {
        let of = |&n: &usize| {
            let each: Vec<One> = (0..CASES as u64)
                .into_par_iter()
                .map(|k| {
                    let mut rng = ChaCha8Rng::seed_from_u64(seed << 32 | (n as u64) << 16 | k);
                    One::of(&RifleCase::draw(kind, n, &mut rng))
                })
                .collect();
            Self::of(kind, n, &each)
        };
        kind.sensors.iter().map(of).collect()
    }

    fn of(kind: &RifleKind, sensors: usize, each: &[One]) -> Self {
        let list = |of: fn(&One) -> f64| each.iter().map(of).collect::<Vec<f64>>();
        let share = |of: fn(&One) -> bool| {
            each.iter().filter(|o| of(o)).count() as f64 / each.len().max(1) as f64
        };
        let (blasts, errors) = (list(|o| o.blast_m), list(|o| o.error_m));
        let (azimuths, speeds) = (list(|o| o.azimuth_deg), list(|o| o.speed_m_s));
        Self {
            name: kind.name.to_owned(),
            sensors,
            cases: each.len(),
            blast_p50_m: quantile(&blasts, 0.5),
            blast_p90_m: quantile(&blasts, 0.9),
            p50_m: quantile(&errors, 0.5),
            p90_m: quantile(&errors, 0.9),
            mean_m: errors.iter().sum::<f64>() / errors.len().max(1) as f64,
            within_3_05_m: share_within(&errors, 3.05),
            in_region95: share(|o| o.inside),
            azimuth_p50_deg: quantile(&azimuths, 0.5),
            azimuth_p90_deg: quantile(&azimuths, 0.9),
            speed_p50_m_s: quantile(&speeds, 0.5),
            in_azimuth95: share(|o| o.azimuth_inside),
        }
    }
}

impl RifleCase {
    fn draw(kind: &RifleKind, n: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut sensors: Vec<Enu> = Vec::new();
        while sensors.len() < n {
            let [east, north] = [0; 2].map(|_| (rng.random::<f64>() - 0.5) * kind.side_m);
            let place = Enu::new(east, north, 0.03 * kind.side_m * rng.random::<f64>());
            if sensors
                .iter()
                .all(|s| s.horizontal_distance_m(place) >= kind.apart_m)
            {
                sensors.push(place);
            }
        }
        let [least, most] = kind.range_m;
        let range_m = least + (most - least) * rng.random::<f64>();
        let from = rng.random::<f64>() * std::f64::consts::TAU;
        let muzzle = Point {
            east: range_m * from.sin(),
            north: range_m * from.cos(),
            up: 1.5,
        };
        let [to_east, to_north] = [0; 2].map(|_| kind.aim_m * (2.0 * rng.random::<f64>() - 1.0));
        let azimuth = (to_east - muzzle.east).atan2(to_north - muzzle.north);
        let aim = Aim::new(azimuth.to_degrees(), normal(rng));
        let name = kind.firearms[rng.random_range(0..kind.firearms.len())];
        let firearm = FIREARMS
            .iter()
            .find(|f| f.name == name)
            .unwrap_or(&FIREARMS[0]);
        let speed_m_s = firearm.muzzle_speed_m_s * (1.0 + 0.02 * normal(rng));
        let bullet = firearm.bullet(muzzle, aim, Some(speed_m_s));
        let (mut onsets, mut blasts) = (Vec::new(), Vec::new());
        for s in &sensors {
            let there = Point {
                east: s.east_m,
                north: s.north_m,
                up: s.up_m,
            };
            let (east, north) = (there.east - muzzle.east, there.north - muzzle.north);
            let blast_s = east.hypot(north).hypot(there.up - muzzle.up) / SPEED_M_S;
            let shock = bullet.shock_at(there, SPEED_M_S, 101_325.0);
            let mut heard = |due_s: f64| {
                let late = rng.random::<f64>() < kind.late;
                let late_s = if late {
                    0.005 + 0.055 * rng.random::<f64>()
                } else {
                    0.0
                };
                let time = Seconds(1.0 + due_s + late_s + kind.sigma_s * normal(rng));
                (rng.random::<f64>() >= kind.missed).then_some(time)
            };
            let blast = heard(blast_s);
            let crack = shock.and_then(|s| heard(s.arrival_time_s));
            let mut all: Vec<Seconds> = blast.into_iter().chain(crack).collect();
            if rng.random::<f64>() < kind.clutter {
                all.push(Seconds(1.0 + 1.2 * blast_s * rng.random::<f64>()));
            }
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            onsets.push(all);
            blasts.push(blast);
        }
        Self {
            sensors,
            onsets,
            blasts,
            muzzle: Enu::new(muzzle.east, muzzle.north, muzzle.up),
            azimuth_deg: aim.azimuth_deg,
            speed_m_s,
            sigma_s: kind.sigma_s,
        }
    }
}

impl One {
    fn of(case: &RifleCase) -> Self {
        let air = Air {
            speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
            wind: Wind::default(),
        };
        let sensors: Vec<Heard<'_>> = case
            .sensors
            .iter()
            .zip(&case.onsets)
            .filter(|(_, onsets)| !onsets.is_empty())
            .map(|(&position, onsets)| Heard {
                position,
                onsets,
                sigma: Seconds(case.sigma_s),
            })
            .collect();
        let fix = locate_rifle(&RifleProblem {
            sensors: &sensors,
            up_m: Uncertain::new(1.5, 1.0),
            air,
            bullet: Bullet::default(),
        });
        let nowhere = Self {
            blast_m: blast_error_m(case, air),
            error_m: f64::INFINITY,
            inside: false,
            azimuth_deg: 180.0,
            azimuth_inside: false,
            speed_m_s: f64::INFINITY,
        };
        let Ok(fix) = fix else {
            return nowhere;
        };
        let x = fix.position.east_m - case.muzzle.east_m;
        let y = fix.position.north_m - case.muzzle.north_m;
        let d2 = squared_sigmas(fix.covariance_m2, x, y);
        let turn = (fix.azimuth_deg.mean - case.azimuth_deg).rem_euclid(360.0);
        let azimuth_deg = turn.min(360.0 - turn);
        Self {
            error_m: x.hypot(y),
            inside: d2 <= CHI2_95,
            azimuth_deg,
            azimuth_inside: azimuth_deg < 1.96 * fix.azimuth_deg.sigma,
            speed_m_s: (fix.speed_m_s.mean - case.speed_m_s).abs(),
            ..nowhere
        }
    }
}

/// Error of the solver for single shots, which is told which onsets are blasts.
fn blast_error_m(case: &RifleCase, air: Air) -> f64 {
    let both = case.sensors.iter().zip(&case.blasts);
    let (sensors, arrivals): (Vec<Enu>, Vec<Seconds>) =
        both.filter_map(|(s, b)| b.map(|b| (*s, b))).unzip();
    let problem = Problem {
        sensors: &sensors,
        arrivals: &arrivals,
        sigma: Seconds(case.sigma_s),
        survey_sigma_m: 0.0,
        dimensions: Dimensions::Two,
        air,
        up_m: None,
        paths: &[],
    };
    solve(&problem, &Settings::default()).map_or(f64::INFINITY, |s| {
        s.position.horizontal_distance_m(case.muzzle)
    })
}

/// One line a kind and number of sensors.
pub fn rifle_table(scores: &[RifleScore]) -> String {
    let mut out = format!(
        "{:<18} {:>7} {:>5} {:>15} {:>15} {:>7} {:>7} {:>6} {:>13} {:>6} {:>9}\n",
        "kind",
        "sensors",
        "cases",
        "blast p50/p90 m",
        "both p50/p90 m",
        "mean m",
        "<=3.05",
        "in95",
        "azimuth deg",
        "az95",
        "speed m/s"
    );
    let number = |v: Option<f64>, digits: usize| match v {
        Some(v) if v.is_finite() => format!("{v:.digits$}"),
        _ => "-".to_owned(),
    };
    let pair = |a, b, digits| format!("{} / {}", number(a, digits), number(b, digits));
    for s in scores {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<18} {:>7} {:>5} {:>15} {:>15} {:>7} {:>6.0}% {:>5.0}% {:>13} {:>5.0}% {:>9}",
            s.name,
            s.sensors,
            s.cases,
            pair(s.blast_p50_m, s.blast_p90_m, 2),
            pair(s.p50_m, s.p90_m, 2),
            number(Some(s.mean_m), 2),
            100.0 * s.within_3_05_m.unwrap_or(0.0),
            100.0 * s.in_region95,
            pair(s.azimuth_p50_deg, s.azimuth_p90_deg, 2),
            100.0 * s.in_azimuth95,
            number(s.speed_p50_m_s, 1),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shock_waves_tell_the_range_from_outside() {
        let score = &RifleScore::all(&RIFLES[2], 1)[0];
        let (both, blast) = (score.p50_m.unwrap(), score.blast_p50_m.unwrap());
        // Sallai et al. 2011: 8.5 m in the mean by blasts, 5.5 m with both; 0.2 +- 0.8 degrees.
        assert!(both < 5.5 && both < blast, "{both} {blast}");
        // A bullet that passes all sensors on one side leaves the direction to what is known of its speed.
        assert!(score.azimuth_p50_deg.unwrap() < 1.5, "{score:?}");
        assert!(score.in_region95 > 0.85, "{score:?}");
    }
}
