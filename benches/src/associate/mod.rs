//! Arrivals of many sensors to shots, scored on case files (`shotfix bench associate`).

mod case;
mod generate;
mod peers;
mod run;
mod score;
mod table;

pub use case::{Case, CaseFile, Truth, TruthShot, parse_cases, read_cases};
pub use generate::{KINDS, Kind, generate};
pub use peers::{Peer, peers};
pub use run::{Answer, AnswerShot, AssociateBench};
pub use score::{CaseScore, Score, match_shots};
pub use table::table;
