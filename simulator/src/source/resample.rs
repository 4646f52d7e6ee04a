//! placeholder
use super::Samples;
pub(crate) fn resample(samples: &Samples, _to_hz: f64) -> Vec<f32> {
    samples.pressure_pa.clone()
}
