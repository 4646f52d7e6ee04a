#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(test)]
extern crate std;

mod aic;
mod background;
mod bins;
mod biquad;
mod config;
mod course;
mod decibels;
mod detector;
mod envelope;
mod features;
mod filter_bank;
mod hann;
mod lanes;
mod onset;
mod pending;
mod ring;
mod silence;
mod spectrogram;
mod spectrum;
mod timing;
mod tonality;
mod whiten;

pub use biquad::{Biquad, BiquadState};
pub use config::{DetectorConfig, DetectorError};
pub use course::Course;
pub use detector::{Detector, LATENCY_S, WARM_UP_S};
pub use features::{Features, N_FEATURES};
pub use onset::RawOnset;
pub use spectrogram::{COLUMNS, FRAMES, FRONT, Spectrogram};
pub use spectrum::BANDS;
