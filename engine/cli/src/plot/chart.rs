//! Lines over two axes: one panel of a sheet of figures.

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::palette;
use super::scale::{multiples, round_step, tick_words};

/// Colours of lines, told apart by colour-blind readers too.
pub(super) const COLOURS: [&str; 6] = [
    palette::USED,
    palette::FIX,
    palette::TRUTH,
    palette::REJECTED,
    palette::INK,
    palette::SHOT,
];

/// One line of a chart: its name and its points.
pub(super) type Series = (String, Vec<(f64, f64)>);

/// A chart before it is drawn.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) across: &'static str,
    pub(super) up: &'static str,
    pub(super) series: Vec<Series>,
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

/// Draws `chart` into `area`; titles and ticks lie outside of it.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, area: Rect) {
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
