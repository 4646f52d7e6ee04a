//! The air between a shot and a microphone, as far as travel time needs it.

use crate::units::MetresPerSecond;

/// A value and its standard deviation, both in the unit its field names.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Uncertain {
    /// Expected value.
    pub mean: f64,
    /// Standard deviation.
    pub sigma: f64,
}

impl Uncertain {
    /// A value with its standard deviation.
    pub const fn new(mean: f64, sigma: f64) -> Self {
        Self { mean, sigma }
    }
}

/// Horizontal wind, the direction it blows **towards**, metres per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wind {
    /// Eastward component, m/s.
    pub east: Uncertain,
    /// Northward component, m/s.
    pub north: Uncertain,
}

impl Wind {
    /// Wind of `speed_m_s` that comes **from** `from_deg` clockwise from north, as weather
    /// stations report it.
    pub fn from_report(speed_m_s: f64, from_deg: f64, sigma_m_s: f64) -> Self {
        let (sin, cos) = from_deg.to_radians().sin_cos();
        // `+ 0.0` turns the -0.0 of calm air into 0.0.
        Self {
            east: Uncertain::new(-speed_m_s * sin + 0.0, sigma_m_s),
            north: Uncertain::new(-speed_m_s * cos + 0.0, sigma_m_s),
        }
    }
}

/// Air at the array: what is known and how well.
///
/// Uniform over the array; gradients with height are not modelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Atmosphere {
    /// Temperature in degrees Celsius.
    pub temperature_c: Uncertain,
    /// Relative humidity in percent.
    pub relative_humidity_percent: Uncertain,
    /// Static pressure in pascals.
    pub pressure_pa: Uncertain,
    /// Horizontal wind.
    pub wind: Wind,
}

impl Default for Atmosphere {
    /// Air of which nothing is known: 15 C +- 10 C, half saturated, sea level, calm +- 3 m/s per
    /// axis. The spreads are those of a temperate city over a year.
    fn default() -> Self {
        Self {
            temperature_c: Uncertain::new(15.0, 10.0),
            relative_humidity_percent: Uncertain::new(50.0, 25.0),
            pressure_pa: Uncertain::new(101_325.0, 2_000.0),
            wind: Wind {
                east: Uncertain::new(0.0, 3.0),
                north: Uncertain::new(0.0, 3.0),
            },
        }
    }
}

impl Atmosphere {
    /// Speed of sound in still humid air, after Cramer.
    ///
    /// Good to 0.03 % between 0 and 30 C and 75 to 102 kPa; outside, the polynomial is continued
    /// (0.1 % at -20 C).
    ///
    /// # Source
    /// O. Cramer, The variation of the specific heat ratio and the speed of sound in air with
    /// temperature, pressure, humidity, and CO2 concentration, J. Acoust. Soc. Am. 93, 1993,
    /// eq. 15. Saturation pressure: O. A. Alduchov and R. E. Eskridge, J. Appl. Meteor. 35, 1996.
    pub fn speed_of_sound(&self) -> MetresPerSecond {
        speed_of_sound_m_s(
            self.temperature_c.mean,
            self.relative_humidity_percent.mean,
            self.pressure_pa.mean,
        )
    }

    /// Standard deviation of [`Atmosphere::speed_of_sound`] by first-order propagation.
    pub fn speed_of_sound_sigma(&self) -> MetresPerSecond {
        let (t, h, p) = (
            self.temperature_c,
            self.relative_humidity_percent,
            self.pressure_pa,
        );
        let c = |t: f64, h: f64, p: f64| speed_of_sound_m_s(t, h, p).0;
        let d_t = (c(t.mean + 0.5, h.mean, p.mean) - c(t.mean - 0.5, h.mean, p.mean)) * t.sigma;
        let d_h = (c(t.mean, h.mean + 0.5, p.mean) - c(t.mean, h.mean - 0.5, p.mean)) * h.sigma;
        let d_p =
            (c(t.mean, h.mean, p.mean + 50.0) - c(t.mean, h.mean, p.mean - 50.0)) / 100.0 * p.sigma;
        MetresPerSecond((d_t * d_t + d_h * d_h + d_p * d_p).sqrt())
    }

    /// This air with another speed of sound, in m/s and between those of -60 C and 60 C, and another wind. The
    /// temperature takes the change; humidity and pressure, with their part of the uncertainty, stay.
    #[must_use]
    pub fn with_speed_and_wind(self, speed_m_s: Uncertain, wind: Wind) -> Self {
        let mut air = Self { wind, ..self };
        let speed_at = |t: f64| {
            let (h, p) = (self.relative_humidity_percent.mean, self.pressure_pa.mean);
            speed_of_sound_m_s(t, h, p).0
        };
        let t = &mut air.temperature_c;
        let mut per_degree = 0.6;
        // Nearly linear: each step leaves less than a hundredth.
        for _ in 0..5 {
            t.mean += (speed_m_s.mean - speed_at(t.mean)) / per_degree;
            t.mean = t.mean.clamp(-60.0, 60.0);
            per_degree = speed_at(t.mean + 0.5) - speed_at(t.mean - 0.5);
        }
        t.sigma = 0.0;
        let others = air.speed_of_sound_sigma().0;
        let own2 = speed_m_s.sigma * speed_m_s.sigma - others * others;
        air.temperature_c.sigma = own2.max(0.0).sqrt() / per_degree;
        air
    }
}

fn speed_of_sound_m_s(
    temperature_c: f64,
    humidity_percent: f64,
    pressure_pa: f64,
) -> MetresPerSecond {
    /// Mole fraction of carbon dioxide; 100 ppm more slow sound by 0.003 %.
    const CO2: f64 = 4.2e-4;
    let (t, p) = (temperature_c, pressure_pa);
    let saturation_pa = 610.94 * (17.625 * t / (t + 243.04)).exp();
    // The enhancement factor of moist air, 1.004 near the ground, is part of Cramer's mole fraction.
    let vapour = (humidity_percent / 100.0 * 1.004 * saturation_pa / p).clamp(0.0, 1.0);
    MetresPerSecond(
        331.5024 + 0.603_055 * t - 0.000_528 * t * t
            + (51.471_935 + 0.149_587_4 * t - 0.000_782 * t * t) * vapour
            + (-1.82e-7 + 3.73e-8 * t - 2.93e-10 * t * t) * p
            + (-85.209_31 - 0.228_525 * t + 5.91e-5 * t * t) * CO2
            - 2.835_149 * vapour * vapour
            - 2.15e-13 * p * p
            + 29.179_762 * CO2 * CO2
            + 0.000_486 * vapour * p * CO2,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn air(temperature_c: f64, humidity: f64) -> f64 {
        Atmosphere {
            temperature_c: Uncertain::new(temperature_c, 0.0),
            relative_humidity_percent: Uncertain::new(humidity, 0.0),
            pressure_pa: Uncertain::new(101_325.0, 0.0),
            wind: Wind::default(),
        }
        .speed_of_sound()
        .0
    }

    #[test]
    fn val_ideal_gas() {
        // c^2 = gamma R T / M with gamma = (7 + x) / (5 + x) for a mole fraction x of vapour
        // (D. A. Bohn, J. Audio Eng. Soc. 36(4), 1988) knows nothing of Cramer's fit.
        for (t, h) in [
            (-20.0, 0.0),
            (0.0, 0.0),
            (0.0, 70.0),
            (20.0, 0.0),
            (20.0, 50.0),
            (35.0, 80.0),
        ] {
            let saturation_pa = 610.94 * (17.625 * t / (t + 243.04_f64)).exp();
            let x = h / 100.0 * saturation_pa / 101_325.0;
            let molar_mass_kg = 0.028_964_5 * (1.0 - x) + 0.018_015_3 * x;
            let ideal = ((7.0 + x) / (5.0 + x) * 8.314_462_6 * (t + 273.15) / molar_mass_kg).sqrt();
            assert!(
                (air(t, h) / ideal - 1.0).abs() < 1e-3,
                "{t} C {h} %: {} {ideal}",
                air(t, h)
            );
        }
        // And the figure everybody knows: 331.45 m/s at 0 C, dry (Cramer 1993, text).
        assert!((air(0.0, 0.0) - 331.45).abs() < 0.02);
    }

    #[test]
    fn humidity_adds_up_to_a_third_of_a_percent_at_30_c() {
        let gain = air(30.0, 100.0) / air(30.0, 0.0) - 1.0;
        assert!((0.003..0.008).contains(&gain), "{gain}");
    }

    #[test]
    fn sigma_follows_the_published_slope() {
        // dc/dT = 0.607 m/s per degree at 0 C.
        let air = Atmosphere {
            temperature_c: Uncertain::new(0.0, 2.0),
            relative_humidity_percent: Uncertain::new(0.0, 0.0),
            pressure_pa: Uncertain::new(101_325.0, 0.0),
            wind: Wind::default(),
        };
        assert!((air.speed_of_sound_sigma().0 - 1.214).abs() < 0.01);
    }

    #[test]
    fn a_speed_of_sound_becomes_a_temperature() {
        let air = Atmosphere::default();
        let wind = Wind::from_report(4.0, 200.0, 0.7);
        for (mean, sigma) in [(331.0, 0.5), (340.2, 1.2), (352.0, 3.0)] {
            let other = air.with_speed_and_wind(Uncertain::new(mean, sigma), wind);
            assert!((other.speed_of_sound().0 - mean).abs() < 1e-6);
            // The derivatives are differences over a degree.
            assert!(
                (other.speed_of_sound_sigma().0 - sigma).abs() < 0.02 * sigma,
                "{other:?}"
            );
            assert_eq!(other.wind, wind);
        }
        let same = air.with_speed_and_wind(
            Uncertain::new(air.speed_of_sound().0, air.speed_of_sound_sigma().0),
            air.wind,
        );
        assert_eq!(same.temperature_c.mean, air.temperature_c.mean);
        assert!((same.temperature_c.sigma - air.temperature_c.sigma).abs() < 0.01);
    }

    #[test]
    fn a_westerly_blows_east() {
        let wind = Wind::from_report(5.0, 270.0, 1.0);
        assert!((wind.east.mean - 5.0).abs() < 1e-12 && wind.north.mean.abs() < 1e-12);
        let northerly = Wind::from_report(3.0, 0.0, 1.0);
        assert!((northerly.north.mean + 3.0).abs() < 1e-12);
    }
}
