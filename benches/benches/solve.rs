//! Speed of the solvers for one shot, on one thread.
//!
//! Each iteration solves a whole set; throughput is in solutions.

// Benches fail loudly, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shotfix_benches::solve::{Case, KINDS, generate, parse_cases};
use shotfix_core::solve::{Settings, maximum_likelihood, solve};

/// The fresh cases of a kind, of `n` sensors or of any number.
fn cases(kind: &str, n: Option<usize>) -> Vec<Case> {
    let kind = KINDS.iter().find(|k| k.name == kind).unwrap();
    let file = parse_cases(kind.name, &generate(kind, 5));
    let cases = file.cases.into_iter().map(|(case, _)| case);
    cases
        .filter(|case| n.is_none_or(|n| case.problem().sensors.len() == n))
        .collect()
}

fn plain(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/plain");
    let settings = Settings::default();
    let cases = cases("clean2d_s1ms", Some(8));
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("8 sensors", |b| {
        b.iter(|| {
            for case in &cases {
                let _ = std::hint::black_box(maximum_likelihood(&case.problem(), &settings));
            }
        });
    });
}

fn robust(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/robust");
    let settings = Settings::default();
    for kind in [
        "clean2d_s1ms",
        "nlos2d_20pct",
        "nlos2d_40pct",
        "urban_mix_weather",
        "urban_mix",
    ] {
        let cases = cases(kind, None);
        group.throughput(Throughput::Elements(cases.len() as u64));
        group.bench_function(kind, |b| {
            b.iter(|| {
                for case in &cases {
                    let _ = std::hint::black_box(solve(&case.problem(), &settings));
                }
            });
        });
    }
}

criterion_group!(benches, plain, robust);
criterion_main!(benches);
