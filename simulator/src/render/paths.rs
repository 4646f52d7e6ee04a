//! The ways a sound takes from a place to a sensor: straight, bent, off the ground, off walls.

use crate::air::{Air, Shadow, Travel};
use crate::city::{City, Route, RouteKind, RouteOptions, Scratch};
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::render::barrier;
use crate::render::path::{Path, PathKind};
use crate::scene::{EchoSpec, Scene, SceneSensor};

/// How much of the surroundings a sound is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Detail {
    /// The first wavefront and its bounce off the ground: one of a thousand small sounds.
    First,
    /// Everything there is.
    All,
}

/// Most ways by geometry alone; the tail stands for the rest.
const MOST_ROUTES: usize = 24;

/// Every way from a place to a sensor, the earliest first.
///
/// What is drawn depends on the index of the place alone, so all rounds of a burst share it and
/// a mirrored or moved scene has the same.
pub(crate) fn paths(
    scene: &Scene,
    sensor: &SceneSensor,
    place: Point,
    place_idx: usize,
    detail: Detail,
    scratch: &mut Scratch,
) -> Vec<Path> {
    let around = Surroundings::of(scene, place, sensor.position);
    let mut paths = Vec::new();
    let mut random = Random::stream(scene.seed, Purpose::ExcessLoss, &sensor.id, place_idx);
    for route in routes(
        scene.city.as_deref(),
        place,
        sensor.position,
        detail,
        scratch,
    ) {
        let mut path = around.along(&route);
        path.gain *= 10f64.powf(-scene.atmosphere.excess_loss_sigma_db * random.normal() / 20.0);
        // The sort is stable: on the ground itself the sound comes before its reflection.
        let bounced = around.ground_reflection;
        let bounced = bounced.map(|reflection| around.off_the_ground(&path, reflection));
        paths.push(path);
        paths.extend(bounced);
    }
    paths.sort_by(|a, b| a.delay_s.total_cmp(&b.delay_s));
    if let (Some(echoes), Detail::All) = (&scene.echoes, detail) {
        let mut random = Random::stream(scene.seed, Purpose::Echoes, &sensor.id, place_idx);
        let drawn = drawn_echoes(
            scene.air.medium().speed_m_s(),
            echoes,
            &paths[0],
            &mut random,
        );
        paths.extend(drawn);
    }
    paths
}

/// The ways by geometry; never none.
fn routes(
    city: Option<&City>,
    source: Point,
    sensor: Point,
    detail: Detail,
    scratch: &mut Scratch,
) -> Vec<Route> {
    match (city, detail) {
        (None, _) => vec![Route {
            points: vec![source, sensor],
            kind: RouteKind::Sight,
            length_m: source.range_m(sensor),
            detours: Vec::new(),
            walls: 0,
        }],
        (Some(city), Detail::First) => vec![city.first_route(source, sensor, scratch)],
        (Some(city), Detail::All) => {
            let options = RouteOptions {
                second_order: true,
                most: MOST_ROUTES,
            };
            city.routes(source, sensor, &options, scratch)
        }
    }
}

pub(crate) fn kind(kind: RouteKind) -> PathKind {
    match kind {
        RouteKind::Sight => PathKind::Sight,
        RouteKind::OverRoofs => PathKind::OverRoofs,
        RouteKind::RoundCorner => PathKind::RoundCorner,
        RouteKind::Wall1 => PathKind::Wall,
        RouteKind::Wall2 => PathKind::TwoWalls,
    }
}

/// What all ways from one place to one sensor have in common.
struct Surroundings<'a> {
    air: &'a Air,
    straight_m: f64,
    /// Along the straight line through the moving air, whatever stands in it.
    straight: Travel,
    /// Ground under the source, which mirrors it.
    source_ground_up_m: f64,
    /// Height of the ground that the air lies on.
    air_ground_up_m: f64,
    ground_reflection: Option<f64>,
    loss: f64,
    wall_reflection: f64,
}

impl<'a> Surroundings<'a> {
    fn of(scene: &'a Scene, source: Point, sensor: Point) -> Self {
        let source_ground_up_m = scene.ground_up_m(source);
        let air_ground_up_m = scene.air_ground_up_m(source, sensor);
        Self {
            air: &scene.air,
            straight_m: source.range_m(sensor),
            straight: scene.air.travel(source, sensor, air_ground_up_m),
            source_ground_up_m,
            air_ground_up_m,
            ground_reflection: scene.ground.as_ref().map(|ground| ground.reflection),
            loss: 10f64.powf(-scene.atmosphere.excess_loss_db / 20.0),
            wall_reflection: scene.wall_reflection,
        }
    }

    /// The wind moves every way from a place to a sensor by nearly the same time: to first order
    /// its effect on a leg d is `-d.w/c^2`, and the legs of any way add up to the straight line.
    /// So a way takes as long as the straight line through the moving air, and what it is longer
    /// takes its time at the speed of sound.
    ///
    /// Spreading is spherical over the whole way: the front that arrives has a radius of `c t`.
    fn along(&self, route: &Route) -> Path {
        let extra_m = (route.length_m - self.straight_m).max(0.0);
        let air_m = self.straight.air_m + extra_m;
        let shadow = self.shadow(route);
        let shadow_db = |f: f64| shadow.as_ref().map_or(0.0, |shadow| shadow.loss_db(f));
        let more: Option<&dyn Fn(f64) -> f64> = shadow.as_ref().map(|_| &shadow_db as _);
        Path {
            kind: kind(route.kind),
            off_ground: false,
            delay_s: self.straight.time_s + extra_m / self.air.medium().speed_m_s(),
            gain: self.loss / air_m,
            air_m,
            filter: barrier::filter(
                &route.detours,
                route.walls,
                self.wall_reflection,
                self.air.medium().speed_m_s(),
                more,
            ),
            departure: route.points[0].direction_to(route.points[1]),
            points: route.points.clone(),
        }
    }

    /// Whether refraction keeps the sound from the sensor: seen from the last roof, corner or
    /// wall of the way, if there is one, which stands higher than the street.
    fn shadow(&self, route: &Route) -> Option<Shadow> {
        let [_, .., last, sensor] = route.points[..] else {
            return self.straight.shadow;
        };
        self.straight.shadow.as_ref()?;
        self.air.travel(last, sensor, self.air_ground_up_m).shadow
    }

    /// The same way from the source mirrored below the ground, `reflection` times as loud.
    ///
    /// Only the first leg changes: it is longer by what the law of cosines says for the two
    /// heights, and leaves the source downwards. The ground is taken as level there.
    fn off_the_ground(&self, path: &Path, reflection: f64) -> Path {
        let (source, next) = (path.points[0], path.points[1]);
        let image = Point {
            up: 2.0 * self.source_ground_up_m - source.up,
            ..source
        };
        let extra_m = (image.range_m(next) - source.range_m(next)).max(0.0);
        let air_m = path.air_m + extra_m;
        let [east, north, up] = image.direction_to(next);
        Path {
            off_ground: true,
            delay_s: path.delay_s + extra_m / self.air.medium().speed_m_s(),
            gain: path.gain * reflection * path.air_m / air_m,
            air_m,
            departure: [east, north, -up],
            ..path.clone()
        }
    }
}

/// Later and weaker copies of the first sound, for scenes without buildings.
fn drawn_echoes(speed_m_s: f64, echoes: &EchoSpec, first: &Path, random: &mut Random) -> Vec<Path> {
    let count = random.count(echoes.count_min, echoes.count_max);
    (0..count)
        .map(|_| {
            let extra_s = echoes.delay_min_s + echoes.delay_mean_s * random.exponential();
            let below_db = random.between(echoes.level_min_db, echoes.level_max_db);
            Path {
                kind: PathKind::Echo,
                off_ground: false,
                delay_s: first.delay_s + extra_s,
                gain: first.gain * 10f64.powf(-below_db / 20.0),
                air_m: first.air_m + speed_m_s * extra_s,
                points: Vec::new(),
                filter: first.filter.clone(),
                departure: first.departure,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Scene;

    #[test]
    fn excess_loss_scatters_from_sensor_to_sensor_and_stays() {
        // A ring of sensors 100 m about two shots of one place; all ways are alike but for it.
        let sensors: String = (0..400)
            .map(|k| {
                let (sin, cos) = (f64::from(k) * 0.0157).sin_cos();
                let (east, north) = (100.0 * sin, 100.0 * cos);
                format!("[[sensor]]\nid = \"S{k}\"\neast = {east:?}\nnorth = {north:?}\nup = 1.5\n")
            })
            .collect();
        let shot = "[[shot]]\ntime_s = 1.0\neast = 0.0\nnorth = 0.0\nup = 1.5\n";
        let text = format!("[atmosphere]\nexcess_loss_sigma_db = 6.0\n{shot}{shot}{sensors}");
        let scene = Scene::from_toml(&text, "ring.toml").unwrap();
        let gain_db = |shot, sensor| 20.0 * (100.0 * scene.paths(shot, sensor)[0].gain).log10();
        let losses_db: Vec<f64> = (0..400).map(|sensor| -gain_db(0, sensor)).collect();
        // The deviation of 400 draws is known to 3.5 %, their mean to 0.3 dB.
        let mean_db = losses_db.iter().sum::<f64>() / 400.0;
        let sum_sqr: f64 = losses_db.iter().map(|l| (l - mean_db).powi(2)).sum();
        assert!(mean_db.abs() < 1.2, "{mean_db}");
        assert!(((sum_sqr / 400.0).sqrt() / 6.0 - 1.0).abs() < 0.14);
        assert_eq!(gain_db(0, 7), gain_db(1, 7));
    }
}
