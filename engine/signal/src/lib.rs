#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(test)]
extern crate std;

mod aic;
mod background;
mod biquad;
mod detector;

pub use biquad::{Biquad, BiquadState};
pub use detector::{Detector, DetectorConfig, DetectorError, RawOnset};
