//! What is assumed of a source's height when nobody states it.

use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::sensor::Array;

/// Sensors stand on roofs and poles, about this much above a shooter's muzzle, metres: 8 m less
/// 1.5 m.
const MOUNT_OVER_MUZZLE_M: f64 = 6.5;
/// Spread of that, metres.
const MOUNT_SIGMA_M: f64 = 10.0;

/// Prior of a source's height, from the heights of the sensors around it.
///
/// Sensors follow the terrain, so their heights, weighted by the inverse square of the distance,
/// tell roughly where the ground is. Height hardly changes the travel time over hundreds of
/// metres but does over tens, where the sensor is near and the guess is good.
#[derive(Clone, Debug)]
pub struct HeightPrior {
    sensors: Vec<Enu>,
    fixed: Option<Uncertain>,
    /// Mount height over the muzzle, metres; small arrays (a garden with poles) have less.
    mount_m: f64,
}

impl HeightPrior {
    /// Prior for the surroundings of `array`; `fixed` overrides it everywhere.
    pub fn new(array: &Array, fixed: Option<Uncertain>) -> Self {
        Self::around(array.sensors().iter().map(|s| s.position).collect(), fixed)
    }

    /// Prior for the surroundings of `sensors`; `fixed` overrides it everywhere.
    pub fn around(sensors: Vec<Enu>, fixed: Option<Uncertain>) -> Self {
        let extent_m = sensors
            .iter()
            .flat_map(|a| sensors.iter().map(move |b| a.horizontal_distance_m(*b)))
            .fold(0.0, f64::max);
        Self {
            sensors,
            fixed,
            mount_m: MOUNT_OVER_MUZZLE_M.min(0.05 * extent_m),
        }
    }

    /// Up coordinate of a source at (`east_m`, `north_m`), metres.
    pub fn at(&self, east_m: f64, north_m: f64) -> Uncertain {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let place = Enu::new(east_m, north_m, 0.0);
        let weights = self.sensors.iter().map(|s| {
            // 30 m: nearer than that two roofs tell the same.
            (
                1.0 / (s.horizontal_distance_m(place).powi(2) + 900.0),
                s.up_m,
            )
        });
        let (mut sum, mut mean, mut square) = (0.0, 0.0, 0.0);
        for (weight, up_m) in weights {
            sum += weight;
            mean += weight * up_m;
            square += weight * up_m * up_m;
        }
        if sum <= 0.0 {
            return Uncertain::new(0.0, MOUNT_SIGMA_M);
        }
        mean /= sum;
        let scatter2 = (square / sum - mean * mean).max(0.0);
        Uncertain::new(
            mean - self.mount_m,
            (MOUNT_SIGMA_M * MOUNT_SIGMA_M + scatter2).sqrt(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::Sensor;

    #[test]
    fn flat_roofs_give_the_street_and_hills_give_doubt() {
        let flat = |up: [f64; 3]| {
            let places = [(0.0, 0.0), (400.0, 0.0), (0.0, 400.0)];
            let sensors = places
                .iter()
                .zip(up)
                .enumerate()
                .map(|(i, (&(e, n), u))| Sensor::new(format!("S{i}"), Enu::new(e, n, u)))
                .collect();
            HeightPrior::new(&Array::try_new(sensors, None).unwrap(), None)
        };
        let street = flat([8.0, 8.0, 8.0]).at(100.0, 50.0);
        // Mounts 6.5 m over the muzzle; equal heights add no scatter of their own.
        assert!((street.mean - 1.5).abs() < 1e-9 && (street.sigma - MOUNT_SIGMA_M).abs() < 1e-9);
        let hill = flat([8.0, 68.0, 8.0]).at(150.0, 150.0);
        assert!(hill.sigma > 15.0);
    }
}
