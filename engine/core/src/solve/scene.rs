//! A problem brought into the form of the inner loops.

use super::problem::{Dimensions, MAX_SENSORS, Problem, Settings, SolveError};

/// A height stated better than this is taken to be known to this, metres.
const LEAST_HEIGHT_SIGMA_M: f64 = 1e-3;

/// Sensors in order of arrival, about their mean and the first arrival, in plain arrays.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) n: usize,
    pub(super) x: [f64; MAX_SENSORS],
    pub(super) y: [f64; MAX_SENSORS],
    pub(super) z: [f64; MAX_SENSORS],
    pub(super) t: [f64; MAX_SENSORS],
    /// Where the sensors are at their arrivals for one who drifts with the wind: in that frame
    /// the air is still.
    pub(super) drift_x: [f64; MAX_SENSORS],
    pub(super) drift_y: [f64; MAX_SENSORS],
    /// Index of the caller.
    pub(super) index: [u8; MAX_SENSORS],
    pub(super) origin: [f64; 3],
    pub(super) epoch_s: f64,
    /// Root mean square of the standard deviations of the arrivals.
    pub(super) sigma_s: f64,
    /// Standard deviation of each arrival with its path.
    pub(super) sigma: [f64; MAX_SENSORS],
    /// Speed of sound and wind, m/s.
    pub(super) speed: f64,
    pub(super) wind: [f64; 2],
    /// Their standard deviations.
    pub(super) speed_sigma: f64,
    pub(super) wind_sigma: [f64; 2],
    pub(super) three: bool,
    /// Standard deviation of the source's place about the mean of the sensors, each axis, metres.
    pub(super) reach: f64,
    /// Height of the source about `origin`: mean and standard deviation.
    pub(super) height: [f64; 2],
}

impl Scene {
    pub(super) fn try_new(problem: &Problem<'_>, settings: &Settings) -> Result<Self, SolveError> {
        let n = problem.sensors.len();
        if problem.arrivals.len() != n {
            return Err(SolveError::Mismatch {
                sensors: n,
                arrivals: problem.arrivals.len(),
            });
        }
        let paths = problem.paths;
        if !paths.is_empty() && paths.len() != n {
            return Err(SolveError::PathMismatch {
                sensors: n,
                paths: paths.len(),
            });
        }
        let path = |k: usize| paths.get(k).copied().unwrap_or_default();
        let three = problem.dimensions == Dimensions::Three;
        let need = 4;
        if n < need {
            return Err(SolveError::TooFew { need, got: n });
        }
        if n > MAX_SENSORS {
            return Err(SolveError::TooMany {
                max: MAX_SENSORS,
                got: n,
            });
        }
        let air = &problem.air;
        let (speed, wind) = (air.speed_m_s, air.wind);
        // Far beyond any array on Earth; squares of such numbers stay finite.
        let usable = |v: f64| v.abs() < 1e9;
        let all = problem
            .sensors
            .iter()
            .flat_map(|s| [s.east_m, s.north_m, s.up_m])
            .chain(problem.arrivals.iter().map(|t| t.0))
            .chain([speed.sigma, wind.east.sigma, wind.north.sigma])
            .chain(paths.iter().flat_map(|p| [p.mean, p.sigma]))
            .chain(problem.up_m.iter().flat_map(|up| [up.mean, up.sigma]))
            .all(usable);
        let still = wind.east.mean.hypot(wind.north.mean) < 0.5 * speed.mean;
        // Along the ray, a wrong place is a wrong time.
        let common_s = problem.sigma.0.hypot(problem.survey_sigma_m / speed.mean);
        let timely = (0..n).all(|k| (1e-9..10.0).contains(&common_s.hypot(path(k).sigma)));
        if !all || !timely || !(1.0..1e5).contains(&speed.mean) || !still {
            return Err(SolveError::NotUsable);
        }
        let mut order = [0_u8; MAX_SENSORS];
        for (k, slot) in order.iter_mut().enumerate() {
            *slot = k as u8;
        }
        order[..n].sort_unstable_by(|&a, &b| {
            let key = |k: u8| {
                let k = usize::from(k);
                let s = problem.sensors[k];
                (problem.arrivals[k].0 - path(k).mean, s.east_m, s.north_m)
            };
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then(a.2.total_cmp(&b.2))
        });
        let mut origin = [0.0; 3];
        for &k in &order[..n] {
            let s = problem.sensors[k as usize];
            origin[0] += s.east_m / n as f64;
            origin[1] += s.north_m / n as f64;
            origin[2] += if three { s.up_m / n as f64 } else { 0.0 };
        }
        let first = usize::from(order[0]);
        let epoch_s = problem.arrivals[first].0 - path(first).mean;
        let mut scene = Self {
            n,
            x: [0.0; MAX_SENSORS],
            y: [0.0; MAX_SENSORS],
            z: [0.0; MAX_SENSORS],
            t: [0.0; MAX_SENSORS],
            drift_x: [0.0; MAX_SENSORS],
            drift_y: [0.0; MAX_SENSORS],
            index: order,
            origin,
            epoch_s,
            sigma_s: common_s,
            sigma: [common_s; MAX_SENSORS],
            speed: speed.mean,
            wind: [wind.east.mean, wind.north.mean],
            speed_sigma: speed.sigma.max(0.0),
            wind_sigma: [wind.east.sigma.max(0.0), wind.north.sigma.max(0.0)],
            three,
            reach: 0.0,
            height: match problem.up_m {
                _ if !three => [0.0, 0.0],
                Some(up) => [up.mean - origin[2], up.sigma.max(LEAST_HEIGHT_SIGMA_M)],
                None => [
                    -settings.below_sensors_m.mean,
                    settings.below_sensors_m.sigma,
                ],
            },
        };
        for k in 0..n {
            let s = problem.sensors[order[k] as usize];
            scene.x[k] = s.east_m - origin[0];
            scene.y[k] = s.north_m - origin[1];
            scene.z[k] = if three { s.up_m - origin[2] } else { 0.0 };
            let path = path(usize::from(order[k]));
            scene.t[k] = problem.arrivals[usize::from(order[k])].0 - path.mean - epoch_s;
            scene.sigma[k] = common_s.hypot(path.sigma);
            scene.drift_x[k] = scene.x[k] - scene.wind[0] * scene.t[k];
            scene.drift_y[k] = scene.y[k] - scene.wind[1] * scene.t[k];
        }
        let square = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>();
        if !paths.is_empty() {
            scene.sigma_s = (square(&scene.sigma[..n]) / n as f64).sqrt();
        }
        let spread2 = 0.5 * (square(&scene.x[..n]) + square(&scene.y[..n])) / n as f64;
        scene.reach = settings.reach * spread2.sqrt().max(1.0);
        if scene.on_one_line() {
            return Err(SolveError::Degenerate);
        }
        Ok(scene)
    }

    /// Bits by the order of arrival as bits by the caller's order.
    pub(super) fn by_caller(&self, bits: u64) -> u64 {
        (0..self.n).fold(0, |all, k| all | (bits >> k & 1) << self.index[k])
    }

    /// Is the air certain?
    pub(super) fn known_air(&self) -> bool {
        self.speed_sigma <= 0.0 && self.wind_sigma[0] <= 0.0 && self.wind_sigma[1] <= 0.0
    }

    /// The spread across the main axis on the map is below a thousandth of that along it.
    fn on_one_line(&self) -> bool {
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for k in 0..self.n {
            xx += self.x[k] * self.x[k];
            xy += self.x[k] * self.y[k];
            yy += self.y[k] * self.y[k];
        }
        let (half, turn) = (0.5 * (xx + yy), (0.5 * (xx - yy)).hypot(xy));
        half <= 0.0 || half - turn <= 1e-6 * (half + turn)
    }
}
