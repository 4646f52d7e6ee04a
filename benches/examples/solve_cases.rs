//! dev
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use shotfix_benches::solve::*;
fn main() {
    let mut files = vec![];
    for a in std::env::args().skip(1) {
        files.extend(case_files(std::path::Path::new(&a)).unwrap());
    }
    let st = shotfix_core::solve::Settings::default();
    if std::env::var("PLAIN").is_ok() {
        for f in &files {
            let c = read_cases(f).unwrap();
            let t = std::time::Instant::now();
            let mut r: Vec<f64> = c.cases.iter().map(|(c, t)| {
                let t = t.unwrap();
                shotfix_core::solve::maximum_likelihood(&c.problem(), &st).map_or(9e9, |s| (s.position.east_m - t.place_m[0]).hypot(s.position.north_m - t.place_m[1]))
            }).collect();
            let s = t.elapsed().as_secs_f64();
            r.sort_by(f64::total_cmp);
            println!("{} plain p50 {:.3} p90 {:.3} max {:.1} {:.0}/s", f.display(), r[r.len() / 2], r[r.len() * 9 / 10], r[r.len() - 1], r.len() as f64 / s);
        }
        return;
    }
    let b = bench_solve(&files, &st).unwrap();
    print!("{}", table(&b.scores));
}
