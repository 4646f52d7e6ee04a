//! The symbols of the pictures: every kind has a shape and a colour of its own.

use shotfix_core::{ArrivalStatus, Ellipse, Enu};

use super::canvas::{Canvas, Rect};
use super::palette;
use super::scale::View;
use crate::ellipse;

type Px = (f64, f64);

/// A sensor or an arrival: a dot if used, a crossed square if rejected, an empty ring if missing.
/// `None`, a sensor no shot speaks of, is a dot with a hole.
pub(super) fn status(canvas: &mut Canvas, at: Px, r: f64, status: Option<ArrivalStatus>) {
    let (x, y) = at;
    match status {
        Some(ArrivalStatus::Used) => {
            let style = format!(
                "fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"1\"",
                palette::USED
            );
            canvas.circle(at, r, &style);
        }
        Some(ArrivalStatus::Rejected) => {
            let stroke = format!(
                "stroke=\"{}\" stroke-width=\"1.6\" fill=\"#ffffff\"",
                palette::REJECTED
            );
            let s = r * 0.9;
            canvas.rect(Rect::around(x, y, s), &stroke);
            canvas.line((x - s, y - s), (x + s, y + s), &stroke);
            canvas.line((x - s, y + s), (x + s, y - s), &stroke);
        }
        Some(ArrivalStatus::Missing) => {
            let style = format!(
                "fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"1.6\" stroke-dasharray=\"2.2 1.6\"",
                palette::MISSING
            );
            canvas.circle(at, r * 0.95, &style);
        }
        None => {
            let style = format!(
                "fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"2.4\"",
                palette::USED
            );
            canvas.circle(at, r * 0.8, &style);
        }
    }
}

/// A shot: an orange diamond.
pub(super) fn shot(canvas: &mut Canvas, (x, y): Px, r: f64) {
    let style = format!(
        "fill=\"{}\" stroke=\"{}\" stroke-width=\"0.9\"",
        palette::SHOT,
        palette::INK
    );
    canvas.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], &style);
}

/// A sound that is no shot: a triangle.
pub(super) fn sound(canvas: &mut Canvas, (x, y): Px, r: f64) {
    let style = format!(
        "fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"1\"",
        palette::REJECTED
    );
    let tips = [
        (x, y - r),
        (x + 0.95 * r, y + 0.7 * r),
        (x - 0.95 * r, y + 0.7 * r),
    ];
    canvas.polygon(tips, &style);
}

/// The incident's position: a target.
pub(super) fn incident(canvas: &mut Canvas, at: Px, r: f64) {
    let (x, y) = at;
    for (colour, width) in [("#ffffff", 4.0), (palette::FIX, 1.8)] {
        let style = format!("stroke=\"{colour}\" stroke-width=\"{width}\" fill=\"none\"");
        canvas.circle(at, r * 0.55, &style);
        for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
            canvas.line(
                (x + dx * r * 0.55, y + dy * r * 0.55),
                (x + dx * r, y + dy * r),
                &style,
            );
        }
    }
}

/// The true place, if it is known: a green cross.
pub(super) fn truth(canvas: &mut Canvas, (x, y): Px, r: f64) {
    for (colour, width) in [("#ffffff", 4.6), (palette::TRUTH, 2.4)] {
        let style =
            format!("stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\"");
        canvas.line((x - r, y - r), (x + r, y + r), &style);
        canvas.line((x - r, y + r), (x + r, y - r), &style);
    }
}

/// A 95 % ellipse of an incident, filled.
pub(super) fn ellipse95(canvas: &mut Canvas, view: &View, centre: Enu, ellipse: &Ellipse) {
    let style = format!(
        "fill=\"{0}\" fill-opacity=\"0.16\" stroke=\"{0}\" stroke-width=\"1.8\"",
        palette::FIX
    );
    let outline = ellipse::outline(centre, ellipse, 180);
    canvas.polygon(outline.into_iter().map(|p| view.px(p)), &style);
}

/// A 50 % ellipse of an incident, a line.
pub(super) fn ellipse50(canvas: &mut Canvas, view: &View, centre: Enu, ellipse: &Ellipse) {
    let style = format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"1.2\" stroke-dasharray=\"4 3\"",
        palette::FIX
    );
    let outline = ellipse::outline(centre, ellipse, 180);
    canvas.polygon(outline.into_iter().map(|p| view.px(p)), &style);
}

/// Another place that the arrivals allow: a hollow diamond.
pub(super) fn alternative(canvas: &mut Canvas, (x, y): Px, r: f64) {
    for (colour, width) in [("#ffffff", 4.0), (palette::REJECTED, 1.8)] {
        let style = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"");
        canvas.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], &style);
    }
}

/// A 95 % ellipse of one shot, a thin line.
pub(super) fn shot_ellipse95(canvas: &mut Canvas, view: &View, centre: Enu, ellipse: &Ellipse) {
    let style = format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"0.9\" stroke-opacity=\"0.8\"",
        palette::SHOT
    );
    let outline = ellipse::outline(centre, ellipse, 180);
    canvas.polygon(outline.into_iter().map(|p| view.px(p)), &style);
}

/// The style of the 3.05 m circle.
pub(super) const TEN_FEET: &str =
    "fill=\"none\" stroke=\"#1f2933\" stroke-width=\"1.1\" stroke-dasharray=\"5 4\"";
