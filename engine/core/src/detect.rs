//! Onsets of one sensor from its audio.

use shotfix_signal::{Detector, DetectorConfig, RawOnset};
pub use shotfix_signal::{DetectorError, LATENCY_S, WARM_UP_S};

use crate::onset::Onset;
use crate::sensor::{Sensor, SensorIdx};
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// Streaming detector of one continuous recording of one sensor.
///
/// Feed blocks of any size in order; a recording with a hole is two recordings. Onsets come out in order, [`LATENCY_S`]
/// after they happened at the latest, so a live watermark must stay that far behind the audio.
pub struct OnsetDetector {
    detector: Box<Detector>,
    sensor: SensorIdx,
    full_scale_db_spl: Option<f64>,
    start: Timestamp,
    rate_hz: f64,
}

impl OnsetDetector {
    /// A detector for audio of `sensor` whose first sample was taken at `start`.
    ///
    /// # Errors
    /// [`DetectorError`] for a sample rate that cannot be used.
    pub fn try_new(
        idx: SensorIdx,
        sensor: &Sensor,
        start: Timestamp,
        rate_hz: f64,
    ) -> Result<Self, DetectorError> {
        Ok(Self {
            detector: Box::new(Detector::try_new(DetectorConfig::new(rate_hz))?),
            sensor: idx,
            full_scale_db_spl: sensor.full_scale_db_spl,
            start,
            rate_hz,
        })
    }

    /// Takes the next samples (full scale +-1); onsets that became certain are appended to `onsets`.
    pub fn process(&mut self, samples: &[f32], onsets: &mut Vec<Onset>) {
        let context = self.context();
        self.detector
            .process(samples, |raw| onsets.push(context.onset(raw)));
    }

    /// Ends the recording.
    pub fn finish(&mut self, onsets: &mut Vec<Onset>) {
        let context = self.context();
        self.detector.finish(|raw| onsets.push(context.onset(raw)));
    }

    fn context(&self) -> Context {
        Context {
            sensor: self.sensor,
            full_scale_db_spl: self.full_scale_db_spl,
            start: self.start,
            rate_hz: self.rate_hz,
        }
    }
}

/// What turns samples and fractions of full scale into times and levels.
#[derive(Clone, Copy)]
struct Context {
    sensor: SensorIdx,
    full_scale_db_spl: Option<f64>,
    start: Timestamp,
    rate_hz: f64,
}

impl Context {
    fn onset(self, raw: RawOnset) -> Onset {
        let peak_dbfs = 20.0 * f64::from(raw.peak).max(1e-9).log10();
        Onset {
            sensor: self.sensor,
            time: self.start + Seconds(raw.sample / self.rate_hz),
            sigma: Seconds(raw.sigma_samples / self.rate_hz),
            peak_dbfs,
            level_db_spl: self
                .full_scale_db_spl
                .map(|full_scale| full_scale + peak_dbfs),
            snr_db: f64::from(raw.snr_db),
            clipped: raw.clipped,
            features: raw.features,
        }
    }
}
