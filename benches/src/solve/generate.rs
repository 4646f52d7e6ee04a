//! Fresh cases of the kinds of the published case files, from a seed.
//!
//! Sensors at 9 per square kilometre, at least 120 m apart; three of four sources among them, the
//! fourth 10 to 150 m outside. Travel times are computed here, not by the solver's own code.

use crate::random::normal;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const DENSITY_PER_M2: f64 = 9e-6;
const APART_M: f64 = 120.0;
const GEOMETRIES: usize = 60;
const DRAWS: usize = 5;
const SPEED_M_S: f64 = 343.0;

/// A kind of case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// Its name, that of the published file.
    pub name: &'static str,
    sensors: &'static [usize],
    three: bool,
    sigma_s: f64,
    /// Share of late arrivals: exactly, or of each arrival at random.
    late: Late,
    air: AirKind,
    /// Of four geometries so many have the source outside the array.
    outside: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Late {
    None,
    Share(f64),
    Chance(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum AirKind {
    Still,
    Unknown,
    Stated,
}

const FEW: &[usize] = &[4, 5];
const TWO: &[usize] = &[4, 5, 6, 7, 8, 10, 12];
const THREE: &[usize] = &[5, 6, 8, 10, 12];
const LATE: &[usize] = &[6, 7, 8, 10, 12];
const URBAN: &[usize] = &[6, 8, 10, 12];

/// All kinds that can be generated.
pub const KINDS: [Kind; 12] = [
    clean("clean2d_s0.1ms", TWO, false, 1e-4),
    clean("clean2d_s1ms", TWO, false, 1e-3),
    clean("clean2d_s3ms", TWO, false, 3e-3),
    clean("clean3d_s0.1ms", THREE, true, 1e-4),
    clean("clean3d_s1ms", THREE, true, 1e-3),
    clean("clean3d_s3ms", THREE, true, 3e-3),
    late("nlos2d_20pct", 0.2),
    late("nlos2d_30pct", 0.3),
    late("nlos2d_40pct", 0.4),
    urban("urban_mix", AirKind::Unknown),
    urban("urban_mix_weather", AirKind::Stated),
    Kind {
        outside: 4,
        ..clean("outside2d_s3ms", FEW, false, 3e-3)
    },
];

const fn clean(name: &'static str, sensors: &'static [usize], three: bool, sigma_s: f64) -> Kind {
    Kind {
        name,
        sensors,
        three,
        sigma_s,
        late: Late::None,
        air: AirKind::Still,
        outside: 1,
    }
}

const fn late(name: &'static str, share: f64) -> Kind {
    Kind {
        late: Late::Share(share),
        ..clean(name, LATE, false, 1e-3)
    }
}

const fn urban(name: &'static str, air: AirKind) -> Kind {
    Kind {
        late: Late::Chance(0.25),
        air,
        ..clean(name, URBAN, true, 1e-3)
    }
}

/// The cases of one kind as lines of a case file. The same seed gives the same lines.
pub fn generate(kind: &Kind, seed: u64) -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut lines = Vec::new();
    for &n in kind.sensors {
        for geometry in 0..GEOMETRIES {
            let scene = Scene::draw(&mut rng, n, kind.three, geometry % 4 < 4 - kind.outside);
            for draw in 0..DRAWS {
                let mut case = scene.case(&mut rng, kind);
                case["id"] = json!(format!("{}-n{n}-g{geometry}-k{draw}", kind.name));
                lines.push(case.to_string());
            }
        }
    }
    lines
}

struct Scene {
    sensors: Vec<[f64; 3]>,
    source: [f64; 3],
    t0_s: f64,
}

impl Scene {
    fn draw(rng: &mut ChaCha8Rng, n: usize, three: bool, inside: bool) -> Self {
        let side_m = (n as f64 / DENSITY_PER_M2).sqrt();
        let ground = Ground::draw(rng);
        loop {
            let mut sensors: Vec<[f64; 3]> = Vec::new();
            while sensors.len() < n {
                let p = [rng.random::<f64>() * side_m, rng.random::<f64>() * side_m];
                if sensors
                    .iter()
                    .all(|s| (s[0] - p[0]).hypot(s[1] - p[1]) >= APART_M)
                {
                    let mast_m = 4.0 + 22.0 * rng.random::<f64>();
                    sensors.push([p[0], p[1], ground.at(p) + mast_m]);
                }
            }
            let hull = hull(&sensors);
            for _ in 0..2000 {
                let p = [0, 1].map(|_| (1.6 * rng.random::<f64>() - 0.3) * side_m);
                let out_m = outside_m(&hull, p);
                let fits = if inside {
                    out_m <= 0.0
                } else {
                    (10.0..150.0).contains(&out_m)
                };
                if fits {
                    if !three {
                        sensors.iter_mut().for_each(|s| s[2] = 0.0);
                    }
                    let up_m = if three { ground.at(p) + 1.5 } else { 0.0 };
                    return Self {
                        sensors,
                        source: [p[0], p[1], up_m],
                        t0_s: 0.5 + 0.5 * rng.random::<f64>(),
                    };
                }
            }
        }
    }

    fn case(&self, rng: &mut ChaCha8Rng, kind: &Kind) -> Value {
        let outdoors = kind.air != AirKind::Still;
        let (speed, wind) = if outdoors {
            let from = rng.random::<f64>() * std::f64::consts::TAU;
            let strength = 8.0 * rng.random::<f64>();
            (
                SPEED_M_S * (0.99 + 0.02 * rng.random::<f64>()),
                [strength * from.cos(), strength * from.sin()],
            )
        } else {
            (SPEED_M_S, [0.0; 2])
        };
        let n = self.sensors.len();
        let mut outlier = vec![false; n];
        match kind.late {
            Late::None => {}
            Late::Share(share) => {
                let mut left = (share * n as f64).round() as usize;
                while left > 0 {
                    let k = rng.random_range(0..n);
                    left -= usize::from(!outlier[k]);
                    outlier[k] = true;
                }
            }
            Late::Chance(chance) => {
                for late in &mut outlier {
                    *late = rng.random::<f64>() < chance;
                }
            }
        }
        let (mut arrivals, mut surveyed) = (Vec::new(), Vec::new());
        for (sensor, late) in self.sensors.iter().zip(&outlier) {
            let late_s = if *late {
                0.005 + 0.055 * rng.random::<f64>()
            } else {
                0.0
            };
            let delay_s = delay_s(self.source, *sensor, speed, wind);
            arrivals.push(self.t0_s + delay_s + late_s + kind.sigma_s * normal(rng));
            let error_m = if outdoors { 0.5 } else { 0.0 };
            let seen = sensor.map(|x| x + error_m * normal(rng));
            surveyed.push(seen[..if kind.three { 3 } else { 2 }].to_vec());
        }
        let dim = if kind.three { 3 } else { 2 };
        let mut case = json!({
            "dim": dim, "n": n, "c": SPEED_M_S, "sigma": kind.sigma_s, "sensors": surveyed,
            "toa": arrivals, "outlier": outlier, "truth": self.source[..dim], "t0": self.t0_s,
            "crlb_h": self.bound_m(kind, &outlier),
        });
        match kind.air {
            AirKind::Still => {}
            AirKind::Unknown => {
                case["c_sigma"] = json!(2.0);
                case["wind_sigma"] = json!(3.3);
            }
            AirKind::Stated => {
                case["weather"] = json!({ "speed_of_sound": speed, "wind": wind });
            }
        }
        case
    }

    /// Cramer-Rao bound of the horizontal error from the arrivals on time, in still air; `None`
    /// where they leave the place open.
    fn bound_m(&self, kind: &Kind, outlier: &[bool]) -> Option<f64> {
        let dim = if kind.three { 3 } else { 2 };
        let mut info = nalgebra::DMatrix::<f64>::zeros(dim + 1, dim + 1);
        for (s, _) in self.sensors.iter().zip(outlier).filter(|(_, late)| !**late) {
            let d: Vec<f64> = (0..dim).map(|a| self.source[a] - s[a]).collect();
            let r = d.iter().map(|d| d * d).sum::<f64>().sqrt();
            let mut row = nalgebra::DVector::from_element(dim + 1, 1.0 / kind.sigma_s);
            for a in 0..dim {
                row[a] = d[a] / (r * SPEED_M_S * kind.sigma_s);
            }
            info += &row * row.transpose();
        }
        let inverse = info.cholesky()?.inverse();
        Some((inverse[(0, 0)] + inverse[(1, 1)]).sqrt())
    }
}

/// Hills of a few waves.
struct Ground([(f64, f64, f64, f64); 3]);

impl Ground {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        Self([0; 3].map(|_| {
            let angle = rng.random::<f64>() * std::f64::consts::TAU;
            let per_m = std::f64::consts::TAU / (500.0 + 1000.0 * rng.random::<f64>());
            let phase = rng.random::<f64>() * std::f64::consts::TAU;
            (
                per_m * angle.cos(),
                per_m * angle.sin(),
                phase,
                6.0 * rng.random::<f64>(),
            )
        }))
    }

    fn at(&self, p: [f64; 2]) -> f64 {
        let wave = |&(kx, ky, phase, height): &(f64, f64, f64, f64)| {
            height * (kx * p[0] + ky * p[1] + phase).sin()
        };
        self.0.iter().map(wave).sum()
    }
}

/// Travel time in moving air, by fixed-point iteration of `|d - v tau| = c tau`.
fn delay_s(source: [f64; 3], sensor: [f64; 3], speed: f64, wind: [f64; 2]) -> f64 {
    let mut tau = 0.0;
    for _ in 0..60 {
        let d = [
            sensor[0] - source[0] - wind[0] * tau,
            sensor[1] - source[1] - wind[1] * tau,
            sensor[2] - source[2],
        ];
        tau = d.iter().map(|d| d * d).sum::<f64>().sqrt() / speed;
    }
    tau
}

/// Convex hull, counter-clockwise (Andrew's monotone chain).
fn hull(points: &[[f64; 3]]) -> Vec<[f64; 2]> {
    let mut sorted: Vec<[f64; 2]> = points.iter().map(|p| [p[0], p[1]]).collect();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut hull: Vec<[f64; 2]> = Vec::new();
    for pass in 0..2 {
        let start = hull.len();
        for p in &sorted {
            while hull.len() >= start + 2
                && cross(hull[hull.len() - 2], hull[hull.len() - 1], *p) <= 0.0
            {
                hull.pop();
            }
            hull.push(*p);
        }
        hull.pop();
        if pass == 0 {
            sorted.reverse();
        }
    }
    hull
}

fn cross(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
}

/// Distance of `p` from the hull; negative inside.
fn outside_m(hull: &[[f64; 2]], p: [f64; 2]) -> f64 {
    let mut nearest = f64::INFINITY;
    let mut inside = true;
    for (k, a) in hull.iter().enumerate() {
        let b = hull[(k + 1) % hull.len()];
        inside &= cross(*a, b, p) >= 0.0;
        let (ux, uy) = (b[0] - a[0], b[1] - a[1]);
        let along = ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy);
        let along = along.clamp(0.0, 1.0);
        nearest = nearest.min((p[0] - a[0] - along * ux).hypot(p[1] - a[1] - along * uy));
    }
    if inside { -nearest } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_cases_and_another_seed_others() {
        let kind = &KINDS[9];
        let lines = generate(kind, 3);
        assert_eq!(lines, generate(kind, 3));
        assert_ne!(lines, generate(kind, 4));
        assert_eq!(lines.len(), URBAN.len() * GEOMETRIES * DRAWS);
    }

    #[test]
    fn distance_from_a_square() {
        let square = hull(&[
            [0.0; 3],
            [2.0, 0.0, 0.0],
            [2.0, 2.0, 0.0],
            [0.0, 2.0, 0.0],
            [1.0, 1.0, 0.0],
        ]);
        assert_eq!(square.len(), 4);
        assert!((outside_m(&square, [1.0, 0.5]) + 0.5).abs() < 1e-12);
        assert!((outside_m(&square, [5.0, 6.0]) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn tail_wind_shortens_the_way() {
        let tau = delay_s([0.0; 3], [350.0, 0.0, 0.0], 340.0, [10.0, 0.0]);
        assert!((tau - 1.0).abs() < 1e-12);
    }
}
