//! Maximum likelihood for the rounds of one burst.

use nalgebra::{DMatrix, DVector};

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::locate::assumptions::Assumptions;
use crate::locate::likelihood::direct_probability;
use crate::median::upper_median;
use crate::paths::Prediction;
use crate::travel::Medium;

/// One arrival of one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Index into the sensors handed to [`fit`].
    pub sensor: usize,
    /// Arrival time after the caller's epoch, seconds.
    pub time_s: f64,
    /// Standard deviation of the onset itself, seconds.
    pub sigma_s: f64,
}

/// The arrivals of one round, at most one a sensor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// First guess of the time of firing after the caller's epoch, seconds.
    pub time_s: f64,
    /// What the sensors heard.
    pub observations: Vec<Observation>,
}

/// A located burst.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// One position a round.
    pub positions: Vec<Enu>,
    /// Covariance of (east, north) of each round, square metres.
    pub covariances_m2: Vec<[[f64; 2]; 2]>,
    /// Time of firing of each round after the caller's epoch, seconds.
    pub times_s: Vec<f64>,
    /// Standard deviation of each time, seconds.
    pub time_sigmas_s: Vec<f64>,
    /// Observed minus predicted, seconds, by round and observation.
    pub residuals_s: Vec<Vec<f64>>,
    /// Probability that the arrival is direct, not a late echo, by round and observation.
    pub direct: Vec<Vec<f64>>,
    /// The last step was shorter than a centimetre.
    pub converged: bool,
}

impl Fix {
    /// Moves every position by `shift_m` (east, north) and makes times and residuals those of the
    /// new place. `rounds` and `assumptions` are those of the fit.
    pub fn shift(&mut self, shift_m: [f64; 2], rounds: &[Round], assumptions: &Assumptions<'_>) {
        for (k, round) in rounds.iter().enumerate() {
            let here = self.positions[k];
            let there = Enu::new(
                here.east_m + shift_m[0],
                here.north_m + shift_m[1],
                here.up_m,
            );
            // How much sooner each arrival must have been fired.
            let sooner_s: Vec<f64> = round
                .observations
                .iter()
                .map(|o| {
                    let sensor = assumptions.sensors[o.sensor].position;
                    let medium = &assumptions.medium;
                    medium.delay_s(here, sensor) - medium.delay_s(there, sensor)
                })
                .collect();
            let weights = &self.direct[k];
            let weighted: f64 = sooner_s.iter().zip(weights).map(|(s, w)| s * w).sum();
            let total: f64 = weights.iter().sum();
            let mean_s = if total > 0.0 { weighted / total } else { 0.0 };
            self.positions[k] = there;
            self.times_s[k] += mean_s;
            for (residual_s, sooner_s) in self.residuals_s[k].iter_mut().zip(sooner_s) {
                *residual_s += sooner_s - mean_s;
            }
        }
    }

    /// Adds `spread_m2` to the covariance of every position.
    pub fn widen(&mut self, spread_m2: [[f64; 2]; 2]) {
        for covariance_m2 in &mut self.covariances_m2 {
            for (row, extra) in covariance_m2.iter_mut().zip(spread_m2) {
                for (entry, extra) in row.iter_mut().zip(extra) {
                    *entry += extra;
                }
            }
        }
    }
}

/// Why a burst could not be located.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// No round has an arrival.
    #[error("no arrival to locate from")]
    Empty,
    /// The geometry leaves an unknown open.
    #[error("the arrivals leave the position open")]
    Degenerate,
}

const MAX_ITERATIONS: usize = 40;
/// A guess is far off when its typical misfit is beyond this many standard deviations.
const FAR_SIGMAS: f64 = 2.0;
/// A step is at most this long, metres: far steps on a curved misfit overshoot.
const MAX_STEP_M: f64 = 150.0;
/// A shooter moves at a fast walk at most while firing, m/s ...
const WALK_M_S: f64 = 1.5;
/// ... and turns or leans between rounds, metres.
const LEAN_M: f64 = 0.3;

/// Locates the rounds of one burst together.
///
/// Residual of the arrival of round k at sensor s, in seconds:
/// `r = t - T_k - tau(x_k, s; wind, c) - b_s`. Unknowns: position (east, north, up) of the first
/// round, times of firing `T_k`, displacement of each further round against the one before
/// (random walk about `Assumptions::drift`), wind, speed of sound and the extra delay `b_s` of each path, which all rounds
/// share, as far as they go on alike from where a moving source is then; the last five with their priors. So rounds average away the jitter but never the
/// constant error of the paths, and the covariance says so.
///
/// Late arrivals: each is direct or, with probability `late_share`, an echo that lags by an
/// exponentially distributed time. Expectation-maximisation weighs each arrival by its probability of
/// being direct (one-sided: an early arrival has no excuse).
///
/// # Arguments
/// * `rounds` - at least one, with arrivals; a first guess of each time.
/// * `start` - first guess of the position. The optimum nearest to it is found.
///
/// # Errors
/// [`FitError::Empty`], [`FitError::Degenerate`].
///
/// # Source
/// W. H. Foy, Position-Location Solutions by Taylor-Series Estimation, IEEE Trans. AES-12(2),
/// 1976 (iteration). D. J. Torrieri, Statistical Theory of Passive Location Systems, IEEE Trans.
/// AES-20(2), 1984 (covariance).
pub fn fit(rounds: &[Round], start: Enu, assumptions: &Assumptions<'_>) -> Result<Fix, FitError> {
    if rounds.iter().all(|r| r.observations.is_empty()) {
        return Err(FitError::Empty);
    }
    let unknowns = Unknowns::new(rounds, assumptions.sensors.len());
    let mut state = unknowns.start(rounds, start, assumptions);
    let mut converged = false;
    let mut system = unknowns.normal_equations(rounds, &state, assumptions, 0.0);
    // From afar nothing looks direct. Then the tolerance starts at the misfit of the guess and
    // halves from step to step until the assumed spread takes over.
    let mut blur_s = 0.0;
    let (misfit_s, sigma_s) = (
        typical_misfit_s(&system),
        unknowns.sigma_s(rounds, assumptions),
    );
    if misfit_s > FAR_SIGMAS * sigma_s {
        blur_s = misfit_s;
        system = unknowns.normal_equations(rounds, &state, assumptions, blur_s);
    }
    for _ in 0..MAX_ITERATIONS {
        let Some(factor) = system.information.clone().cholesky() else {
            return Err(FitError::Degenerate);
        };
        let mut step = factor.solve(&system.gradient);
        let length_m = step[0].hypot(step[1]);
        if !length_m.is_finite() {
            return Err(FitError::Degenerate);
        }
        if length_m > MAX_STEP_M {
            step *= MAX_STEP_M / length_m;
        }
        state += step;
        let settled = blur_s == 0.0;
        blur_s = if blur_s > sigma_s { 0.5 * blur_s } else { 0.0 };
        system = unknowns.normal_equations(rounds, &state, assumptions, blur_s);
        if settled && length_m < 0.01 {
            converged = true;
            break;
        }
    }
    let covariance = system
        .information
        .clone()
        .cholesky()
        .ok_or(FitError::Degenerate)?
        .inverse();
    Ok(unknowns.fix(rounds, &state, &covariance, system, converged))
}

/// Where each unknown stands in the state vector.
struct Unknowns {
    n_rounds: usize,
    /// Column of each sensor's path delay, if it has one. With a single round the delay is not to
    /// be told from jitter and is left out; its variance joins that of the arrival.
    path: Vec<Option<usize>>,
    n: usize,
}

const EAST: usize = 0;
const NORTH: usize = 1;
const UP: usize = 2;
const WIND: usize = 3;
const SPEED: usize = 5;
const TIMES: usize = 6;

struct System {
    information: DMatrix<f64>,
    gradient: DVector<f64>,
    residuals_s: Vec<Vec<f64>>,
    direct: Vec<Vec<f64>>,
    learned: Option<Prediction>,
}

impl Unknowns {
    fn new(rounds: &[Round], n_sensors: usize) -> Self {
        let n_rounds = rounds.len();
        let mut n = TIMES + n_rounds + 2 * (n_rounds - 1);
        let mut path = vec![None; n_sensors];
        if n_rounds > 1 {
            for observation in rounds.iter().flat_map(|r| &r.observations) {
                path[observation.sensor].get_or_insert_with(|| {
                    n += 1;
                    n - 1
                });
            }
        }
        Self { n_rounds, path, n }
    }

    fn time(&self, round: usize) -> usize {
        TIMES + round
    }

    /// Columns of the displacement of `round` (at least 1) against the first.
    fn shift(&self, round: usize) -> usize {
        TIMES + self.n_rounds + 2 * (round - 1)
    }

    fn start(&self, rounds: &[Round], start: Enu, a: &Assumptions<'_>) -> DVector<f64> {
        let mut state = DVector::zeros(self.n);
        state[EAST] = start.east_m;
        state[NORTH] = start.north_m;
        state[UP] = a.height.at(start.east_m, start.north_m).mean;
        state[WIND] = a.medium.wind_m_s[0];
        state[WIND + 1] = a.medium.wind_m_s[1];
        state[SPEED] = a.medium.speed_m_s;
        for (k, round) in rounds.iter().enumerate() {
            state[self.time(k)] = round.time_s;
            if k > 0 {
                let after_s = round.time_s - rounds[0].time_s;
                for (axis, drift_m_s) in a.drift.velocity_m_s.into_iter().enumerate() {
                    state[self.shift(k) + axis] = drift_m_s * after_s;
                }
            }
        }
        state
    }

    fn position(&self, state: &DVector<f64>, round: usize) -> Enu {
        let (mut east_m, mut north_m) = (state[EAST], state[NORTH]);
        if round > 0 {
            east_m += state[self.shift(round)];
            north_m += state[self.shift(round) + 1];
        }
        Enu::new(east_m, north_m, state[UP])
    }

    /// Typical spread of an arrival about its prediction, seconds.
    fn sigma_s(&self, rounds: &[Round], a: &Assumptions<'_>) -> f64 {
        let sigmas = rounds.iter().flat_map(|r| &r.observations).map(|o| {
            a.settings
                .path_sigma_s
                .hypot(a.sensors[o.sensor].sigma_s)
                .hypot(o.sigma_s)
                .hypot(a.settings.jitter_sigma_s)
        });
        upper_median(sigmas.collect())
    }

    fn normal_equations(
        &self,
        rounds: &[Round],
        state: &DVector<f64>,
        a: &Assumptions<'_>,
        blur_s: f64,
    ) -> System {
        let mut information = DMatrix::zeros(self.n, self.n);
        let mut gradient = DVector::zeros(self.n);
        let mut add = |columns: &[(usize, f64)], residual: f64, weight: f64| {
            for &(i, di) in columns {
                gradient[i] += weight * di * residual;
                for &(j, dj) in columns {
                    information[(i, j)] += weight * di * dj;
                }
            }
        };
        let mut prior = |column: usize, believed: Uncertain| {
            // A sigma of zero means "known": a nanometre keeps the matrix finite.
            let weight = believed.sigma.max(1e-9).powi(-2);
            add(&[(column, 1.0)], believed.mean - state[column], weight);
        };
        prior(UP, a.height.at(state[EAST], state[NORTH]));
        for axis in 0..2 {
            let sigma = a.wind_sigma_m_s[axis];
            prior(WIND + axis, Uncertain::new(a.medium.wind_m_s[axis], sigma));
        }
        prior(SPEED, Uncertain::new(a.medium.speed_m_s, a.speed_sigma_m_s));

        let medium = Medium {
            // Kept inside physics while the iteration is still far off.
            speed_m_s: state[SPEED].clamp(250.0, 450.0),
            wind_m_s: [
                state[WIND].clamp(-60.0, 60.0),
                state[WIND + 1].clamp(-60.0, 60.0),
            ],
        };
        let learned = a.learned(self.position(state, 0));
        for (sensor, column) in self.path.iter().enumerate() {
            if let Some(column) = *column {
                let delay_s = medium.delay_s(self.position(state, 0), a.sensors[sensor].position);
                prior(column, a.path(learned.as_ref(), sensor, delay_s));
            }
        }
        for k in 1..self.n_rounds {
            let gap_s = state[self.time(k)] - state[self.time(k - 1)];
            let weight = (LEAN_M * LEAN_M + (WALK_M_S * gap_s).powi(2)).recip();
            for (axis, drift_m_s) in a.drift.velocity_m_s.into_iter().enumerate() {
                let here = self.shift(k) + axis;
                let on_m = drift_m_s * gap_s;
                if k == 1 {
                    add(&[(here, 1.0)], on_m - state[here], weight);
                } else {
                    let before = self.shift(k - 1) + axis;
                    add(
                        &[(here, 1.0), (before, -1.0)],
                        on_m + state[before] - state[here],
                        weight,
                    );
                }
            }
        }

        let mut residuals_s = Vec::with_capacity(rounds.len());
        let mut direct = Vec::with_capacity(rounds.len());
        for (k, round) in rounds.iter().enumerate() {
            let position = self.position(state, k);
            let after_s = state[self.time(k)] - state[self.time(0)];
            let alike = a.drift.alike(after_s);
            let mut residuals = Vec::with_capacity(round.observations.len());
            let mut probabilities = Vec::with_capacity(round.observations.len());
            for o in &round.observations {
                let d = medium.delay(position, a.sensors[o.sensor].position);
                let whole = o.time_s - state[self.time(k)] - d.delay_s;
                let path = a.path(learned.as_ref(), o.sensor, d.delay_s);
                let jitter_s = o.sigma_s.hypot(a.settings.jitter_sigma_s);
                // Of a path's delay at the first round so much is left; the rest is new.
                let noise = jitter_s.hypot(path.sigma * (1.0 - alike * alike).sqrt());
                // Direct or late is judged by the whole residual, unlearned path delay included: an
                // echo repeats from round to round as a path delay does.
                let p = if blur_s > 0.0 {
                    // Cauchy weight: never zero, so that no arrival is lost before its time.
                    1.0 / (1.0 + ((whole - path.mean) / blur_s).powi(2))
                } else {
                    direct_probability(whole - path.mean, path.sigma.hypot(jitter_s), a.settings)
                };
                let mut columns = vec![
                    (EAST, d.by_source[0]),
                    (NORTH, d.by_source[1]),
                    (UP, d.by_source[2]),
                    (WIND, d.by_wind[0]),
                    (WIND + 1, d.by_wind[1]),
                    (SPEED, d.by_speed),
                    (self.time(k), 1.0),
                ];
                if k > 0 {
                    columns.push((self.shift(k), d.by_source[0]));
                    columns.push((self.shift(k) + 1, d.by_source[1]));
                }
                let (residual, sigma) = match self.path[o.sensor] {
                    Some(column) => {
                        columns.push((column, alike));
                        let left_s = alike * (state[column] - path.mean);
                        (whole - path.mean - left_s, noise)
                    }
                    None => (whole - path.mean, path.sigma.hypot(noise)),
                };
                add(&columns, residual, p / (sigma * sigma));
                residuals.push(whole - path.mean);
                probabilities.push(p);
            }
            residuals_s.push(residuals);
            direct.push(probabilities);
        }
        System {
            information,
            gradient,
            residuals_s,
            direct,
            learned,
        }
    }

    fn fix(
        &self,
        rounds: &[Round],
        state: &DVector<f64>,
        covariance: &DMatrix<f64>,
        system: System,
        converged: bool,
    ) -> Fix {
        let covariance_of = |k: usize| {
            // Position of round k is the sum of two columns per axis.
            let columns = |axis: usize| match k {
                0 => vec![EAST + axis],
                _ => vec![EAST + axis, self.shift(k) + axis],
            };
            let entry = |a: usize, b: usize| {
                let (rows, columns) = (columns(a), columns(b));
                rows.iter()
                    .map(|&i| columns.iter().map(|&j| covariance[(i, j)]).sum::<f64>())
                    .sum()
            };
            let cross = entry(0, 1);
            [[entry(0, 0), cross], [cross, entry(1, 1)]]
        };
        let all = 0..rounds.len();
        let mut fix = Fix {
            positions: all.clone().map(|k| self.position(state, k)).collect(),
            covariances_m2: all.clone().map(covariance_of).collect(),
            times_s: all.clone().map(|k| state[self.time(k)]).collect(),
            time_sigmas_s: all
                .map(|k| covariance[(self.time(k), self.time(k))].max(0.0).sqrt())
                .collect(),
            residuals_s: system.residuals_s,
            direct: system.direct,
            converged,
        };
        // Places of calibrations may have been stated wrong, which moves every fix near them.
        if let Some(learned) = system.learned {
            fix.widen(learned.place_covariance_m2);
        }
        fix
    }
}

/// Median distance of the residuals from their median, the largest of the rounds, seconds.
fn typical_misfit_s(system: &System) -> f64 {
    let of_round = |residuals: &Vec<f64>| {
        let middle = upper_median(residuals.clone());
        upper_median(residuals.iter().map(|r| (r - middle).abs()).collect())
    };
    system.residuals_s.iter().map(of_round).fold(0.0, f64::max)
}
