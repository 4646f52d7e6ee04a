//! What a detector says of an impulse.

use crate::features::Features;

/// An impulse, in samples of the stream and fractions of full scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawOnset {
    /// Index of the first wave front in the stream, fractional.
    pub sample: f64,
    /// Standard deviation of `sample` by noise and sampling.
    pub sigma_samples: f64,
    /// Largest band-passed magnitude in the 30 ms after the onset; 1 is full scale.
    pub peak: f32,
    /// Energy of the loudest 2 ms over the recent background, dB, in the pass band.
    pub snr_db: f32,
    /// Raw audio reached the clip level in the bins of the impulse.
    pub clipped: bool,
    /// Shape and spectrum.
    pub features: Features,
}
