//! What moves all delays of one calibration together.

use nalgebra::{Matrix6, Vector6};

use super::calibration::Calibration;
use crate::geodesy::Enu;
use crate::travel::Delay;

/// A constant (nobody knows the time of firing), the error of the stated place and that of the air.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Coherent {
    /// Constant (s), place east and north (m), wind east and north and speed (m/s).
    errors: [f64; 6],
    /// Covariance of the place's error, square metres.
    pub(super) place_covariance_m2: [[f64; 2]; 2],
    /// Variances of the air's errors, (m/s)^2.
    pub(super) air_variance: [f64; 3],
}

/// The constant may be anything: seconds.
const ANY_S: f64 = 1e3;

impl Coherent {
    /// Bayes' estimate from `seen`: sensor, delay seen less what is expected of the path, and the
    /// variance of that, s and s^2. Errors of which sigma 0 is stated are none.
    pub(super) fn estimate(
        calibration: &Calibration,
        sensors: &[Enu],
        seen: &[(usize, f64, f64)],
    ) -> Self {
        let place = calibration.place_sigma_m;
        let [east, north, speed] = calibration.air_sigma_m_s;
        let sigmas = [ANY_S, place, place, east, north, speed];
        // In units of the prior's sigmas, so that a sigma of 0 needs no care.
        let mut information = Matrix6::identity();
        let mut slope = Vector6::zeros();
        for &(sensor, excess_s, variance) in seen {
            let mut by = Vector6::from(columns(calibration, sensors[sensor]));
            for (by, sigma) in by.iter_mut().zip(sigmas) {
                *by *= sigma;
            }
            information += by * by.transpose() / variance;
            slope += by * (excess_s / variance);
        }
        let Some(factor) = information.cholesky() else {
            return Self::default();
        };
        let scaled = factor.solve(&slope);
        let covariance = factor.inverse();
        let at = |a: usize, b: usize| covariance[(a, b)] * sigmas[a] * sigmas[b];
        Self {
            errors: [0, 1, 2, 3, 4, 5].map(|k| scaled[k] * sigmas[k]),
            place_covariance_m2: [[at(1, 1), at(1, 2)], [at(2, 1), at(2, 2)]],
            air_variance: [at(3, 3), at(4, 4), at(5, 5)],
        }
    }

    /// By how much these errors lengthen the delay to a sensor, seconds.
    pub(super) fn shift_s(&self, calibration: &Calibration, sensor: Enu) -> f64 {
        let by = columns(calibration, sensor);
        self.errors.iter().zip(by).map(|(e, by)| e * by).sum()
    }
}

fn columns(calibration: &Calibration, sensor: Enu) -> [f64; 6] {
    let Delay {
        by_source: [east, north, _],
        by_wind: [wind_east, wind_north],
        by_speed,
        ..
    } = calibration.medium.delay(calibration.place, sensor);
    [1.0, east, north, wind_east, wind_north, by_speed]
}
