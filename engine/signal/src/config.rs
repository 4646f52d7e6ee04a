//! What a detector is asked to do, and why it cannot.

/// What the detector is asked to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectorConfig {
    /// Sample rate of the input, hertz; 4 kHz to 400 kHz.
    pub rate_hz: f64,
    /// Lower corner of the pass band, hertz. Wind and traffic lie below it.
    pub low_hz: f64,
    /// Upper corner of the pass band (half the amplitude), hertz; lowered to 0.45 of the rate where
    /// needed. Muzzle blasts have lost what lies above after a hundred metres.
    pub high_hz: f64,
    /// Least energy of 2 ms over the recent background (22 ms to 2 ms before), dB, after the
    /// background was whitened. The threshold rises from here where the background is rougher.
    pub trigger_db: f32,
    /// Least energy over the noise floor (lower quartile of seconds), dB, whitened as well.
    pub floor_db: f32,
    /// How far into the tail of the background's own rises the threshold lies, in mean excesses over
    /// its 95 % quantile: false alarms fall by `e` for each.
    pub tail_excesses: f32,
    /// A raw sample at or above this fraction of full scale counts as clipped.
    pub clip_level: f32,
}

impl DetectorConfig {
    /// Defaults for audio at `rate_hz`.
    pub const fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            low_hz: 200.0,
            high_hz: 4_000.0,
            trigger_db: 6.0,
            floor_db: 7.0,
            tail_excesses: 6.0,
            clip_level: 0.97,
        }
    }
}

/// Why a [`DetectorConfig`] cannot be run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DetectorError {
    /// The sample rate is NaN or outside 4 kHz to 400 kHz.
    Rate {
        /// The rate asked for, hertz.
        rate_hz: f64,
    },
    /// The pass band is empty or NaN.
    Band {
        /// Lower corner, hertz.
        low_hz: f64,
        /// Upper corner after it was lowered for the rate, hertz.
        high_hz: f64,
    },
}

impl core::fmt::Display for DetectorError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Rate { rate_hz } => {
                write!(
                    f,
                    "a sample rate of {rate_hz} Hz is outside 4000 to 400000 Hz"
                )
            }
            Self::Band { low_hz, high_hz } => {
                write!(f, "the pass band from {low_hz} to {high_hz} Hz is empty")
            }
        }
    }
}

impl core::error::Error for DetectorError {}
