//! Shots drawn at random among the sensors, for work that needs many.

use crate::arrivals::ShotAt;
use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::{Scene, Site};
use crate::source::Firearm;

/// Height of a muzzle over the street, metres.
const MUZZLE_M: f64 = 1.5;

/// Nearer than this the level of a shot is not defined, metres.
const NEAREST_M: f64 = 1.0;

/// Half the side of the square about sensors that stand in one place, metres.
const LEAST_HALF_M: f64 = 50.0;

/// Places tried for one shot: of a city that is built up to 99 % this finds the rest with
/// certainty, for 0.99^2000 is 2e-9.
const TRIES: usize = 2_000;

impl Scene {
    /// `count` shots, each uniform over the square that holds the sensors but outside buildings,
    /// 1.5 m above the ground, at times uniform over the scene, in the order of drawing.
    ///
    /// They are as loud as the scene's first shot, or as a 9 mm pistol. Shot k is the same
    /// whatever `count` is.
    ///
    /// # Errors
    /// [`SceneError::NoRoom`] if buildings leave no place.
    pub fn draw_shots(&self, count: usize) -> Result<Vec<ShotAt>, SceneError> {
        let square = Square::around(self);
        let blast = match self.shots.first() {
            Some(shot) => Some(shot.blast),
            None => Firearm::by_name("9mm").map(|firearm| firearm.blast(None)),
        };
        let (level_db_spl, frequency_hz) = blast.map_or((153.0, 450.0), |blast| {
            (blast.level_db_spl(), blast.peak_frequency_hz())
        });
        (0..count)
            .map(|place_idx| {
                // No sensor has this name: ids hold no blank.
                let mut random =
                    Random::stream(self.seed, Purpose::Placement, "drawn shots", place_idx);
                let time_s = random.between(0.0, self.duration_s);
                let place = (0..TRIES)
                    .map(|_| square.place(self, &mut random))
                    .find(|place| self.is_outdoors(*place));
                let position = place.ok_or_else(|| SceneError::NoRoom {
                    scene: self.name.clone(),
                    tries: TRIES,
                })?;
                Ok(ShotAt {
                    time_s,
                    position,
                    level_db_spl,
                    frequency_hz,
                    place_idx,
                    barrel: None,
                })
            })
            .collect()
    }

    /// In no building and at no microphone.
    fn is_outdoors(&self, place: Point) -> bool {
        let mut sensors = self.sensors.iter();
        Site::of(self).is_open(place)
            && sensors.all(|sensor| sensor.position.range_m(place) >= NEAREST_M)
    }
}

/// The square that holds the sensors.
struct Square {
    centre: [f64; 2],
    half_m: f64,
}

impl Square {
    fn around(scene: &Scene) -> Self {
        let range = |of: fn(&Point) -> f64| {
            let values = scene.sensors.iter().map(|sensor| of(&sensor.position));
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
                (low.min(v), high.max(v))
            });
            // A scene without sensors has its origin.
            if low <= high { (low, high) } else { (0.0, 0.0) }
        };
        let (west, east) = range(|p| p.east);
        let (south, north) = range(|p| p.north);
        Self {
            centre: [0.5 * (west + east), 0.5 * (south + north)],
            half_m: (0.5 * (east - west).max(north - south)).max(LEAST_HALF_M),
        }
    }

    fn place(&self, scene: &Scene, random: &mut Random) -> Point {
        let [east, north] = self
            .centre
            .map(|centre| centre + random.between(-self.half_m, self.half_m));
        let street = Point {
            east,
            north,
            up: 0.0,
        };
        Point {
            up: scene.ground_up_m(street) + MUZZLE_M,
            ..street
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(more: &str) -> Scene {
        let text = format!("seed = 5\n[layout]\ncount = 9\nside_m = 600.0\n{more}");
        Scene::from_toml(&text, "drawn.toml").unwrap()
    }

    #[test]
    fn shots_are_outdoors_among_the_sensors() {
        let scene = scene("[city]\ngenerate = {}\nterrain = { relief_m = 20.0 }\n");
        let shots = scene.draw_shots(500).unwrap();
        let square = Square::around(&scene);
        let city = scene.city().unwrap();
        for shot in &shots {
            let p = shot.position;
            assert!((p.east - square.centre[0]).abs() <= square.half_m);
            assert!((p.north - square.centre[1]).abs() <= square.half_m);
            assert!(city.solid_at(p).is_none());
            assert!((p.up - city.ground_up_m(p.east, p.north) - 1.5).abs() < 1e-9);
            assert!((0.0..10.0).contains(&shot.time_s));
        }
        // More shots do not move the first ones.
        assert_eq!(shots[..20], scene.draw_shots(20).unwrap());
    }

    #[test]
    fn the_whole_square_is_used() {
        let scene = scene("");
        let shots = scene.draw_shots(4_000).unwrap();
        let square = Square::around(&scene);
        let east = shots.iter().filter(|s| s.position.east > square.centre[0]);
        // Half of 4000 with a standard deviation of 32; five of them.
        assert!((east.count() as f64 - 2_000.0).abs() < 160.0);
        assert_eq!(shots[0].level_db_spl, 153.0);
    }

    #[test]
    fn a_place_without_outdoors_is_refused() {
        let mut scene = scene("[city]\ngenerate = {}\n");
        let house = crate::Building {
            footprint: vec![[-1e3, -1e3], [1e3, -1e3], [1e3, 1e3], [-1e3, 1e3]],
            base_up_m: 0.0,
            roof_up_m: 9.0,
        };
        let city = crate::City::new(vec![house], crate::city::Terrain::Flat(0.0)).unwrap();
        scene.city = Some(std::sync::Arc::new(city));
        let error = scene.draw_shots(1).unwrap_err().to_string();
        assert!(error.contains("drawn") && error.contains("gaps"), "{error}");
    }
}
