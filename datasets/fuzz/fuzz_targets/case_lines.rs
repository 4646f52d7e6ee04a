//! Lines of case files, one shot or many; what is a case is solved too, if that is short.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_benches::{associate, solve};
use shotfix_core::pulses::{self, Network};
use shotfix_core::solve::{Settings, solve as solve_one};

/// Cases of more only take longer.
const FEW: usize = 12;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (case, _) in solve::parse_cases("fuzz", &lines).cases {
        let problem = case.problem();
        if problem.sensors.len() <= FEW {
            // A refusal is as good as a place; a panic is neither.
            let _ = solve_one(&problem, &Settings::default());
        }
    }
    for (case, _) in associate::parse_cases("fuzz", &lines).cases {
        if case.sensors.len() <= FEW && case.pulses.len() <= FEW * FEW {
            let _ = pulses::associate(&Network::new(case.sensors, case.air), &case.pulses);
        }
    }
});
