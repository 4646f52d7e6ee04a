//! One sensor's recording: everything that reaches the microphone, as its converter stores it.

use jiff::Timestamp;

use crate::city::Scratch;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::render;
use crate::render::{Detail, PulseRenderer};
use crate::scene::SampleFormat;
use crate::scene::{Scene, SceneSensor};
use crate::sensor::noise;
use crate::source::{db_spl, pascals};

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

/// The direct sound of a shot at this sensor.
pub(crate) struct DirectSound {
    pub(crate) delay_s: f64,
    pub(crate) level_db_spl: f64,
    pub(crate) recorded: bool,
}

/// Renders sensor `sensor_idx`; the second value has one entry for every shot of the scene.
pub(crate) fn record(scene: &Scene, sensor_idx: usize) -> (Recording, Vec<DirectSound>) {
    let sensor = &scene.sensors[sensor_idx];
    let rate_hz = f64::from(sensor.sample_rate_hz);
    let mut pressure_pa = vec![0.0; (scene.duration_s * rate_hz).round() as usize];
    let direct = add_shots(scene, sensor_idx, &mut pressure_pa);
    if let Some(ambient) = &scene.noise {
        let mut random = Random::stream(scene.seed, Purpose::Ambient, &sensor.id, 0);
        noise::add_pink(
            &mut pressure_pa,
            rate_hz,
            ambient.ambient_db_spl,
            &mut random,
        );
    }
    if let Some(level_db_spl) = sensor.noise_db_spl {
        let mut random = Random::stream(scene.seed, Purpose::SelfNoise, &sensor.id, 0);
        noise::add_white(&mut pressure_pa, level_db_spl, &mut random);
    }
    let (samples, clipped) = convert(
        &pressure_pa,
        pascals(sensor.full_scale_db_spl),
        scene.format,
    );
    let recording = Recording {
        station: station(sensor),
        start: scene.start,
        sample_rate_hz: sensor.sample_rate_hz,
        samples,
        clipped,
    };
    (recording, direct)
}

fn add_shots(scene: &Scene, sensor_idx: usize, pressure_pa: &mut [f64]) -> Vec<DirectSound> {
    let sensor = &scene.sensors[sensor_idx];
    let rate_hz = f64::from(sensor.sample_rate_hz);
    let mut renderer = PulseRenderer::new(rate_hz, *scene.air.medium());
    let mut scratch = Scratch::default();
    let mut timeline = crate::render::Timeline::default();
    let mut direct = Vec::with_capacity(scene.shots.len());
    for shot in &scene.shots {
        // A clock that is ahead shows a later time for the same sound.
        let emission_s = shot.time_s + sensor.clock_offset_s;
        let paths = render::paths(
            scene,
            sensor,
            shot.position,
            shot.place_idx,
            Detail::All,
            &mut scratch,
        );
        let wave =
            crate::render::Wave::new(rate_hz, shot.blast.length_s(), |f| shot.blast.spectrum(f));
        for (path_idx, path) in paths.iter().enumerate() {
            let passage = crate::render::Passage {
                gain: path.gain,
                air_m: path.air_m,
                filter: path.filter.as_ref(),
            };
            let peak_pa = renderer.add(&mut timeline, &wave, passage, emission_s + path.delay_s);
            if path_idx == 0 {
                let onset = (emission_s + path.delay_s) * rate_hz;
                direct.push(DirectSound {
                    delay_s: path.delay_s,
                    level_db_spl: db_spl(peak_pa),
                    recorded: onset >= 0.0 && onset < pressure_pa.len() as f64,
                });
            }
        }
    }
    timeline.take(pressure_pa);
    direct
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
fn convert(pressure_pa: &[f64], full_scale_pa: f64, format: SampleFormat) -> (Vec<f32>, usize) {
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
