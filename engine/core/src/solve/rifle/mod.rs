//! Shock wave and muzzle blast together: place, direction of fire and speed of the bullet.
//!
//! A supersonic bullet drags a cone of sound. Sensors ahead of the muzzle hear it before the blast, and
//! the time between says how far away the shooter is, which the blasts alone do not tell from outside
//! the array (Lindgren et al. 2010; Sallai et al. 2011). So three or four sensors suffice.
//!
//! # Model
//! A sensor's onsets are blast, shock wave or other sounds; each wave takes one onset or none, and
//! may be late. Unknowns are place, height, time, azimuth and elevation of fire, muzzle speed and drag,
//! wind and speed of sound, all but the place, time and azimuth with priors.
//!
//! # Way
//! Guesses of the place from the solver for single shots and from a lattice, times every direction
//! (`search`); each is fitted with a tolerance that shrinks to the stated sigma (`fit`). Maxima are weighed
//! by Laplace's method; the covariance reaches over all.

mod fit;
mod flight;
mod model;
mod search;

pub use fit::locate_rifle;

use super::problem::Air;
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::units::Seconds;

/// What one sensor heard.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// Where it is.
    pub position: Enu,
    /// Onsets that may be of this shot, in any order; more than eight are too many to choose from.
    pub onsets: &'a [Seconds],
    /// Standard deviation of an onset that is on time.
    pub sigma: Seconds,
}

/// What is assumed of the bullet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bullet {
    /// Speed at the muzzle, m/s.
    pub speed_m_s: Uncertain,
    /// Natural log of the length over which drag takes its speed to 1/e, metres.
    pub ln_drag_m: Uncertain,
    /// Angle of fire above the horizon, degrees.
    pub elevation_deg: Uncertain,
}

impl Default for Bullet {
    /// Rifles: 600 to 1000 m/s; they lose 0.6 to 1.3 m/s on every metre; fired level or nearly.
    fn default() -> Self {
        Self {
            speed_m_s: Uncertain::new(820.0, 110.0),
            ln_drag_m: Uncertain::new(6.85, 0.35),
            elevation_deg: Uncertain::new(0.0, 2.0),
        }
    }
}

/// One shot as several sensors heard it.
#[derive(Clone, Copy, Debug)]
pub struct RifleProblem<'a> {
    /// The sensors that heard something; at least three.
    pub sensors: &'a [Heard<'a>],
    /// Height of the muzzle, metres in the sensors' frame.
    pub up_m: Uncertain,
    /// The air.
    pub air: Air,
    /// The bullet.
    pub bullet: Bullet,
}

/// An onset taken for a blast or a shock wave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// Index into the sensor's onsets.
    pub onset: usize,
    /// Observed minus predicted.
    pub residual: Seconds,
    /// Probability of being on time, not late.
    pub on_time: f64,
}

/// Where, when, and where to.
#[derive(Clone, Debug, PartialEq)]
pub struct RifleFix {
    /// The muzzle.
    pub position: Enu,
    /// Covariance of (east, north), square metres.
    pub covariance_m2: [[f64; 2]; 2],
    /// Time of firing on the scale of the onsets.
    pub t0: Seconds,
    /// Its standard deviation.
    pub t0_sigma: Seconds,
    /// Direction of fire, degrees clockwise from north, in [0, 360), and its standard deviation.
    pub azimuth_deg: Uncertain,
    /// Speed at the muzzle.
    pub speed_m_s: Uncertain,
    /// By sensor: the onset that is the blast, if any.
    pub blasts: Vec<Option<Wave>>,
    /// By sensor: the onset that is the shock wave, if any.
    pub shocks: Vec<Option<Wave>>,
    /// Log likelihood that the shock waves add against taking them for other sounds, and silence where
    /// one was due.
    pub shock_evidence: f64,
}

#[cfg(test)]
mod tests;
