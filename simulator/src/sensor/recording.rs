//! One sensor's recording: everything that reaches the microphone, as its converter stores it.

use jiff::Timestamp;

use crate::point::Point;
use crate::scene::{SampleFormat, SceneSensor};

/// What is known of a sensor, and what only the simulator knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Station {
    /// Name.
    pub id: String,
    /// Where it is.
    pub position: Point,
    /// Where the survey says it is.
    pub surveyed: Point,
    /// Standard deviation of the survey, each coordinate, metres.
    pub position_sigma_m: f64,
    /// Seconds its clock is ahead of UTC.
    pub clock_offset_s: f64,
    /// Standard deviation of such offsets, seconds.
    pub clock_sigma_s: f64,
    /// Peak level of a sample of 1.0, dB SPL.
    pub full_scale_db_spl: f64,
}

/// The samples of one sensor.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The sensor.
    pub station: Station,
    /// Time of the first sample on the sensor's clock.
    pub start: Timestamp,
    /// Hz.
    pub sample_rate_hz: u32,
    /// Pressure over full scale, exactly as the file format holds it.
    pub samples: Vec<f32>,
    /// How many samples were cut at full scale.
    pub clipped: usize,
}

pub(crate) fn station(sensor: &SceneSensor) -> Station {
    Station {
        id: sensor.id.clone(),
        position: sensor.position,
        surveyed: sensor.surveyed,
        position_sigma_m: sensor.position_sigma_m,
        clock_offset_s: sensor.clock_offset_s,
        clock_sigma_s: sensor.clock_sigma_s,
        full_scale_db_spl: sensor.full_scale_db_spl,
    }
}

/// Steps of the converter from 0 to full scale; `None` for floats.
pub(crate) fn steps(format: SampleFormat) -> Option<f64> {
    match format {
        SampleFormat::Pcm16 => Some(f64::from(1 << 15)),
        SampleFormat::Pcm24 => Some(f64::from(1 << 23)),
        SampleFormat::Float32 => None,
    }
}

/// Rounds to the steps of the format, without dither, and cuts at full scale.
///
/// The steps are powers of two with at most 24 bits, so every value is exact in an f32.
pub(super) fn convert(
    pressure_pa: &[f64],
    full_scale_pa: f64,
    format: SampleFormat,
) -> (Vec<f32>, usize) {
    let Some(steps) = steps(format) else {
        let float = |x: &f64| (x / full_scale_pa) as f32;
        return (pressure_pa.iter().map(float).collect(), 0);
    };
    let mut clipped = 0;
    let samples = pressure_pa
        .iter()
        .map(|x| {
            let wanted = (x / full_scale_pa * steps).round();
            // Two's complement reaches one step further down than up.
            let kept = wanted.clamp(-steps, steps - 1.0);
            clipped += usize::from(kept != wanted);
            (kept / steps) as f32
        })
        .collect();
    (samples, clipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converter_rounds_and_clips() {
        // Full scale 2 Pa: 16-bit steps of 2 / 32768 Pa.
        let step = 2.0 / 32_768.0;
        let pressure = [0.4 * step, 0.6 * step, -0.6 * step, 2.1, -2.1, -2.0];
        let (samples, clipped) = convert(&pressure, 2.0, SampleFormat::Pcm16);
        let integers: Vec<f32> = samples.iter().map(|x| x * 32_768.0).collect();
        assert_eq!(integers, [0.0, 1.0, -1.0, 32_767.0, -32_768.0, -32_768.0]);
        assert_eq!(clipped, 2);
        let (floats, clipped) = convert(&pressure, 2.0, SampleFormat::Float32);
        assert_eq!((floats[3], clipped), (1.05, 0));
        let (fine, _) = convert(&[2.0 / 8_388_608.0], 2.0, SampleFormat::Pcm24);
        assert_eq!(fine[0] * 8_388_608.0, 1.0);
    }
}
