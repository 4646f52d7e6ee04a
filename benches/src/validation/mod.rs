//! `docs/validation.md`: what the project computes beside what others have published.

mod piece;

pub use piece::{Piece, Row, Tolerance};
