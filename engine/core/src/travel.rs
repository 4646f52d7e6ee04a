//! How long sound takes from one place to another.

use crate::atmosphere::Atmosphere;
use crate::geodesy::Enu;

/// Straight rays in uniformly moving air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Medium {
    /// Speed of sound in still air, m/s.
    pub speed_m_s: f64,
    /// Wind (east, north), the direction it blows towards, m/s.
    pub wind_m_s: [f64; 2],
}

/// A travel time and how it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay {
    /// Travel time, seconds.
    pub delay_s: f64,
    /// By the source's east, north and up, s/m.
    pub by_source: [f64; 3],
    /// By the wind's east and north components, s/(m/s).
    pub by_wind: [f64; 2],
    /// By the speed of sound, s/(m/s).
    pub by_speed: f64,
}

impl Medium {
    /// The expected air of `atmosphere`.
    pub fn of(atmosphere: &Atmosphere) -> Self {
        Self {
            speed_m_s: atmosphere.speed_of_sound().0,
            wind_m_s: [atmosphere.wind.east.mean, atmosphere.wind.north.mean],
        }
    }

    /// Travel time from `source` to `sensor`, seconds.
    ///
    /// The wave front is a sphere that grows with the speed of sound and drifts with the wind:
    /// `|d - v tau| = c tau`, `d` the vector from source to sensor. Refraction by gradients and
    /// obstacles is not modelled. Wind must be slower than sound.
    pub fn delay_s(&self, source: Enu, sensor: Enu) -> f64 {
        let d = vector(source, sensor);
        let [ve, vn] = self.wind_m_s;
        let along = d[0] * ve + d[1] * vn;
        let distance2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        let open = self.speed_m_s * self.speed_m_s - ve * ve - vn * vn;
        ((along * along + open * distance2).sqrt() - along) / open
    }

    /// [`Medium::delay_s`] with its derivatives, by implicit differentiation: with `u` the unit
    /// vector along `d - v tau`, `d tau = (u . d(d) - tau u . dv - tau dc) / (c + u . v)`.
    pub fn delay(&self, source: Enu, sensor: Enu) -> Delay {
        let delay_s = self.delay_s(source, sensor);
        let d = vector(source, sensor);
        let [ve, vn] = self.wind_m_s;
        let ray = [d[0] - ve * delay_s, d[1] - vn * delay_s, d[2]];
        let length = (ray[0] * ray[0] + ray[1] * ray[1] + ray[2] * ray[2])
            .sqrt()
            .max(1e-9);
        let u = ray.map(|k| k / length);
        let apparent = self.speed_m_s + u[0] * ve + u[1] * vn;
        Delay {
            delay_s,
            by_source: u.map(|k| -k / apparent),
            by_wind: [-u[0] * delay_s / apparent, -u[1] * delay_s / apparent],
            by_speed: -delay_s / apparent,
        }
    }
}

fn vector(from: Enu, to: Enu) -> [f64; 3] {
    [
        to.east_m - from.east_m,
        to.north_m - from.north_m,
        to.up_m - from.up_m,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tail_wind_adds_to_the_speed() {
        let medium = Medium {
            speed_m_s: 340.0,
            wind_m_s: [10.0, 0.0],
        };
        let here = Enu::default();
        assert!((medium.delay_s(here, Enu::new(700.0, 0.0, 0.0)) - 2.0).abs() < 1e-12);
        assert!((medium.delay_s(here, Enu::new(-660.0, 0.0, 0.0)) - 2.0).abs() < 1e-12);
        // Across: the wave front drifts 10 m/s, so it must advance sqrt(340^2 - 10^2).
        let across = 2.0 * (340.0_f64 * 340.0 - 100.0).sqrt();
        assert!((medium.delay_s(here, Enu::new(0.0, across, 0.0)) - 2.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn derivatives_match_finite_differences(
            e in -800.0..800.0_f64, n in -800.0..800.0_f64, u in -30.0..30.0_f64,
            ve in -15.0..15.0_f64, vn in -15.0..15.0_f64, c in 310.0..360.0_f64,
        ) {
            prop_assume!(e.hypot(n) > 5.0);
            let sensor = Enu::new(e, n, u);
            let medium = |ve, vn, c| Medium { speed_m_s: c, wind_m_s: [ve, vn] };
            let at = |s: Enu, m: Medium| m.delay_s(s, sensor);
            let d = medium(ve, vn, c).delay(Enu::default(), sensor);
            let h = 1e-3;
            let m = medium(ve, vn, c);
            let numeric = [
                at(Enu::new(h, 0.0, 0.0), m) - at(Enu::new(-h, 0.0, 0.0), m),
                at(Enu::new(0.0, h, 0.0), m) - at(Enu::new(0.0, -h, 0.0), m),
                at(Enu::new(0.0, 0.0, h), m) - at(Enu::new(0.0, 0.0, -h), m),
                at(Enu::default(), medium(ve + h, vn, c)) - at(Enu::default(), medium(ve - h, vn, c)),
                at(Enu::default(), medium(ve, vn + h, c)) - at(Enu::default(), medium(ve, vn - h, c)),
                at(Enu::default(), medium(ve, vn, c + h)) - at(Enu::default(), medium(ve, vn, c - h)),
            ].map(|k| k / (2.0 * h));
            let [de, dn, du] = d.by_source;
            let [we, wn] = d.by_wind;
            for (exact, numeric) in [de, dn, du, we, wn, d.by_speed].into_iter().zip(numeric) {
                prop_assert!((exact - numeric).abs() < 1e-7, "{exact} {numeric}");
            }
        }
    }
}
