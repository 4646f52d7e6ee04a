//! The figures of `bench detect` as two panels: recall, and what it costs.

use std::path::Path;

use shotfix_benches::detect::{CurvePoint, DetectBench, Figures, Mixed, TOLERANCES_S};

use super::PlotError;
use super::canvas::{Anchor, Canvas, Rect, Type};
use super::palette;
use super::raster::Kind;
use super::scale::{multiples, round_step, tick_words};

/// Width and height of the sheet, pixels.
const SHEET: (f64, f64) = (960.0, 430.0);
/// Where panels begin and how large they are.
const TOP: f64 = 64.0;
const PANEL: (f64, f64) = (390.0, 280.0);
/// Left edges of the two panels.
const LEFT: [f64; 2] = [64.0, 540.0];
/// Colours of lines, told apart by colour-blind readers too.
const COLOURS: [&str; 6] = [
    palette::USED,
    palette::FIX,
    palette::TRUTH,
    palette::REJECTED,
    palette::INK,
    palette::SHOT,
];

/// One line of a chart: its name and its points.
type Series = (String, Vec<(f64, f64)>);

/// A chart before it is drawn.
struct Chart {
    title: &'static str,
    across: &'static str,
    up: &'static str,
    series: Vec<Series>,
}

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
        series: mixed_lines(bench, |m| m.rms_s.map(|s| 1e6 * s)),
    }
}

fn in_sigma(bench: &DetectBench) -> Chart {
    Chart {
        title: "The same in told sigmas: 1 is calibrated",
        across: "SNR, dB",
        up: "sigma",
        series: mixed_lines(bench, |m| m.normalised),
    }
}

/// Least and greatest, apart.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low < high {
        (low, high)
    } else if low.is_finite() {
        (low - 1.0, low + 1.0)
    } else {
        (0.0, 1.0)
    }
}

fn draw(canvas: &mut Canvas, chart: &Chart, area: Rect) {
    let points = || chart.series.iter().flat_map(|s| &s.1);
    let (left, right) = range(points().map(|p| p.0));
    let (low, high) = range(points().map(|p| p.1).chain([0.0]));
    let px = |(x, y): (f64, f64)| {
        (
            area.x + (x - left) / (right - left) * area.w,
            area.bottom() - (y - low) / (high - low) * area.h,
        )
    };
    canvas.text((area.x, area.y - 12.0), Type::new(13.0).bold(), chart.title);
    let grid = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
    let muted = Type::new(11.0).fill(palette::MUTED);
    let step = round_step((high - low) / 4.0);
    for value in multiples(low, high, step) {
        let (_, y) = px((left, value));
        canvas.line((area.x, y), (area.right(), y), &grid);
        let words = format!("{} {}", tick_words(value, step), chart.up);
        canvas.text_at_middle((area.x - 6.0, y), muted.anchor(Anchor::End), &words);
    }
    let step = round_step((right - left) / 4.0);
    for value in multiples(left, right, step) {
        let (x, _) = px((value, low));
        canvas.line((x, area.y), (x, area.bottom()), &grid);
        let words = tick_words(value, step);
        canvas.text(
            (x, area.bottom() + 16.0),
            muted.anchor(Anchor::Middle),
            &words,
        );
    }
    canvas.frame(area);
    let middle = muted.anchor(Anchor::Middle);
    let below = (area.x + 0.5 * area.w, area.bottom() + 34.0);
    canvas.text(below, middle, chart.across);
    for (k, ((name, points), colour)) in chart.series.iter().zip(COLOURS).enumerate() {
        let style = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"");
        canvas.polyline(points.iter().map(|p| px(*p)), &style);
        for point in points {
            canvas.circle(px(*point), 2.5, &format!("fill=\"{colour}\""));
        }
        let at = (area.right() - 8.0, area.bottom() - 12.0 - 15.0 * k as f64);
        let look = Type::new(11.0).fill(colour).anchor(Anchor::End).halo();
        canvas.text(at, look, name);
    }
}
