//! `shotfix bench classify`: training, and scores of sources that trained nothing.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use shotfix_benches::classify::{
    Amounts, Gathered, Learning, card, elsewhere, elsewhere_table, gather, hash, learn, load, save,
    score, source_levels, table,
};

use crate::args::BenchClassifyArgs;
use crate::commands::{has_folder, warn};
use crate::plot::plot_classify;

pub(super) fn run(args: &BenchClassifyArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    for path in [&args.out, &args.train, &args.heard].into_iter().flatten() {
        has_folder(path)?;
    }
    if let Some(folder) = &args.plot
        && !folder.is_dir()
    {
        bail!(
            "{}: the folder does not exist; make it first",
            folder.display()
        );
    }
    let amounts = Amounts {
        scenes: args.scenes,
        made: args.made,
        chains: args.chains,
        seed: args.seed,
    };
    let mut learning = Learning::default();
    (learning.trees.rounds, learning.trees.seed) = (args.trees, args.seed);
    (learning.net.nets, learning.net.steps, learning.net.seed) =
        (usize::from(args.nets), args.steps, args.seed);
    let gathered = heard(args, &amounts)?;
    let learnt = learn(&gathered, &learning);
    let levels = source_levels(&args.input.join("pittsburgh"))?;
    let scores = score(&gathered, &learnt, &levels);
    let bytes = learnt.model.to_bytes();
    out.write_all(table(&amounts, &learning, &gathered, &scores).as_bytes())?;
    writeln!(out, "model: {} bytes, {}", bytes.len(), hash(&bytes))?;
    if let Some(folder) = &args.elsewhere {
        let (rows, unread) = elsewhere(
            folder,
            &learnt.model,
            scores.shot_threshold,
            scores.arrival_threshold,
        )?;
        warn(&unread.iter().map(ToString::to_string).collect::<Vec<_>>());
        out.write_all(elsewhere_table(&rows).as_bytes())?;
    }
    if let Some(path) = &args.train {
        write(path, &bytes)?;
        let card = card(&amounts, &learning, &gathered, &scores, &bytes);
        write(&path.with_extension("md"), card.as_bytes())?;
    }
    if let Some(path) = &args.out {
        let mut file = BufWriter::new(File::create(path).with_context(|| unwritable(path))?);
        serde_json::to_writer_pretty(&mut file, &scores).with_context(|| unwritable(path))?;
        file.flush().with_context(|| unwritable(path))?;
    }
    if let Some(folder) = &args.plot {
        plot_classify(&scores, &folder.join("classify.png"))?;
    }
    Ok(())
}

/// From the file, or by listening.
fn heard(args: &BenchClassifyArgs, amounts: &Amounts) -> anyhow::Result<Gathered> {
    if let Some(gathered) = args.heard.as_deref().and_then(|path| load(path, amounts)) {
        return Ok(gathered);
    }
    let gathered = gather(&args.input, amounts)?;
    if let Some(path) = &args.heard {
        save(path, amounts, &gathered).with_context(|| unwritable(path))?;
    }
    Ok(gathered)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| unwritable(path))
}

fn unwritable(path: &Path) -> String {
    format!(
        "{}: cannot be written; choose a folder that can be written and has room",
        path.display()
    )
}
