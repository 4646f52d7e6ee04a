//! Pictures: the map of a report, the sound of a recording and a scene, as PNG or SVG.
//!
//! A picture is drawn once, as SVG text, and `resvg` turns the same text into the PNG, so both
//! files show the same thing. `plotters` was the alternative: its charts would have to be
//! bypassed for a map in metres with an inset, its bitmaps know no opacity groups, clipping or
//! text halos, and its text needs system fonts or a font crate of its own. `resvg` without its
//! system fonts is pure Rust; with the bundled Noto Sans the pictures need
//! nothing but the binary, and the same input gives the same bytes on every machine.

mod arrivals;
mod canvas;
mod chart;
mod classify;
mod detect;
mod errors;
mod explained;
mod flags;
mod font;
mod ground;
mod inset;
mod labels;
mod legend;
mod map;
mod marks;
mod palette;
mod raster;
mod scale;
mod scene;
mod sound;
mod spectrogram;
mod spectrum_axes;
mod ten_feet;

use std::path::PathBuf;

pub use classify::plot_classify;
pub use detect::plot_detect;
pub use errors::plot_errors;
pub use map::plot_report;
pub use scene::plot_scene;
pub use sound::plot_sound;
pub use ten_feet::plot_ten_feet;

/// The name of a picture, as an argument: refused before any work if it ends in nothing we write.
///
/// # Errors
/// [`PlotError::Ending`].
pub fn picture_name(name: &str) -> Result<PathBuf, PlotError> {
    let path = PathBuf::from(name);
    raster::Kind::of(&path).map(|_| path)
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// The file's ending names no kind of picture that we write.
    #[error("{}: pictures end in .png or .svg; rename it", path.display())]
    Ending {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written ({source}); choose a folder that can be written and has room", path.display())]
    Io {
        /// The file asked for.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The samples do not fit what is said about them.
    #[error("cannot plot {file}: {reason}")]
    Sound {
        /// The recording.
        file: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The drawing could not be turned into pixels: a mistake of ours.
    #[error("cannot draw the picture: {0}")]
    Draw(String),
}
