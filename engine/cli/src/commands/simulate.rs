//! `shotfix simulate`: a scene into recordings with truth.

use std::io::Write;

use anyhow::Context;
use shotfix_simulator::{Scene, simulate_to_dir};

use crate::args::SimulateArgs;

pub(super) fn run(args: &SimulateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.list {
        for preset in Scene::presets() {
            writeln!(out, "{:<16} {}", preset.name, preset.description)?;
        }
        return Ok(());
    }
    let (Some(scene), Some(dir)) = (&args.scene, &args.out) else {
        anyhow::bail!("a scene and --out are needed");
    };
    let scene = Scene::load(scene)?;
    let written = simulate_to_dir(&scene, dir)?;
    writeln!(
        out,
        "{}: {} recordings of {} s, {} and {} in {}",
        scene.name(),
        written.recordings.len(),
        scene.duration_s(),
        file_name(&written.array)?,
        file_name(&written.truth)?,
        dir.display()
    )?;
    Ok(())
}

fn file_name(path: &std::path::Path) -> anyhow::Result<String> {
    let name = path.file_name().context("a written file has a name")?;
    Ok(name.to_string_lossy().into_owned())
}
