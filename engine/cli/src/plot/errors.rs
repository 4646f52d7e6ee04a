//! The picture of `bench solve`: how large errors are, and how honest the regions.

use std::path::Path;

use shotfix_benches::solve::{Score, best_peer};

use super::canvas::{Anchor, Canvas, Rect, Type, short};
use super::raster::Kind;
use super::{PlotError, palette};

const WIDTH: f64 = 1200.0;
const TOP: f64 = 92.0;
const SIDE: f64 = 440.0;
const LEFT: f64 = 76.0;
/// Errors on the axis, metres, as powers of ten.
const DECADES: [i32; 2] = [-2, 2];
/// Lines that can be told apart.
const COLOURS: [&str; 8] = [
    palette::USED,
    palette::FIX,
    palette::TRUTH,
    palette::REJECTED,
    palette::SHOT,
    "#56b4e9",
    palette::MISSING,
    palette::INK,
];

/// Draws the figures of `bench solve` into `path`, PNG or SVG by its ending: on the left the share of cases
/// within each error, on the right the share of truths inside the ellipse drawn for each
/// probability.
///
/// # Errors
/// [`PlotError::Ending`] before anything is drawn, [`PlotError::Io`] when the file cannot be written.
pub fn plot_errors(scores: &[Score], path: &Path) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    kind.save(svg(scores), path)
}

fn svg(scores: &[Score]) -> String {
    let legend_top = TOP + SIDE + 62.0;
    let rows = scores.len().div_ceil(2) as f64;
    let mut canvas = Canvas::new(WIDTH, legend_top + 24.0 * rows + 24.0);
    let title = Type::new(23.0).bold();
    canvas.text((LEFT, 44.0), title, "One shot from its arrival times");
    let left = Rect::new(LEFT, TOP, SIDE + 80.0, SIDE);
    let right = Rect::new(left.right() + 92.0, TOP, SIDE, SIDE);
    errors(&mut canvas, left, scores);
    honesty(&mut canvas, right, scores);
    for (k, score) in scores.iter().enumerate() {
        let (column, row) = ((k % 2) as f64, (k / 2) as f64);
        let (x, y) = (LEFT + column * 560.0, legend_top + row * 24.0);
        canvas.line((x, y), (x + 26.0, y), &line(k));
        let peer = best_peer(&score.name).map_or_else(String::new, |peer| {
            format!(
                "  ·  best other solver, {}: median {:.2} m, 90 % {:.2} m",
                peer.name, peer.p50_m, peer.p90_m
            )
        });
        let words = format!("{}, {} cases{peer}", short(&score.name, 24), score.scored);
        canvas.text_at_middle((x + 34.0, y), Type::new(12.0), &words);
    }
    canvas.finish()
}

fn line(k: usize) -> String {
    let colour = COLOURS[k % COLOURS.len()];
    let dashes = if k < COLOURS.len() { "none" } else { "6 3" };
    format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-dasharray=\"{dashes}\"")
}

/// Frame, title and grid; `ticks` are shares of the side and their words.
fn axes(
    canvas: &mut Canvas,
    area: Rect,
    (title, along, up): (&str, &str, &str),
    ticks: &[(f64, String)],
) {
    canvas.text((area.x, area.y - 14.0), Type::new(14.0).bold(), title);
    let grid = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
    let small = Type::new(11.0).fill(palette::MUTED);
    for (share, words) in ticks {
        let x = area.x + share * area.w;
        canvas.line((x, area.y), (x, area.bottom()), &grid);
        canvas.text(
            (x, area.bottom() + 16.0),
            small.anchor(Anchor::Middle),
            words,
        );
    }
    for k in 0..=10_u8 {
        let share = f64::from(k) / 10.0;
        let y = area.bottom() - share * area.h;
        canvas.line((area.x, y), (area.right(), y), &grid);
        let words = format!("{:.0} %", 100.0 * share);
        canvas.text((area.x - 6.0, y + 4.0), small.anchor(Anchor::End), &words);
    }
    let below = (area.x + 0.5 * area.w, area.bottom() + 36.0);
    canvas.text(below, Type::new(12.0).anchor(Anchor::Middle), along);
    canvas.text((area.right(), area.y - 14.0), small.anchor(Anchor::End), up);
    canvas.frame(area);
}

/// The share of cases within each error, the best other solver's median and 90 % as rings.
fn errors(canvas: &mut Canvas, area: Rect, scores: &[Score]) {
    let [low, high] = DECADES.map(f64::from);
    let across = |error_m: f64| ((error_m.max(1e-9).log10() - low) / (high - low)).clamp(0.0, 1.0);
    let mut ticks: Vec<(f64, String)> = (DECADES[0]..=DECADES[1])
        .map(|power| {
            let metres = 10_f64.powi(power);
            (across(metres), format!("{metres} m"))
        })
        .collect();
    ticks.push((across(3.05), "3.05 m".to_owned()));
    let words = (
        "Error on the map",
        "error of the position",
        "share of cases within it; rings: best other solver",
    );
    axes(canvas, area, words, &ticks);
    let at = |error_m: f64, share: f64| {
        (
            area.x + across(error_m) * area.w,
            area.bottom() - share * area.h,
        )
    };
    for (k, score) in scores.iter().enumerate() {
        let mut sorted = score.errors_m.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len().max(1) as f64;
        let points = sorted
            .iter()
            .enumerate()
            .map(|(i, error_m)| at(*error_m, (i + 1) as f64 / n));
        canvas.polyline(points, &line(k));
        if let Some(peer) = best_peer(&score.name) {
            for (error_m, share) in [(peer.p50_m, 0.5), (peer.p90_m, 0.9)] {
                canvas.circle(at(error_m, share), 5.0, &line(k));
            }
        }
    }
}

/// The share of truths inside the ellipse for each probability; on the diagonal they are honest.
fn honesty(canvas: &mut Canvas, area: Rect, scores: &[Score]) {
    let ticks: Vec<(f64, String)> = (0..=5_u8)
        .map(|k| (f64::from(k) / 5.0, format!("{} %", 20 * k)))
        .collect();
    let words = (
        "Honesty of the ellipses",
        "probability the ellipse is drawn for",
        "share of truths inside",
    );
    axes(canvas, area, words, &ticks);
    let at = |p: f64, share: f64| (area.x + p * area.w, area.bottom() - share * area.h);
    let diagonal = format!(
        "stroke=\"{}\" stroke-width=\"1.2\" stroke-dasharray=\"3 3\"",
        palette::MUTED
    );
    canvas.line(at(0.0, 0.0), at(1.0, 1.0), &diagonal);
    for (k, score) in scores.iter().enumerate() {
        let n = score.squared_sigmas.len().max(1) as f64;
        let points = (0..100_u8).map(|step| {
            let p = f64::from(step) / 100.0;
            // Quantile of chi-square with two degrees of freedom.
            let limit = -2.0 * (1.0 - p).ln();
            let inside = score.squared_sigmas.iter().filter(|d2| **d2 <= limit);
            at(p, inside.count() as f64 / n)
        });
        canvas.polyline(points, &line(k));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::Document;
    use shotfix_benches::solve::{KINDS, SolveBench, generate, parse_cases};
    use shotfix_core::solve::Settings;

    #[test]
    fn names_every_kind_and_its_peer() {
        let mut bench = SolveBench::default();
        for kind in &KINDS[..2] {
            let lines = generate(kind, 5);
            bench.add(parse_cases(kind.name, &lines[..60]), &Settings::default());
        }
        let svg = svg(&bench.scores);
        Document::parse(&svg).unwrap();
        assert!(svg.contains("clean2d_s1ms, 60 cases") && svg.contains("least squares"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        Document::parse(&super::svg(&[])).unwrap();
    }
}
