//! A bullet in flight and when its shock wave reaches a sensor.

/// Closer than this the emission point need not be: the arrival time is least there, so an error of
/// it counts only squared.
const CLOSE_M: f64 = 1e-3;
const MOST_STEPS: usize = 30;

/// A bullet that flies straight and is slowed by drag as the speed to the power of 3/2, as supersonic ones
/// are whose drag coefficient falls with the root of Mach's number: with `q = x / 2 L`,
/// `v(x) = v0 (1 - q)^2` and `t(x) = x / (v0 (1 - q))`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) muzzle: [f64; 3],
    /// Unit vector.
    pub(super) direction: [f64; 3],
    /// v0, m/s.
    pub(super) speed: f64,
    /// L: the muzzle speed over what is lost of it on the first metre, metres.
    pub(super) drag_m: f64,
}

impl Flight {
    /// q, kept where the bullet still flies.
    fn lost(&self, x: f64) -> f64 {
        (0.5 * x / self.drag_m).min(0.9)
    }

    /// How far the time of flight to `x` metres may be off because drag goes with another power of the speed,
    /// seconds: powers of 1 and 2 differ from this law by `x^3 / (12 L^2 v0)`.
    pub(super) fn law_sigma_s(&self, x: f64) -> f64 {
        x.powi(3) / (18.0 * self.drag_m * self.drag_m * self.speed)
    }

    /// Seconds from the muzzle to `x` metres.
    pub(super) fn time_s(&self, x: f64) -> f64 {
        x / (self.speed * (1.0 - self.lost(x)))
    }

    /// Derivative of [`Flight::time_s`] by ln L.
    pub(super) fn time_by_ln_drag(&self, x: f64) -> f64 {
        let q = self.lost(x);
        -x * q / (self.speed * (1.0 - q) * (1.0 - q))
    }

    pub(super) fn point(&self, x: f64) -> [f64; 3] {
        [0, 1, 2].map(|a| self.muzzle[a] + x * self.direction[a])
    }

    /// Metres from the muzzle to where the part of the shock wave left the bullet that `sensor` hears;
    /// `None` where no cone passes.
    ///
    /// That is where `t(x) + r(x) / c` is least, with `r` the distance from there to the sensor: where
    /// the ray makes Mach's angle with the trajectory, `cos a = c / v` (Whitham 1952). The bullet must be
    /// supersonic there and have left the barrel.
    pub(super) fn emission_m(&self, sensor: [f64; 3], c: f64) -> Option<f64> {
        let d = [0, 1, 2].map(|a| sensor[a] - self.muzzle[a]);
        let along: f64 = (0..3).map(|a| d[a] * self.direction[a]).sum();
        let miss2 = (d.iter().map(|d| d * d).sum::<f64>() - along * along).max(0.0);
        let slope = |x: f64| {
            let ahead = along - x;
            let kept = 1.0 - self.lost(x);
            1.0 / (self.speed * kept * kept)
                - ahead / (c * (ahead * ahead + miss2).sqrt().max(1e-6))
        };
        let supersonic_m = 2.0 * self.drag_m * (1.0 - (c / self.speed).sqrt());
        let (mut low, mut high) = (0.0, along.min(supersonic_m));
        if high <= 0.0 || slope(0.0) >= 0.0 || slope(high) <= 0.0 {
            return None;
        }
        let mut x = 0.5 * high;
        for _ in 0..MOST_STEPS {
            let here = slope(x);
            if here < 0.0 {
                low = x;
            } else {
                high = x;
            }
            let ahead = along - x;
            let r2 = ahead * ahead + miss2;
            let bend = 1.0 / (self.speed * self.drag_m * (1.0 - self.lost(x)).powi(3))
                + miss2 / (c * r2 * r2.sqrt()).max(1e-9);
            let newton = x - here / bend;
            let next = if newton > low && newton < high {
                newton
            } else {
                0.5 * (low + high)
            };
            let step = (next - x).abs();
            x = next;
            if step < CLOSE_M {
                break;
            }
        }
        Some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maher_2006() {
        // R. C. Maher, Modeling and signal processing of acoustic gunshot recordings, IEEE DSP Workshop 2006:
        // .308, 831.5 m/s, sound at 328 m/s, microphone 6.3 m ahead and 3.7 m aside: shock 18.0 ms,
        // blast 22.4 ms after firing.
        let flight = Flight {
            muzzle: [0.0; 3],
            direction: [0.0, 1.0, 0.0],
            speed: 831.5,
            drag_m: 1e6,
        };
        let (sensor, c) = ([3.7, 6.3, 0.0], 328.0);
        let x = flight.emission_m(sensor, c).unwrap();
        let [e, n, _] = flight.point(x);
        let shock_s = flight.time_s(x) + (sensor[0] - e).hypot(sensor[1] - n) / c;
        // The paper rounds to a tenth of a millisecond.
        assert!((1e3 * shock_s - 18.0).abs() < 0.1, "{shock_s}");
        let blast_s = 3.7_f64.hypot(6.3) / c;
        assert!((1e3 * blast_s - 22.3).abs() < 0.15, "{blast_s}");
        // sin = 1/M.
        let cone_deg = (c / 831.5_f64).asin().to_degrees();
        assert!((cone_deg - 23.2).abs() < 0.05);
        assert!(flight.emission_m([3.7, -1.0, 0.0], c).is_none(), "behind");
        assert!(flight.emission_m([3.7, 0.5, 0.0], c).is_none(), "beside");
    }

    #[test]
    fn the_emission_is_the_earliest() {
        let flight = Flight {
            muzzle: [0.0, 0.0, 1.5],
            direction: [0.6, 0.8, 0.0],
            speed: 900.0,
            drag_m: 900.0,
        };
        let sensor = [250.0, 180.0, 9.0];
        let at = |x: f64| {
            let p = flight.point(x);
            let r2: f64 = (0..3).map(|a| (sensor[a] - p[a]).powi(2)).sum();
            flight.time_s(x) + r2.sqrt() / 340.0
        };
        let x = flight.emission_m(sensor, 340.0).unwrap();
        let least = (0..4000)
            .map(|k| at(f64::from(k) * 0.1))
            .fold(f64::INFINITY, f64::min);
        assert!((at(x) - least).abs() < 1e-7, "{} {least}", at(x));
    }
}
