//! Everything between the sound at a microphone and the stored samples, block by block.

use super::converter::Converter;
use super::losses::Losses;
use super::noise::{self, Ambient, White, Wind, WindAt};
use super::response::Response;
use crate::output::TruthSensor;
use crate::random::{Purpose, Random};
use crate::scene::{Scene, SceneSensor};

/// One sensor's chain: ambient noise, wind and the microphone's own noise are added as pressure;
/// then come its response, the error of its gain, overload, converter and losses.
///
/// What is absent is not run: an ideal sensor stores exactly what it is given. All state is
/// carried from block to block, so that a recording has the same bytes however it is cut.
pub(crate) struct Chain {
    ambient: Option<Ambient>,
    wind: Option<Wind>,
    own: Option<White>,
    response: Response,
    gain: f64,
    converter: Converter,
    losses: Losses,
}

impl Chain {
    pub(crate) fn new(scene: &Scene, sensor: &SceneSensor) -> Self {
        let (seed, id) = (scene.seed, sensor.id.as_str());
        let rate_hz = f64::from(sensor.sample_rate_hz);
        let noise = scene.noise.as_ref();
        let own = |level_db_spl| {
            let mut random = Random::stream(seed, Purpose::SelfNoise, id, 0);
            White::new(level_db_spl, &mut random)
        };
        Self {
            ambient: noise.map(|noise| Ambient::new(noise, rate_hz, seed, id)),
            wind: noise.filter(|noise| noise.wind_noise).and_then(|noise| {
                let at = wind_at(scene, sensor);
                let screen_db = noise.windscreen_db;
                Wind::new(at, &scene.atmosphere, screen_db, rate_hz, seed, id)
            }),
            own: sensor.noise_db_spl.map(own),
            response: Response::new(&sensor.microphone, rate_hz),
            gain: 10f64.powf(sensor.gain_error_db / 20.0),
            converter: Converter::new(&sensor.microphone, scene.format),
            losses: losses(scene, sensor),
        }
    }

    /// Turns the sound at the microphone into stored samples.
    ///
    /// # Arguments
    /// * `first_sample` - index of the block's first sample in the recording; blocks follow each
    ///   other without gaps.
    /// * `pressure_pa` - the sound, pascals; overwritten.
    /// * `out` - as many samples, pressure over full scale as the file format holds it.
    ///
    /// # Returns
    /// How many samples were cut at full scale, those that were then lost included.
    pub(crate) fn process(
        &mut self,
        first_sample: i64,
        pressure_pa: &mut [f64],
        out: &mut [f32],
    ) -> usize {
        if let Some(ambient) = &mut self.ambient {
            ambient.add(first_sample, pressure_pa);
        }
        if let Some(wind) = &mut self.wind {
            wind.add(first_sample, pressure_pa);
        }
        if let Some(own) = &mut self.own {
            own.add(pressure_pa);
        }
        self.response.apply(pressure_pa);
        if self.gain != 1.0 {
            for x in pressure_pa.iter_mut() {
                *x *= self.gain;
            }
        }
        let clipped = self.converter.convert(pressure_pa, out);
        self.losses.apply(first_sample, out);
        clipped
    }
}

/// Drawn anew each time: a long scene of many sensors loses more stretches than need be kept.
pub(crate) fn losses(scene: &Scene, sensor: &SceneSensor) -> Losses {
    let rate_hz = f64::from(sensor.sample_rate_hz);
    let losses = Losses::new(
        sensor.losses,
        rate_hz,
        scene.duration_s,
        scene.seed,
        &sensor.id,
    );
    match sensor.clock.skipped() {
        Some([from_s, to_s]) => losses.and(from_s, to_s.min(scene.duration_s)),
        None => losses,
    }
}

fn wind_at(scene: &Scene, sensor: &SceneSensor) -> WindAt {
    let height_m = sensor.position.up - scene.ground_up_m(sensor.position);
    let (east, north) = scene.air.profile().wind_m_s(height_m);
    WindAt {
        speed_m_s: east.hypot(north),
        height_m,
    }
}

/// RMS level of the ambient noise at a sensor over the band of its recording, dB SPL.
pub(crate) fn ambient_db_spl(scene: &Scene, sensor: &SceneSensor) -> Option<f64> {
    let noise = scene.noise.as_ref()?;
    Some(noise::level_db_spl(noise, scene.seed, &sensor.id))
}

/// What only the simulator knows of a sensor.
pub(crate) fn sensor_truth(scene: &Scene, sensor: &SceneSensor) -> TruthSensor {
    let clock = sensor.clock.spec();
    TruthSensor {
        id: sensor.id.clone(),
        position: sensor.position,
        gain_error_db: sensor.gain_error_db,
        ambient_db_spl: ambient_db_spl(scene, sensor),
        clock_offset_s: sensor.clock_offset_s,
        drift_ppm: sensor.clock.drift_ppm(),
        outages: clock.outage.clone(),
        slip_s: clock.slip_s,
        slip_at_s: clock.slip_at_s,
        lost: losses(scene, sensor).lost().collect(),
        dead_from_s: sensor.losses.dead_from_s,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERYTHING: &str = "duration_s = 2.0\nsample_rate_hz = 8000\n\
        [atmosphere]\nwind_east_m_s = 6.0\nroughness_m = 0.3\n\
        [noise]\nplace = \"city\"\nhour = 12\nspread_db = 2.0\nwander_db = 3.0\n\
        wind_noise = true\nwindscreen_db = 15.0\n\
        [microphone]\nlow_cut_hz = 40.0\nlow_cut_order = 2\nresonance_hz = 25000\n\
        resonance_q = 4.0\nhigh_cut_hz = 3500\nsensitivity_sigma_db = 3.0\n\
        overload_db_spl = 110.0\nfull_scale_db_spl = 90.0\nnoise_db_spl = 30.0\n\
        [losses]\ndrop_rate_per_hour = 3600\ndrop_s = 0.1\ndead_from_s = 1.9\n\
        [[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\nup = 6.0\n";

    fn scene(text: &str) -> Scene {
        Scene::from_toml(text, "chain.toml").unwrap()
    }

    /// A sound to go in: a decaying pulse that overloads.
    fn sound(samples: usize) -> Vec<f64> {
        let pulse = |i: usize| 30.0 * (-(i.abs_diff(5_000) as f64) / 40.0).exp();
        (0..samples).map(pulse).collect()
    }

    fn cut(scene: &Scene, lengths: &[usize]) -> (Vec<f32>, usize) {
        let mut chain = Chain::new(scene, &scene.sensors[0]);
        let mut pressure_pa = sound(16_000);
        let mut out = vec![0.0; 16_000];
        let (mut first, mut clipped) = (0, 0);
        for length in lengths.iter().copied().cycle() {
            let end = (first + length).min(16_000);
            let block = &mut pressure_pa[first..end];
            clipped += chain.process(first as i64, block, &mut out[first..end]);
            first = end;
            if first == 16_000 {
                break;
            }
        }
        (out, clipped)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_cutting_gives_the_same_bytes(lengths in prop::collection::vec(1usize..3_000, 1..20)) {
            for format in ["pcm16", "float32"] {
                let scene = scene(&format!("format = \"{format}\"\n{EVERYTHING}"));
                let (whole, clipped) = cut(&scene, &[16_000]);
                let (pieces, also) = cut(&scene, &lengths);
                prop_assert_eq!(clipped, also);
                prop_assert!(whole.iter().zip(&pieces).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }

    #[test]
    fn every_part_is_heard() {
        let (all, clipped) = cut(&scene(EVERYTHING), &[512]);
        assert!(clipped > 0);
        assert!(all[15_200..].iter().all(|x| *x == 0.0));
        for key in [
            "wander_db = 3.0\n",
            "spread_db = 2.0\n",
            "wind_noise = true\n",
            "low_cut_hz = 40.0\n",
            "low_cut_order = 2\n",
            "resonance_hz = 25000\n",
            "high_cut_hz = 3500\n",
            "sensitivity_sigma_db = 3.0\n",
            "overload_db_spl = 110.0\n",
            "noise_db_spl = 30.0\n",
            "drop_rate_per_hour = 3600\n",
            "dead_from_s = 1.9\n",
        ] {
            let text = EVERYTHING.replace(key, "");
            assert_ne!(text, EVERYTHING);
            assert_ne!(cut(&scene(&text), &[512]).0, all, "{key}");
        }
    }

    #[test]
    fn an_ideal_sensor_stores_what_it_hears() {
        let scene = scene(
            "format = \"float32\"\nsample_rate_hz = 8000\nduration_s = 2.0\n\
             [microphone]\nfull_scale_db_spl = 100.0\n\
             [[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\n",
        );
        let full_scale = crate::source::pascals(100.0);
        let expected: Vec<f32> = sound(16_000)
            .iter()
            .map(|x| (x / full_scale) as f32)
            .collect();
        assert_eq!(cut(&scene, &[100]).0, expected);
    }

    #[test]
    fn nothing_comes_before_its_sound() {
        // Silence up to the sound, whatever the response does to it afterwards.
        let scene = scene(
            "format = \"float32\"\nsample_rate_hz = 48000\n\
             [microphone]\nlow_cut_hz = 20.0\nresonance_hz = 22000\nresonance_q = 8.0\n\
             high_cut_hz = 16000\n[[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\n",
        );
        let mut chain = Chain::new(&scene, &scene.sensors[0]);
        let mut pressure_pa = vec![0.0; 1_000];
        pressure_pa[500..].fill(1.0);
        let mut out = vec![0.0; 1_000];
        chain.process(0, &mut pressure_pa, &mut out);
        assert!(out[..500].iter().all(|x| *x == 0.0));
        assert!(out[500] > 0.0);
    }

    #[test]
    fn truth_tells_what_was_drawn() {
        let scene = scene(EVERYTHING);
        let truth = sensor_truth(&scene, &scene.sensors[0]);
        assert_eq!(truth.dead_from_s, Some(1.9));
        assert!(truth.gain_error_db != 0.0 && truth.gain_error_db.abs() < 15.0);
        assert!((truth.ambient_db_spl.unwrap() - 65.0).abs() < 10.0);
        let (all, _) = cut(&scene, &[512]);
        for [from, to] in truth.lost {
            let lost = &all[(from * 8e3).round() as usize..(to * 8e3).round() as usize];
            assert!(lost.iter().all(|x| *x == 0.0));
        }
    }
}
