//! Frequencies beside a spectrogram, and what its colours mean.

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::palette;
use super::scale::{multiples, round_step, tick_words};

/// Kilohertz along the left edge of `area`, which reaches from 0 to `top_hz`.
pub(super) fn frequencies(canvas: &mut Canvas, area: Rect, top_hz: f64) {
    let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::End);
    let top_khz = top_hz / 1e3;
    let step = round_step(top_khz / 4.0);
    let tick = format!("stroke=\"{}\" stroke-width=\"1\"", palette::FRAME);
    for khz in multiples(0.0, top_khz, step) {
        let y = area.bottom() - khz / top_khz * area.h;
        canvas.line((area.x - 5.0, y), (area.x, y), &tick);
        let words = format!("{} kHz", tick_words(khz, step));
        canvas.text_at_middle((area.x - 8.0, y), look, &words);
    }
}

/// The colours' scale from `low` to `high` decibels, with its unit on top.
pub(super) fn colours(canvas: &mut Canvas, bar: Rect, (low, high): (f64, f64), unit: &str) {
    let n = 64;
    for k in 0..n {
        let [r, g, b] = palette::magma(k as f32 / (n - 1) as f32);
        let h = bar.h / f64::from(n);
        // A sliver more than its share, so that no seams of white show.
        let top = bar.bottom() - h * f64::from(k + 1);
        let cell = Rect::new(bar.x, top, bar.w, (h + 0.4).min(bar.bottom() - top));
        canvas.rect(cell, &format!("fill=\"#{r:02x}{g:02x}{b:02x}\""));
    }
    let left = Type::new(11.0).fill(palette::MUTED);
    for db in multiples(low, high, 20.0) {
        let y = bar.bottom() - (db - low) / (high - low) * bar.h;
        let words = tick_words(db, 20.0).replace('-', "−");
        canvas.text_at_middle((bar.right() + 5.0, y), left, &words);
    }
    canvas.text((bar.x, bar.y - 8.0), left, unit);
}
