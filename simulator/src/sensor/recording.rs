//! One sensor's recording: everything that reaches the microphone, as its converter stores it.

use jiff::Timestamp;

use crate::city::Scratch;
use crate::point::Point;
use crate::render;
use crate::render::{Detail, PulseRenderer};
use crate::scene::{Scene, SceneSensor};
use crate::sensor::Chain;
use crate::source::db_spl;

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
    /// Seconds its clock is ahead of UTC at the scene's start.
    pub clock_offset_s: f64,
    /// Standard deviation of such offsets, seconds.
    pub clock_sigma_s: f64,
    /// Peak level of a sample of 1.0, dB SPL, at the nominal sensitivity.
    pub full_scale_db_spl: f64,
    /// Standard deviation of the sensitivity, dB.
    pub sensitivity_sigma_db: f64,
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
    let mut samples = vec![0.0; pressure_pa.len()];
    let clipped = Chain::new(scene, sensor).process(0, &mut pressure_pa, &mut samples);
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
            let arrival_s = shot.time_s + path.delay_s;
            // A clock that is ahead shows a later time for the same sound.
            let shown_s = arrival_s + sensor.clock.offset_s(arrival_s);
            let peak_pa = renderer.add(&mut timeline, &wave, passage, shown_s);
            if path_idx == 0 {
                let onset = shown_s * rate_hz;
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
        sensitivity_sigma_db: sensor.microphone.sensitivity_sigma_db,
    }
}
