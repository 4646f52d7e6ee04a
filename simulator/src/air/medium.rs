//! The air: how fast sound travels in it, how it is blown along, what it loses.
//!
//! Written for the simulator alone. The locator computes the speed of sound from the ideal gas;
//! here it is Cramer's fit to the real gas, so that the two check each other.

use rustfft::num_complex::Complex64;

use super::absorption::Absorption;
use super::speed::cramer_m_s;
use crate::point::Point;

/// Uniform air with a uniform horizontal wind.
///
/// Not modelled here: gradients with height, hence refraction and shadow; turbulence. For those
/// see [`Air`](crate::Air).
#[derive(Clone, Copy, Debug)]
pub struct Medium {
    speed_m_s: f64,
    wind_east_m_s: f64,
    wind_north_m_s: f64,
    absorption: Option<Absorption>,
}

impl Medium {
    /// Still, lossless air at `temperature_c` degrees Celsius, `relative_humidity_percent` and
    /// `pressure_pa` pascals.
    pub fn new(temperature_c: f64, relative_humidity_percent: f64, pressure_pa: f64) -> Self {
        Self {
            speed_m_s: cramer_m_s(temperature_c, relative_humidity_percent, pressure_pa),
            wind_east_m_s: 0.0,
            wind_north_m_s: 0.0,
            absorption: None,
        }
    }

    /// The same air blowing towards the east and the north at these speeds in m/s.
    pub fn with_wind(mut self, east_m_s: f64, north_m_s: f64) -> Self {
        self.wind_east_m_s = east_m_s;
        self.wind_north_m_s = north_m_s;
        self
    }

    /// The same air, absorbing sound as ISO 9613-1 says for this weather.
    pub fn with_absorption(
        mut self,
        temperature_c: f64,
        relative_humidity_percent: f64,
        pressure_pa: f64,
    ) -> Self {
        self.absorption = Some(Absorption::new(
            temperature_c,
            relative_humidity_percent,
            pressure_pa,
        ));
        self
    }

    /// Speed of sound against the air, m/s.
    pub fn speed_m_s(&self) -> f64 {
        self.speed_m_s
    }

    /// Seconds from an emission at `source` until its wavefront reaches `receiver`.
    ///
    /// The wavefront is a sphere that grows at c about a centre that drifts with the wind w:
    /// `|d - w t| = c t` for the separation d, a quadratic in t with one positive root as long
    /// as |w| < c. No first-order formula: at 10 m/s over 1 km that would miss by 2.5 ms.
    pub fn travel_time_s(&self, source: Point, receiver: Point) -> f64 {
        let (east, north, up) = (
            receiver.east - source.east,
            receiver.north - source.north,
            receiver.up - source.up,
        );
        let along = east * self.wind_east_m_s + north * self.wind_north_m_s;
        let range_sqr = east * east + north * north + up * up;
        let wind_sqr = self.wind_east_m_s.powi(2) + self.wind_north_m_s.powi(2);
        let a = self.speed_m_s.powi(2) - wind_sqr;
        let root = (along * along + a * range_sqr).sqrt();
        // The form without cancellation when the wind blows towards the receiver.
        if along > 0.0 {
            range_sqr / (root + along)
        } else {
            (root - along) / a
        }
    }

    /// What `path_m` metres of air do to a component of `frequency_hz`: a factor.
    pub fn transfer(&self, frequency_hz: f64, path_m: f64) -> Complex64 {
        match &self.absorption {
            Some(absorption) => absorption.transfer(frequency_hz, path_m),
            None => Complex64::new(1.0, 0.0),
        }
    }

    /// Absorption at `frequency_hz`, dB per metre; 0 in lossless air.
    pub fn absorption_db_per_m(&self, frequency_hz: f64) -> f64 {
        self.absorption.map_or(0.0, |a| a.db_per_m(frequency_hz))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east: f64, north: f64, up: f64) -> Point {
        Point { east, north, up }
    }

    #[test]
    fn verif_wind_against_bisection() {
        let air = Medium::new(12.0, 40.0, 100_000.0).with_wind(7.0, -11.0);
        let source = at(-120.0, 40.0, 1.5);
        for receiver in [
            at(800.0, -300.0, 12.0),
            at(-900.0, 700.0, 3.0),
            at(0.0, 0.0, 90.0),
        ] {
            // How far the front has got beyond the receiver at time t grows with t.
            let beyond = |t: f64| {
                let (e, n, u) = (
                    receiver.east - source.east - 7.0 * t,
                    receiver.north - source.north + 11.0 * t,
                    receiver.up - source.up,
                );
                air.speed_m_s() * t - (e * e + n * n + u * u).sqrt()
            };
            let (mut low, mut high) = (0.0, 60.0);
            for _ in 0..80 {
                let middle = 0.5 * (low + high);
                if beyond(middle) < 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            assert!((air.travel_time_s(source, receiver) - low).abs() < 1e-11);
        }
    }

    #[test]
    fn wind_along_the_path_adds_to_the_speed() {
        let air = Medium::new(15.0, 50.0, 101_325.0).with_wind(10.0, 0.0);
        let c = air.speed_m_s();
        let down = air.travel_time_s(at(0.0, 0.0, 0.0), at(1e3, 0.0, 0.0));
        let up = air.travel_time_s(at(1e3, 0.0, 0.0), at(0.0, 0.0, 0.0));
        assert!((down - 1e3 / (c + 10.0)).abs() < 1e-12);
        assert!((up - 1e3 / (c - 10.0)).abs() < 1e-12);
    }
}
