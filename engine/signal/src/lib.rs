#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(test)]
extern crate std;

mod aic;
mod background;
mod bins;
mod biquad;
mod config;
mod decibels;
mod detector;
mod features;
mod hann;
mod lanes;
mod onset;
mod ring;
mod spectrum;
mod timing;
mod whiten;

pub use biquad::{Biquad, BiquadState};
pub use config::{DetectorConfig, DetectorError};
pub use detector::Detector;
pub use features::{Features, N_FEATURES};
pub use onset::RawOnset;
pub use spectrum::BANDS;
