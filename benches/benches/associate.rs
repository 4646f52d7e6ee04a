//! Association: a burst in clutter, and a stream from a city.

// Benches fail loudly.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_core::pulses::{Network, Pulse, Stream, associate};
use shotfix_core::solve::Air;
use shotfix_core::{Enu, Seconds, Timestamp, Uncertain, Wind};

const SPEED_M_S: f64 = 343.0;

/// Sensors on a jittered square grid, 9 per square kilometre.
fn network(columns: usize, rows: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut sensors = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let mut at = |k: usize| 333.0 * k as f64 + rng.random_range(-100.0..100.0);
            sensors.push(Enu::new(at(column), at(row), 0.0));
        }
    }
    let air = Air {
        speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
        wind: Wind::default(),
    };
    Network::new(sensors, air)
}

fn shots(network: &Network, place: Enu, times_s: &[f64], rng: &mut ChaCha8Rng) -> Vec<Pulse> {
    let mut pulses = Vec::new();
    for (sensor, at) in network.sensors().iter().enumerate() {
        let range_m = place.horizontal_distance_m(*at);
        for fired_s in times_s {
            if range_m < 850.0 && rng.random::<f64>() < 0.8 {
                pulses.push(Pulse {
                    sensor,
                    time_s: fired_s + range_m / SPEED_M_S + rng.random_range(-0.002..0.002),
                    snr_db: 20.0,
                });
            }
        }
    }
    pulses
}

fn clutter(n: usize, n_sensors: usize, span_s: f64, rng: &mut ChaCha8Rng) -> Vec<Pulse> {
    (0..n)
        .map(|_| Pulse {
            sensor: rng.random_range(0..n_sensors),
            time_s: rng.random_range(0.0..span_s),
            snr_db: 12.0,
        })
        .collect()
}

fn burst(c: &mut Criterion) {
    let network = network(5, 4);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let times_s: Vec<f64> = (0..10).map(|k| 3.0 + 0.1 * f64::from(k)).collect();
    let mut pulses = shots(&network, Enu::new(700.0, 500.0, 0.0), &times_s, &mut rng);
    // Six of ten pulses are clutter.
    let n = pulses.len() * 3 / 2;
    pulses.extend(clutter(n, 20, 8.0, &mut rng));
    assert_eq!(associate(&network, &pulses).len(), 10);
    c.bench_function("10 rounds, 20 sensors, 60 % clutter", |b| {
        b.iter(|| associate(&network, std::hint::black_box(&pulses)));
    });
}

fn stream(c: &mut Criterion) {
    const SPAN_S: f64 = 60.0;
    let network = network(10, 10);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    // A burst of five every ten seconds somewhere, a pulse of clutter a second and sensor.
    let mut pulses = clutter(100 * SPAN_S as usize, 100, SPAN_S, &mut rng);
    for k in 0..6 {
        let times_s: Vec<f64> = (0..5)
            .map(|r| f64::from(10 * k) + 2.0 + 0.3 * f64::from(r))
            .collect();
        let place = Enu::new(
            rng.random_range(300.0..2700.0),
            rng.random_range(300.0..2700.0),
            0.0,
        );
        pulses.extend(shots(&network, place, &times_s, &mut rng));
    }
    let epoch: Timestamp = "2026-07-04T21:30:00Z".parse().unwrap();
    let mut group = c.benchmark_group("stream");
    group.sample_size(10);
    group.throughput(Throughput::Elements(pulses.len() as u64));
    group.bench_function("100 sensors, 100 arrivals a second and bursts", |b| {
        b.iter_batched(
            || Stream::new(network.clone()),
            |mut stream| {
                for p in &pulses {
                    stream.push(p.sensor, epoch + Seconds(p.time_s), p.snr_db);
                }
                stream.finish()
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn map(c: &mut Criterion) {
    let network = network(5, 4);
    let air = Air {
        speed_m_s: Uncertain::new(SPEED_M_S, 0.0),
        wind: Wind::default(),
    };
    c.bench_function("map of 20 sensors", |b| {
        b.iter(|| Network::new(network.sensors().to_vec(), air));
    });
}

criterion_group!(benches, burst, stream, map);
criterion_main!(benches);
