//! A door that slams.

use serde::Deserialize;

use super::impact::{Mode, blow, mode};
use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 48_000.0;

/// A door. All values *estimated*: the seal makes the contact long, the panel booms, the latch
/// clicks a little later.
struct Door {
    name: &'static str,
    contact_s: f64,
    panel: &'static [Mode],
    latch_s: f64,
    latch: &'static [Mode],
}

const DOORS: &[Door] = &[
    Door {
        name: "car",
        contact_s: 5e-3,
        panel: &[
            mode(55.0, 0.040, 1.0),
            mode(95.0, 0.035, 0.8),
            mode(180.0, 0.020, 0.5),
            mode(340.0, 0.012, 0.4),
        ],
        latch_s: 4e-3,
        latch: &[mode(1_300.0, 0.006, 0.25), mode(2_900.0, 0.005, 0.2)],
    },
    Door {
        name: "house",
        contact_s: 2.5e-3,
        panel: &[
            mode(70.0, 0.060, 0.8),
            mode(130.0, 0.050, 1.0),
            mode(260.0, 0.030, 0.7),
            mode(520.0, 0.020, 0.5),
        ],
        latch_s: 2e-3,
        latch: &[mode(1_800.0, 0.008, 0.3), mode(4_100.0, 0.006, 0.2)],
    },
];

/// Level *estimated*.
///
/// Not modelled: the room behind a house's door, the air that it pushes out.
pub(super) static KIND: Kind = Kind {
    name: "door",
    up_m: 1.0,
    level_db_spl: Some(100.0),
    cadence: Some(Cadence {
        count: 1,
        interval_s: 2.0,
        spread_s: 1.0,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// `car` or `house`.
    door: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self { door: "car".into() }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    let Some(door) = DOORS.iter().find(|door| door.name == keys.door) else {
        let problem = format!("`{}` is unknown", keys.door);
        let known: Vec<&str> = DOORS.iter().map(|door| door.name).collect();
        let remedy = format!("use one of {}", known.join(", "));
        return sound.check.refuse(sound.field("door"), problem, remedy);
    };
    let times_s = sound.times_s(random)?;
    let level = sound.level_db_spl();
    let slam = |time_s| {
        let hard = (0.2 * random.normal()).exp();
        // A harder slam touches for a shorter time.
        let shape = slam(door, hard);
        let waveform = Waveform::Samples(samples(RATE_HZ, &shape, level));
        sound.emission(time_s, sound.place(), waveform)
    };
    Ok(times_s.into_iter().map(slam).collect())
}

/// The pressure of one slam, of any scale.
fn slam(door: &Door, hard: f64) -> Vec<f64> {
    let longest_s = door
        .panel
        .iter()
        .map(|mode| mode.decay_s)
        .fold(0.0, f64::max);
    let length_s = 7.0 * longest_s;
    let mut pressure = blow(RATE_HZ, door.contact_s / hard, 0.0, door.panel, length_s);
    let late = (door.latch_s * RATE_HZ) as usize;
    let click = blow(RATE_HZ, 0.15e-3, 0.05, door.latch, length_s);
    for (sum, click) in pressure.iter_mut().skip(late).zip(click) {
        *sum += hard * click;
    }
    pressure
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, power_between, refusal};
    use crate::source::Waveform;

    #[test]
    fn a_slam_is_low_and_short() {
        for door in ["car", "house"] {
            let slams = emissions(&format!("kind = \"door\"\ndoor = \"{door}\"\ncount = 2"));
            assert_eq!(slams.len(), 2);
            let Waveform::Samples(samples) = &slams[1].waveform else {
                panic!("no samples");
            };
            assert!((peak_db_spl(&slams[1]) - 100.0).abs() < 1e-3);
            let low = power_between(samples, 30.0, 700.0);
            let high = power_between(samples, 700.0, 20_000.0);
            assert!(low > 5.0 * high, "{door}: {low} {high}");
            assert!(samples.pressure_pa.len() < 24_000);
        }
        assert!(refusal("kind = \"door\"\ndoor = \"barn\"").contains("car, house"));
    }
}
