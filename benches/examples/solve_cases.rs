//! dev
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use shotfix_benches::solve::*;
fn main() {
    let mut files = vec![];
    for a in std::env::args().skip(1) {
        files.extend(case_files(std::path::Path::new(&a)).unwrap());
    }
    let b = bench_solve(&files, &shotfix_core::solve::Settings::default()).unwrap();
    if let Ok(seeds) = std::env::var("GEN") {
        for seed in seeds.split(',') {
            let dir = format!("/tmp/solve_gen_{seed}");
            std::fs::create_dir_all(&dir).unwrap();
            for k in &KINDS { std::fs::write(format!("{dir}/{}.jsonl", k.name), generate(k, seed.parse().unwrap()).join("\n")).unwrap(); }
        }
        return;
    }
    if std::env::var("MISS").is_ok() {
        for f in &files {
            let (mut miss, mut n, mut b50) = (0, 0, vec![]);
            for (case, truth) in &read_cases(f).unwrap().cases {
                let t = truth.unwrap();
                let st = shotfix_core::solve::Settings::default();
                let p = case.problem();
                shotfix_core::solve::DEBUG.with(|d| d.borrow_mut().0 = Some([t.place_m[0], t.place_m[1], p.arrivals.iter().zip(p.sensors).map(|(a, s)| a.0 - (s.east_m - t.place_m[0]).hypot(s.north_m - t.place_m[1]) / p.air.speed_m_s.mean).fold(9e9, f64::min)]));
                let _ = shotfix_core::solve::solve(&p, &st);
                shotfix_core::solve::DEBUG.with(|d| { let mut d = d.borrow_mut(); d.0 = None;
                    let k = d.1.len() - 1;
                    let best = d.1[..k].iter().map(|m| m[2]).fold(-9e9, f64::max);
                    n += 1; miss += usize::from(d.1[k][2] - 0.11 > best + 0.2);
                    let top = d.1[..k].iter().max_by(|a, b| a[2].total_cmp(&b[2])).unwrap();
                    b50.push((top[0] - t.place_m[0]).hypot(top[1] - t.place_m[1]));
                });
            }
            b50.sort_by(f64::total_cmp);
            println!("{} missed {miss} of {n}; best mode p50 {:.3} p90 {:.3}", f.display(), b50[n / 2], b50[n * 9 / 10]);
        }
        return;
    }
    if let Ok(limit) = std::env::var("BAD") {
        let limit: f64 = limit.parse().unwrap();
        for f in &files {
            for (case, truth) in &read_cases(f).unwrap().cases {
                let t = truth.unwrap();
                let st = shotfix_core::solve::Settings::default();
                let p = case.problem();
                let Ok(s) = shotfix_core::solve::solve(&p, &st) else { println!("{} no answer", case.id); continue };
                let e = (s.position.east_m - t.place_m[0]).hypot(s.position.north_m - t.place_m[1]);
                if e > limit && (limit > 0.0 || e > -limit * t.bound_m.unwrap_or(9e9)) {
                    shotfix_core::solve::DEBUG.with(|d| d.borrow_mut().0 = Some([t.place_m[0], t.place_m[1], p.arrivals.iter().zip(p.sensors).map(|(a, s)| a.0 - (s.east_m - t.place_m[0]).hypot(s.north_m - t.place_m[1]) / p.air.speed_m_s.mean).fold(9e9, f64::min)]));
                    let _ = shotfix_core::solve::solve(&p, &st);
                    shotfix_core::solve::DEBUG.with(|d| { let mut d = d.borrow_mut(); d.0 = None;
                        println!("{} err {e:.1} n {} crlb {:?} truth {:?}", case.id, p.sensors.len(), t.bound_m, t.place_m);
                        for m in &d.1 { println!("    {:9.1} {:9.1} ev {:8.2} on {} late {:.2} sd {:.2}", m[0], m[1], m[2], m[3], m[4], m[5]); }
                    });
                }
            }
        }
        return;
    }
    if let Ok(o) = std::env::var("OUT") { std::fs::write(o, b.answers.iter().map(|a| serde_json::to_string(a).unwrap() + "\n").collect::<String>()).unwrap(); }
    print!("{}", table(&b.scores));
    for s in &b.scores { println!("{} nees50 {:.2}", s.name, s.nees_p50.unwrap()); }
}
