//! Speed of each stage and of the whole chain, on generated scenes.
//!
//! Throughput is in samples of all sensors together; divide by the sample rate for times real time of
//! one sensor. Run with RAYON_NUM_THREADS=1 for figures of one core.

// Benches fail loudly, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shotfix_core::{Enu, Onset, OnsetDetector, Sensor, SensorIdx, Settings, Timestamp};
use shotfix_datasets::{OpenOptions, locate, open_set};
use shotfix_simulator::{Scene, simulate, simulate_to_dir};

/// Six sensors at 12 kHz over 10 s, a burst of three rounds, noise and echoes.
const SIX_SENSORS: &str = r#"
name = "six"
seed = 7
duration_s = 10.0
sample_rate_hz = 12000
[layout]
count = 6
side_m = 800.0
height_m = 9.0
[microphone]
full_scale_db_spl = 115.0
[noise]
ambient_db_spl = 50.0
[echoes]
count_min = 1
count_max = 4
[[burst]]
time_s = 3.0
rounds = 3
interval_s = 0.4
east = 60.0
north = -90.0
firearm = "9mm"
"#;

fn detect(c: &mut Criterion) {
    let mut group = c.benchmark_group("detect");
    for rate_hz in [12_000, 48_000] {
        let text = SIX_SENSORS.replace("12000", &rate_hz.to_string());
        let simulation = simulate(&Scene::from_toml(&text, "six.toml").unwrap());
        let samples = &simulation.recordings[0].samples;
        let sensor = Sensor::new("S", Enu::default());
        group.throughput(Throughput::Elements(samples.len() as u64));
        group.bench_function(format!("{rate_hz} Hz"), |b| {
            b.iter(|| {
                let start = Timestamp::default();
                let mut onsets: Vec<Onset> = Vec::new();
                let mut detector =
                    OnsetDetector::try_new(SensorIdx(0), &sensor, start, f64::from(rate_hz))
                        .unwrap();
                detector.process(samples, &mut onsets);
                detector.finish(&mut onsets);
                onsets
            });
        });
    }
    group.finish();
}

fn whole_chain(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene::from_toml(SIX_SENSORS, "six.toml").unwrap();
    simulate_to_dir(&scene, dir.path()).unwrap();
    let paths = [dir.path().to_owned()];
    let mut group = c.benchmark_group("locate");
    group.sample_size(20);
    group.throughput(Throughput::Elements(6 * 10 * 12_000));
    group.bench_function("six sensors, 10 s, from disk", |b| {
        b.iter(|| {
            let set = open_set(&paths, &OpenOptions::default()).unwrap();
            locate(&set, Settings::default(), &|_| ()).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, detect, whole_chain);
criterion_main!(benches);
