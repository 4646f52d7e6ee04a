//! `docs/validation.md`: what the project computes beside what others have published.

mod absorption;
mod blast;
mod court;
mod diffraction;
mod directivity;
pub mod live_fire;
mod page;
mod piece;
mod pittsburgh;
mod ray_tracer;
mod shadow;
mod shock;
mod spreading;
mod stage;
mod travel;
mod turbulence;

pub use page::{markdown, physics};
pub use piece::{Piece, Row, Tolerance};
pub use ray_tracer::RayTracer;
