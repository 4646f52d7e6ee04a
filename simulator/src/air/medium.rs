//! The air: how fast sound travels in it, how it is blown along, what it loses.
//!
//! Written for the simulator alone. The locator computes the speed of sound from the ideal gas;
//! here it is Cramer's fit to the real gas, so that the two check each other.

use rustfft::num_complex::Complex64;

use crate::point::Point;

/// Decibels per neper as ISO 9613-1 rounds it.
const DB_PER_NEPER: f64 = 8.686;

/// Frequency at which [`Medium::speed_m_s`] is the phase speed, Hz: where a blast has its energy.
const REFERENCE_HZ: f64 = 1_000.0;

/// Uniform air with a uniform horizontal wind.
///
/// Not modelled: gradients with height, hence refraction and shadow; turbulence.
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
        self.absorption
            .map_or(0.0, |a| DB_PER_NEPER * a.nepers_per_m(frequency_hz))
    }
}

/// Speed of sound in humid air with 0.04 % carbon dioxide, m/s.
///
/// # Source
/// O. Cramer, The variation of the specific heat ratio and the speed of sound in air,
/// J. Acoust. Soc. Am. 93(5), 1993, eq. 15: fitted from 0 to 30 C, 75 to 102 kPa, water vapour
/// up to 6 %. At -20 C it still agrees with the ideal gas to 0.1 m/s.
fn cramer_m_s(temperature_c: f64, relative_humidity_percent: f64, pressure_pa: f64) -> f64 {
    let (t, p, xc) = (temperature_c, pressure_pa, 4e-4);
    let kelvin = t + 273.15;
    let saturation_pa = (1.281_180_5e-5 * kelvin * kelvin - 1.950_987_4e-2 * kelvin
        + 34.049_260_34
        - 6.353_631_1e3 / kelvin)
        .exp();
    let enhancement = 1.000_62 + 3.14e-8 * p + 5.6e-7 * t * t;
    let xw = relative_humidity_percent / 100.0 * enhancement * saturation_pa / p;
    331.5024 + 0.603_055 * t - 0.000_528 * t * t
        + (51.471_935 + 0.149_587_4 * t - 0.000_782 * t * t) * xw
        + (-1.82e-7 + 3.73e-8 * t - 2.93e-10 * t * t) * p
        + (-85.209_31 - 0.228_525 * t + 5.91e-5 * t * t) * xc
        - 2.835_149 * xw * xw
        - 2.15e-13 * p * p
        + 29.179_762 * xc * xc
        + 0.000_486 * xw * p * xc
}

/// Losses of ISO 9613-1: one classical term and the relaxations of oxygen and nitrogen.
///
/// A loss that depends on frequency cannot come without dispersion, or sound would arrive before
/// its cause: with the magnitude alone the 1 km pulse shows a precursor of several percent half
/// a millisecond early. The phase that belongs to a relaxation is known in closed form; see
/// [`Relaxation::exponent`].
#[derive(Clone, Copy, Debug)]
struct Absorption {
    /// Np/m/Hz^2.
    classical: f64,
    oxygen: Relaxation,
    nitrogen: Relaxation,
}

/// `strength * f^2 * frequency / (frequency^2 + f^2)` nepers per metre.
#[derive(Clone, Copy, Debug)]
struct Relaxation {
    /// Np s/m.
    strength: f64,
    /// Hz.
    frequency_hz: f64,
}

impl Relaxation {
    fn nepers_per_m(&self, f: f64) -> f64 {
        self.strength * f * f * self.frequency_hz / (self.frequency_hz.powi(2) + f * f)
    }

    /// Loss and phase of one metre, as the exponent of a factor.
    ///
    /// `-A fr (i f)/(fr + i f)` is causal and has the loss above as its real part. Its phase is
    /// measured from a front at the speed of infinite frequency; the linear part added here
    /// moves the reference so that the phase delay at [`REFERENCE_HZ`] is zero.
    fn exponent(&self, f: f64) -> Complex64 {
        let fr_sqr = self.frequency_hz.powi(2);
        let lag = |f: f64| fr_sqr / (fr_sqr + f * f);
        Complex64::new(
            -self.nepers_per_m(f),
            self.strength * f * (lag(REFERENCE_HZ) - lag(f)),
        )
    }
}

impl Absorption {
    fn new(temperature_c: f64, relative_humidity_percent: f64, pressure_pa: f64) -> Self {
        // In the standard's symbols: T, T0 = 20 C, T01 = triple point, pa, pr.
        let kelvin = temperature_c + 273.15;
        let t = kelvin / 293.15;
        let p = pressure_pa / 101_325.0;
        let saturation = 10f64.powf(-6.8346 * (273.16 / kelvin).powf(1.261) + 4.6151);
        let h = relative_humidity_percent * saturation / p;
        let oxygen_hz = p * (24.0 + 4.04e4 * h * (0.02 + h) / (0.391 + h));
        let nitrogen_hz =
            p * t.powf(-0.5) * (9.0 + 280.0 * h * (-4.170 * (t.powf(-1.0 / 3.0) - 1.0)).exp());
        Self {
            classical: 1.84e-11 / p * t.sqrt(),
            oxygen: Relaxation {
                strength: t.powf(-2.5) * 0.012_75 * (-2239.1 / kelvin).exp(),
                frequency_hz: oxygen_hz,
            },
            nitrogen: Relaxation {
                strength: t.powf(-2.5) * 0.1068 * (-3352.0 / kelvin).exp(),
                frequency_hz: nitrogen_hz,
            },
        }
    }

    fn nepers_per_m(&self, f: f64) -> f64 {
        self.classical * f * f + self.oxygen.nepers_per_m(f) + self.nitrogen.nepers_per_m(f)
    }

    fn transfer(&self, f: f64, path_m: f64) -> Complex64 {
        // The classical loss, quadratic in f, has no dispersion: it is plain diffusion.
        let exponent = self.oxygen.exponent(f) + self.nitrogen.exponent(f) - self.classical * f * f;
        (exponent * path_m).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east: f64, north: f64, up: f64) -> Point {
        Point { east, north, up }
    }

    #[test]
    fn val_cramer_at_published_points() {
        // Cramer's own abstract and the tables derived from it: 331.45 m/s at 0 C dry,
        // 343.99 at 20 C and 50 %, both to 0.05 m/s for the change of carbon dioxide since.
        for (t, h, c) in [
            (0.0, 0.0, 331.45),
            (20.0, 0.0, 343.37),
            (20.0, 50.0, 343.99),
        ] {
            assert!((cramer_m_s(t, h, 101_325.0) - c).abs() < 0.05, "{t} {h}");
        }
        // Outside the fit: the ideal gas 331.45 sqrt(T/273.15).
        let ideal = 331.45 * (253.15f64 / 273.15).sqrt();
        assert!((cramer_m_s(-20.0, 0.0, 101_325.0) - ideal).abs() < 0.1);
    }

    #[test]
    fn val_iso_9613_1_table() {
        let octaves = [125.0, 250.0, 500.0, 1e3, 2e3, 4e3, 8e3];
        for (t, h, table_db_per_km) in [
            (20.0, 50.0, [0.44, 1.31, 2.73, 4.66, 9.89, 29.7, 105.0]),
            (0.0, 70.0, [0.39, 0.76, 1.60, 4.64, 16.2, 56.0, 154.0]),
        ] {
            let air = Medium::new(t, h, 101_325.0).with_absorption(t, h, 101_325.0);
            for (f, expected) in octaves.into_iter().zip(table_db_per_km) {
                let got = 1e3 * air.absorption_db_per_m(f);
                // 1 %, or half a unit of the table's last place where that is coarser.
                let tolerance = f64::max(0.01 * expected, 0.005);
                assert!((got - expected).abs() <= tolerance, "{t} C {f} Hz: {got}");
                let filtered = -20.0 * air.transfer(f, 1e3).norm().log10();
                assert!((filtered - got).abs() < 1e-4 * got);
            }
        }
    }

    #[test]
    fn dispersion_is_small_and_zero_at_the_reference() {
        let air = Medium::new(10.0, 60.0, 101_325.0).with_absorption(10.0, 60.0, 101_325.0);
        assert!(air.transfer(REFERENCE_HZ, 1e3).arg().abs() < 1e-12);
        for f in [100.0, 300.0, 3_000.0] {
            let delay_s = -air.transfer(f, 1e3).arg() / (std::f64::consts::TAU * f);
            assert!(delay_s.abs() < 2.5e-4, "{f} Hz: {delay_s}");
        }
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
