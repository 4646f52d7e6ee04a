//! The output side of the `shotfix` command: formats, pictures and the progress bar.
//!
//! Everything here turns the engine's plain data ([`shotfix_core::LocateReport`],
//! [`shotfix_core::FileImpulses`]) into something a person or a program reads. Nothing here
//! computes a result.

pub mod args;
pub mod commands;
mod ellipse;
pub mod findings;
pub mod format;
pub mod plot;
pub mod progress;
mod status;

#[cfg(test)]
mod fixture;

pub use progress::Progress;
