//! The velocity that arrival times of several rounds tell.

use nalgebra::{DMatrix, DVector};

use super::{LEAST_ROUNDS, LEAST_SENSORS, Motion};
use crate::associate::Site;
use crate::geodesy::Enu;
use crate::incident::{ArrivalStatus, Shot};
use crate::paths::PathPrior;
use crate::units::Seconds;

/// When sensors heard the rounds of a source, and about where it was.
pub(crate) struct Heard {
    /// The place in the middle of the times.
    pub(crate) middle: Enu,
    /// Time of firing of each round, after the mean of all, seconds.
    pub(crate) fired_s: Vec<f64>,
    /// Round, sensor and time of arrival after the mean time of firing, seconds.
    pub(crate) arrivals: Vec<(usize, usize, f64)>,
}

/// A velocity, and how well it explains the arrivals.
pub(crate) struct Estimate {
    pub(crate) motion: Motion,
    /// Covariance if it stood, lean included, square m/s.
    standing_m2_s2: [[f64; 2]; 2],
    /// RMS of what is left beyond jitter over RMS of what it explains.
    pub(super) left: f64,
}

impl Estimate {
    /// Squared velocity in units of its covariance, as that is for a source that stands.
    pub(crate) fn significance(&self) -> f64 {
        self.as_if_it_stood().significance()
    }

    pub(super) fn as_if_it_stood(&self) -> Motion {
        Motion {
            covariance_m2_s2: self.standing_m2_s2,
            ..self.motion
        }
    }
}

impl Heard {
    /// `None` if they are too few.
    pub(super) fn of(site: &Site, shots: &[Shot]) -> Option<Self> {
        let used = |shot: &Shot| shot.n_used() >= LEAST_SENSORS;
        let shots: Vec<&Shot> = shots.iter().filter(|shot| used(shot)).collect();
        if shots.len() < LEAST_ROUNDS {
            return None;
        }
        let (epoch, n) = (shots[0].time, shots.len() as f64);
        let mean = |f: &dyn Fn(&Shot) -> f64| shots.iter().map(|s| f(s)).sum::<f64>() / n;
        let mean_s = mean(&|s| s.time.since(epoch).0);
        let mut arrivals = Vec::new();
        for (round, shot) in shots.iter().enumerate() {
            let used = shot
                .arrivals
                .iter()
                .filter(|a| a.status == ArrivalStatus::Used);
            arrivals.extend(used.map(|a| (round, a.sensor.0, a.time.since(epoch).0 - mean_s)));
        }
        let (east_m, north_m) = (mean(&|s| s.position.east_m), mean(&|s| s.position.north_m));
        let heard = Self {
            middle: Enu::new(east_m, north_m, shots[0].position.up_m),
            fired_s: shots
                .iter()
                .map(|s| s.time.since(epoch).0 - mean_s)
                .collect(),
            arrivals,
        };
        let repeated = (0..site.sensors.len())
            .filter(|&s| heard.times(s) > 1)
            .count();
        (repeated >= LEAST_SENSORS).then_some(heard)
    }

    fn times(&self, sensor: usize) -> usize {
        self.arrivals.iter().filter(|a| a.1 == sensor).count()
    }

    pub(super) fn has(&self, sensor: usize) -> bool {
        self.times(sensor) > 0
    }

    /// The velocity that explains the arrivals best, those of `without` left out; `None` where they leave it open.
    ///
    /// A tenth of all onsets is some milliseconds off, so arrivals are weighed as those of a t distribution of four degrees of
    /// freedom (Lange, Little and Taylor, JASA 84, 1989). From afar nothing fits; the tolerance then starts at the misfit and halves.
    pub(crate) fn velocity(&self, site: &Site, without: Option<usize>) -> Option<Estimate> {
        let arrivals = self.arrivals.iter().filter(|a| Some(a.1) != without);
        let mut solver = Solver::new(self, site, arrivals.copied().collect());
        let mut blur_s = solver.misfit_s();
        for _ in 0..MOST_STEPS {
            let step_m_s = solver.step(blur_s.max(solver.jitter_s))?;
            let settled = blur_s <= solver.jitter_s;
            blur_s *= 0.5;
            if settled && step_m_s < 1e-3 {
                break;
            }
        }
        solver.estimate()
    }
}

const MOST_STEPS: usize = 40;
/// A shooter who stands leans and turns, metres.
const LEAN_M: f64 = 0.3;
/// Degrees of freedom of the arrivals' errors.
const FREEDOM: f64 = 4.0;
/// Nothing that fires is faster, m/s ...
const SPEED_SIGMA_M_S: f64 = 30.0;
/// ... and neither places nor times of firing are farther off, seconds.
const OPEN_S: f64 = 0.1;

struct Solver<'a> {
    heard: &'a Heard,
    site: &'a Site,
    arrivals: Vec<(usize, usize, f64)>,
    jitter_s: f64,
    /// Velocity, then times by round, then by sensor the constant of its path and its change with time.
    state: DVector<f64>,
}

impl<'a> Solver<'a> {
    fn new(heard: &'a Heard, site: &'a Site, arrivals: Vec<(usize, usize, f64)>) -> Self {
        let n = 2 + heard.fired_s.len() + 2 * site.sensors.len();
        let mut solver = Self {
            heard,
            site,
            arrivals,
            jitter_s: site.settings.jitter_sigma_s,
            state: DVector::zeros(n),
        };
        for (k, fired_s) in heard.fired_s.iter().enumerate() {
            solver.state[2 + k] = *fired_s;
        }
        solver
    }

    fn path(&self, sensor: usize) -> usize {
        2 + self.heard.fired_s.len() + 2 * sensor
    }

    /// Where the source is `after_s` after the middle.
    fn place(&self, after_s: f64) -> Enu {
        let middle = self.heard.middle;
        Enu::new(
            middle.east_m + self.state[0] * after_s,
            middle.north_m + self.state[1] * after_s,
            middle.up_m,
        )
    }

    /// Observed less predicted, seconds, with the derivative of the travel time by the place.
    fn residual_s(&self, &(round, sensor, time_s): &(usize, usize, f64)) -> (f64, [f64; 2]) {
        let after_s = self.heard.fired_s[round];
        let there = self.site.sensors[sensor].position;
        let delay = self.site.medium.delay(self.place(after_s), there);
        let path = self.path(sensor);
        let path_s = self.state[path] + self.state[path + 1] * after_s;
        let residual_s = time_s - self.state[2 + round] - delay.delay_s - path_s;
        (residual_s, [delay.by_source[0], delay.by_source[1]])
    }

    /// How far off arrivals of a source that stands are in the median, and not below the jitter, seconds.
    fn misfit_s(&self) -> f64 {
        let mut off = Vec::new();
        for sensor in 0..self.site.sensors.len() {
            let own = self.arrivals.iter().filter(|a| a.1 == sensor);
            let all: Vec<f64> = own.map(|a| self.residual_s(a).0).collect();
            let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
            off.extend(all.iter().map(|r| (r - mean).abs()));
        }
        off.sort_by(f64::total_cmp);
        off.get(off.len() / 2)
            .copied()
            .unwrap_or(0.0)
            .max(self.jitter_s)
    }

    /// Spread of the change of a path with time, s/s, for a source as fast as it is taken to be now.
    fn drift_sigma(&self) -> f64 {
        let fired_s = &self.heard.fired_s;
        let spread_s = (fired_s.iter().map(|t| t * t).sum::<f64>() / fired_s.len() as f64).sqrt();
        // Places one standard deviation of the times to either side of the middle.
        let (from, to) = (self.place(-spread_s), self.place(spread_s));
        let alike = PathPrior::default().correlation(from, to, 0.0);
        let path_s = self.site.settings.path_sigma_s;
        (path_s * (2.0 * (1.0 - alike)).sqrt() / (2.0 * spread_s).max(1e-6)).max(1e-9)
    }

    /// The normal equations with a tolerance of `sigma_s` and paths that change by `drift` a second.
    fn normal_equations(&self, sigma_s: f64, drift: f64) -> (DMatrix<f64>, DVector<f64>) {
        let n = self.state.len();
        let (mut information, mut gradient) = (DMatrix::zeros(n, n), DVector::zeros(n));
        let mut prior = |column: usize, off: f64, sigma: f64| {
            information[(column, column)] += sigma.powi(-2);
            gradient[column] -= off / (sigma * sigma);
        };
        for axis in 0..2 {
            prior(axis, self.state[axis], SPEED_SIGMA_M_S);
        }
        for (k, fired_s) in self.heard.fired_s.iter().enumerate() {
            prior(2 + k, self.state[2 + k] - fired_s, OPEN_S);
        }
        for sensor in 0..self.site.sensors.len() {
            let path = self.path(sensor);
            prior(path, self.state[path], OPEN_S);
            prior(path + 1, self.state[path + 1], drift);
        }
        for arrival in &self.arrivals {
            let after_s = self.heard.fired_s[arrival.0];
            let (residual_s, by_place) = self.residual_s(arrival);
            let off = residual_s / sigma_s;
            let weight = (FREEDOM + 1.0) / (FREEDOM + off * off) / (sigma_s * sigma_s);
            let path = self.path(arrival.1);
            let columns = [
                (0, by_place[0] * after_s),
                (1, by_place[1] * after_s),
                (2 + arrival.0, 1.0),
                (path, 1.0),
                (path + 1, after_s),
            ];
            for (i, di) in columns {
                gradient[i] += weight * di * residual_s;
                for (j, dj) in columns {
                    information[(i, j)] += weight * di * dj;
                }
            }
        }
        (information, gradient)
    }

    /// One step of Gauss and Newton; by how much the velocity changed, m/s.
    fn step(&mut self, sigma_s: f64) -> Option<f64> {
        let (information, gradient) = self.normal_equations(sigma_s, self.drift_sigma());
        let step = information.cholesky()?.solve(&gradient);
        let change_m_s = step[0].hypot(step[1]);
        if !change_m_s.is_finite() {
            return None;
        }
        self.state += step;
        Some(change_m_s)
    }

    fn estimate(&self) -> Option<Estimate> {
        let fired_s = &self.heard.fired_s;
        let square_s2: f64 = fired_s.iter().map(|t| t * t).sum();
        let lean = LEAN_M * LEAN_M / square_s2;
        // By how much times scatter beyond the jitter, all covariances are too small.
        let (mut squares, mut explained) = (Vec::new(), 0.0);
        for arrival in &self.arrivals {
            let (residual_s, [e, n]) = self.residual_s(arrival);
            squares.push(residual_s * residual_s);
            let moved_s = (e * self.state[0] + n * self.state[1]) * fired_s[arrival.0];
            explained += moved_s * moved_s / self.arrivals.len() as f64;
        }
        squares.sort_by(f64::total_cmp);
        // The median square of a normal number is 0.455 of its variance.
        let scatter_s2 = squares.get(squares.len() / 2)? / 0.455;
        let jitter_s2 = self.jitter_s * self.jitter_s;
        let wider = (scatter_s2 / jitter_s2).max(1.0);
        let covariance = |drift: f64| -> Option<[[f64; 2]; 2]> {
            let (information, _) = self.normal_equations(self.jitter_s, drift);
            let c = information.cholesky()?.inverse();
            let at = |i: usize, j: usize| wider * c[(i, j)] + if i == j { lean } else { 0.0 };
            Some([[at(0, 0), at(0, 1)], [at(1, 0), at(1, 1)]])
        };
        Some(Estimate {
            motion: Motion {
                velocity_m_s: [self.state[0], self.state[1]],
                covariance_m2_s2: covariance(self.drift_sigma())?,
                of: fired_s.len(),
                over: Seconds(fired_s.last()? - fired_s.first()?),
            },
            standing_m2_s2: covariance(1e-9)?,
            left: ((scatter_s2 - jitter_s2).max(0.0) / explained).sqrt(),
        })
    }
}
