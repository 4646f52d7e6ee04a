//! One scene into a folder of recordings.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use shotfix_simulator::{Scene, WriteError, Written, simulate_to_dir_with};

use crate::progress::Progress;

pub(super) fn write(scene: &Scene, dir: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let bar = Bar::new(std::iter::once(scene));
    let written = bar.play(scene, dir)?;
    drop(bar);
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

fn file_name(path: &Path) -> anyhow::Result<String> {
    let name = path.file_name().context("a written file has a name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Seconds of sound made, of all scenes to be played.
pub(super) struct Bar {
    bar: Progress,
    /// Blocks last less than a second, and the bar counts whole ones.
    milliseconds: AtomicU64,
}

impl Bar {
    pub(super) fn new<'a>(scenes: impl Iterator<Item = &'a Scene>) -> Self {
        let total_s: f64 = scenes
            .map(|scene| scene.duration_s() * scene.sensors().len() as f64)
            .sum();
        Self {
            bar: Progress::new("seconds of audio", total_s as u64),
            milliseconds: AtomicU64::new(0),
        }
    }

    pub(super) fn play(&self, scene: &Scene, dir: &Path) -> Result<Written, WriteError> {
        simulate_to_dir_with(scene, dir, &|seconds| {
            let more = (1e3 * seconds).round() as u64;
            let before = self.milliseconds.fetch_add(more, Ordering::Relaxed);
            self.bar.advance((before + more) / 1000 - before / 1000);
        })
    }
}
