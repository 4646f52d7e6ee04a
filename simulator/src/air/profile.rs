//! Speed of sound and wind at every height, and the levels between which rays are worked out.

use super::spec::AirSpec;
use super::speed::cramer_m_s;

/// Step between levels in the logarithm of the height. A logarithmic wind of 15 m/s at 10 m bends
/// by 0.025 m/s between levels, of which the correction in `column.rs` leaves 0.001 m/s.
const LOG_STEP: f64 = 0.25;

/// Offset of the logarithmic levels where no roughness gives one, metres.
const LEVEL_OFFSET_M: f64 = 2.0;

/// Speed of sound and wind against height above the local ground.
///
/// The temperature is linear and the wind logarithmic in height, each up to a cap; the direction
/// of the wind is the same at every height. Not modelled: veer, the fall of pressure with height
/// (which does not change the speed of an ideal gas), changes of humidity.
#[derive(Clone, Debug)]
pub struct Profile {
    ground_speed_m_s: f64,
    slope_per_s: f64,
    temperature_cap_m: f64,
    east_m_s: f64,
    north_m_s: f64,
    roughness_m: Option<f64>,
    /// 1 over the logarithm at the height where the wind is given.
    per_log: f64,
    wind_cap_m: f64,
    pub(super) levels: Vec<Level>,
}

/// The air at one height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) height_m: f64,
    /// Wind over that at the reference height.
    pub(super) factor: f64,
    /// 1/c^2, s^2/m^2.
    pub(super) slowness_sqr: f64,
    /// Index of the first level above this height.
    pub(super) above: usize,
}

/// The air at a level, and half-way from there to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) node: Node,
    pub(super) middle: Node,
}

impl Profile {
    /// The profile of checked weather.
    pub fn new(air: &AirSpec) -> Self {
        let speed_at = |height_m: f64| {
            let celsius = air.temperature_at_c(height_m);
            cramer_m_s(celsius, air.relative_humidity_percent, air.pressure_pa)
        };
        // c is linear in the temperature to 0.1 m/s over 20 degrees; the chord from the ground
        // to the cap shares that out.
        let ground_speed_m_s = speed_at(0.0);
        let slope_per_s =
            (speed_at(air.temperature_cap_m) - ground_speed_m_s) / air.temperature_cap_m;
        let log = |z0: f64| (air.wind_height_m / z0).ln_1p();
        let mut profile = Self {
            ground_speed_m_s,
            slope_per_s,
            temperature_cap_m: air.temperature_cap_m,
            east_m_s: air.wind_east_m_s,
            north_m_s: air.wind_north_m_s,
            roughness_m: air.roughness_m,
            per_log: air.roughness_m.map_or(0.0, |z0| 1.0 / log(z0)),
            wind_cap_m: air.wind_cap_m,
            levels: Vec::new(),
        };
        profile.levels = profile.lay_levels();
        profile
    }

    fn lay_levels(&self) -> Vec<Level> {
        let top_m = self.wind_cap_m.max(self.temperature_cap_m);
        let offset_m = self.offset_m();
        let mut heights_m = vec![self.wind_cap_m, self.temperature_cap_m];
        let steps = ((top_m / offset_m).ln_1p() / LOG_STEP).ceil() as usize;
        // Kinks of the profile are levels of their own, and no other level comes close to them.
        let regular = (0..=steps).map(|step| offset_m * (LOG_STEP * step as f64).exp_m1());
        let caps_m = [self.wind_cap_m, self.temperature_cap_m];
        heights_m.extend(regular.filter(|z| caps_m.iter().all(|cap| (z - cap).abs() > 0.02 * cap)));
        heights_m.sort_by(f64::total_cmp);
        heights_m.dedup();
        let next = heights_m.iter().skip(1).chain(heights_m.last());
        let levels = heights_m.iter().zip(next);
        levels
            .map(|(&height_m, &next_m)| Level {
                node: self.node(height_m),
                middle: self.node(0.5 * (height_m + next_m)),
            })
            .collect()
    }

    /// The air at a height above the ground.
    pub(super) fn node(&self, height_m: f64) -> Node {
        let speed_m_s = self.speed_m_s(height_m);
        Node {
            height_m,
            factor: self.wind_factor(height_m),
            slowness_sqr: 1.0 / (speed_m_s * speed_m_s),
            above: self
                .levels
                .partition_point(|level| level.node.height_m <= height_m),
        }
    }

    /// Heights are counted from here below the ground when logarithms of them are taken, metres.
    pub(super) fn offset_m(&self) -> f64 {
        self.roughness_m.unwrap_or(LEVEL_OFFSET_M)
    }

    /// Growth of the wind's factor for each e-fold of `height + offset_m()`, below the cap.
    pub(super) fn factor_per_log(&self) -> f64 {
        self.per_log
    }

    /// Change of the speed of sound with height below the cap, 1/s.
    pub(super) fn slope_per_s(&self) -> f64 {
        self.slope_per_s
    }

    pub(super) fn temperature_cap_m(&self) -> f64 {
        self.temperature_cap_m
    }

    pub(super) fn wind_cap_m(&self) -> f64 {
        self.wind_cap_m
    }

    /// Whether sound goes straight everywhere.
    pub(super) fn is_uniform(&self) -> bool {
        let calm = self.east_m_s == 0.0 && self.north_m_s == 0.0;
        self.slope_per_s == 0.0 && (calm || self.roughness_m.is_none())
    }

    /// Wind at the reference height, towards the east and the north, m/s.
    pub(super) fn reference_wind_m_s(&self) -> (f64, f64) {
        (self.east_m_s, self.north_m_s)
    }

    /// Speed of sound against the air, m/s, at a height above the ground.
    pub fn speed_m_s(&self, height_m: f64) -> f64 {
        self.ground_speed_m_s + self.slope_per_s * height_m.clamp(0.0, self.temperature_cap_m)
    }

    fn wind_factor(&self, height_m: f64) -> f64 {
        self.roughness_m.map_or(1.0, |z0| {
            (height_m.clamp(0.0, self.wind_cap_m) / z0).ln_1p() * self.per_log
        })
    }

    /// Wind towards the east and the north, m/s, at a height above the ground.
    pub fn wind_m_s(&self, height_m: f64) -> (f64, f64) {
        let factor = self.wind_factor(height_m);
        (factor * self.east_m_s, factor * self.north_m_s)
    }

    /// Effective speed of sound `c + w.n`, m/s, at a height, towards an azimuth clockwise from
    /// north. What bends rays near the horizontal; travel times do not rest on it.
    pub fn effective_speed_m_s(&self, height_m: f64, azimuth_rad: f64) -> f64 {
        let (east, north) = self.wind_m_s(height_m);
        let (sin, cos) = azimuth_rad.sin_cos();
        self.speed_m_s(height_m) + east * sin + north * cos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_kinks_and_the_logarithm() {
        let air = AirSpec {
            roughness_m: Some(0.5),
            wind_east_m_s: 5.0,
            ..AirSpec::default()
        };
        let profile = Profile::new(&air);
        let heights: Vec<f64> = profile.levels.iter().map(|l| l.node.height_m).collect();
        assert!(heights[0] == 0.0 && heights.contains(&100.0) && heights.contains(&500.0));
        for pair in heights.windows(2) {
            assert!(pair[1] > pair[0] && (pair[1] + 0.5) / (pair[0] + 0.5) < 1.31);
        }
        assert_eq!(profile.node(0.0).above, 1);
    }

    #[test]
    fn val_speed_and_wind_at_heights() {
        let air = AirSpec {
            roughness_m: Some(0.1),
            wind_height_m: 9.9,
            wind_north_m_s: 8.0,
            relative_humidity_percent: 0.0,
            temperature_gradient_c_per_m: 0.1,
            ..AirSpec::default()
        };
        let profile = Profile::new(&air);
        // ln 10 / ln 100 of 8 m/s at 0.9 m.
        assert!(
            (profile.effective_speed_m_s(0.9, 0.0) - profile.speed_m_s(0.9) - 4.0).abs() < 1e-9
        );
        assert!(
            (profile.effective_speed_m_s(0.9, std::f64::consts::FRAC_PI_2)
                - profile.speed_m_s(0.9))
            .abs()
                < 1e-8
        );
        // 9.8 degrees from 2 m to the cap: 20.05 sqrt(T) has 0.586 m/s per degree at 20 C.
        let rise = profile.speed_m_s(500.0) - profile.speed_m_s(2.0);
        assert!((rise - 9.8 * 0.586).abs() < 0.05, "{rise}");
        // The chord misses Cramer's curve by little.
        for height_m in [0.0, 20.0, 50.0, 80.0] {
            let exact = cramer_m_s(air.temperature_at_c(height_m), 0.0, 101_325.0);
            assert!((profile.speed_m_s(height_m) - exact).abs() < 0.03);
        }
    }
}
