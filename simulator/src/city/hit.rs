//! What something that flies straight hits first.

use crate::city::leg::Leg;
use crate::city::{City, Scratch};
use crate::point::Point;

impl City {
    /// Distance from `from` to the first wall, roof or ground on the straight way to `to`, metres;
    /// `None` if nothing is in it. A bullet stops there: nothing is shot through.
    pub(crate) fn first_hit_m(&self, from: Point, to: Point, scratch: &mut Scratch) -> Option<f64> {
        let leg = Leg::new([from.east, from.north], from.up, [to.east, to.north], to.up);
        let mut first = f64::INFINITY;
        self.rises(&leg, |u, _| {
            first = u;
            false
        });
        self.crossings(&leg, scratch, |_, _, low, high, roof_up_m| {
            let over = leg.up_at(low) - roof_up_m;
            // It comes in through a wall, or falls on the roof further on.
            let u = match over > 0.0 && leg.slope < 0.0 {
                true => low + over / -leg.slope,
                false => low,
            };
            if u <= high {
                first = first.min(u);
            }
            true
        });
        first.is_finite().then(|| first * leg.slope.hypot(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{Building, Terrain};

    #[test]
    fn val_walls_roofs_and_the_ground_stop_a_bullet() {
        let house = Building {
            footprint: vec![[50.0, -5.0], [60.0, -5.0], [60.0, 5.0], [50.0, 5.0]],
            base_up_m: 0.0,
            roof_up_m: 6.0,
        };
        let city = City::new(vec![house], Terrain::Flat(0.0)).unwrap();
        let at = |east: f64, north: f64, up: f64| Point { east, north, up };
        let hit = |from, to| city.first_hit_m(from, to, &mut Scratch::default());
        let muzzle = at(0.0, 0.0, 1.5);
        assert!((hit(muzzle, at(500.0, 0.0, 1.5)).unwrap() - 50.0).abs() < 1e-5);
        assert_eq!(hit(muzzle, at(500.0, 100.0, 1.5)), None);
        // Upwards over the roof: 1.5 m + 10 % of 50 m.
        assert_eq!(hit(muzzle, at(500.0, 0.0, 51.5)), None);
        // From a window at 12 m down by 12 %: on the roof at 50 m, where it is at 6 m.
        let fallen = hit(at(0.0, 0.0, 12.0), at(58.0, 0.0, 12.0 - 0.12 * 58.0)).unwrap();
        assert!((fallen - 50.0 * 1.0144f64.sqrt()).abs() < 1e-5, "{fallen}");
        let fallen = hit(at(0.0, 0.0, 12.0), at(58.0, 0.0, 12.0 - 0.11 * 58.0)).unwrap();
        assert!(
            (fallen - 6.0 / 0.11 * 1.0121f64.sqrt()).abs() < 1e-5,
            "{fallen}"
        );
    }
}
