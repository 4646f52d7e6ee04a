//! Training and scoring of the classifier of impulses.
//!
//! [`gather`] hears everything there is: live fire, everyday sounds, and scenes of the simulator through
//! which the sounds are played too. [`learn`] trains on it and holds whole sources back, [`score`]
//! says how well. The result is the model file that `shotfix-core` carries.

mod bangs;
pub mod boost;
mod cache;
mod channel;
mod dsp;
mod gather;
mod impacts;
mod learn;
mod live_fire;
mod pool;
mod scenes;
pub mod score;
mod sounds;
mod space;

pub use cache::{load, save};
pub use gather::{Amounts, Chain, FOLDS, GatherError, Gathered, Heard, Listened, Origin, gather};
pub use learn::{Learnt, learn};
pub use pool::pooled;
pub use score::{Scores, log_odds, score};
