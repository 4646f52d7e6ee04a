//! `[clock]` as a scene writes it, and what is refused.

use serde::Deserialize;

use crate::error::SceneError;
use crate::scene::Check;

/// Most outages of one sensor.
const MOST_OUTAGES: usize = 1_000;

/// Longest time that outages may be away from the scene, seconds: four months.
const FARTHEST_S: f64 = 1e7;

/// What every clock does that is not told otherwise; as it stands, nothing.
///
/// Times are seconds of UTC after the scene's start.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockSpec {
    /// Standard deviation of the crystals' frequency errors, parts per million: what a clock
    /// gains while it runs free. 20 is an ordinary crystal, 1.2 ms a minute; 0.5 a compensated
    /// one.
    pub drift_ppm: f64,
    /// Change of that error with temperature, parts per million per degree.
    pub temperature_ppm_per_c: f64,
    /// The temperature rises steadily, degrees per hour,
    pub temperature_ramp_c_per_h: f64,
    /// and swings by this much about its mean in a day, degrees; at the scene's start it passes
    /// the mean, rising.
    pub temperature_swing_c: f64,
    /// Standard deviation of a free clock's random walk after an hour, seconds; it grows with
    /// the square root of time.
    pub wander_s: f64,
    /// Standard deviation of the pulses of GPS, seconds. 30e-9 is what receivers promise.
    pub pps_jitter_s: f64,
    /// When GPS is lost: `[from_s, to_s]` each, in order.
    pub outage: Vec<[f64; 2]>,
    /// After an outage the clock is led back at this rate, parts per million. `None`: it jumps.
    pub slew_ppm: Option<f64>,
    /// Whole seconds that the clock is ahead by mistake.
    pub slip_s: f64,
    /// Since when. `None`: from the start.
    pub slip_at_s: Option<f64>,
}

impl Default for ClockSpec {
    fn default() -> Self {
        Self {
            drift_ppm: 0.0,
            temperature_ppm_per_c: 0.0,
            temperature_ramp_c_per_h: 0.0,
            temperature_swing_c: 0.0,
            wander_s: 0.0,
            pps_jitter_s: 0.0,
            outage: Vec::new(),
            slew_ppm: None,
            slip_s: 0.0,
            slip_at_s: None,
        }
    }
}

impl Check<'_> {
    /// Checks a clock that is written at `field`.
    pub(crate) fn clock(&self, field: &str, clock: &ClockSpec) -> Result<(), SceneError> {
        let (ppm, celsius) = ("parts per million", "degrees");
        let fields = [
            ("drift_ppm", clock.drift_ppm, 0.0, 1e3, ppm),
            (
                "temperature_ppm_per_c",
                clock.temperature_ppm_per_c,
                -10.0,
                10.0,
                ppm,
            ),
            (
                "temperature_ramp_c_per_h",
                clock.temperature_ramp_c_per_h,
                -50.0,
                50.0,
                celsius,
            ),
            (
                "temperature_swing_c",
                clock.temperature_swing_c,
                -50.0,
                50.0,
                celsius,
            ),
            ("wander_s", clock.wander_s, 0.0, 10.0, "seconds"),
            ("pps_jitter_s", clock.pps_jitter_s, 0.0, 1.0, "seconds"),
            ("slew_ppm", clock.slew_ppm.unwrap_or(1.0), 1e-3, 1e5, ppm),
            ("slip_s", clock.slip_s, -1e6, 1e6, "seconds"),
            (
                "slip_at_s",
                clock.slip_at_s.unwrap_or(0.0),
                -FARTHEST_S,
                FARTHEST_S,
                "seconds",
            ),
        ];
        for (key, value, low, high, unit) in fields {
            self.range(format!("{field}.{key}"), value, low, high, unit)?;
        }
        if clock.slip_s.fract() != 0.0 {
            let problem = format!("{} s is no whole number", clock.slip_s);
            let remedy = "give whole seconds; clock_offset_s takes fractions";
            return self.refuse(format!("{field}.slip_s"), problem, remedy);
        }
        self.outages(field, &clock.outage)
    }

    fn outages(&self, field: &str, outages: &[[f64; 2]]) -> Result<(), SceneError> {
        if outages.len() > MOST_OUTAGES {
            let problem = format!("{} are too many", outages.len());
            let remedy = format!("give {MOST_OUTAGES} at most");
            return self.refuse(format!("{field}.outage"), problem, remedy);
        }
        let mut last_s = f64::NEG_INFINITY;
        for (index, [from_s, to_s]) in outages.iter().enumerate() {
            let name = format!("{field}.outage[{index}]");
            self.range(&name, *from_s, -FARTHEST_S, FARTHEST_S, "seconds")?;
            self.range(&name, *to_s, -FARTHEST_S, FARTHEST_S, "seconds")?;
            if from_s >= to_s {
                let problem = format!("ends at {to_s} s, not after it begins at {from_s} s");
                return self.refuse(name, problem, "write [from_s, to_s]");
            }
            if *from_s < last_s {
                let problem = format!("begins at {from_s} s, before the last ends at {last_s} s");
                return self.refuse(
                    name,
                    problem,
                    "put them in order and join those that overlap",
                );
            }
            last_s = *to_s;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused() {
        let check = Check { file: "a.toml" };
        let good = ClockSpec::default;
        assert!(check.clock("clock", &good()).is_ok());
        let outage = |outage: &[[f64; 2]]| ClockSpec {
            outage: outage.to_vec(),
            ..good()
        };
        assert!(
            check
                .clock("clock", &outage(&[[-9.0, 1.0], [1.0, 2.0]]))
                .is_ok()
        );
        for (bad, fragment) in [
            (
                ClockSpec {
                    drift_ppm: -1.0,
                    ..good()
                },
                "clock.drift_ppm",
            ),
            (
                ClockSpec {
                    drift_ppm: f64::NAN,
                    ..good()
                },
                "clock.drift_ppm",
            ),
            (
                ClockSpec {
                    slip_s: 0.5,
                    ..good()
                },
                "give whole seconds",
            ),
            (
                ClockSpec {
                    slip_s: f64::NAN,
                    ..good()
                },
                "clock.slip_s",
            ),
            (
                ClockSpec {
                    slip_at_s: Some(f64::INFINITY),
                    ..good()
                },
                "clock.slip_at_s",
            ),
            (
                ClockSpec {
                    slew_ppm: Some(0.0),
                    ..good()
                },
                "clock.slew_ppm",
            ),
            (
                ClockSpec {
                    pps_jitter_s: -1e-9,
                    ..good()
                },
                "clock.pps_jitter_s",
            ),
            (outage(&[[2.0, 1.0]]), "clock.outage[0]: ends at 1 s"),
            (outage(&[[2.0, 2.0]]), "write [from_s, to_s]"),
            (
                outage(&[[0.0, 5.0], [4.0, 6.0]]),
                "clock.outage[1]: begins at 4 s",
            ),
            (outage(&[[0.0, f64::NAN]]), "clock.outage[0]"),
        ] {
            let message = check.clock("clock", &bad).unwrap_err().to_string();
            assert!(message.contains(fragment), "no {fragment:?} in {message}");
        }
    }
}
