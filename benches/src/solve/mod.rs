//! The solver for one shot, scored on case files (`shotfix bench solve`).

mod case;
mod generate;
mod map;
mod peers;
mod rifle;
mod run;
mod score;
mod table;

pub use case::{Case, CaseFile, Labels, Truth, parse_cases, read_cases};
pub use generate::{KINDS, Kind, generate};
pub use map::{MapScore, map_table};
pub use peers::{Peer, best_peer};
pub use rifle::{RIFLES, RifleKind, RifleScore, rifle_table};
pub use run::{Answer, SolveBench};
pub use score::Score;
pub use table::table;
