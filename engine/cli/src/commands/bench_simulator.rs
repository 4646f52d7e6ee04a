//! `shotfix bench simulator`: the simulator beside published figures.

use std::io::Write;

use anyhow::{Context, bail};
use shotfix_benches::validation::live_fire::{Statistics, read_released};
use shotfix_benches::validation::{self, Piece};

use crate::args::{BenchSimulatorArgs, ValidationPart};
use crate::commands::has_folder;

pub(super) fn run(args: &BenchSimulatorArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.only == Some(ValidationPart::LiveFire) && args.live_fire.is_none() {
        bail!("--only live-fire needs --live-fire DIR, the folder of the released pulses");
    }
    if let Some(path) = &args.out {
        has_folder(path)?;
    }
    let mut pieces = Vec::new();
    if args.only != Some(ValidationPart::LiveFire) {
        pieces = validation::physics()?;
        let page = validation::markdown(&pieces);
        match &args.out {
            Some(path) => std::fs::write(path, page).with_context(|| {
                format!(
                    "{}: cannot be written; choose a folder that can be written and has room",
                    path.display()
                )
            })?,
            None => out.write_all(page.as_bytes())?,
        }
    }
    if let (Some(dir), true) = (&args.live_fire, args.only != Some(ValidationPart::Physics)) {
        let observations = read_released(dir)?;
        let Some(found) = Statistics::of(&observations) else {
            bail!(
                "{}: holds no shots with pulses; expected folders with *.allpulses.json and \
                 *.nlos-tuples.json",
                dir.display()
            );
        };
        let names: Vec<&str> = observations.places.iter().map(|p| &*p.name).collect();
        writeln!(out, "\n{}", found.measured_beside_published(&names))?;
    }
    refuse_failures(&pieces)
}

/// Names every figure that does not hold.
fn refuse_failures(pieces: &[Piece]) -> anyhow::Result<()> {
    let failed: Vec<String> = pieces
        .iter()
        .flat_map(|piece| piece.rows.iter().map(move |row| (piece.title, row)))
        .filter(|(_, row)| !row.holds())
        .map(|(title, row)| format!("{title}: {}", row.what))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "{} figures do not hold: {}",
        failed.len(),
        failed.join("; ")
    )
}
