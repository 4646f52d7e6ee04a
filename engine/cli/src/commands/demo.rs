//! `shotfix demo`: the whole way once, on a simulated neighbourhood.

use std::io::Write;

use shotfix_benches::score::assign;
use shotfix_core::{Settings, Shot};
use shotfix_datasets::{OpenOptions, open_set};
use shotfix_simulator::{Scene, simulate_to_dir};

use crate::args::DemoArgs;
use crate::commands::{locate::locate, warn};
use crate::findings::Findings;
use crate::format::{Format, write_report};
use crate::plot::plot_report;

pub(super) fn run(args: &DemoArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let scene = Scene::preset("neighbourhood")?;
    writeln!(
        out,
        "Simulating {}, seed {} ...",
        scene.description(),
        scene.seed()
    )?;
    let written = simulate_to_dir(&scene, &args.out)?;
    writeln!(
        out,
        "{} recordings of {} s are in {}\n",
        written.recordings.len(),
        scene.duration_s(),
        args.out.display()
    )?;

    // From here on nothing knows the truth but the comparison at the end.
    let set = open_set(std::slice::from_ref(&args.out), &OpenOptions::default())?;
    let report = locate(&set, None)?;
    warn(&report.warnings);
    let findings = Findings::detailed(&report, &Settings::default(), false);
    write_report(Format::Text, &findings, out)?;

    let rounds = set
        .truth
        .as_ref()
        .map(|t| t.rounds.clone())
        .unwrap_or_default();
    let shots: Vec<&Shot> = report.incidents.iter().flat_map(|i| &i.shots).collect();
    let assigned = assign(&shots, &rounds);
    writeln!(out, "\nAgainst the simulated truth:")?;
    writeln!(
        out,
        "  {} rounds fired, {} shots located",
        rounds.len(),
        shots.len()
    )?;
    for (k, round) in assigned.iter().enumerate() {
        writeln!(
            out,
            "  round {}: {:.2} m off, {} its 95 % ellipse",
            k + 1,
            round.distance_m,
            if round.in_ellipse95 {
                "inside"
            } else {
                "outside"
            }
        )?;
    }
    let picture = args.out.join("demo.png");
    let truth: Vec<_> = rounds.iter().map(|round| round.position).collect();
    plot_report(&findings, &truth, &picture)?;
    writeln!(out, "\nThe picture is {}", picture.display())?;
    if assigned.is_empty() {
        anyhow::bail!("the demo found no shot, which is a bug");
    }
    Ok(())
}
