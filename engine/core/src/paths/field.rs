//! Path delays anywhere, from calibrations at a few places.

use nalgebra::{DMatrix, DVector};

use super::calibration::Calibration;
use super::coherent::Coherent;
use super::prior::PathPrior;
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::timestamp::Timestamp;

/// Calibrations of an array and what they say of any place.
#[derive(Clone, Debug)]
pub struct PathTerms {
    prior: PathPrior,
    sensors: Vec<Enu>,
    calibrations: Vec<Calibration>,
    fields: Vec<Field>,
    /// What is left open of the errors that move all delays of a calibration.
    open: Vec<Coherent>,
}

/// Why calibrations make no [`PathTerms`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathTermsError {
    /// A delay to a sensor that is not there.
    #[error("calibration `{name}` has a delay to sensor number {sensor}, but there are {sensors}")]
    NoSuchSensor {
        /// The calibration.
        name: String,
        /// The index.
        sensor: usize,
        /// Sensors given.
        sensors: usize,
    },
    /// A number that is not finite, a sigma below zero or a prior without spread.
    #[error("`{name}`: {field} is no usable number")]
    NotUsable {
        /// The calibration, or `prior`.
        name: String,
        /// Which field.
        field: &'static str,
    },
}

/// What is to be expected of the paths from one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Extra delay of the path to each sensor, seconds; their errors are independent.
    pub paths: Vec<Uncertain>,
    /// By what the stated places of the calibrations may be wrong, as far as it moves a fix here:
    /// covariance of (east, north), square metres.
    pub place_covariance_m2: [[f64; 2]; 2],
    /// By what the air of the calibrations may have been another, as far as it is felt here:
    /// variances of wind east, wind north and speed of sound, (m/s)^2.
    pub air_variance: [f64; 3],
}

/// The calibrations that one sensor heard.
#[derive(Clone, Debug, Default)]
struct Field {
    /// Index of each calibration.
    calibration: Vec<usize>,
    /// As measured, seconds.
    raw_s: Vec<f64>,
    /// Without what moves all delays of a calibration.
    delay_s: Vec<f64>,
    /// `(K + R)^-1`, 1/s^2, `K` the prior covariance of the places, `R` that of measuring.
    inverse: DMatrix<f64>,
    /// `inverse * (delay - mean)`.
    pull: DVector<f64>,
}

/// Coherent errors and delays are estimated in turn so many times; the change falls by the share of
/// the neighbours' weight each time.
const SWEEPS: usize = 6;
/// Delays of one place and time, measured without error, would leave no matrix to invert, seconds.
const LEAST_SIGMA_S: f64 = 1e-4;
/// A path that has not been heard but late is learned as if it were so long: share of late arrivals.
const LATE_SHARE: f64 = 0.15;
/// Spread of the delay of a late arrival, seconds.
const LATE_SPREAD_S: f64 = 0.05;

impl PathTerms {
    /// Joins calibrations of the array `sensors`; their order does not matter.
    ///
    /// Cost: the cube of the number of calibrations that one sensor heard; a few hundred are fine.
    ///
    /// # Errors
    /// [`PathTermsError`].
    pub fn try_new(
        prior: PathPrior,
        sensors: Vec<Enu>,
        mut calibrations: Vec<Calibration>,
    ) -> Result<Self, PathTermsError> {
        check(&prior, &sensors, &calibrations)?;
        let key = |c: &Calibration| (c.time, c.place.east_m, c.place.north_m);
        calibrations.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            (a.0.cmp(&b.0))
                .then(a.1.total_cmp(&b.1))
                .then(a.2.total_cmp(&b.2))
        });
        let fields = (0..sensors.len())
            .map(|sensor| Field::of(sensor, &prior, &calibrations))
            .collect();
        let mut terms = Self {
            prior,
            sensors,
            open: vec![Coherent::default(); calibrations.len()],
            calibrations,
            fields,
        };
        terms.settle();
        Ok(terms)
    }

    /// The sensors, as given.
    pub fn sensors(&self) -> &[Enu] {
        &self.sensors
    }

    /// The calibrations in the order of time and place.
    pub fn calibrations(&self) -> &[Calibration] {
        &self.calibrations
    }

    /// What is assumed where nothing is learned.
    pub fn prior(&self) -> &PathPrior {
        &self.prior
    }

    /// Estimates what is common to all delays of each calibration, given the others.
    fn settle(&mut self) {
        for _ in 0..SWEEPS {
            for index in 0..self.calibrations.len() {
                let calibration = &self.calibrations[index];
                let mut without = Vec::with_capacity(calibration.paths.len());
                for path in &calibration.paths {
                    let field = &self.fields[path.sensor];
                    if let Some(k) = field.calibration.iter().position(|&c| c == index) {
                        // What the sensor's other calibrations make of this delay.
                        let variance = 1.0 / field.inverse[(k, k)];
                        let expected_s = field.delay_s[k] - field.pull[k] * variance;
                        without.push((path.sensor, field.raw_s[k] - expected_s, variance));
                    }
                }
                let found = Coherent::estimate(calibration, &self.sensors, &without);
                for path in &calibration.paths {
                    let field = &mut self.fields[path.sensor];
                    if let Some(k) = field.calibration.iter().position(|&c| c == index) {
                        let shift_s = found.shift_s(calibration, self.sensors[path.sensor]);
                        field.delay_s[k] = field.raw_s[k] - shift_s;
                        field.weigh(self.prior.delay_s.mean);
                    }
                }
                self.open[index] = found;
            }
        }
    }

    /// The paths from `place` to `sensors` (indices; `None` for a sensor that the terms do not know).
    /// `time`: when; `None` leaves calibrations as they were made.
    pub fn predict(
        &self,
        place: Enu,
        sensors: &[Option<usize>],
        time: Option<Timestamp>,
    ) -> Prediction {
        let likeness: Vec<f64> = (self.calibrations.iter())
            .map(|c| {
                self.prior
                    .correlation(place, c.place, apart_s(time, c.time))
            })
            .collect();
        let prior = self.prior.delay_s;
        let variance = prior.sigma * prior.sigma;
        let mut shares = vec![0.0; self.calibrations.len()];
        let mut paths = Vec::with_capacity(sensors.len());
        for sensor in sensors {
            let field = sensor.and_then(|s| self.fields.get(s));
            let near = field.filter(|f| f.calibration.iter().any(|&c| likeness[c] > 0.0));
            let Some(field) = near else {
                paths.push(prior);
                continue;
            };
            let covariance = DVector::from_iterator(
                field.calibration.len(),
                field.calibration.iter().map(|&c| variance * likeness[c]),
            );
            let weights = &field.inverse * &covariance;
            let mean_s = prior.mean + covariance.dot(&field.pull);
            let left = (variance - covariance.dot(&weights)).max(0.0);
            paths.push(Uncertain::new(mean_s, left.sqrt()));
            for (weight, &c) in weights.iter().zip(&field.calibration) {
                shares[c] += weight / sensors.len() as f64;
            }
        }
        let mut prediction = Prediction {
            paths,
            place_covariance_m2: [[0.0; 2]; 2],
            air_variance: [0.0; 3],
        };
        for (share, open) in shares.iter().zip(&self.open) {
            let share2 = share * share;
            for a in 0..2 {
                for b in 0..2 {
                    prediction.place_covariance_m2[a][b] += share2 * open.place_covariance_m2[a][b];
                }
            }
            for (sum, open) in prediction.air_variance.iter_mut().zip(open.air_variance) {
                *sum += share2 * open;
            }
        }
        prediction
    }
}

fn apart_s(a: Option<Timestamp>, b: Option<Timestamp>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) => a.since(b).0.abs(),
        _ => 0.0,
    }
}

impl Field {
    fn of(sensor: usize, prior: &PathPrior, calibrations: &[Calibration]) -> Self {
        let mut field = Self::default();
        let mut noise = Vec::new();
        for (index, calibration) in calibrations.iter().enumerate() {
            let heard = calibration.paths.iter().find(|p| p.sensor == sensor);
            if let Some(path) = heard {
                field.calibration.push(index);
                field.raw_s.push(path.delay_s.mean);
                let sigma_s = path.delay_s.sigma.max(LEAST_SIGMA_S);
                // All of a few arrivals may have been echoes.
                let late = LATE_SHARE.powi(path.shots.min(30) as i32);
                noise.push(sigma_s * sigma_s + late * LATE_SPREAD_S * LATE_SPREAD_S);
            }
        }
        field.delay_s = field.raw_s.clone();
        let variance = prior.delay_s.sigma * prior.delay_s.sigma;
        let n = noise.len();
        let mut matrix = DMatrix::from_fn(n, n, |a, b| {
            let (a, b) = (
                &calibrations[field.calibration[a]],
                &calibrations[field.calibration[b]],
            );
            variance * prior.correlation(a.place, b.place, apart_s(a.time, b.time))
        });
        for (k, noise) in noise.iter().enumerate() {
            matrix[(k, k)] += noise;
        }
        // Positive definite by construction: a covariance and a positive diagonal.
        if let Some(factor) = matrix.cholesky() {
            field.inverse = factor.inverse();
        } else {
            field = Self::default();
        }
        field.weigh(prior.delay_s.mean);
        field
    }

    fn weigh(&mut self, mean_s: f64) {
        let over = DVector::from_iterator(
            self.delay_s.len(),
            self.delay_s.iter().map(|delay_s| delay_s - mean_s),
        );
        self.pull = &self.inverse * over;
    }
}

fn check(
    prior: &PathPrior,
    sensors: &[Enu],
    calibrations: &[Calibration],
) -> Result<(), PathTermsError> {
    let refuse = |name: &str, field| {
        Err(PathTermsError::NotUsable {
            name: name.to_owned(),
            field,
        })
    };
    let positive = |v: f64| v.is_finite() && v > 0.0;
    for (field, value) in [
        ("sigma", prior.delay_s.sigma),
        ("near_m", prior.near_m),
        ("far_m", prior.far_m),
        ("range_m", prior.range_m),
        ("ageing", prior.ageing_s),
    ] {
        if !positive(value) {
            return refuse("prior", field);
        }
    }
    if !(0.0..=1.0).contains(&prior.near_share) || !prior.delay_s.mean.is_finite() {
        return refuse("prior", "near_share or mean");
    }
    let usable = |v: f64| v.abs() < 1e9;
    let spread = |v: f64| (0.0..1e6).contains(&v);
    for c in calibrations {
        for path in &c.paths {
            if path.sensor >= sensors.len() {
                return Err(PathTermsError::NoSuchSensor {
                    name: c.name.clone(),
                    sensor: path.sensor,
                    sensors: sensors.len(),
                });
            }
            if !usable(path.delay_s.mean) || !spread(path.delay_s.sigma) {
                return refuse(&c.name, "a delay or its sigma");
            }
        }
        if ![c.place.east_m, c.place.north_m, c.place.up_m]
            .into_iter()
            .all(usable)
        {
            return refuse(&c.name, "place");
        }
        if !spread(c.place_sigma_m) || !c.air_sigma_m_s.into_iter().all(spread) {
            return refuse(&c.name, "a sigma");
        }
        let wind = c.medium.wind_m_s[0].hypot(c.medium.wind_m_s[1]);
        if !(200.0..500.0).contains(&c.medium.speed_m_s) || !(0.0..100.0).contains(&wind) {
            return refuse(&c.name, "speed of sound or wind");
        }
    }
    if !sensors
        .iter()
        .flat_map(|s| [s.east_m, s.north_m, s.up_m])
        .all(usable)
    {
        return refuse("sensors", "position");
    }
    Ok(())
}
