//! Speed of the simulator: a whole city scene, a court that room simulators can play too, and
//! arrivals alone.
//!
//! `benches/peers/simulator.py` runs this beside pyroomacoustics and prints one table.

// Benches fail loudly, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shotfix_simulator::{ArrivalModel, Scene};

/// Plays a scene to the end and lets the samples go, as a hub that is fed by it would.
fn play(scene: &Scene) -> usize {
    scene
        .stream(0.5)
        .map(|blocks| {
            blocks
                .iter()
                .map(|block| block.samples.len())
                .sum::<usize>()
        })
        .sum()
}

/// Throughput is in samples of all sensors together.
fn recordings(c: &mut Criterion) {
    let court = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/court.toml");
    let mut group = c.benchmark_group("simulate");
    group.sample_size(10);
    for scene in [
        Scene::preset("city-day").unwrap(),
        Scene::load(court).unwrap(),
    ] {
        let samples: f64 = scene
            .sensors()
            .iter()
            .map(|sensor| scene.duration_s() * f64::from(sensor.sample_rate_hz))
            .sum();
        group.throughput(Throughput::Elements(samples as u64));
        let name = scene.name().to_owned();
        group.bench_function(name, |b| b.iter(|| play(&scene)));
    }
    group.finish();
}

/// Twenty sensors on the roofs of a drawn city; throughput is in shots.
fn arrivals(c: &mut Criterion) {
    let scene = Scene::preset("city-day").unwrap();
    let shots = scene.draw_shots(10_000).unwrap();
    let model = ArrivalModel::new(&scene);
    let mut group = c.benchmark_group("arrivals");
    group.sample_size(20);
    group.throughput(Throughput::Elements(shots.len() as u64));
    group.bench_function("city-day", |b| b.iter(|| model.hear(&shots)));
    group.finish();
}

criterion_group!(benches, recordings, arrivals);
criterion_main!(benches);
