//! Scene files with all that they hold, GeoJSON of buildings included, up to the checked scene.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_simulator::{Scene, SceneSpec};

/// Legal scenes that only take long: everything there is to find comes with fewer, too.
const FEW: usize = 50;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(mut spec) = SceneSpec::from_toml(text, "scene.toml") else {
        return;
    };
    if let Some(layout) = &mut spec.layout {
        layout.count = layout.count.min(FEW);
    }
    for burst in &mut spec.burst {
        burst.rounds = burst.rounds.min(FEW);
    }
    for scatter in &mut spec.scatter {
        scatter.shooters = scatter.shooters.min(FEW);
        scatter.rounds = scatter.rounds.min(FEW);
    }
    if let Some(generate) = spec.city.as_mut().and_then(|city| city.generate.as_mut()) {
        generate.extent_m = generate.extent_m.min(1_000.0);
    }
    // A refusal is as good as a scene; a panic is neither.
    let _ = Scene::from_spec(spec, "scene.toml");
});
