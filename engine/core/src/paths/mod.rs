//! Path terms: the extra travel time from a place to each sensor, learned from shots whose place
//! is known.
//!
//! Sound that bends over roofs comes later than the straight line says, by some 7 ms RMS in a city,
//! and always by the same on the same path: more than clocks, onsets and surveys together. A
//! few shots at a known place tell these delays there and, less and less, around it (seismology's
//! source-specific station terms, A. Lomax and A. Savvaidis, J. Geophys. Res. 127, 2022).
//!
//! # Model
//! The delay from place `x` to sensor `i` is a Gaussian process in space ([`PathPrior`]), one for each
//! sensor, independent of the others. A [`Calibration`] holds delays at one place up to a constant
//! common to all sensors, since nobody knows when the shots were fired. [`PathTerms`] joins calibrations.
//! For each it also estimates, with their priors, what moves all its delays coherently: that constant, the
//! error of the stated place, and that of the wind and speed of sound of the day. What stays open
//! of these does not make the terms unsure, for it is not noise from path to path: it moves the fix
//! as a whole, and [`Prediction`] says by how much.
//!
//! A place stated with sigma 0 is the datum: later shots come out relative to it.
//!
//! Far from every calibration the terms are exactly the prior. With time they return to it.

mod calibration;
mod coherent;
mod field;
mod learn;
mod prior;
mod solve;

pub use calibration::{CalibratedPath, Calibration};
pub use field::{PathTerms, PathTermsError, Prediction};
pub use learn::{KnownPlace, LearnError, learn};
pub use prior::PathPrior;
pub use solve::{Shot, locate};
