//! What the symbols of the map mean.

use shotfix_core::ArrivalStatus;

use super::canvas::{Canvas, Rect, Type};
use super::{marks, palette};

/// A symbol, drawn about a point, and its name.
pub(super) type Item = (fn(&mut Canvas, (f64, f64)), &'static str);

/// One row of symbols and their names.
pub(super) fn draw(
    canvas: &mut Canvas,
    at: (f64, f64),
    with_truth: bool,
    with_shots: bool,
    with_alternatives: bool,
) {
    let mut items: Vec<Item> = Vec::new();
    if with_shots {
        items.push((
            |c, at| marks::status(c, at, 6.0, Some(ArrivalStatus::Used)),
            "sensor used",
        ));
        items.push((
            |c, at| marks::status(c, at, 6.0, Some(ArrivalStatus::Rejected)),
            "rejected",
        ));
        items.push((
            |c, at| marks::status(c, at, 6.0, Some(ArrivalStatus::Missing)),
            "missing",
        ));
        items.push((|c, at| marks::shot(c, at, 5.5), "shot"));
        items.push((|c, at| marks::incident(c, at, 9.0), "incident"));
        items.push((
            |c, (x, y)| {
                let style = format!(
                    "fill=\"{0}\" fill-opacity=\"0.16\" stroke=\"{0}\" stroke-width=\"1.8\"",
                    palette::FIX
                );
                c.rect(
                    Rect::new(x - 10.0, y - 6.0, 20.0, 12.0),
                    &format!("{style} rx=\"6\""),
                );
            },
            "95 % ellipse",
        ));
        items.push((
            |c, at| c.circle(at, 8.0, "fill=\"none\" stroke=\"#1f2933\" stroke-width=\"1.1\" stroke-dasharray=\"3 2.5\""),
            "3.05 m (10 ft)",
        ));
    } else {
        items.push((|c, at| marks::status(c, at, 6.0, None), "sensor"));
    }
    if with_alternatives {
        items.push((|c, at| marks::alternative(c, at, 6.0), "other place"));
    }
    if with_truth {
        items.push((|c, at| marks::truth(c, at, 5.0), "truth"));
    }
    row(canvas, at, &items);
}

/// Draws symbols and their names one after the other; where the next would go.
pub(super) fn row(canvas: &mut Canvas, at: (f64, f64), items: &[Item]) -> f64 {
    let look = Type::new(12.0);
    let (mut x, y) = at;
    for (draw, words) in items {
        draw(canvas, (x, y));
        canvas.text_at_middle((x + 17.0, y), look, words);
        x += 17.0 + look.width(words) + 36.0;
    }
    x
}
