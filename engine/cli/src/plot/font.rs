//! The bundled type: Noto Sans (Apache License 2.0), regular and bold, 200 kB each.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// The family in the SVG, with what a browser without Noto Sans may take instead.
pub(super) const FAMILY: &str = "Noto Sans, Helvetica, Arial, sans-serif";

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for ttf in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_data(ttf.to_vec());
    }
    fonts.set_sans_serif_family("Noto Sans");
    Arc::new(fonts)
});

/// The bundled fonts and no others: a picture must not depend on what a machine has installed.
pub(super) fn database() -> Arc<fontdb::Database> {
    Arc::clone(&FONTS)
}

/// Width of `text` set in `size` pixels. Kerning is left out: it narrows by a pixel at most.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let ttf = if bold {
        notosans::BOLD_TTF
    } else {
        notosans::REGULAR_TTF
    };
    let Ok(font) = FontRef::new(ttf) else {
        // Never with the bundled fonts; half the size is a letter's usual width.
        return text.chars().count() as f64 * size * 0.5;
    };
    let charmap = font.charmap();
    let metrics = font.glyph_metrics(Size::new(size as f32), LocationRef::default());
    text.chars()
        .map(|c| {
            let glyph = charmap.map(c).unwrap_or_default();
            f64::from(metrics.advance_width(glyph).unwrap_or(0.0))
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_grow_with_text_size_and_weight() {
        // All digits of Noto Sans are 1171 of 2048 units wide: 57.18 pixels for ten at size 10.
        assert!((width("0123456789", 10.0, false) - 57.18).abs() < 0.01);
        assert!(width("shot", 20.0, false) > 1.9 * width("shot", 10.0, false));
        assert!(width("shot", 10.0, true) > width("shot", 10.0, false));
    }

    #[test]
    fn every_sign_we_print_has_a_glyph() {
        let font = FontRef::new(notosans::REGULAR_TTF).unwrap();
        for sign in "×°±µ…−·\u{FFFD}".chars() {
            assert!(font.charmap().map(sign).is_some(), "{sign}");
        }
    }
}
