//! The onset detector on recordings with truth, on backgrounds without, and on blasts mixed in.

mod curve;
mod input;
mod mixed;
mod rounds;
mod score;
mod street;
mod table;

use std::path::Path;

use serde::Serialize;
use shotfix_datasets::Error;

pub use curve::{CURVE_DB, CurvePoint};
pub use input::{Expected, Kind, Listening, find};
pub use mixed::{BURST_ROUNDS, Bursts, Mixed, SNRS_DB, bursts, mixed};
pub use rounds::Rounds;
pub use score::{Figures, TOLERANCES_S};
pub use street::street;
pub use table::table;

use curve::{config_at, curve};
use score::{Heard, hear};

/// Result of `bench detect`.
#[derive(Clone, Debug, Serialize)]
pub struct DetectBench {
    /// Names and versions this format: `shotfix.bench.detect/1`.
    pub schema: &'static str,
    /// Version of shotfix.
    pub version: &'static str,
    /// The folder as given, or what was generated.
    pub input: String,
    /// Taken off every time of a live-fire pulse, seconds: the one offset of the data set.
    pub offset_s: f64,
    /// Figures by firing position, scene or background, then of all live fire and all scenes.
    pub groups: Vec<Figures>,
    /// Figures of simulated arrivals by their SNR in the recording.
    pub by_snr: Vec<Figures>,
    /// Recall against false onsets as the thresholds move together.
    pub curve: Vec<CurvePoint>,
    /// Blasts mixed into noise at exact SNR.
    pub mixed: Vec<Mixed>,
    /// Rounds counted in live fire.
    pub rounds: Vec<Rounds>,
    /// Rounds counted in bursts.
    pub bursts: Vec<Bursts>,
    /// Files that could not be heard, and why.
    pub skipped: Vec<String>,
}

impl DetectBench {
    fn empty(input: String) -> Self {
        Self {
            schema: "shotfix.bench.detect/1",
            version: env!("CARGO_PKG_VERSION"),
            input,
            offset_s: 0.0,
            groups: Vec::new(),
            by_snr: Vec::new(),
            curve: Vec::new(),
            mixed: Vec::new(),
            rounds: Vec::new(),
            bursts: Vec::new(),
            skipped: Vec::new(),
        }
    }
}

/// Bench on blasts and bursts made by the simulator; the same `seed` gives the same sound.
pub fn generated(seed: u64) -> DetectBench {
    DetectBench {
        mixed: mixed(seed),
        bursts: bursts(seed),
        ..DetectBench::empty(format!("generated, seed {seed}"))
    }
}

/// Hears and scores everything below `dir`: live-fire tests, simulated scenes, and audio without
/// truth as background.
///
/// # Errors
/// [`Error`] when `dir` cannot be read or a file of truth does not hold what it should. Audio that
/// cannot be read is listed in [`DetectBench::skipped`].
pub fn bench_detect(dir: &Path) -> Result<DetectBench, Error> {
    let listenings = find(dir)?;
    let mut bench = DetectBench::empty(dir.display().to_string());
    let mut heard: Vec<Heard> = Vec::new();
    for result in hear(&listenings, &config_at(0.0)) {
        match result {
            Ok(one) => heard.push(one),
            Err(error) => bench.skipped.push(error.to_string()),
        }
    }
    bench.offset_s = score::common_offset(&heard);
    bench.groups = score::groups(&heard, bench.offset_s);
    bench.by_snr = score::by_snr(&heard);
    bench.rounds = rounds::live_fire(&heard);
    bench.curve = curve(&listenings, bench.offset_s);
    Ok(bench)
}
