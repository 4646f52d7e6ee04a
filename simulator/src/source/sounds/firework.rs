//! Aerial fireworks: the mortar at the ground, the burst seconds later and high above it, and
//! between and after them whistles and crackle.

use std::sync::Arc;

use serde::Deserialize;

use super::charge;
use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::point::Point;
use crate::random::Random;
use crate::render::Detail;
use crate::source::{Emission, Track, Waveform};

/// Standard gravity, m/s^2.
const GRAVITY_M_S2: f64 = 9.80665;

/// Muzzle speed against the least that reaches the height: shells burst while they still rise.
/// *Estimated*; 1.15 puts the burst at 0.58 of the time to the top, 2.5 s for 90 m.
const SPARE_SPEED: f64 = 1.15;

/// Standard deviation of the fuse's time, as a share, and of each tilt, radians, *estimated*.
const FUSE_SIGMA: f64 = 0.04;
const TILT_SIGMA: f64 = 0.03;

/// The lift charge heard at 1 m from the mortar: *estimated*, a thump of black powder some 25 dB
/// below the burst, strongest at 1/(2 pi 3 ms) = 53 Hz.
const LAUNCH_BELOW_DB: f64 = 25.0;
const LAUNCH_POSITIVE_S: f64 = 3e-3;

/// Positive phase of the burst for each millimetre of calibre: 1 ms for 75 mm, *estimated*.
const BURST_POSITIVE_S_PER_MM: f64 = 1e-3 / 75.0;

/// Most reports in a crackle: each is rendered at every sensor.
const MOST_CRACKLES: usize = 400;

/// One report of the crackle: pea-sized grains, *estimated*.
const CRACKLE_LEVEL_DB_SPL: f64 = 130.0;
const CRACKLE_SIGMA_DB: f64 = 3.0;
const CRACKLE_POSITIVE_S: f64 = 0.1e-3;

/// A whistling tube on the shell, *estimated*; falls from the first pitch to the second.
const WHISTLE_LEVEL_DB_SPL: f64 = 118.0;
const WHISTLE_HZ: (f64, f64) = (3_600.0, 2_200.0);
const WHISTLE_RATE_HZ: f64 = 48_000.0;

/// Level of the burst: 136.8 dB at 25 m and 141.2 dB at 15 m, both 164.7 dB at 1 m.
///
/// Not modelled: drag (a real shell leaves faster and slows down more), wind on the shell,
/// directivity, several breaks.
///
/// # Source
/// B. Kukulski, T. Wszolek, D. Mleczko, The impact of fireworks noise on the acoustic climate in
/// urban areas, Archives of Acoustics 43, 2018: excess over 135 dB at both distances.
pub(super) static KIND: Kind = Kind {
    name: "firework",
    up_m: 0.5,
    level_db_spl: Some(164.7),
    cadence: Some(Cadence {
        count: 1,
        interval_s: 3.0,
        spread_s: 1.5,
    }),
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Inner diameter of the mortar, mm.
    caliber_mm: f64,
    /// Metres from mortar to burst; 1.2 m for each mm, the crews' 100 feet an inch.
    height_m: Option<f64>,
    /// Speed at the muzzle, m/s.
    muzzle_m_s: Option<f64>,
    /// Reports of the crackle around the burst.
    crackles: usize,
    /// Seconds that the crackle lasts.
    crackle_s: f64,
    /// Whether the shell whistles on its way up.
    whistle: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            caliber_mm: 75.0,
            height_m: None,
            muzzle_m_s: None,
            crackles: 0,
            crackle_s: 1.5,
            whistle: false,
        }
    }
}

/// A shell from its mortar to its burst, in free flight.
struct Flight {
    mortar: Point,
    /// East, north and up, m/s.
    muzzle_m_s: [f64; 3],
    fuse_s: f64,
}

impl Flight {
    fn at(&self, seconds: f64) -> Point {
        let [east, north, up] = self.muzzle_m_s;
        Point {
            east: self.mortar.east + east * seconds,
            north: self.mortar.north + north * seconds,
            up: self.mortar.up + up * seconds - GRAVITY_M_S2 / 2.0 * seconds * seconds,
        }
    }
}

/// Seconds after which something thrown straight up at `speed_m_s` passes `height_m`, rising:
/// the first root of `h = v t - g t^2 / 2`.
fn rise_s(height_m: f64, speed_m_s: f64) -> f64 {
    let left = speed_m_s * speed_m_s - 2.0 * GRAVITY_M_S2 * height_m;
    (speed_m_s - left.max(0.0).sqrt()) / GRAVITY_M_S2
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    let caliber_mm = keys.caliber_mm;
    sound.range("caliber_mm", caliber_mm, 20.0, 600.0, "millimetres")?;
    let height_m = keys.height_m.unwrap_or(1.2 * caliber_mm);
    sound.range("height_m", height_m, 5.0, 1_000.0, "metres")?;
    let least_m_s = (2.0 * GRAVITY_M_S2 * height_m).sqrt();
    let muzzle_m_s = keys.muzzle_m_s.unwrap_or(SPARE_SPEED * least_m_s);
    if muzzle_m_s < least_m_s {
        let problem = format!("at {muzzle_m_s} m/s it does not rise to {height_m} m");
        let remedy = format!("give {least_m_s:.1} m/s or more, or lower height_m");
        return sound
            .check
            .refuse(sound.field("muzzle_m_s"), problem, remedy);
    }
    sound.range("muzzle_m_s", muzzle_m_s, 1.0, 500.0, "metres per second")?;
    let most = MOST_CRACKLES as f64;
    sound.range("crackles", keys.crackles as f64, 0.0, most, "reports")?;
    sound.range("crackle_s", keys.crackle_s, 0.01, 30.0, "seconds")?;
    let mut emissions = Vec::new();
    for time_s in sound.times_s(random)? {
        let flight = Flight {
            mortar: sound.place(),
            muzzle_m_s: [
                muzzle_m_s * TILT_SIGMA * random.normal(),
                muzzle_m_s * TILT_SIGMA * random.normal(),
                muzzle_m_s,
            ],
            fuse_s: rise_s(height_m, muzzle_m_s) * (1.0 + FUSE_SIGMA * random.normal()).max(0.5),
        };
        emissions.extend(shell(sound, &keys, time_s, &flight, random));
    }
    Ok(emissions)
}

/// Every sound of one shell.
fn shell(
    sound: &Sound<'_>,
    keys: &Keys,
    time_s: f64,
    flight: &Flight,
    random: &mut Random,
) -> Vec<Emission> {
    let level = sound.level_db_spl();
    let bang = |kind, time_s, place, level, positive_s| Emission {
        kind,
        ..sound.emission(
            time_s,
            place,
            Waveform::Blast(charge::blast(level, positive_s)),
        )
    };
    let burst = flight.at(flight.fuse_s);
    let burst_s = time_s + flight.fuse_s;
    let positive_s = BURST_POSITIVE_S_PER_MM * keys.caliber_mm;
    let launch_level = level - LAUNCH_BELOW_DB;
    let mut emissions = vec![
        bang(
            "firework_launch",
            time_s,
            flight.mortar,
            launch_level,
            LAUNCH_POSITIVE_S,
        ),
        bang("firework_burst", burst_s, burst, level, positive_s),
    ];
    if keys.whistle {
        emissions.push(whistle(sound, time_s, flight));
    }
    // Stars fly 45 feet apart for each inch of calibre, 0.27 m from the middle for each mm.
    let radius_m = 0.27 * keys.caliber_mm;
    for number in 0..keys.crackles {
        let place = crackle_place(burst, radius_m, random);
        // Grains light soon after the burst and last long for some: the sum of two uniform times.
        let after_s = keys.crackle_s * (0.5 * random.uniform() + 0.5 * random.uniform());
        let level = CRACKLE_LEVEL_DB_SPL + CRACKLE_SIGMA_DB * random.normal();
        let report = bang(
            "firework_crackle",
            burst_s + after_s,
            place,
            level,
            CRACKLE_POSITIVE_S,
        );
        emissions.push(Emission {
            detail: Detail::First,
            listed: number == 0,
            ..report
        });
    }
    emissions
}

/// Somewhere in the ball of stars, near its surface.
fn crackle_place(middle: Point, radius_m: f64, random: &mut Random) -> Point {
    let [x, y, z] = [random.normal(), random.normal(), random.normal()];
    let length = (x * x + y * y + z * z).sqrt().max(1e-9);
    let scale = radius_m * random.between(0.6, 1.0) / length;
    Point {
        east: middle.east + x * scale,
        north: middle.north + y * scale,
        // Never below the middle by more than the burst is high: stars go out before the ground.
        up: (middle.up + z * scale).max(0.3 * middle.up),
    }
}

/// A pitch that falls as the tube burns down, once, on the way up.
fn whistle(sound: &Sound<'_>, time_s: f64, flight: &Flight) -> Emission {
    let length_s = flight.fuse_s;
    let count = (length_s * WHISTLE_RATE_HZ) as usize;
    let shape: Vec<f64> = (0..count)
        .map(|n| {
            let seconds = n as f64 / WHISTLE_RATE_HZ;
            let (from_hz, to_hz) = WHISTLE_HZ;
            // Integral of a pitch that changes linearly.
            let sweep = (to_hz - from_hz) * seconds / (2.0 * length_s);
            let phase = std::f64::consts::TAU * (from_hz + sweep) * seconds;
            let fade = (seconds / 0.05)
                .min((length_s - seconds) / 0.05)
                .clamp(0.0, 1.0);
            fade * (phase.sin() + 0.3 * (2.0 * phase).sin() + 0.1 * (3.0 * phase).sin())
        })
        .collect();
    let waveform = Waveform::Samples(samples(WHISTLE_RATE_HZ, &shape, WHISTLE_LEVEL_DB_SPL));
    // One pass of the samples: the track ends where they do.
    let pieces = 8;
    let node = |k: usize| {
        let seconds = length_s * k as f64 / pieces as f64;
        (time_s + seconds, flight.at(seconds))
    };
    Emission {
        kind: "firework_whistle",
        track: Some(Arc::new(Track {
            nodes: (0..=pieces).map(node).collect(),
        })),
        ..sound.emission(time_s, flight.mortar, waveform)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, refusal};
    use super::*;

    #[test]
    fn delay_and_height_are_those_of_free_flight() {
        // v = 1.15 sqrt(2 g h), so t = v/g (1 - sqrt(1 - 1/1.15^2)); 90 m: 48.32/9.807 * 0.506.
        let wanted_s = 2.4936;
        assert!((rise_s(90.0, 1.15 * (2.0 * GRAVITY_M_S2 * 90.0).sqrt()) - wanted_s).abs() < 1e-3);
        // The greatest height is reached at v/g.
        assert!((rise_s(50.0, (100.0 * GRAVITY_M_S2).sqrt()) - 3.1933).abs() < 1e-3);
        let sounds = emissions("kind = \"firework\"\ncount = 50\nmuzzle_m_s = 50.0");
        for pair in sounds.chunks(2) {
            let (launch, burst) = (&pair[0], &pair[1]);
            assert_eq!(
                (launch.kind, burst.kind),
                ("firework_launch", "firework_burst")
            );
            let t = burst.time_s - launch.time_s;
            let rise_m = burst.position.up - launch.position.up;
            assert!((rise_m - (50.0 * t - GRAVITY_M_S2 / 2.0 * t * t)).abs() < 1e-9);
            // The fuse of a 90 m shell, within 5 sigma.
            assert!((t / rise_s(90.0, 50.0) - 1.0).abs() < 0.2, "{t}");
            assert!((peak_db_spl(burst) - 164.7).abs() < 1e-9);
            assert!((peak_db_spl(launch) - 139.7).abs() < 1e-9);
        }
    }

    #[test]
    fn heights_of_30_to_200_m_take_one_to_four_seconds() {
        for height_m in [30.0, 200.0] {
            let t = rise_s(
                height_m,
                SPARE_SPEED * (2.0 * GRAVITY_M_S2 * height_m).sqrt(),
            );
            assert!((1.0..4.0).contains(&t), "{height_m} m in {t} s");
        }
    }

    #[test]
    fn crackle_is_many_small_reports_listed_once() {
        let sounds = emissions("kind = \"firework\"\ncrackles = 300\ncrackle_s = 2.0");
        let burst = sounds[1].clone();
        let crackle: Vec<&Emission> = sounds
            .iter()
            .filter(|e| e.kind == "firework_crackle")
            .collect();
        assert_eq!(crackle.len(), 300);
        assert_eq!(crackle.iter().filter(|e| e.listed).count(), 1);
        for report in crackle {
            assert_eq!(report.detail, Detail::First);
            assert!((0.0..2.0).contains(&(report.time_s - burst.time_s)));
            // 0.27 * 75 = 20.25 m.
            assert!(report.position.range_m(burst.position) < 20.3);
        }
    }

    #[test]
    fn a_whistle_rides_on_the_shell() {
        let sounds = emissions("kind = \"firework\"\nwhistle = true");
        let (burst, whistle) = (&sounds[1], &sounds[2]);
        let (end_s, end) = *whistle.track.as_ref().unwrap().nodes.last().unwrap();
        assert!((end_s - burst.time_s).abs() < 1e-9 && end.range_m(burst.position) < 1e-9);
        let Waveform::Samples(samples) = &whistle.waveform else {
            panic!("no samples");
        };
        let length_s = samples.pressure_pa.len() as f64 / samples.sample_rate_hz;
        assert!((length_s - (burst.time_s - whistle.time_s)).abs() < 1e-4);
    }

    #[test]
    fn a_shell_that_does_not_get_there_is_refused() {
        let message = refusal("kind = \"firework\"\nheight_m = 100.0\nmuzzle_m_s = 20.0");
        // sqrt(2 * 9.80665 * 100) = 44.3.
        assert!(
            message.contains("sound[0].muzzle_m_s") && message.contains("44.3"),
            "{message}"
        );
        assert!(refusal("kind = \"firework\"\ncrackles = 401").contains("0 to 400"));
    }
}
