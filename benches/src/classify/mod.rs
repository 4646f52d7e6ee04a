//! Training and scoring of the classifier of impulses.
//!
//! [`gather`] hears everything there is: live fire, everyday sounds, and scenes of the simulator through
//! which the sounds are played too. [`learn`] trains on it and holds whole sources back, [`score`]
//! says how well. The result is the model file that `shotfix-core` carries.

pub mod boost;
mod gather;
mod learn;
mod live_fire;
mod pool;
mod scenes;
mod score;
mod sounds;

pub use gather::{Gathered, GatherError, gather};
pub use learn::{Fold, Learnt, learn};
pub use pool::pooled;
pub use score::{Scores, score};
