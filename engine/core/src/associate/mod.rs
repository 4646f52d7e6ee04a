//! Which onsets belong to which shot.
//!
//! Every true shot has a sensor that heard it well. So each strong onset in turn is the *anchor* of a
//! search over the map (`search`): from every place the anchor fixes the time of firing, and
//! with it when every other sensor should have heard the shot. The best places are fitted, and
//! `burst` looks for further rounds: the same pattern of delays, shifted by the cadence. What the accepted
//! burst explains, echoes included, is set aside, and the search goes on with the rest.

mod burst;
mod episode;
mod evidence;
mod greedy;
mod moving;
mod search;
mod site;

pub use episode::{Episode, Pick};
pub use greedy::{Burst, BurstRound, associate};
pub use site::Site;
