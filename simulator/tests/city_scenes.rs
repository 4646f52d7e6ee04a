//! Scenes among buildings, played: what must hold whatever stands where.

#![allow(clippy::unwrap_used)] // Helpers of tests count as outside them.

use std::fmt::Write;

use shotfix_simulator::{PathKind, Scene, Simulation, simulate};

/// Footprints in metres and heights: a row of houses, a tower, an L and a wall.
const HOUSES: [(&[[f64; 2]], f64); 6] = [
    (
        &[[-80.0, 12.0], [-33.0, 12.0], [-33.0, 26.0], [-80.0, 26.0]],
        9.0,
    ),
    (
        &[[-27.0, 13.0], [21.0, 13.0], [21.0, 27.0], [-27.0, 27.0]],
        7.5,
    ),
    (
        &[[34.0, 12.5], [61.0, 12.5], [61.0, 40.0], [34.0, 40.0]],
        24.0,
    ),
    (
        &[[-71.0, -31.0], [-22.0, -31.0], [-22.0, -9.0], [-71.0, -9.0]],
        11.0,
    ),
    (
        &[
            [-8.0, -44.0],
            [47.0, -44.0],
            [47.0, -11.0],
            [20.0, -11.0],
            [20.0, -27.0],
            [-8.0, -27.0],
        ],
        8.0,
    ),
    (
        &[[80.0, -60.0], [81.0, -60.0], [81.0, 60.0], [80.0, 60.0]],
        5.0,
    ),
];

/// Turns and moves the whole scene.
#[derive(Clone, Copy)]
struct Move {
    mirror: bool,
    east: f64,
    north: f64,
}

const STILL: Move = Move {
    mirror: false,
    east: 0.0,
    north: 0.0,
};

impl Move {
    fn of(self, [east, north]: [f64; 2]) -> [f64; 2] {
        let side = if self.mirror { -1.0 } else { 1.0 };
        [side * east + self.east, north + self.north]
    }

    fn place(self, east: f64, north: f64) -> String {
        let [east, north] = self.of([east, north]);
        format!("east = {east:?}\nnorth = {north:?}\n")
    }
}

/// The scene in a folder of its own, with `more` in its file.
fn scene(by: Move, more: &str) -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let features: Vec<String> = HOUSES
        .iter()
        .map(|(corners, height)| {
            let corners: Vec<String> = corners
                .iter()
                .chain(&corners[..1])
                .map(|corner| format!("{:?}", by.of(*corner)))
                .collect();
            format!(
                r#"{{"type":"Feature","properties":{{"height":{height}}},"geometry":
                {{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                corners.join(",")
            )
        })
        .collect();
    let city = format!(
        r#"{{"type":"FeatureCollection","crs_metres":true,"features":[{}]}}"#,
        features.join(",")
    );
    std::fs::write(dir.path().join("city.json"), city).unwrap();
    let side = if by.mirror { -1.0 } else { 1.0 };
    let mut text = format!(
        "format = \"float32\"\nduration_s = 3.0\n[city]\ngeojson = \"city.json\"\n[ground]\n\
         [atmosphere]\nwind_east_m_s = {:?}\nwind_north_m_s = 2.0\nroughness_m = 0.5\n\
         turbulence_m_s = 0.5\n[microphone]\nposition_sigma_m = 0.0\nclock_sigma_s = 0.0\n\
         full_scale_db_spl = 130.0\n",
        3.0 * side
    );
    for (id, east, north, up) in [
        ("A", -150.0, 80.0, 9.0),
        ("B", 140.0, 33.0, 6.0),
        ("C", 9.0, 20.0, 8.5),
        ("D", -40.0, -120.0, 12.0),
    ] {
        let place = by.place(east, north);
        let _ = write!(text, "[[sensor]]\nid = \"{id}\"\n{place}up = {up:?}\n");
    }
    let place = by.place(-12.0, 2.0);
    let _ = write!(text, "[[shot]]\ntime_s = 0.4\n{place}\n[tail]\n{more}");
    let file = dir.path().join("scene.toml");
    std::fs::write(&file, text).unwrap();
    Scene::load(&file).unwrap()
}

fn loudest(simulation: &Simulation) -> f32 {
    let samples = simulation.recordings.iter().flat_map(|r| &r.samples);
    samples.fold(0.0, |most, x| most.max(x.abs()))
}

#[test]
fn a_mirrored_and_a_moved_city_sound_the_same() {
    let original = simulate(&scene(STILL, ""));
    let loudest = loudest(&original);
    for by in [
        Move {
            mirror: true,
            ..STILL
        },
        Move {
            east: 731.0,
            north: -1_204.0,
            ..STILL
        },
        Move {
            mirror: true,
            east: 99.5,
            north: 40.25,
        },
    ] {
        let moved = simulate(&scene(by, ""));
        for (a, b) in original.recordings.iter().zip(&moved.recordings) {
            // Coordinates of a kilometre round at 1e-13 m, times at 1e-15 s; single precision
            // keeps 6e-8 of the peak.
            let apart = a.samples.iter().zip(&b.samples).map(|(a, b)| (a - b).abs());
            assert!(
                apart.fold(0.0, f32::max) < 1e-6 * loudest,
                "{}",
                a.station.id
            );
        }
        let arrivals = original.truth.shots[0].arrivals.iter();
        for (a, b) in arrivals.zip(&moved.truth.shots[0].arrivals) {
            assert!((a.delay_s - b.delay_s).abs() < 1e-9 && a.path == b.path);
            assert_eq!(a.echoes.len(), b.echoes.len());
        }
    }
}

#[test]
fn every_way_obeys_the_triangle() {
    let scene = scene(STILL, "");
    let truth = simulate(&scene).truth;
    let mut blocked = 0;
    for (sensor_idx, arrival) in truth.shots[0].arrivals.iter().enumerate() {
        let paths = scene.paths(0, sensor_idx);
        let kinds: Vec<PathKind> = paths.iter().map(|path| path.kind).collect();
        assert_eq!(kinds[0], arrival.path);
        // Where something stands between there is no direct sound, and what comes is late: by
        // less than the gusts of 0.5 m/s can move it (a deviation of 0.2 ms at 150 m) only in
        // the open.
        let sight = kinds.contains(&PathKind::Sight);
        assert_eq!(sight, arrival.path == PathKind::Sight);
        if !sight {
            blocked += 1;
            assert!(arrival.extra_s > -1e-3, "{arrival:?}");
        }
        let straight_s = arrival.delay_s - arrival.extra_s;
        for path in &paths {
            assert!(path.delay_s >= straight_s - 1e-9);
            assert!(path.delay_s < straight_s + 0.7);
            let length: f64 = path.points.windows(2).map(|p| p[0].range_m(p[1])).sum();
            assert!(length >= arrival.range_m - 1e-9);
        }
        // Reflections off walls there are, and none is louder than the open field.
        assert!(kinds.contains(&PathKind::Wall), "{kinds:?}");
        let open_db = 153.0 - 20.0 * arrival.range_m.log10();
        assert!(arrival.level_db_spl < open_db + 1.0);
    }
    assert!((1..4).contains(&blocked));
}

#[test]
fn blocks_of_any_length_hold_what_the_recordings_hold() {
    let scene = scene(STILL, "[noise]\nambient_db_spl = 45.0\n");
    let whole = simulate(&scene);
    for block_s in [0.0213, 0.5, 7.0] {
        let mut stream = scene.stream(block_s);
        let mut samples = vec![Vec::new(); scene.sensors().len()];
        for blocks in &mut stream {
            for block in blocks {
                assert_eq!(block.first_sample, samples[block.sensor_idx].len() as u64);
                samples[block.sensor_idx].extend(block.samples);
            }
        }
        for (recording, samples) in whole.recordings.iter().zip(&samples) {
            assert!(recording.samples == *samples, "{block_s} s");
        }
        assert_eq!(stream.into_truth(), whole.truth);
    }
}
