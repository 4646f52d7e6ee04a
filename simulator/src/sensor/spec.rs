//! Microphones and sensors as a scene writes them, what is refused, and what is drawn.

use serde::Deserialize;

use super::{Clock, ClockSpec, LossSpec};
use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::scene::{Check, Height, SceneSensor, SceneSpec, Site};

/// What every sensor has that says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MicrophoneSpec {
    /// Standard deviation of the survey, each coordinate, metres.
    pub position_sigma_m: f64,
    /// Standard deviation of the clock's offset, seconds.
    pub clock_sigma_s: f64,
    /// Peak level of a full-scale sample, dB SPL.
    pub full_scale_db_spl: f64,
    /// RMS level of the sensor's own white noise, dB SPL. `None`: none.
    pub noise_db_spl: Option<f64>,
    /// Corner of the high-pass that a leak makes, Hz. `None`: none.
    pub low_cut_hz: Option<f64>,
    /// Its order, 1 or 2.
    pub low_cut_order: u32,
    /// Resonance of port and cavity, Hz; 20 to 35 kHz is usual. `None`: none.
    pub resonance_hz: Option<f64>,
    /// Its sharpness: how much louder it is there than at low frequencies.
    pub resonance_q: f64,
    /// Corner of the low-pass before the converter, Hz. `None`: none.
    pub high_cut_hz: Option<f64>,
    /// Standard deviation of the sensitivity from sensor to sensor, dB.
    pub sensitivity_sigma_db: f64,
    /// RMS level of the sine that is distorted by 10 %, dB SPL. `None`: nothing is.
    pub overload_db_spl: Option<f64>,
}

impl Default for MicrophoneSpec {
    fn default() -> Self {
        Self {
            position_sigma_m: 0.1,
            clock_sigma_s: 1e-6,
            full_scale_db_spl: 120.0,
            noise_db_spl: None,
            low_cut_hz: None,
            low_cut_order: 1,
            resonance_hz: None,
            resonance_q: 3.0,
            high_cut_hz: None,
            sensitivity_sigma_db: 0.0,
            overload_db_spl: None,
        }
    }
}

/// One sensor at its true place; absent values come from [`MicrophoneSpec`], [`ClockSpec`] and
/// [`LossSpec`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorSpec {
    /// Name: letters, digits, `-` and `.`.
    pub id: String,
    /// Metres.
    pub east: f64,
    /// Metres.
    pub north: f64,
    /// Metres above the origin. Without it, and without `height_m`: on the roof or the ground.
    pub up: Option<f64>,
    /// Metres above the roof or the ground below, instead of `up`.
    pub height_m: Option<f64>,
    /// Hz.
    pub sample_rate_hz: Option<u32>,
    /// Metres.
    pub position_sigma_m: Option<f64>,
    /// Seconds the clock is ahead of UTC. `None`: drawn from `clock_sigma_s`.
    pub clock_offset_s: Option<f64>,
    /// Seconds.
    pub clock_sigma_s: Option<f64>,
    /// dB SPL.
    pub full_scale_db_spl: Option<f64>,
    /// dB SPL.
    pub noise_db_spl: Option<f64>,
    /// Hz.
    pub low_cut_hz: Option<f64>,
    /// 1 or 2.
    pub low_cut_order: Option<u32>,
    /// Hz.
    pub resonance_hz: Option<f64>,
    /// Gain at the resonance.
    pub resonance_q: Option<f64>,
    /// Hz.
    pub high_cut_hz: Option<f64>,
    /// dB.
    pub sensitivity_sigma_db: Option<f64>,
    /// dB SPL.
    pub overload_db_spl: Option<f64>,
    /// Parts per million.
    pub drift_ppm: Option<f64>,
    /// Parts per million per degree.
    pub temperature_ppm_per_c: Option<f64>,
    /// Degrees per hour.
    pub temperature_ramp_c_per_h: Option<f64>,
    /// Degrees.
    pub temperature_swing_c: Option<f64>,
    /// Seconds.
    pub wander_s: Option<f64>,
    /// Seconds.
    pub pps_jitter_s: Option<f64>,
    /// Instead of the outages that all sensors have.
    pub outage: Option<Vec<[f64; 2]>>,
    /// Parts per million.
    pub slew_ppm: Option<f64>,
    /// Whole seconds.
    pub slip_s: Option<f64>,
    /// Seconds of UTC after the scene's start.
    pub slip_at_s: Option<f64>,
    /// Stretches an hour.
    pub drop_rate_per_hour: Option<f64>,
    /// Seconds.
    pub drop_s: Option<f64>,
    /// Seconds after the start of the recording.
    pub dead_from_s: Option<f64>,
}

impl SensorSpec {
    fn microphone(&self, general: &MicrophoneSpec) -> MicrophoneSpec {
        MicrophoneSpec {
            position_sigma_m: self.position_sigma_m.unwrap_or(general.position_sigma_m),
            clock_sigma_s: self.clock_sigma_s.unwrap_or(general.clock_sigma_s),
            full_scale_db_spl: self.full_scale_db_spl.unwrap_or(general.full_scale_db_spl),
            noise_db_spl: self.noise_db_spl.or(general.noise_db_spl),
            low_cut_hz: self.low_cut_hz.or(general.low_cut_hz),
            low_cut_order: self.low_cut_order.unwrap_or(general.low_cut_order),
            resonance_hz: self.resonance_hz.or(general.resonance_hz),
            resonance_q: self.resonance_q.unwrap_or(general.resonance_q),
            high_cut_hz: self.high_cut_hz.or(general.high_cut_hz),
            sensitivity_sigma_db: self
                .sensitivity_sigma_db
                .unwrap_or(general.sensitivity_sigma_db),
            overload_db_spl: self.overload_db_spl.or(general.overload_db_spl),
        }
    }

    fn clock(&self, general: &ClockSpec) -> ClockSpec {
        ClockSpec {
            drift_ppm: self.drift_ppm.unwrap_or(general.drift_ppm),
            temperature_ppm_per_c: self
                .temperature_ppm_per_c
                .unwrap_or(general.temperature_ppm_per_c),
            temperature_ramp_c_per_h: self
                .temperature_ramp_c_per_h
                .unwrap_or(general.temperature_ramp_c_per_h),
            temperature_swing_c: self
                .temperature_swing_c
                .unwrap_or(general.temperature_swing_c),
            wander_s: self.wander_s.unwrap_or(general.wander_s),
            pps_jitter_s: self.pps_jitter_s.unwrap_or(general.pps_jitter_s),
            outage: self.outage.as_ref().unwrap_or(&general.outage).clone(),
            slew_ppm: self.slew_ppm.or(general.slew_ppm),
            slip_s: self.slip_s.unwrap_or(general.slip_s),
            slip_at_s: self.slip_at_s.or(general.slip_at_s),
        }
    }

    fn losses(&self, general: &LossSpec) -> LossSpec {
        LossSpec {
            drop_rate_per_hour: self
                .drop_rate_per_hour
                .unwrap_or(general.drop_rate_per_hour),
            drop_s: self.drop_s.unwrap_or(general.drop_s),
            dead_from_s: self.dead_from_s.or(general.dead_from_s),
        }
    }
}

impl Check<'_> {
    /// Checks the sensor that is written at `field` and draws its errors.
    pub(crate) fn sensor(
        &self,
        field: &str,
        sensor: &SensorSpec,
        spec: &SceneSpec,
        site: Site<'_>,
    ) -> Result<SceneSensor, SceneError> {
        let id = &sensor.id;
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if id.is_empty() || id.len() > 64 || id.starts_with('.') || !id.chars().all(legal) {
            let problem = format!("{id:?} cannot be part of a file name");
            let remedy = "use up to 64 letters, digits, `-` and `.`";
            return self.refuse(format!("{field}.id"), problem, remedy);
        }
        let (east, north) = (sensor.east, sensor.north);
        let height = Height {
            up: sensor.up,
            height_m: sensor.height_m,
        };
        let below_up_m = site.roof_or_ground_up_m(east, north);
        let up = self.up_m(field, height, below_up_m, 0.0)?;
        let position = Point { east, north, up };
        self.point(field, position)?;
        self.open(field, site, position)?;
        let own = sensor.microphone(&spec.microphone);
        self.microphone(field, &own)?;
        let clock = sensor.clock(&spec.clock);
        self.clock(field, &clock)?;
        let losses = sensor.losses(&spec.losses);
        self.losses(field, &losses)?;
        let sample_rate_hz = sensor.sample_rate_hz.unwrap_or(spec.sample_rate_hz);
        self.rate(format!("{field}.sample_rate_hz"), sample_rate_hz)?;
        let draw = |purpose| Random::stream(spec.seed, purpose, id, 0).normal();
        let drawn_s = own.clock_sigma_s * draw(Purpose::Clock);
        let constant_s = sensor.clock_offset_s.unwrap_or(drawn_s);
        self.range(
            format!("{field}.clock_offset_s"),
            constant_s,
            -1e6,
            1e6,
            "seconds",
        )?;
        let clock = Clock::new(clock, constant_s, spec.seed, id);
        let mut survey = Random::stream(spec.seed, Purpose::Survey, id, 0);
        Ok(SceneSensor {
            id: id.clone(),
            position,
            surveyed: Point {
                east: position.east + own.position_sigma_m * survey.normal(),
                north: position.north + own.position_sigma_m * survey.normal(),
                up: position.up + own.position_sigma_m * survey.normal(),
            },
            position_sigma_m: own.position_sigma_m,
            clock_offset_s: clock.offset_s(0.0),
            clock_sigma_s: own.clock_sigma_s,
            sample_rate_hz,
            full_scale_db_spl: own.full_scale_db_spl,
            noise_db_spl: own.noise_db_spl,
            gain_error_db: own.sensitivity_sigma_db * draw(Purpose::Response),
            microphone: own,
            clock,
            losses,
        })
    }

    /// Checks a microphone that is written at `field`.
    pub(crate) fn microphone(&self, field: &str, spec: &MicrophoneSpec) -> Result<(), SceneError> {
        let (db, db_spl) = ("decibels", "dB SPL");
        let fields = [
            (
                "position_sigma_m",
                spec.position_sigma_m,
                0.0,
                1e3,
                "metres",
            ),
            ("clock_sigma_s", spec.clock_sigma_s, 0.0, 1e3, "seconds"),
            // Below 40 dB a microphone clips on talk, above 200 dB air itself does.
            (
                "full_scale_db_spl",
                spec.full_scale_db_spl,
                40.0,
                200.0,
                db_spl,
            ),
            (
                "low_cut_order",
                f64::from(spec.low_cut_order),
                1.0,
                2.0,
                "poles",
            ),
            ("resonance_q", spec.resonance_q, 0.5, 30.0, "times"),
            (
                "sensitivity_sigma_db",
                spec.sensitivity_sigma_db,
                0.0,
                20.0,
                db,
            ),
        ];
        let optional = [
            ("noise_db_spl", spec.noise_db_spl, -20.0, 200.0, db_spl),
            // A quarter of the lowest sample rate at most.
            ("low_cut_hz", spec.low_cut_hz, 0.01, 1_000.0, "hertz"),
            (
                "resonance_hz",
                spec.resonance_hz,
                1_000.0,
                200_000.0,
                "hertz",
            ),
            ("high_cut_hz", spec.high_cut_hz, 500.0, 200_000.0, "hertz"),
            ("overload_db_spl", spec.overload_db_spl, 40.0, 200.0, db_spl),
        ];
        let given = optional
            .into_iter()
            .filter_map(|(key, value, low, high, unit)| Some((key, value?, low, high, unit)));
        for (key, value, low, high, unit) in fields.into_iter().chain(given) {
            self.range(format!("{field}.{key}"), value, low, high, unit)?;
        }
        match (spec.low_cut_hz, spec.high_cut_hz) {
            (Some(low), Some(high)) if low >= high => {
                let problem = format!("{low} Hz is not below high_cut_hz, {high} Hz");
                let name = format!("{field}.low_cut_hz");
                self.refuse(name, problem, "swap them or leave one out")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    fn scene(more: &str) -> Result<Scene, SceneError> {
        let text = format!("[[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\n{more}");
        Scene::from_toml(&text, "a.toml")
    }

    #[test]
    fn a_sensor_overrides_what_all_have() {
        let scene = scene(
            "drift_ppm = 0.0\nclock_offset_s = 0.5\noutage = []\nslip_s = 1.0\nlow_cut_hz = 70.0\n\
             [[sensor]]\nid = \"B\"\neast = 9.0\nnorth = 0.0\nclock_offset_s = 0.0\n\
             [clock]\ndrift_ppm = 20.0\noutage = [[-60.0, 60.0]]\n\
             [microphone]\nlow_cut_hz = 20.0\nsensitivity_sigma_db = 3.0\n",
        )
        .unwrap();
        let [a, b] = scene.sensors() else { panic!() };
        assert_eq!((a.clock_offset_s, a.clock.offset_s(60.0)), (1.5, 1.5));
        assert_eq!(b.clock_offset_s, b.clock.drift_ppm() * 60e-6);
        assert!(b.clock_offset_s != 0.0);
        assert_eq!(a.microphone.low_cut_hz, Some(70.0));
        assert_eq!(b.microphone.low_cut_hz, Some(20.0));
        assert_ne!(a.gain_error_db, b.gain_error_db);
    }

    #[test]
    fn what_cannot_be_is_refused_where_it_stands() {
        for (more, fragments) in [
            ("low_cut_order = 3\n", ["line 5", "sensor[0].low_cut_order"]),
            ("low_cut_hz = nan\n", ["line 5", "sensor[0].low_cut_hz"]),
            ("slip_s = 0.5\n", ["line 5", "whole seconds"]),
            ("outage = [[5.0, 1.0]]\n", ["line 5", "sensor[0].outage[0]"]),
            ("drop_s = -1.0\n", ["line 5", "sensor[0].drop_s"]),
            (
                "[losses]\ndrop_rate_per_hour = -1.0\n",
                ["line 6", "losses.drop_rate_per_hour"],
            ),
            (
                "[clock]\npps_jitter_s = -1.0\n",
                ["line 6", "clock.pps_jitter_s"],
            ),
            (
                "[microphone]\nresonance_q = 0.0\n",
                ["line 6", "microphone.resonance_q"],
            ),
            (
                "[microphone]\noverload_db_spl = inf\n",
                ["line 6", "microphone.overload_db_spl"],
            ),
            (
                "[microphone]\nlow_cut_hz = 800\nhigh_cut_hz = 600\n",
                ["line 6", "not below high_cut_hz"],
            ),
            ("[noise]\nhour = 24\n", ["line 6", "noise.hour"]),
            ("[noise]\nplace = \"moon\"\n", ["line 6", "moon"]),
        ] {
            let message = scene(more).unwrap_err().to_string();
            for fragment in fragments {
                assert!(message.contains(fragment), "no {fragment:?} in {message}");
            }
        }
    }
}
