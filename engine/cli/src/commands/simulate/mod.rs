//! `shotfix simulate`: a scene into recordings with truth, a picture, or arrivals alone.

mod arrivals;
mod cases;
mod recordings;
mod study;

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;
use shotfix_simulator::{Run, Scene, Study};

use crate::args::{Cli, SimulateArgs};
use crate::commands::has_folder;
use crate::plot::plot_scene;

pub(super) fn run(args: &SimulateArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.list {
        for preset in Scene::presets() {
            writeln!(out, "{:<16} {}", preset.name, preset.description)?;
        }
        return Ok(());
    }
    let Some(scene) = &args.scene else {
        anyhow::bail!("a scene is needed");
    };
    if args.print {
        return print(scene, out);
    }
    let to_stdout = args.out.as_deref() == Some(Path::new("-"));
    if to_stdout && !args.arrivals {
        let words = "-o - is stdout, which takes the lines of --arrivals; recordings need a folder";
        return Err(Cli::command()
            .error(ErrorKind::ArgumentConflict, words)
            .into());
    }
    if let Some(picture) = &args.plot {
        has_folder(picture)?;
    }
    let study = Study::load(scene)?;
    if args.arrivals {
        return arrivals::run(args, &study, out);
    }
    if let Some(dir) = &args.out {
        match &study.runs[..] {
            [
                Run {
                    settings, scene, ..
                },
            ] if settings.is_empty() => {
                recordings::write(scene, dir, out)?;
            }
            runs => study::write(runs, scene, dir, out)?,
        }
    }
    if let (Some(picture), Some(run)) = (&args.plot, study.runs.first()) {
        plot_scene(&run.scene, picture)?;
    }
    Ok(())
}

/// The file of a preset, as a start for one's own.
fn print(name: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    match Scene::presets().iter().find(|preset| preset.name == name) {
        Some(preset) => Ok(out.write_all(preset.toml.as_bytes())?),
        // For its words: it lists the presets.
        None => Err(Scene::preset(name).map(drop).err().map_or_else(
            || anyhow::anyhow!("no preset is called `{name}`"),
            Into::into,
        )),
    }
}
