//! Training and scoring of the classifier of impulses.
//!
//! [`gather`] hears everything there is: live fire, everyday sounds, and scenes of the simulator through
//! which the sounds are played too. [`learn`] trains on it and holds whole sources back, [`score`]
//! says how well. The result is the model file that `shotfix-core` carries.

mod alarms;
mod bangs;
mod boost;
mod cache;
mod card;
mod channel;
mod conv;
mod dsp;
mod elsewhere;
mod gather;
mod impacts;
mod kept;
mod late;
mod learn;
mod levels;
mod live_fire;
mod parts;
mod pool;
mod scenes;
mod score;
mod sounds;
mod space;
mod table;

pub use alarms::{Alarms, Rate};
pub use cache::{load, save};
pub use card::{card, hash};
pub use elsewhere::{Elsewhere, elsewhere, elsewhere_table};
pub use gather::{Amounts, Chain, FOLDS, GatherError, Gathered, Heard, Listened, Origin, gather};
pub use learn::{Learning, Learnt, learn};
pub use levels::source_levels;
pub use parts::Part;
pub use score::{Bin, Located, Point, Row, Scores, log_odds, score};
pub use table::table;
