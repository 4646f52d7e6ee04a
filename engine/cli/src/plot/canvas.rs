//! A sheet of SVG text to draw on. Pixels, y down.

use std::fmt::Write as _;

use super::{font, palette};

/// Where a text hangs on its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) fill: &'static str,
    pub(super) anchor: Anchor,
    /// A white edge that keeps the text readable over lines.
    pub(super) halo: bool,
}

impl Type {
    pub(super) const fn new(size: f64) -> Self {
        Self {
            size,
            bold: false,
            fill: palette::INK,
            anchor: Anchor::Start,
            halo: false,
        }
    }

    pub(super) const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub(super) const fn fill(mut self, fill: &'static str) -> Self {
        self.fill = fill;
        self
    }

    pub(super) const fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(super) const fn halo(mut self) -> Self {
        self.halo = true;
        self
    }

    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.bold)
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    pub(super) const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    pub(super) fn around(x: f64, y: f64, reach: f64) -> Self {
        Self::new(x - reach, y - reach, 2.0 * reach, 2.0 * reach)
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.h
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    pub(super) fn holds(self, inner: Self) -> bool {
        self.x <= inner.x
            && self.y <= inner.y
            && inner.right() <= self.right()
            && inner.bottom() <= self.bottom()
    }
}

/// The picture so far. `style` arguments are SVG attributes written by us, never outside text.
#[derive(Debug)]
pub(super) struct Canvas {
    width: f64,
    height: f64,
    body: String,
    clips: usize,
}

impl Canvas {
    /// A white sheet.
    pub(super) fn new(width: f64, height: f64) -> Self {
        let mut canvas = Self {
            width,
            height,
            body: String::new(),
            clips: 0,
        };
        let sheet = Rect::new(0.0, 0.0, width, height);
        canvas.rect(sheet, &format!("fill=\"{}\"", palette::PAPER));
        canvas
    }

    /// Writing to a `String` cannot fail.
    fn put(&mut self, args: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(args);
        self.body.push('\n');
    }

    /// The outline of a panel.
    pub(super) fn frame(&mut self, r: Rect) {
        let style = format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"1\"",
            palette::FRAME
        );
        self.rect(r, &style);
    }

    pub(super) fn rect(&mut self, r: Rect, style: &str) {
        self.put(format_args!(
            "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" {style}/>",
            r.x, r.y, r.w, r.h
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), style: &str) {
        self.put(format_args!(
            "<line x1=\"{:.2}\" y1=\"{:.2}\" x2=\"{:.2}\" y2=\"{:.2}\" {style}/>",
            from.0, from.1, to.0, to.1
        ));
    }

    pub(super) fn circle(&mut self, (x, y): (f64, f64), radius: f64, style: &str) {
        self.put(format_args!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\" {style}/>"
        ));
    }

    pub(super) fn polygon(&mut self, points: impl IntoIterator<Item = (f64, f64)>, style: &str) {
        let mut d = String::new();
        for (k, (x, y)) in points.into_iter().enumerate() {
            let _ = write!(d, "{}{x:.2} {y:.2}", if k == 0 { "M" } else { "L" });
        }
        self.put(format_args!("<path d=\"{d}Z\" {style}/>"));
    }

    /// An area of several rings; what lies in an even number of them is left out.
    pub(super) fn rings(&mut self, rings: &[Vec<(f64, f64)>], style: &str) {
        let mut path = String::new();
        for ring in rings {
            for (k, (x, y)) in ring.iter().enumerate() {
                let _ = write!(path, "{}{x:.2} {y:.2}", if k == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        self.put(format_args!(
            "<path d=\"{path}\" fill-rule=\"evenodd\" {style}/>"
        ));
    }

    pub(super) fn polyline(&mut self, points: impl IntoIterator<Item = (f64, f64)>, style: &str) {
        let mut d = String::new();
        for (k, (x, y)) in points.into_iter().enumerate() {
            let _ = write!(d, "{}{x:.2} {y:.2}", if k == 0 { "M" } else { "L" });
        }
        self.put(format_args!("<path d=\"{d}\" {style}/>"));
    }

    /// `text` with its baseline at `y`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), look: Type, text: &str) {
        let anchor = match look.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if look.bold { "700" } else { "400" };
        let halo = if look.halo {
            " stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        } else {
            ""
        };
        self.put(format_args!(
            "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{}\" font-weight=\"{weight}\" \
             fill=\"{}\" text-anchor=\"{anchor}\"{halo}>{}</text>",
            look.size,
            look.fill,
            escape(text)
        ));
    }

    /// `text` with the middle of its small letters at `y`.
    pub(super) fn text_at_middle(&mut self, (x, y): (f64, f64), look: Type, text: &str) {
        // Half the height of Noto Sans' digits (714 of 1000 units).
        self.text((x, y + 0.357 * look.size), look, text);
    }

    /// A PNG stretched over `r`.
    pub(super) fn png(&mut self, r: Rect, png: &[u8]) {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD.encode(png);
        self.put(format_args!(
            "<image x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" \
             preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,{data}\"/>",
            r.x, r.y, r.w, r.h
        ));
    }

    /// What `draw` draws is seen inside `r` only.
    pub(super) fn clipped(&mut self, r: Rect, draw: impl FnOnce(&mut Self)) {
        self.clips += 1;
        let id = self.clips;
        self.put(format_args!(
            "<clipPath id=\"clip{id}\"><rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" \
             height=\"{:.2}\"/></clipPath>\n<g clip-path=\"url(#clip{id})\">",
            r.x, r.y, r.w, r.h
        ));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// The finished SVG.
    pub(super) fn finish(self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" font-family=\"{}\">\n{}</svg>\n",
            font::FAMILY,
            self.body,
            w = self.width,
            h = self.height,
        )
    }
}

/// XML text; control characters, which XML cannot hold, become a visible sign.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// `text` cut to `most` characters, for names from outside.
pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    // The middle goes: numbered names differ at their end, families of names at their start.
    let (head, tail) = ((most - 1) / 2, most / 2);
    let all: Vec<char> = text.chars().collect();
    let end = &all[all.len() - tail..];
    all[..head].iter().chain(&['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::Document;

    #[test]
    fn outside_text_stays_text() {
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.text((1.0, 1.0), Type::new(3.0), "<b>&\"'\n\u{0}");
        let svg = canvas.finish();
        let document = Document::parse(&svg).unwrap();
        let text = document
            .descendants()
            .find(|n| n.has_tag_name("text"))
            .unwrap();
        assert_eq!(text.text(), Some("<b>&\"'\u{FFFD}\u{FFFD}"));
    }

    #[test]
    fn shortens_long_names_only() {
        assert_eq!(short("N01", 5), "N01");
        assert_eq!(short("lighthouse", 5), "li…se");
    }

    #[test]
    fn rectangles_know_their_neighbours() {
        let r = Rect::new(0.0, 0.0, 10.0, 10.0);
        assert!(r.overlaps(Rect::new(9.0, 9.0, 5.0, 5.0)));
        assert!(!r.overlaps(Rect::new(10.0, 0.0, 5.0, 5.0)));
        assert!(r.holds(Rect::around(5.0, 5.0, 5.0)) && !r.holds(Rect::around(11.0, 5.0, 0.0)));
    }
}
