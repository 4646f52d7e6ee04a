//! dev
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use shotfix_benches::solve::*;
fn main() {
    let mut bench = SolveBench::default();
    for a in std::env::args().skip(1) {
        for f in case_files(std::path::Path::new(&a)).unwrap() {
            bench.add(
                read_cases(&f).unwrap(),
                &shotfix_core::solve::Settings::default(),
            );
        }
    }
    print!("{}", table(&bench.scores));
}
