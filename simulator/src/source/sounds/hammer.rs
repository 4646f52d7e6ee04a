//! A hammer: nail after nail, by hand.

use serde::Deserialize;

use super::impact::{Mode, blow, mode};
use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Waveform};

const RATE_HZ: f64 = 48_000.0;

/// Different blows that a series picks from; more would only cost memory.
const VARIANTS: usize = 12;

/// Standard deviations from blow to blow, *estimated*: level in dB, contact and strength of the
/// modes as shares.
const LEVEL_SIGMA_DB: f64 = 2.0;
const CONTACT_SIGMA: f64 = 0.15;
const SHARE_SIGMA: f64 = 0.25;

/// What is struck. Contact times and modes are *estimated*: steel on steel touches for about a
/// tenth of a millisecond, a nail in wood gives and takes three times as long.
struct Surface {
    name: &'static str,
    contact_s: f64,
    modes: &'static [Mode],
}

const SURFACES: &[Surface] = &[
    // The nail rings high and briefly, the board low, the head of the hammer in between.
    Surface {
        name: "wood",
        contact_s: 0.3e-3,
        modes: &[
            mode(240.0, 0.030, 0.5),
            mode(620.0, 0.020, 0.6),
            mode(1_450.0, 0.012, 0.5),
            mode(3_300.0, 0.020, 0.6),
            mode(5_200.0, 0.010, 0.5),
        ],
    },
    // A beam or plate rings for long.
    Surface {
        name: "steel",
        contact_s: 0.1e-3,
        modes: &[
            mode(780.0, 0.150, 0.4),
            mode(1_900.0, 0.120, 0.6),
            mode(3_450.0, 0.090, 0.6),
            mode(5_600.0, 0.060, 0.5),
            mode(8_100.0, 0.040, 0.4),
        ],
    },
    // Heavy and dead: the tool rings, the wall does not.
    Surface {
        name: "stone",
        contact_s: 0.15e-3,
        modes: &[
            mode(420.0, 0.008, 0.6),
            mode(1_100.0, 0.008, 0.6),
            mode(4_300.0, 0.025, 0.5),
        ],
    },
];

/// Level: *estimated*. Forge hammers exceed 135 dB at the worker's place in nine blows of ten
/// (Augustynska and others, Int. J. Occup. Med. Environ. Health 14, 2001), and a carpenter is
/// some 10 dB quieter at 1 m. Cadence: about two blows a second, *estimated*.
///
/// Not modelled: the pitch that rises as a nail goes in, the building that radiates.
pub(super) static KIND: Kind = Kind {
    name: "hammer",
    up_m: 3.0,
    level_db_spl: Some(125.0),
    cadence: Some(Cadence {
        count: 30,
        interval_s: 0.5,
        spread_s: 0.08,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// `wood`, `steel` or `stone`.
    surface: String,
    /// Blows to each nail. 0: one series without a pause.
    blows: usize,
    /// Mean pause between nails, seconds.
    pause_s: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            surface: "wood".into(),
            blows: 6,
            pause_s: 3.0,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("pause_s", keys.pause_s, 0.0, 1e4, "seconds")?;
    let Some(surface) = SURFACES.iter().find(|surface| surface.name == keys.surface) else {
        let known: Vec<&str> = SURFACES.iter().map(|surface| surface.name).collect();
        let problem = format!("`{}` is unknown", keys.surface);
        let remedy = format!("use one of {}", known.join(", "));
        return sound.check.refuse(sound.field("surface"), problem, remedy);
    };
    let times_s = sound.times_s(random)?;
    let level = sound.level_db_spl();
    let variants: Vec<Waveform> = (0..VARIANTS)
        .map(|number| strike(surface, level, number > 0, random))
        .collect();
    let mut emissions = Vec::with_capacity(times_s.len());
    let mut paused_s = 0.0;
    for (number, time_s) in times_s.into_iter().enumerate() {
        if number > 0 && keys.blows > 0 && number % keys.blows == 0 {
            paused_s += keys.pause_s * random.between(0.6, 1.4);
        }
        let time_s = time_s + paused_s;
        if time_s >= sound.duration_s {
            break;
        }
        // The first blow is the one that is as loud as asked.
        let variant = if number == 0 {
            0
        } else {
            random.count(1, VARIANTS - 1)
        };
        emissions.push(sound.emission(time_s, sound.place(), variants[variant].clone()));
    }
    Ok(emissions)
}

/// One blow; no two fall alike.
fn strike(surface: &Surface, level_db_spl: f64, varied: bool, random: &mut Random) -> Waveform {
    let mut vary = |sigma: f64| {
        if varied {
            (sigma * random.normal()).exp()
        } else {
            1.0
        }
    };
    let contact_s = surface.contact_s * vary(CONTACT_SIGMA);
    let modes: Vec<Mode> = surface
        .modes
        .iter()
        .map(|mode| Mode {
            share: mode.share * vary(SHARE_SIGMA),
            ..*mode
        })
        .collect();
    let more_db = 20.0 * vary(LEVEL_SIGMA_DB / 8.686).log10();
    // Seven times the longest decay: exp(-7) is 60 dB down.
    let longest_s = modes.iter().map(|mode| mode.decay_s).fold(0.0, f64::max);
    let shape = blow(RATE_HZ, contact_s, 0.8, &modes, 7.0 * longest_s);
    Waveform::Samples(samples(RATE_HZ, &shape, level_db_spl + more_db))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, refusal};

    #[test]
    fn blows_come_in_series_with_a_human_cadence() {
        let blows = emissions("kind = \"hammer\"\nblows = 5\npause_s = 4.0");
        assert_eq!(blows.len(), 30);
        for (k, pair) in blows.windows(2).enumerate() {
            let interval_s = pair[1].time_s - pair[0].time_s;
            // A pause is 4 s within 40 %, on top of the interval of 0.42 to 0.58 s.
            let wanted = if (k + 1) % 5 == 0 {
                2.82..6.18
            } else {
                0.42..0.58
            };
            assert!(wanted.contains(&interval_s), "{k}: {interval_s}");
        }
        let intervals: Vec<f64> = blows
            .windows(2)
            .map(|pair| pair[1].time_s - pair[0].time_s)
            .collect();
        assert!(intervals.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn blows_are_alike_but_not_the_same() {
        for surface in ["wood", "steel", "stone"] {
            let blows = emissions(&format!(
                "kind = \"hammer\"\nsurface = \"{surface}\"\nlevel_db_spl = 120.0"
            ));
            assert!((peak_db_spl(&blows[0]) - 120.0).abs() < 1e-3);
            let levels: Vec<f64> = blows.iter().map(peak_db_spl).collect();
            // Normal, sigma 2 dB: 12 of them stay within 4 sigma and differ.
            assert!(levels.iter().all(|level| (level - 120.0).abs() < 8.0));
            assert!(levels[1..].iter().any(|level| (level - 120.0).abs() > 0.5));
        }
    }

    #[test]
    fn only_known_surfaces_are_struck() {
        let message = refusal("kind = \"hammer\"\nsurface = \"jelly\"");
        assert!(
            message.contains("sound[0].surface") && message.contains("wood, steel, stone"),
            "{message}"
        );
    }
}
