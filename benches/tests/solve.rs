//! The solver for one shot on fresh cases: errors and regions.

// Tests fail loudly.
#![allow(clippy::unwrap_used)]

use shotfix_benches::solve::{KINDS, Score, SolveBench, generate, parse_cases};
use shotfix_core::solve::Settings;

/// Seeds that no setting was chosen on.
const SEED: u64 = 20_261;

fn score(kind: &str) -> Score {
    let kind = KINDS.iter().find(|k| k.name == kind).unwrap();
    let mut bench = SolveBench::default();
    bench.add(
        parse_cases(kind.name, &generate(kind, SEED)),
        &Settings::default(),
    );
    assert!(bench.bad.is_empty());
    bench.scores.remove(0)
}

#[test]
fn clean_arrivals_reach_the_bound() {
    let s = score("clean2d_s1ms");
    // Over seeds the ratio is 0.99 to 1.06: a few layouts of four sensors have a mirror place within
    // the noise, where no bound tells the error.
    assert!(s.over_bound.unwrap() < 1.08, "{s:?}");
    assert_eq!(s.gross, 0);
}

#[test]
fn verif_regions_hold_what_they_say() {
    for kind in [
        "clean2d_s0.1ms",
        "clean3d_s1ms",
        "nlos2d_30pct",
        "urban_mix_weather",
        "urban_mix",
    ] {
        let s = score(kind);
        // 95 %, give or take 2 % of model and 1 % of scatter.
        let held = s.in_region95.unwrap();
        assert!((0.92..0.985).contains(&held), "{s:?}");
        assert_eq!(s.no_answer, 0);
    }
}

#[test]
fn late_arrivals_and_weather_cost_less_than_others_pay() {
    // The best of other solvers on the published cases, see `peers`.
    for (kind, p50_m, p90_m) in [
        ("nlos2d_40pct", 0.79, 12.45),
        ("urban_mix_weather", 1.56, 8.8),
        ("urban_mix", 6.2, 14.9),
    ] {
        let s = score(kind);
        assert!(
            s.p50_m.unwrap() < p50_m && s.p90_m.unwrap() < p90_m,
            "{s:?}"
        );
    }
}

#[test]
fn any_number_of_threads_gives_the_same_answers() {
    let kind = &KINDS[8];
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut bench = SolveBench::default();
        let file = parse_cases(kind.name, &generate(kind, SEED));
        pool.install(|| bench.add(file, &Settings::default()));
        bench.answers
    };
    assert_eq!(run(1), run(3));
}
