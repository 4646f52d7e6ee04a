//! The figures of `bench detect` as two panels: recall, and what it costs.

use std::path::Path;

use shotfix_benches::detect::{CurvePoint, DetectBench, Figures, Mixed, TOLERANCES_S};

use super::PlotError;
use super::canvas::{Canvas, Rect, Type};
use super::chart::{COLOURS, Chart, Scale, Series, draw};
use super::raster::Kind;

/// Width and height of the sheet, pixels.
const SHEET: (f64, f64) = (960.0, 430.0);
/// Where panels begin and how large they are.
const TOP: f64 = 64.0;
const PANEL: (f64, f64) = (390.0, 280.0);
/// Left edges of the two panels.
const LEFT: [f64; 2] = [64.0, 540.0];
/// Draws `bench` into `path`: recall by tolerance and recall by false onsets where recordings were
/// heard, errors and their share of sigma by SNR where blasts were mixed.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn plot_detect(bench: &DetectBench, path: &Path) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    let mut canvas = Canvas::new(SHEET.0, SHEET.1);
    let title = Type::new(17.0).bold();
    canvas.text((LEFT[0], 30.0), title, "Onset detector");
    let charts = if bench.mixed.is_empty() {
        [by_tolerance(bench), by_false(bench)]
    } else {
        [errors(bench), in_sigma(bench)]
    };
    for (chart, left) in charts.iter().zip(LEFT) {
        draw(&mut canvas, chart, Rect::new(left, TOP, PANEL.0, PANEL.1));
    }
    kind.save(canvas.finish(), path)
}

fn by_tolerance(bench: &DetectBench) -> Chart {
    let scored = bench.groups.iter().filter(|f| f.arrivals > 0);
    let line = |f: &Figures| {
        let points = TOLERANCES_S.iter().zip(f.recall);
        let points = points.map(|(t, share)| ((1e3 * t).log10(), 100.0 * share));
        (f.name.clone(), points.collect())
    };
    Chart {
        title: "Arrivals with an onset within a tolerance",
        across: "tolerance, lg of ms",
        up: "%",
        scale: Scale::Linear,
        // The last groups are those of all.
        series: scored.rev().take(COLOURS.len()).map(line).collect(),
    }
}

fn by_false(bench: &DetectBench) -> Chart {
    let line = |name: &str, recall: &dyn Fn(&CurvePoint) -> Option<f64>| {
        let points = bench.curve.iter();
        let at = |p: &CurvePoint| Some((lg(p.unmatched_per_min), 100.0 * recall(p)?));
        (name.to_owned(), points.filter_map(at).collect::<Vec<_>>())
    };
    let series = vec![
        line("live fire, within 5 ms", &|p| p.live_fire_recall),
        line("scenes, 10 dB and more, within 5 ms", &|p| p.scene_recall),
    ];
    Chart {
        title: "Recall as the thresholds move",
        across: "unmatched onsets a minute, lg",
        up: "%",
        scale: Scale::Linear,
        series: series.into_iter().filter(|s| !s.1.is_empty()).collect(),
    }
}

/// Logarithm to base ten of a rate; none at all is drawn as one in a hundred minutes.
fn lg(rate: f64) -> f64 {
    rate.max(0.01).log10()
}

/// One line a sample rate and noise, as many as there are colours.
fn mixed_lines(bench: &DetectBench, value: impl Fn(&Mixed) -> Option<f64>) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for m in &bench.mixed {
        let name = format!("{}, {} Hz", m.noise, m.rate_hz);
        if series.last().is_none_or(|last| last.0 != name) {
            series.push((name, Vec::new()));
        }
        if let (Some(last), Some(y)) = (series.last_mut(), value(m)) {
            last.1.push((m.snr_db, y));
        }
    }
    series.truncate(COLOURS.len());
    series
}

fn errors(bench: &DetectBench) -> Chart {
    Chart {
        title: "Root mean square error of the onset",
        across: "SNR, dB",
        up: "us",
        scale: Scale::Linear,
        series: mixed_lines(bench, |m| m.rms_s.map(|s| 1e6 * s)),
    }
}

fn in_sigma(bench: &DetectBench) -> Chart {
    Chart {
        title: "The same in told sigmas: 1 is calibrated",
        across: "SNR, dB",
        up: "sigma",
        scale: Scale::Linear,
        series: mixed_lines(bench, |m| m.normalised),
    }
}
