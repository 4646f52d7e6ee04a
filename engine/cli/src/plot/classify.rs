//! The figures of `bench classify` as two panels: misses against false alarms, and reliability.

use std::path::Path;

use shotfix_benches::classify::{Point, Scores};

use super::PlotError;
use super::canvas::{Canvas, Rect, Type};
use super::chart::{Chart, Scale, draw};
use super::raster::Kind;

/// Width and height of the sheet, pixels.
const SHEET: (f64, f64) = (960.0, 430.0);
/// Where panels begin and how large they are.
const TOP: f64 = 64.0;
const PANEL: (f64, f64) = (390.0, 280.0);
/// Left edges of the two panels.
const LEFT: [f64; 2] = [64.0, 540.0];

/// Draws `scores` into `path`.
///
/// # Errors
/// [`PlotError`] when the file cannot be written.
pub fn plot_classify(scores: &Scores, path: &Path) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    let mut canvas = Canvas::new(SHEET.0, SHEET.1);
    canvas.text(
        (LEFT[0], 30.0),
        Type::new(17.0).bold(),
        "Classifier, sources held out",
    );
    for (chart, left) in [trade(scores), reliability(scores)].iter().zip(LEFT) {
        draw(&mut canvas, chart, Rect::new(left, TOP, PANEL.0, PANEL.1));
    }
    kind.save(canvas.finish(), path)
}

/// Shares of none at all have no normal deviate and end a line.
fn trade(scores: &Scores) -> Chart {
    let line = |name: &str, across: fn(&Point) -> f64, up: fn(&Point) -> f64| {
        let points = scores.curve.iter().map(|p| (across(p), up(p)));
        (name.to_owned(), points.collect())
    };
    Chart {
        title: "DET: live fire missed over false alarms",
        across: "clips or impulses that pass, %",
        up: "%",
        scale: Scale::Deviate,
        series: vec![
            line("shots, by clip", |p| p.clips_pass, |p| p.shots_missed),
            line(
                "shots as located, by clip",
                |p| p.clips_pass,
                |p| p.located_missed,
            ),
            line(
                "arrivals, by impulse",
                |p| p.impulses_pass,
                |p| p.arrivals_missed,
            ),
        ],
    }
}

fn reliability(scores: &Scores) -> Chart {
    let bins = scores.reliability.iter().filter(|bin| bin.share > 1e-4);
    Chart {
        title: "Gunfire told and found",
        across: "told, %",
        up: "%",
        scale: Scale::Linear,
        series: vec![
            (
                "found".to_owned(),
                bins.map(|bin| (100.0 * bin.told, 100.0 * bin.was))
                    .collect(),
            ),
            ("calibrated".to_owned(), vec![(0.0, 0.0), (100.0, 100.0)]),
        ],
    }
}
