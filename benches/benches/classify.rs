//! Speed of the classifier on the onsets of a minute of a street, one core.

// Benches fail loudly, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shotfix_benches::detect::street;
use shotfix_core::classify::classify_recording;
use shotfix_core::{Enu, OnsetDetector, Sensor, SensorIdx, Timestamp};

fn classifier(c: &mut Criterion) {
    let sensor = Sensor::new("S", Enu::default());
    let mut detector =
        OnsetDetector::try_new(SensorIdx(0), &sensor, Timestamp::default(), 48_000.0).unwrap();
    let mut onsets = Vec::new();
    detector.process(&street(48_000.0, 60.0), &mut onsets);
    detector.finish(&mut onsets);
    let mut group = c.benchmark_group("classifier");
    // Time over this number is the time of one arrival.
    group.throughput(Throughput::Elements(onsets.len() as u64));
    group.bench_function("arrivals", |b| b.iter(|| classify_recording(&onsets)));
    group.finish();
}

criterion_group!(benches, classifier);
criterion_main!(benches);
