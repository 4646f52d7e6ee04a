//! Wind and speed of sound, carried forward over events.
//!
//! Every impulse that several sensors hear tells a little of the wind, whatever made it: sound from
//! upwind comes late by more the farther it came, which no error of place imitates. One shot
//! hardly knows; twenty do.

use nalgebra::{DMatrix, DVector, Matrix3, Vector3};

use crate::atmosphere::{Uncertain, Wind};
use crate::geodesy::Enu;
use crate::paths::PathPrior;
use crate::solve::{Air, Dimensions, Problem, Solution};
use crate::timestamp::Timestamp;
use crate::travel::Medium;

/// How the air changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AirProcess {
    /// Standard deviation of each wind component about the report over a long time, m/s.
    pub wind_sigma_m_s: f64,
    /// The same of the speed of sound.
    pub speed_sigma_m_s: f64,
    /// Time after which the wind has forgotten what it was, seconds.
    pub wind_memory_s: f64,
    /// The same of the speed of sound.
    pub speed_memory_s: f64,
    /// How alike path delays of different places are, so that they do not pass for wind.
    pub paths: PathPrior,
}

impl Default for AirProcess {
    /// *Estimated*: an airport's report is off by 2 m/s per axis a few kilometres away, and wind follows
    /// the weather over some six hours; temperature by 2 degrees, over half a day.
    fn default() -> Self {
        Self {
            wind_sigma_m_s: 2.0,
            speed_sigma_m_s: 1.2,
            wind_memory_s: 6.0 * 3600.0,
            speed_memory_s: 12.0 * 3600.0,
            paths: PathPrior::default(),
        }
    }
}

/// The belief about wind east, wind north and speed of sound: a Kalman filter of an
/// Ornstein-Uhlenbeck process about the last weather report.
///
/// Updates in the order of event time; the result is a function of their sequence alone.
#[derive(Clone, Debug)]
pub struct AirFilter {
    process: AirProcess,
    time: Timestamp,
    report: Vector3<f64>,
    mean: Vector3<f64>,
    covariance: Matrix3<f64>,
    /// Places that have told of the air, and when.
    heard: Vec<(Enu, Timestamp)>,
}

/// What became of an impulse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AirUpdate {
    /// Squared surprise in units of its covariance; the mean over events is 3.
    pub nis: f64,
    /// It was taken in; not if it is out of keeping with all that is known.
    pub used: bool,
}

/// Impulses more surprising than this are left out: chi-square with three degrees of freedom, one
/// in ten thousand.
const GATE: f64 = 21.1;
/// Evidence that has faded to this share is forgotten.
const FADED: f64 = 0.01;

impl AirFilter {
    /// Starts at `time` from a report: `air` with its sigmas.
    pub fn new(process: AirProcess, time: Timestamp, air: &Air) -> Self {
        let report = Vector3::new(air.wind.east.mean, air.wind.north.mean, air.speed_m_s.mean);
        let sigmas = Vector3::new(
            air.wind.east.sigma,
            air.wind.north.sigma,
            air.speed_m_s.sigma,
        );
        Self {
            process,
            time,
            report,
            mean: report,
            covariance: Matrix3::from_diagonal(&sigmas.component_mul(&sigmas)),
            heard: Vec::new(),
        }
    }

    /// The air at `time`, which is the last event's or later.
    pub fn air(&self, time: Timestamp) -> Air {
        let (mean, covariance) = self.at(time);
        let sigma = |k: usize| covariance[(k, k)].max(0.0).sqrt();
        Air {
            speed_m_s: Uncertain::new(mean[2], sigma(2)),
            wind: Wind {
                east: Uncertain::new(mean[0], sigma(0)),
                north: Uncertain::new(mean[1], sigma(1)),
            },
        }
    }

    /// Takes in a further weather report.
    pub fn report(&mut self, time: Timestamp, air: &Air) {
        self.advance(time);
        let reported = Self::new(self.process, time, air);
        self.report = reported.report;
        let innovation = self.covariance + reported.covariance;
        if let Some(inverse) = innovation.try_inverse() {
            let gain = self.covariance * inverse;
            self.mean += gain * (reported.mean - self.mean);
            self.covariance -= gain * self.covariance;
        }
    }

    /// Takes in a located impulse. `problem` is what it was solved from with the air of
    /// [`AirFilter::air`] and the paths' delays as they were known at the place found.
    ///
    /// Place and time of firing are marginalised, arrivals that were taken as late left out. Path
    /// delays of one place are the same again for its next shot, and alike nearby; so an impulse
    /// counts only as far as its place has not told already. With correlation `q` to `m` earlier
    /// ones the information of all is `m / (1 + (m - 1) q)` of one, and the next adds the
    /// difference.
    ///
    /// `None` if fewer than five arrivals are on time.
    pub fn hear(
        &mut self,
        time: Timestamp,
        problem: &Problem<'_>,
        found: &Solution,
    ) -> Option<AirUpdate> {
        self.advance(time);
        let (mut information, mut slope) = evidence(problem, found, &self.mean)?;
        let fresh = self.freshness(found.position, time, problem);
        information *= fresh;
        slope *= fresh;
        // (P^-1 + I)^-1 = (1 + P I)^-1 P, which needs no inverse of a certain belief.
        let factor = (Matrix3::identity() + self.covariance * information).try_inverse()?;
        let covariance = factor * self.covariance;
        // With d = I^-1 slope, what the impulse alone says: d' (P + I^-1)^-1 d.
        let own = information.try_inverse()?;
        let nis = slope.dot(&(factor * own * slope));
        let used = nis < GATE;
        if used {
            self.mean += covariance * slope;
            self.covariance = 0.5 * (covariance + covariance.transpose());
            self.heard.push((found.position, time));
        }
        Some(AirUpdate { nis, used })
    }

    /// Mean and covariance at `time`: each component falls back to the report.
    fn at(&self, time: Timestamp) -> (Vector3<f64>, Matrix3<f64>) {
        let p = &self.process;
        let passed_s = time.since(self.time).0.max(0.0);
        let kept = Vector3::new(p.wind_memory_s, p.wind_memory_s, p.speed_memory_s)
            .map(|memory_s| (-passed_s / memory_s).exp());
        let long = Vector3::new(p.wind_sigma_m_s, p.wind_sigma_m_s, p.speed_sigma_m_s);
        let mean = self.report + kept.component_mul(&(self.mean - self.report));
        let mut covariance = self.covariance;
        for a in 0..3 {
            for b in 0..3 {
                covariance[(a, b)] *= kept[a] * kept[b];
            }
            covariance[(a, a)] += long[a] * long[a] * (1.0 - kept[a] * kept[a]);
        }
        (mean, covariance)
    }

    fn advance(&mut self, time: Timestamp) {
        if time > self.time {
            (self.mean, self.covariance) = self.at(time);
            self.time = time;
            let wind_memory_s = self.process.wind_memory_s;
            self.heard
                .retain(|(_, then)| (-2.0 * time.since(*then).0 / wind_memory_s).exp() > FADED);
        }
    }

    /// The share of an impulse's information that its place has not given before.
    fn freshness(&self, place: Enu, time: Timestamp, problem: &Problem<'_>) -> f64 {
        // Jitter is anew in every shot.
        let path2 = problem.paths.iter().map(|p| p.sigma * p.sigma).sum::<f64>()
            / problem.paths.len().max(1) as f64;
        let constant = path2 / (path2 + problem.sigma.0 * problem.sigma.0);
        let (mut sum, mut squares) = (0.0, 0.0);
        for (there, then) in &self.heard {
            let faded = (-2.0 * time.since(*then).0 / self.process.wind_memory_s).exp();
            let alike = constant * faded * self.process.paths.correlation(place, *there, 0.0);
            sum += alike;
            squares += alike * alike;
        }
        if sum <= 0.0 {
            return 1.0;
        }
        let alike = squares / sum;
        (1.0 - alike) / ((1.0 + sum - alike) * (1.0 + sum))
    }
}

/// Information of one impulse on the air and the slope of its log likelihood at `air`, place, height
/// and time of firing marginalised to first order.
fn evidence(
    problem: &Problem<'_>,
    found: &Solution,
    air: &Vector3<f64>,
) -> Option<(Matrix3<f64>, Vector3<f64>)> {
    let medium = Medium {
        speed_m_s: air[2],
        wind_m_s: [air[0], air[1]],
    };
    let three = problem.dimensions == Dimensions::Three;
    let used: Vec<usize> = (0..problem.sensors.len())
        .filter(|&k| found.used(k))
        .collect();
    if used.len() < 5 {
        return None;
    }
    // Columns: east, north, up, time of firing, then wind east, north and speed.
    let mut info = DMatrix::<f64>::zeros(7, 7);
    let mut slope = DVector::<f64>::zeros(7);
    for &k in &used {
        let mut sensor = problem.sensors[k];
        if !three {
            sensor.up_m = found.position.up_m;
        }
        let path = problem.paths.get(k).copied().unwrap_or_default();
        let delay = medium.delay(found.position, sensor);
        let residual_s = problem.arrivals[k].0 - path.mean - found.t0.0 - delay.delay_s;
        let [e, n, u] = delay.by_source;
        let [we, wn] = delay.by_wind;
        let by = DVector::from_row_slice(&[e, n, u, 1.0, we, wn, delay.by_speed]);
        let survey_s = problem.survey_sigma_m / medium.speed_m_s;
        let weight =
            1.0 / (problem.sigma.0.powi(2) + survey_s * survey_s + path.sigma * path.sigma);
        info += &by * by.transpose() * weight;
        slope += by * (residual_s * weight);
    }
    // The height is held where it was found as firmly as the answer knows it.
    let up = found.covariance_m2[2][2];
    info[(2, 2)] += if three && up > 0.0 { 1.0 / up } else { 1e9 };
    let nuisance = info.view((0, 0), (4, 4)).clone_owned().cholesky()?;
    let cross = info.view((0, 4), (4, 3)).clone_owned();
    let own = info.view((4, 4), (3, 3)) - cross.transpose() * nuisance.solve(&cross);
    let first = slope.rows(0, 4).clone_owned();
    let left = slope.rows(4, 3) - cross.transpose() * nuisance.solve(&first);
    let information = Matrix3::from_fn(|a, b| 0.5 * (own[(a, b)] + own[(b, a)]));
    let slope = Vector3::new(left[0], left[1], left[2]);
    let usable = information
        .iter()
        .chain(slope.iter())
        .all(|v| v.is_finite());
    usable.then_some((information, slope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::{Settings, solve};
    use crate::units::Seconds;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    fn sensors() -> Vec<Enu> {
        (0..14)
            .map(|k| {
                let (turn, range_m) = (2.4 * f64::from(k), 200.0 + 45.0 * f64::from(k));
                Enu::new(range_m * turn.cos(), range_m * turn.sin(), 0.0)
            })
            .collect()
    }

    fn unknown() -> Air {
        Air {
            speed_m_s: Uncertain::new(340.0, 1.2),
            wind: Wind {
                east: Uncertain::new(0.0, 2.0),
                north: Uncertain::new(0.0, 2.0),
            },
        }
    }

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_ns(0) + Seconds(seconds)
    }

    /// Feeds `n` impulses a minute apart from `place(k)` in constant air; path delays are `path(k)`.
    fn run(
        rng: &mut ChaCha8Rng,
        wind: [f64; 2],
        n: usize,
        place: impl Fn(&mut ChaCha8Rng, usize) -> Enu,
        path: impl Fn(&mut ChaCha8Rng, usize) -> Vec<f64>,
    ) -> (AirFilter, Vec<f64>) {
        let sensors = sensors();
        let mut process = AirProcess::default();
        // Paths of this test are alike at one place, also as found, and nowhere else; its air stays.
        process.paths.near_share = 1.0;
        process.paths.near_m = 30.0;
        process.paths.range_m = 60.0;
        process.wind_memory_s = 1e9;
        process.speed_memory_s = 1e9;
        let mut filter = AirFilter::new(process, at(0.0), &unknown());
        let prior = vec![Uncertain::new(0.0, 0.0074); sensors.len()];
        let mut surprises = Vec::new();
        for k in 0..n {
            let source = place(rng, k);
            let extra_s = path(rng, k);
            // Travel time by iteration of |d - v tau| = c tau, not by the crate's own formula.
            let arrivals: Vec<Seconds> = (sensors.iter().zip(&extra_s))
                .map(|(s, extra_s)| {
                    let mut tau = 0.0;
                    for _ in 0..40 {
                        let e = s.east_m - source.east_m - wind[0] * tau;
                        let n = s.north_m - source.north_m - wind[1] * tau;
                        tau = e.hypot(n) / 340.0;
                    }
                    Seconds(tau + extra_s + 1e-3 * normal(rng))
                })
                .collect();
            let time = at(60.0 * k as f64);
            let problem = Problem {
                sensors: &sensors,
                arrivals: &arrivals,
                sigma: Seconds(1e-3),
                survey_sigma_m: 0.0,
                dimensions: Dimensions::Two,
                air: filter.air(time),
                up_m: None,
                paths: &prior,
            };
            let found = solve(&problem, &Settings::default()).unwrap();
            surprises.extend(filter.hear(time, &problem, &found).map(|u| u.nis));
        }
        (filter, surprises)
    }

    /// Squared error of the wind in units of the filter's own covariance.
    fn nees(filter: &AirFilter, wind: [f64; 2]) -> f64 {
        let air = filter.air(filter.time).wind;
        let e = (air.east.mean - wind[0]) / air.east.sigma;
        let n = (air.north.mean - wind[1]) / air.north.sigma;
        e * e + n * n
    }

    fn spread(rng: &mut ChaCha8Rng) -> Enu {
        Enu::new(
            rng.random_range(-500.0..500.0),
            rng.random_range(-500.0..500.0),
            0.0,
        )
    }

    fn fresh_paths(rng: &mut ChaCha8Rng) -> Vec<f64> {
        (0..14).map(|_| 0.0074 * normal(rng)).collect()
    }

    #[test]
    fn impulses_from_everywhere_sharpen_the_wind_as_far_as_the_filter_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (mut sum, mut surprise, mut count) = (0.0, 0.0, 0.0);
        for _ in 0..60 {
            let wind = [2.0 * normal(&mut rng), 2.0 * normal(&mut rng)];
            let (filter, surprises) = run(
                &mut rng,
                wind,
                20,
                |rng, _| spread(rng),
                |rng, _| fresh_paths(rng),
            );
            sum += nees(&filter, wind);
            surprise += surprises.iter().sum::<f64>();
            count += surprises.len() as f64;
            let sigma = filter.air(filter.time).wind.east.sigma;
            assert!((0.15..1.0).contains(&sigma), "{sigma}");
        }
        // 2 for a perfect filter; the mean of 60 has a standard deviation of 0.26.
        let nees = sum / 60.0;
        assert!((1.2..2.8).contains(&nees), "NEES {nees}");
        // 3 for a perfect filter; the mean of 1200 has one of 0.07. Arrivals taken as late are left
        // out, which makes the others a little too good.
        let nis = surprise / count;
        assert!((2.0..3.5).contains(&nis), "NIS {nis}");
    }

    #[test]
    fn shots_of_one_place_count_as_little_more_than_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let wind = [3.0, -1.0];
        let here = Enu::new(120.0, -80.0, 0.0);
        let paths = fresh_paths(&mut rng);
        let sigma = |n: usize, rng: &mut ChaCha8Rng| {
            let (filter, _) = run(rng, wind, n, |_, _| here, |_, _| paths.clone());
            filter.air(filter.time).wind.east.sigma
        };
        let (one, thirty) = (sigma(1, &mut rng), sigma(30, &mut rng));
        assert!(thirty > 0.85 * one, "{one} {thirty}");
        // And the belief is right about itself: over many draws of the paths.
        let mean = (0..40)
            .map(|_| {
                let paths = fresh_paths(&mut rng);
                let (filter, _) = run(&mut rng, wind, 10, |_, _| here, |_, _| paths.clone());
                nees(&filter, wind)
            })
            .sum::<f64>()
            / 40.0;
        assert!(mean < 3.5, "NEES {mean}");
    }

    #[test]
    fn what_was_learned_fades_to_the_report() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (filter, _) = run(
            &mut rng,
            [4.0, 0.0],
            30,
            |rng, _| spread(rng),
            |rng, _| fresh_paths(rng),
        );
        let soon = filter.air(filter.time);
        let mut filter = filter;
        filter.process.wind_memory_s = 6.0 * 3600.0;
        let later = filter.air(filter.time + Seconds(20.0 * 24.0 * 3600.0));
        assert!((soon.wind.east.mean - 4.0).abs() < 2.0);
        assert!(later.wind.east.mean.abs() < 1e-3);
        assert!((later.wind.east.sigma - 2.0).abs() < 1e-3);
        let mut told = filter.clone();
        let mut report = unknown();
        report.wind.east = Uncertain::new(4.0, 0.01);
        told.report(filter.time, &report);
        assert!((told.air(told.time).wind.east.mean - 4.0).abs() < 0.02);
    }
}
