//! What the marks and lines of a scene's map mean.

use shotfix_simulator::{PathKind, Scene};

use super::ways::{self, Way};
use super::{city, strips};
use crate::plot::canvas::{Canvas, Rect, Type};
use crate::plot::legend::{Item, row};
use crate::plot::{marks, palette};

/// One row of marks and one of lines, of what the map holds.
pub(super) fn draw(canvas: &mut Canvas, at: (f64, f64), scene: &Scene, ways: &[Way]) {
    let mut items: Vec<Item> = Vec::new();
    if !scene.sensors().is_empty() {
        items.push((|c, at| marks::status(c, at, 6.5, None), "sensor"));
    }
    if !scene.shots().is_empty() {
        items.push((|c, at| marks::shot(c, at, 6.5), "shot"));
    }
    if !scene.sounds().is_empty() {
        items.push((|c, at| marks::sound(c, at, 6.0), "other sound"));
    }
    let end = row(canvas, at, &items);
    heights(canvas, (end, at.1), scene);

    let has = |kinds: &[PathKind]| ways.iter().any(|way| kinds.contains(&way.kind));
    let mut lines: Vec<Item> = Vec::new();
    if has(&[PathKind::Sight]) {
        lines.push((|c, at| line(c, at, PathKind::Sight), "in sight"));
    }
    if has(&[PathKind::OverRoofs]) {
        lines.push((|c, at| line(c, at, PathKind::OverRoofs), "over roofs"));
    }
    if has(&[PathKind::RoundCorner]) {
        lines.push((|c, at| line(c, at, PathKind::RoundCorner), "round a corner"));
    }
    if has(&[PathKind::Wall, PathKind::TwoWalls]) {
        lines.push((|c, at| line(c, at, PathKind::Wall), "off walls"));
    }
    if lines.is_empty() {
        return;
    }
    let (x, y) = (at.0 - 10.0, at.1 + 24.0);
    let words = "Ways of the sound:";
    let look = Type::new(12.0);
    canvas.text_at_middle((x, y), look, words);
    row(canvas, (x + look.width(words) + 24.0, y), &lines);
}

/// What the marks above the strips mean.
pub(super) fn draw_onsets(canvas: &mut Canvas, at: (f64, f64), scene: &Scene) {
    let mut items: Vec<Item> = Vec::new();
    if !scene.shots().is_empty() {
        items.push((|c, at| marks::shot(c, at, 4.5), "fired"));
        items.push((|c, (x, y)| strips::onset(c, (x, y + 4.0)), "first arrival"));
    }
    if !scene.sounds().is_empty() {
        items.push((|c, at| marks::sound(c, at, 4.0), "other sound begins"));
    }
    row(canvas, at, &items);
}

fn line(canvas: &mut Canvas, (x, y): (f64, f64), kind: PathKind) {
    canvas.line((x - 11.0, y), (x + 13.0, y), &ways::style(kind));
}

/// The shades of the buildings.
fn heights(canvas: &mut Canvas, (x, y): (f64, f64), scene: &Scene) {
    let Some((low_m, high_m)) = city::heights_m(scene) else {
        return;
    };
    let look = Type::new(12.0);
    let words = format!("building height {low_m:.0} m");
    canvas.text_at_middle((x, y), look, &words);
    let bar = Rect::new(x + look.width(&words) + 8.0, y - 6.0, 90.0, 12.0);
    let n = 18;
    for k in 0..n {
        let w = bar.w / f64::from(n);
        let cell = Rect::new(bar.x + w * f64::from(k), bar.y, w + 0.3, bar.h);
        let colour = city::shade(f64::from(k) / f64::from(n - 1));
        canvas.rect(cell, &format!("fill=\"{colour}\""));
    }
    canvas.rect(
        bar,
        &format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"0.5\"",
            palette::MUTED
        ),
    );
    canvas.text_at_middle((bar.right() + 8.0, y), look, &format!("{high_m:.0} m"));
}
