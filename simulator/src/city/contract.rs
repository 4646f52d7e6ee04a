//! What every search of ways must keep, whatever the city.

use proptest::prelude::*;

use crate::city::{
    Building, City, FirstWay, GenerateSpec, Outline, Route, RouteKind, RouteOptions, Scratch,
    Terrain, generate,
};
use crate::point::Point;

pub(super) fn point(east: f64, north: f64, up: f64) -> Point {
    Point { east, north, up }
}

pub(super) fn block(west: f64, south: f64, east: f64, north: f64, roof: f64) -> Building {
    Building {
        footprint: vec![[west, south], [east, south], [east, north], [west, north]],
        base_up_m: 0.0,
        roof_up_m: roof,
    }
}

pub(super) fn city(buildings: Vec<Building>) -> City {
    City::new(buildings, Terrain::Flat(0.0)).unwrap()
}

pub(super) fn drawn(seed: u64, relief_m: f64) -> City {
    let terrain = match relief_m > 0.0 {
        true => Terrain::hills(0.0, relief_m, 400.0, 2_000.0, seed).unwrap(),
        false => Terrain::Flat(0.0),
    };
    let outlines = generate(&GenerateSpec::default(), seed);
    let stand = |o: Outline| o.stand_on(&terrain);
    City::new(outlines.into_iter().map(stand).collect(), terrain).unwrap()
}

/// A source in a street and a sensor on a roof or a pole, from numbers in [0, 1).
fn pair(city: &City, random: [f64; 4]) -> (Point, Point) {
    let place = |x: f64, y: f64, above: f64| {
        let (east, north) = (x * 1_000.0 - 500.0, y * 1_000.0 - 500.0);
        point(east, north, city.roof_or_ground_up_m(east, north) + above)
    };
    let (mut a, b) = (
        place(random[0], random[1], 1.5),
        place(random[2], random[3], 3.0),
    );
    // Out of the way of walls, to the south, if a roof was hit.
    while city.roof_or_ground_up_m(a.east, a.north) > city.ground_up_m(a.east, a.north) {
        a.north -= 3.0;
    }
    a.up = city.ground_up_m(a.east, a.north) + 1.5;
    (a, b)
}

const ALL: RouteOptions = RouteOptions {
    second_order: true,
    most: 40,
};

#[test]
fn val_over_a_wall_and_round_its_end() {
    // A slab 1 m thick and 10 m high from east -30 to 44, source and sensor 20 m off it.
    let city = city(vec![block(-30.0, -0.5, 44.0, 0.5, 10.0)]);
    let (a, b) = (point(0.0, -20.5, 2.0), point(0.0, 20.5, 4.0));
    let mut scratch = Scratch::default();
    let routes = city.routes(a, b, &ALL, &mut scratch);
    let over = (400.0_f64 + 64.0).sqrt() + 1.0 + (400.0_f64 + 36.0).sqrt();
    assert_eq!(routes[0].kind, RouteKind::OverRoofs);
    assert!(
        (routes[0].length_m - over).abs() < 1e-5,
        "{}",
        routes[0].length_m
    );
    assert!((routes[0].detours[0].span_m - 1.0).abs() < 1e-5);
    let straight = (41.0_f64.powi(2) + 4.0).sqrt();
    assert!((routes[0].detours[0].extra_m - (over - straight)).abs() < 1e-5);
    // Height is linear in the plan's length: the plan unrolls, and rises by 2 m.
    for (side, end) in [(1, 30.0_f64), (2, 44.0)] {
        let plan = 2.0 * (end.powi(2) + 400.0).sqrt() + 1.0;
        assert_eq!(routes[side].kind, RouteKind::RoundCorner);
        assert!((routes[side].length_m - plan.hypot(2.0)).abs() < 1e-5);
    }
    // A higher wall is walked round.
    let city = super::contract::city(vec![block(-30.0, -0.5, 44.0, 0.5, 60.0)]);
    let first = city.first_way(a, b, &mut scratch);
    assert_eq!(first.kind, RouteKind::RoundCorner);
    let plan = 2.0 * (1_300.0_f64).sqrt() + 1.0;
    assert!((first.length_m - plan.hypot(2.0)).abs() < 1e-5 && (first.plan_m - plan).abs() < 1e-5);
    assert!((first.detour.unwrap().span_m - plan.hypot(2.0) / plan).abs() < 1e-5);
    let to_corner = [-30.0, 20.0].map(|m| m / 1_300.0_f64.sqrt() * plan / plan.hypot(2.0));
    assert!((first.departure[0] - to_corner[0]).abs() < 1e-6);
    assert!((first.departure[1] - to_corner[1]).abs() < 1e-6);
}

#[test]
fn val_images_between_two_walls() {
    // Faces at north 0 and 20, both 12 m high and long; source 5 m and sensor 8 m from the first.
    let city = city(vec![
        block(-400.0, -10.0, 400.0, 0.0, 12.0),
        block(-400.0, 20.0, 400.0, 30.0, 12.0),
    ]);
    let (a, b) = (point(-30.0, 5.0, 1.5), point(30.0, 8.0, 3.5));
    let routes = city.routes(a, b, &ALL, &mut Scratch::default());
    // Images of the source across: 0: 5; first order -5 and 35; second -35 (+20) and 45.
    let expect = |north: f64| (60.0_f64.powi(2) + (north - 8.0_f64).powi(2) + 4.0).sqrt();
    let found: Vec<(RouteKind, f64)> = routes.iter().map(|r| (r.kind, r.length_m)).collect();
    let expected = [
        (RouteKind::Sight, expect(5.0)),
        (RouteKind::Wall1, expect(-5.0)),
        (RouteKind::Wall1, expect(35.0)),
        (RouteKind::Wall2, expect(-35.0)),
        (RouteKind::Wall2, expect(45.0)),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for expected in expected {
        let near = |f: &&(RouteKind, f64)| f.0 == expected.0 && (f.1 - expected.1).abs() < 1e-9;
        assert!(
            found.iter().any(|f| near(&f)),
            "{expected:?} not in {found:?}"
        );
    }
    assert!(routes.iter().all(|route| route.detours.is_empty()));
}

#[test]
fn val_a_facade_echoes_over_the_roofs_into_a_shadow() {
    // A hut between source and sensor, a tower behind the sensor: the echo unfolds to a plane in
    // which the hut's roof edges and the sensor's image in the tower lie.
    let city = city(vec![
        block(10.0, -20.0, 20.0, 20.0, 6.0),
        block(50.0, -20.0, 60.0, 20.0, 40.0),
    ]);
    let (a, b) = (point(0.0, 0.0, 1.5), point(30.0, 0.0, 1.5));
    let routes = city.routes(a, b, &ALL, &mut Scratch::default());
    let echo = routes.iter().find(|r| r.kind == RouteKind::Wall1).unwrap();
    let slope = |run: f64| (run * run + 4.5 * 4.5_f64).sqrt();
    assert!((echo.length_m - (slope(10.0) + 10.0 + slope(50.0))).abs() < 1e-5);
    assert_eq!(echo.detours.len(), 1);
    // The roof falls to 1.5 m over 50 m: after 30 m it meets the tower at 6 - 0.6 * 4.5.
    assert!((echo.points[3].up - 3.3).abs() < 1e-5 && (echo.points[3].east - 50.0).abs() < 1e-9);
}

#[test]
fn val_over_a_hill() {
    // A ridge 10 m high along the north axis, slopes of 1 in 2; ends 50 m off, 1 m above ground.
    let up = (0..3).flat_map(|_| [0.0, 0.0, 10.0, 0.0, 0.0]).collect();
    let terrain = Terrain::grid([-40.0, -20.0], 20.0, 5, up).unwrap();
    let city = City::new(Vec::new(), terrain).unwrap();
    let (a, b) = (point(-50.0, 0.0, 1.0), point(50.0, 0.0, 1.0));
    let first = city.first_way(a, b, &mut Scratch::default());
    assert_eq!(first.kind, RouteKind::OverRoofs);
    assert!((first.length_m - 2.0 * (2_500.0_f64 + 81.0).sqrt()).abs() < 1e-6);
    assert!(city.clear(
        point(-50.0, 0.0, 11.0),
        point(50.0, 0.0, 11.0),
        &mut Scratch::default()
    ));
}

#[test]
fn a_point_in_a_building_is_left_over_its_roof() {
    let city = city(vec![block(-5.0, -5.0, 5.0, 5.0, 9.0)]);
    let (a, b) = (point(0.0, 0.0, 2.0), point(30.0, 0.0, 2.0));
    assert_eq!(city.solid_at(a), Some(0));
    let route = city.first_route(a, b, &mut Scratch::default());
    assert_eq!(route.kind, RouteKind::OverRoofs);
    // Plumb up 7 m, 5 m to the edge, down to the sensor.
    let length = 7.0 + 5.0 + (25.0_f64.powi(2) + 49.0).sqrt();
    assert!((route.length_m - length).abs() < 1e-5);
}

fn lengths(routes: &[Route]) -> Vec<f64> {
    let mut all: Vec<f64> = routes.iter().map(|r| r.length_m).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4)
}

fn moved(city: &City, act: impl Fn([f64; 2]) -> [f64; 2]) -> City {
    let mut buildings = city.buildings().to_vec();
    for corner in buildings.iter_mut().flat_map(|b| &mut b.footprint) {
        *corner = act(*corner);
    }
    super::contract::city(buildings)
}

fn small_city() -> impl Strategy<Value = City> {
    let lot = (0.5..0.9, 0.4..0.9, 0.0..1.0, 3.0..25.0, any::<bool>());
    prop::collection::vec(lot, 25).prop_map(|lots: Vec<(f64, f64, f64, f64, bool)>| {
        let mut all = Vec::new();
        for (idx, (width, depth, share, roof, ell)) in lots.into_iter().enumerate() {
            // Off the lattice: walls in one line make ties that rounding decides.
            let (west, south) = (
                (idx % 5) as f64 * 30.0 - 75.0 + 2.9 * roof.fract(),
                (idx / 5) as f64 * 30.0 - 75.0 + 2.9 * share,
            );
            let (w, d) = (30.0 * width, 30.0 * depth);
            let mut building = block(west, south, west + w, south + d, roof);
            if ell {
                let notch = [west + w * (0.3 + 0.4 * share), south + d * 0.5];
                building
                    .footprint
                    .splice(2..3, [[west + w, notch[1]], notch, [notch[0], south + d]]);
            }
            all.push(building);
        }
        city(all)
    })
}

fn free_point(city: &City, east: f64, north: f64, above: f64) -> Point {
    point(east, north, city.roof_or_ground_up_m(east, north) + above)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn verif_what_every_route_keeps(
        city in small_city(),
        a in (-90.0..90.0, -90.0..90.0, 1.0..3.0),
        b in (-90.0..90.0, -90.0..90.0, 1.0..3.0),
    ) {
        let (a, b) = (free_point(&city, a.0, a.1, a.2), free_point(&city, b.0, b.1, b.2));
        let mut scratch = Scratch::default();
        let routes = city.routes(a, b, &ALL, &mut scratch);
        let first = city.first_way(a, b, &mut scratch);
        prop_assert_eq!(first.kind, routes[0].kind);
        prop_assert!((first.length_m - routes[0].length_m).abs() < 1e-9);
        // Sight is a first way without detour, and the dense sampling below agrees.
        prop_assert_eq!(city.clear(a, b, &mut scratch), first.detour.is_none());
        prop_assert_eq!(city.clear(b, a, &mut scratch), first.detour.is_none());
        let back = city.first_way(b, a, &mut scratch);
        prop_assert!((back.length_m - first.length_m).abs() < 1e-6, "{} {}", back.length_m, first.length_m);
        for (one, two) in first.departure.iter().zip(back.arrival) {
            prop_assert!((one + two).abs() < 1e-5 || back.kind != first.kind);
        }
        let detours = routes[0].detours.first();
        prop_assert!(detours.zip(first.detour).is_none_or(|(d, f)| (d.extra_m - f.extra_m).abs() < 1e-6
            && (d.span_m - f.span_m).abs() < 1e-6));
        for route in &routes {
            prop_assert!(route.length_m >= a.range_m(b));
            // A way by a wall may be shorter than every way that bends without one.
            prop_assert!(route.walls > 0 || route.length_m >= routes[0].length_m - 1e-6);
            prop_assert_eq!((route.points[0], route.points[route.points.len() - 1]), (a, b));
            let sum: f64 = route.points.windows(2).map(|p| p[0].range_m(p[1])).sum();
            prop_assert!((sum - route.length_m).abs() < 1e-6);
            prop_assert!(route.detours.len() <= route.walls + 1);
            for pair in route.points.windows(2) {
                for step in 0..=200 {
                    let x = f64::from(step) / 200.0;
                    let at = |a: f64, b: f64| a + x * (b - a);
                    let place = point(at(pair[0].east, pair[1].east), at(pair[0].north, pair[1].north),
                        at(pair[0].up, pair[1].up) + 1e-4);
                    // Corners and walls are touched, so a sample counts if it lies deeper.
                    let deep = |s: f64| [[s, s], [s, -s], [-s, s], [-s, -s]].iter().all(|d| city
                        .solid_at(point(place.east + d[0], place.north + d[1], place.up)).is_some());
                    prop_assert!(!deep(1e-4), "{:?} at {:?}", route, place);
                    prop_assert!(place.up > 0.0);
                }
            }
        }
    }

    #[test]
    fn verif_mirrored_and_shifted_cities_have_the_same_ways(
        city in small_city(),
        a in (-90.0..90.0, -90.0..90.0, 1.0..3.0),
        b in (-90.0..90.0, -90.0..90.0, 1.0..3.0),
    ) {
        let (a, b) = (free_point(&city, a.0, a.1, a.2), free_point(&city, b.0, b.1, b.2));
        let mut scratch = Scratch::default();
        let options = RouteOptions { second_order: true, most: 400 };
        let routes = lengths(&city.routes(a, b, &options, &mut scratch));
        let mirror = moved(&city, |[e, n]| [-e, n]);
        let flip = |p: Point| point(-p.east, p.north, p.up);
        let mirrored = mirror.routes(flip(a), flip(b), &options, &mut scratch);
        prop_assert!(same(&routes, &lengths(&mirrored)), "{:?} {:?}", routes, lengths(&mirrored));
        let shifted = moved(&city, |[e, n]| [e + 317.0, n - 211.0]);
        let shift = |p: Point| point(p.east + 317.0, p.north - 211.0, p.up);
        let shifted = shifted.routes(shift(a), shift(b), &options, &mut scratch);
        prop_assert!(same(&routes, &lengths(&shifted)));
    }
}

#[test]
fn verif_a_large_city_keeps_the_rules_too() {
    for (seed, relief_m) in [(1, 0.0), (2, 25.0)] {
        let city = drawn(seed, relief_m);
        let mut random =
            crate::random::Random::stream(seed, crate::random::Purpose::Placement, "", 0);
        let mut scratch = Scratch::default();
        let mut kinds = [0; 3];
        for _ in 0..400 {
            let (a, b) = pair(&city, [(); 4].map(|()| random.uniform()));
            let first = city.first_way(a, b, &mut scratch);
            let fresh: FirstWay = city.first_way(a, b, &mut Scratch::default());
            assert_eq!(first, fresh);
            assert_eq!(first.detour.is_none(), city.clear(a, b, &mut scratch));
            let back = city.first_way(b, a, &mut scratch);
            assert!((first.length_m - back.length_m).abs() < 1e-6);
            kinds[match first.kind {
                RouteKind::Sight => 0,
                RouteKind::OverRoofs => 1,
                _ => 2,
            }] += 1;
        }
        assert!(kinds[1] > kinds[0] && kinds[2] > 0, "{kinds:?}");
    }
}
