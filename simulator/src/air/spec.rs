//! The air as a scene writes it, and what is refused.

use serde::Deserialize;

use crate::error::SceneError;
use crate::scene::Check;

/// Fastest wind anywhere below the top of its profile, m/s: a hurricane, a quarter of c.
const FASTEST_WIND_M_S: f64 = 80.0;

/// Air in level layers, and how well the array's owner knows it.
///
/// The sound travels through the values given here; `array.toml` holds what a weather station
/// reports, which is off by errors drawn from the two sigmas. Without `roughness_m` and
/// `temperature_gradient_c_per_m` the air is uniform and its wind the same at every height.
/// Heights are above the local ground.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AirSpec {
    /// Degrees Celsius, at `temperature_height_m`.
    pub temperature_c: f64,
    /// Percent, at every height.
    pub relative_humidity_percent: f64,
    /// Pascals, at every height.
    pub pressure_pa: f64,
    /// Wind component towards the east at `wind_height_m`, m/s.
    pub wind_east_m_s: f64,
    /// Wind component towards the north at `wind_height_m`, m/s.
    pub wind_north_m_s: f64,
    /// Height at which the wind is given, metres. 10: where weather stations measure it.
    pub wind_height_m: f64,
    /// Roughness length z0, metres: the wind goes as `ln((z + z0)/z0)`. 0.03 is grass, 0.5 a
    /// suburb, 1 a city. `None`: the same wind at every height.
    pub roughness_m: Option<f64>,
    /// Height above which the wind grows no more, metres.
    pub wind_cap_m: f64,
    /// Degrees Celsius per metre of height; positive is an inversion, -0.01 a well mixed day.
    pub temperature_gradient_c_per_m: f64,
    /// Height at which the temperature is given, metres. 2: a weather station's screen.
    pub temperature_height_m: f64,
    /// Height above which the temperature changes no more, metres.
    pub temperature_cap_m: f64,
    /// Standard deviation of the gusts, each component, m/s.
    pub turbulence_m_s: f64,
    /// Length over which gusts stay alike, metres: their correlation is `exp(-(r/L)^2)`.
    pub turbulence_scale_m: f64,
    /// Standard deviation of the reported temperature, degrees Celsius.
    pub temperature_sigma_c: f64,
    /// Standard deviation of each reported wind component, m/s.
    pub wind_sigma_m_s: f64,
    /// Whether the air absorbs sound (ISO 9613-1).
    pub absorption: bool,
    /// Loss of every path beyond spreading and absorption, dB: walls, roofs, foliage.
    pub excess_loss_db: f64,
    /// Standard deviation of that loss from way to way, dB, which may make a way louder than
    /// without: the same for every sound from a place to a sensor.
    pub excess_loss_sigma_db: f64,
}

impl Default for AirSpec {
    fn default() -> Self {
        Self {
            temperature_c: 15.0,
            relative_humidity_percent: 60.0,
            pressure_pa: 101_325.0,
            wind_east_m_s: 0.0,
            wind_north_m_s: 0.0,
            wind_height_m: 10.0,
            roughness_m: None,
            wind_cap_m: 500.0,
            temperature_gradient_c_per_m: 0.0,
            temperature_height_m: 2.0,
            temperature_cap_m: 100.0,
            turbulence_m_s: 0.0,
            turbulence_scale_m: 10.0,
            temperature_sigma_c: 1.0,
            wind_sigma_m_s: 0.5,
            absorption: true,
            excess_loss_db: 0.0,
            excess_loss_sigma_db: 0.0,
        }
    }
}

impl AirSpec {
    /// Temperature at a height above the ground, degrees Celsius.
    pub(super) fn temperature_at_c(&self, height_m: f64) -> f64 {
        let above_m = height_m.clamp(0.0, self.temperature_cap_m) - self.temperature_height_m;
        self.temperature_c + self.temperature_gradient_c_per_m * above_m
    }

    /// Wind at a height over that at `wind_height_m`.
    pub(super) fn wind_factor(&self, height_m: f64) -> f64 {
        let log = |height_m: f64, z0: f64| (height_m / z0).ln_1p();
        self.roughness_m.map_or(1.0, |z0| {
            log(height_m.clamp(0.0, self.wind_cap_m), z0) / log(self.wind_height_m, z0)
        })
    }
}

impl Check<'_> {
    pub(crate) fn air(&self, air: &AirSpec) -> Result<(), SceneError> {
        let (celsius, speed) = ("degrees Celsius", "metres per second");
        let fields = [
            ("temperature_c", air.temperature_c, -60.0, 60.0, celsius),
            (
                "relative_humidity_percent",
                air.relative_humidity_percent,
                0.0,
                100.0,
                "percent",
            ),
            (
                "pressure_pa",
                air.pressure_pa,
                50_000.0,
                110_000.0,
                "pascals",
            ),
            ("wind_east_m_s", air.wind_east_m_s, -60.0, 60.0, speed),
            ("wind_north_m_s", air.wind_north_m_s, -60.0, 60.0, speed),
            ("wind_height_m", air.wind_height_m, 0.5, 300.0, "metres"),
            ("wind_cap_m", air.wind_cap_m, 10.0, 2_000.0, "metres"),
            (
                "temperature_gradient_c_per_m",
                air.temperature_gradient_c_per_m,
                -1.0,
                1.0,
                "degrees Celsius per metre",
            ),
            (
                "temperature_height_m",
                air.temperature_height_m,
                0.0,
                300.0,
                "metres",
            ),
            (
                "temperature_cap_m",
                air.temperature_cap_m,
                1.0,
                2_000.0,
                "metres",
            ),
            ("turbulence_m_s", air.turbulence_m_s, 0.0, 10.0, speed),
            (
                "turbulence_scale_m",
                air.turbulence_scale_m,
                0.1,
                500.0,
                "metres",
            ),
            (
                "temperature_sigma_c",
                air.temperature_sigma_c,
                0.0,
                30.0,
                celsius,
            ),
            ("wind_sigma_m_s", air.wind_sigma_m_s, 0.0, 20.0, speed),
            ("excess_loss_db", air.excess_loss_db, 0.0, 100.0, "decibels"),
            (
                "excess_loss_sigma_db",
                air.excess_loss_sigma_db,
                0.0,
                30.0,
                "decibels",
            ),
        ];
        for (field, value, low, high, unit) in fields {
            self.range(format!("atmosphere.{field}"), value, low, high, unit)?;
        }
        if let Some(z0) = air.roughness_m {
            self.range("atmosphere.roughness_m", z0, 1e-4, 5.0, "metres")?;
        }
        self.weather_aloft(air)
    }

    /// A gradient that is harmless at one height is absurd when carried on for long.
    fn weather_aloft(&self, air: &AirSpec) -> Result<(), SceneError> {
        if air.wind_height_m > air.wind_cap_m {
            let problem = format!("is above wind_cap_m, {} m", air.wind_cap_m);
            return self.refuse("atmosphere.wind_height_m", problem, "raise wind_cap_m");
        }
        if air.temperature_height_m > air.temperature_cap_m {
            let problem = format!("is above temperature_cap_m, {} m", air.temperature_cap_m);
            let remedy = "raise temperature_cap_m";
            return self.refuse("atmosphere.temperature_height_m", problem, remedy);
        }
        for height_m in [0.0, air.temperature_cap_m] {
            let aloft_c = air.temperature_at_c(height_m);
            if !(-70.0..=70.0).contains(&aloft_c) {
                let problem = format!("makes {aloft_c:.0} degrees Celsius at {height_m} m");
                let remedy = "lower the gradient or temperature_cap_m";
                let field = "atmosphere.temperature_gradient_c_per_m";
                return self.refuse(field, problem, remedy);
            }
        }
        let speed_m_s = air.wind_east_m_s.hypot(air.wind_north_m_s);
        let aloft_m_s = speed_m_s * air.wind_factor(air.wind_cap_m);
        if aloft_m_s > FASTEST_WIND_M_S {
            let cap_m = air.wind_cap_m;
            let problem = format!("{speed_m_s:.0} m/s here is {aloft_m_s:.0} m/s at {cap_m} m");
            let remedy = format!(
                "lower the wind, wind_cap_m or roughness_m: {FASTEST_WIND_M_S} m/s at most"
            );
            return self.refuse("atmosphere.wind_east_m_s", problem, remedy);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(air: AirSpec) -> String {
        let check = Check { file: "a.toml" };
        check
            .air(&air)
            .map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn weather_is_checked_at_every_height() {
        assert_eq!(refusal(AirSpec::default()), "");
        let gale = AirSpec {
            wind_north_m_s: -40.0,
            roughness_m: Some(1.0),
            ..AirSpec::default()
        };
        assert!(refusal(gale).contains("m/s at 500 m; lower the wind"));
        let frozen = AirSpec {
            temperature_gradient_c_per_m: -0.9,
            ..AirSpec::default()
        };
        assert!(refusal(frozen).contains("temperature_gradient_c_per_m: makes -73"));
        let rough = AirSpec {
            roughness_m: Some(0.0),
            ..AirSpec::default()
        };
        assert!(refusal(rough).contains("atmosphere.roughness_m: 0 is out of range"));
        let high = AirSpec {
            wind_height_m: 200.0,
            wind_cap_m: 100.0,
            ..AirSpec::default()
        };
        assert!(refusal(high).contains("raise wind_cap_m"));
        let nan = AirSpec {
            turbulence_m_s: f64::NAN,
            ..AirSpec::default()
        };
        assert!(refusal(nan).contains("atmosphere.turbulence_m_s"));
    }

    #[test]
    fn val_wind_of_the_log_law() {
        // z0 = 0.1 m: ln 100 at 9.9 m, ln 10 at 0.9 m, ln 1000 at 99.9 m.
        let air = AirSpec {
            roughness_m: Some(0.1),
            wind_height_m: 9.9,
            ..AirSpec::default()
        };
        assert!((air.wind_factor(0.9) - 0.5).abs() < 1e-12);
        assert!((air.wind_factor(99.9) - 1.5).abs() < 1e-12);
        assert_eq!(air.wind_factor(0.0), 0.0);
        assert_eq!(AirSpec::default().wind_factor(0.0), 1.0);
    }
}
