//! Speed of the detector with its features on a minute of noise with shots, one core.

// Benches fail loudly, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shotfix_benches::detect::street;
use shotfix_signal::{Detector, DetectorConfig};

fn detector(c: &mut Criterion) {
    let mut group = c.benchmark_group("detector");
    group.sample_size(20);
    for rate_hz in [12_000.0, 48_000.0, 96_000.0] {
        let samples = street(rate_hz, 60.0);
        group.throughput(Throughput::Elements(samples.len() as u64));
        group.bench_function(format!("{rate_hz} Hz"), |b| {
            b.iter(|| {
                let mut n = 0;
                let mut detector = Detector::try_new(DetectorConfig::new(rate_hz)).unwrap();
                detector.process(&samples, |_| n += 1);
                detector.finish(|_| n += 1);
                n
            });
        });
    }
    group.finish();
}

criterion_group!(benches, detector);
criterion_main!(benches);
