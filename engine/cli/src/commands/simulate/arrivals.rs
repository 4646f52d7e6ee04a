//! `--arrivals`: when the sensors hear the shots, as case files for solver work.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use shotfix_simulator::{ArrivalModel, Scene, ShotAt, Study};

use super::cases;
use crate::args::{CaseFormat, SimulateArgs};
use crate::commands::has_folder;
use crate::progress::Progress;

pub(super) fn run(args: &SimulateArgs, study: &Study, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(path) = &args.out else {
        anyhow::bail!("--out is needed");
    };
    if path == Path::new("-") {
        return write(args, study, out).map(drop);
    }
    has_folder(path)?;
    let name = || {
        let path = path.display();
        format!("{path}: cannot be written; choose a folder that can be written and has room")
    };
    let mut file = BufWriter::new(File::create(path).with_context(name)?);
    let count = write(args, study, &mut file)?;
    file.flush().with_context(name)?;
    writeln!(
        out,
        "{} shots, {} of them heard by four sensors or more, in {}",
        count.shots,
        count.heard_by_four,
        path.display()
    )?;
    Ok(())
}

/// What was written.
#[derive(Default)]
struct Count {
    shots: usize,
    heard_by_four: usize,
}

fn write(args: &SimulateArgs, study: &Study, out: &mut dyn Write) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let shots = |scene: &Scene| match args.shots {
        Some(many) => scene.draw_shots(many.get()),
        None => Ok(scene.shots().iter().map(ShotAt::from).collect()),
    };
    let total: usize = study
        .runs
        .iter()
        .map(|run| {
            args.shots
                .map_or(run.scene.shots().len(), |many| many.get())
        })
        .sum();
    let bar = Progress::new("shots", total as u64);
    for run in &study.runs {
        let scene = &run.scene;
        let shots = shots(scene)?;
        let heard = ArrivalModel::new(scene).hear_with(&shots, &|| bar.advance(1));
        count.shots += shots.len();
        count.heard_by_four += heard.iter().filter(|heard| heard.len() >= 4).count();
        let id = match study.runs.len() {
            1 => scene.name().to_owned(),
            _ => format!("{}-{}", scene.name(), run.name),
        };
        match args.case_format {
            CaseFormat::Solve => {
                for (k, (shot, heard)) in shots.iter().zip(&heard).enumerate() {
                    let id = format!("{id}-{}", k + 1);
                    line(&cases::solve(id, scene, shot, heard), out)?;
                }
            }
            CaseFormat::Associate => line(&cases::associate(id, scene, &shots, &heard), out)?,
        }
    }
    Ok(count)
}

fn line(case: &impl serde::Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    // Not `to_writer`: its error hides that a reader has gone, which is none.
    let text = serde_json::to_string(case)?;
    Ok(writeln!(out, "{text}")?)
}
