//! dev
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use shotfix_benches::solve::*;
fn main() {
    let mut files = vec![];
    for a in std::env::args().skip(1) {
        files.extend(case_files(std::path::Path::new(&a)).unwrap());
    }
    let b = bench_solve(&files, &shotfix_core::solve::Settings::default()).unwrap();
    print!("{}", table(&b.scores));
    for s in &b.scores { println!("{} nees50 {:.2}", s.name, s.nees_p50.unwrap()); }
}
