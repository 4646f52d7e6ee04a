//! Pulses of many sensors to shots, by what repeats.
//!
//! Seismology associates picks event by event. A burst of gunfire has what earthquakes lack: its rounds
//! come from one place, so each sensor hears the same train of pulses, and every pair of sensors hears
//! them with the same difference of arrival times, round after round. Echoes and detours repeat as well,
//! but always late, on each path by another time. Noise does not repeat.
//!
//! # Way
//! 1. Of every two sensors near one another, how often each difference of arrival times occurs (`lags`),
//!    as a likelihood ratio against chance. Its cost is linear in the pulses where their rate is bounded,
//!    and no round has to be told from another yet.
//! 2. A map of the sum of those ratios over the pairs of the eight sensors nearest to each cell, refined
//!    where it is high (`scan`). As equal differential times do in seismology, a late path spoils its own
//!    pairs only. There are two maps, one of all pulses and one of the loud ones: near a shooter its shots are louder
//!    than clutter, echoes and detours, so that the second shows shooters that are hidden in the first (`explain`).
//! 3. From each of the best places a draft: pulses set back by their travel times coincide where rounds
//!    were fired (`stack`); the delay of each path beyond the straight ray is what most rounds agree on
//!    (`settle`); with these delays, late ones included, rounds stand out to a millisecond or two, and
//!    are weighed against the clutter around each pulse, silence of near sensors included (`scene`). A pulse as
//!    strong as the burst is at its range, judged by the others, speaks for the round (`levels`).
//!    Jitter and levels are learned from the pulses of these delays only: where the rounds come to agree on another
//!    wave of a path, what was picked before is another sound's.
//!    The delays that the rounds share are placed once, paths on time or late, at two scales of path
//!    errors of which the more probable one is taken (`place`).
//!    Most places lead to the same few drafts: after each pass only the best go on that lie apart and are
//!    no poorer readings of the same pulses. If nothing comes of the brightest places, more are tried, nearer
//!    together.
//! 4. Drafts that are worth it explain their pulses; pulses that follow the rounds of a known burst by a
//!    lag that repeats are probably its echoes (`echo`); then the next scan, and at the end each burst
//!    again among the others (`explain`). Rounds that are weak beside the others of their burst are first given back,
//!    for they are often made of the pulses of another shooter, whose own rounds then take them.
//! 5. What the rounds of a burst share is located once more by [`crate::solve`], with air and survey as uncertain
//!    as they are, and every reading of the delays weighed: that gives place and covariance (`region`).
//!
//! [`Stream`] does this over windows of absolute time as pulses come. Bursts from nearly one place share the delays
//! of their paths, so in a stream each is also located relative to those of the last two hours (`session`).
//!
//! # Evidence
//! All log likelihood ratios against clutter. A round fired at any time needs 5, which pays for the free
//! time; the first pulse of each path counts as its delay is probable, only further ones count as
//! repetition; the place pays for its share of the map.
//!
//! # Limits
//! - A place needs delays of four sensors that are on time; with 40 % of the paths late and 35 % of the
//!   pulses missing, some shooters are lost or placed at a detour.
//! - A shooter does not move within a burst; two within 3 m are one.
//! - The covariance takes the errors of paths as independent, as `solve` does. It counts late paths taken for
//!   on-time ones, but hardly a burst made of the arrivals of several shooters.
//! - Clutter of five pulses a second and sensor hides most bursts among a hundred sensors; one a second
//!   hides none.
//! - At most 120 places a scan and ten scans: a window with tens of shooters at once is not resolved.
//!
//! # Source
//! S. Calhoun et al., arXiv 2108.07377, for constant delays of paths (7.4 ms RMS) and a jitter of 1 ms;
//! A. Lomax et al. (NonLinLoc) for equal differential times; J. Muenchmeyer, PyOcto, Seismica 3, 2024, for
//! association by division of space.

mod burst;
mod echo;
mod explain;
mod hearing;
mod lags;
mod levels;
mod near;
mod network;
mod place;
mod pulse;
mod region;
mod scan;
mod scene;
mod session;
mod settle;
mod stack;
mod stream;

pub use explain::Shot;
pub use network::Network;
pub use pulse::Pulse;
pub use region::associate;
pub use stream::{Stream, StreamShot};
