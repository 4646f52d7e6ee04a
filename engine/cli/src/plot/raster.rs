//! From SVG text to a file, by the file's ending.

use std::path::Path;

use resvg::{tiny_skia, usvg};

use super::{PlotError, font};

/// Pixels of the PNG per unit of the SVG: sharp on dense screens and in print.
const ZOOM: f32 = 2.0;

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Svg,
}

impl Kind {
    /// The kind that `path` ends in. Asked before anything is drawn.
    pub(super) fn of(path: &Path) -> Result<Self, PlotError> {
        let ending = path.extension().and_then(|e| e.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => Err(PlotError::Ending {
                path: path.to_owned(),
            }),
        }
    }

    /// Writes the picture.
    pub(super) fn save(self, svg: String, path: &Path) -> Result<(), PlotError> {
        let bytes = match self {
            Self::Svg => svg.into_bytes(),
            Self::Png => png(&svg)?,
        };
        std::fs::write(path, bytes).map_err(|source| PlotError::Io {
            path: path.to_owned(),
            source,
        })
    }
}

/// `svg` as PNG.
fn png(svg: &str) -> Result<Vec<u8>, PlotError> {
    let options = usvg::Options {
        fontdb: font::database(),
        font_family: "Noto Sans".to_owned(),
        ..usvg::Options::default()
    };
    let tree =
        usvg::Tree::from_str(svg, &options).map_err(|error| PlotError::Draw(error.to_string()))?;
    let size = tree.size().to_int_size();
    let (width, height) = (
        (size.width() as f32 * ZOOM) as u32,
        (size.height() as f32 * ZOOM) as u32,
    );
    let mut pixels = tiny_skia::Pixmap::new(width, height)
        .ok_or_else(|| PlotError::Draw(format!("{width} x {height} pixels are too many")))?;
    let zoom = tiny_skia::Transform::from_scale(ZOOM, ZOOM);
    resvg::render(&tree, zoom, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| PlotError::Draw(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_choose_the_kind() {
        assert_eq!(Kind::of(Path::new("a/map.PNG")).unwrap(), Kind::Png);
        assert_eq!(Kind::of(Path::new("map.svg")).unwrap(), Kind::Svg);
        for other in ["map.jpg", "map", ".png"] {
            let error = Kind::of(Path::new(other)).unwrap_err().to_string();
            assert!(error.contains("pictures end in .png or .svg"), "{error}");
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("no/such/map.svg");
        let error = Kind::Svg.save(String::new(), &path).unwrap_err();
        assert!(error.to_string().contains("map.svg"), "{error}");
    }
}
