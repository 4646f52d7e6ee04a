//! Thunder: a crooked channel, kilometres long, every piece of which sounds at once.

use std::sync::Arc;

use serde::Deserialize;

use super::kind::{Kind, Sound, samples};
use crate::error::SceneError;
use crate::point::Point;
use crate::random::Random;
use crate::render::Detail;
use crate::source::{Emission, Samples, Waveform};

/// The pulses hold nothing above 150 Hz.
const RATE_HZ: f64 = 4_000.0;

/// Most pieces of the channel: each is rendered at every sensor.
const MOST_PIECES: usize = 150;

/// Mean turn from one piece to the next, degrees. R. D. Hill, Analysis of irregular paths of
/// lightning channels, J. Geophys. Res. 73, 1968.
const TURN_DEG: f64 = 16.0;

/// How strongly the channel keeps to its course, against a turn: *estimated*, so that it comes
/// out of the cloud and not back into the ground.
const PULL: f64 = 0.15;

/// Shortest and longest width of a pulse, seconds. A wave of one cycle, the slope of a bell of
/// this width s, is strongest at 1/(2 pi s), 16 to 24 Hz, where it was measured at 28 Hz for
/// cloud and 50 Hz for ground flashes (C. R. Holmes and others, On the power spectrum and
/// mechanism of thunder, J. Geophys. Res. 76, 1971) with much below; it takes 1.75 s from a tenth
/// to the whole, 11 to 17 ms.
const WIDTH_S: (f64, f64) = (6.5e-3, 10e-3);

/// Different pulses that the pieces pick from.
const VARIANTS: usize = 8;

/// Standard deviation of the level from piece to piece, dB, *estimated*.
const LEVEL_SIGMA_DB: f64 = 3.0;

/// Mean seconds between the strokes of a flash, and how much weaker each next one sounds.
/// V. A. Rakov, M. A. Uman, Lightning: Physics and Effects, Cambridge 2003 (60 ms); the loss is
/// *estimated*.
const STROKE_INTERVAL_S: f64 = 0.06;
const STROKE_LOSS: f64 = 0.5;

/// The channel as some 150 points. The level is that of a typical piece: 172 dB at 1 m is 112 dB
/// at 1 km, and a few that arrive together make the 110 to 120 dB that is heard there
/// (*estimated* from such reports).
///
/// Pieces far apart are heard seconds apart, in another order at every sensor, so that arrivals
/// do not agree on a place.
///
/// Not modelled: the crack of a stroke nearer than some 300 m, the directivity of a straight
/// piece, branches.
///
/// # Source
/// H. S. Ribner, D. Roy, Acoustics of thunder: a quasilinear model for tortuous lightning,
/// J. Acoust. Soc. Am. 72, 1982 (a sum of pulses from the pieces of a channel).
pub(super) static KIND: Kind = Kind {
    name: "thunder",
    up_m: 0.0,
    level_db_spl: Some(172.0),
    cadence: None,
    timed: true,
    make,
};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Height of the channel's upper end, metres.
    height_m: f64,
    /// Length of the level part in the cloud, metres.
    reach_m: f64,
    /// Return strokes of the flash.
    strokes: usize,
}

impl Default for Keys {
    /// Charge lies some 5 km up, and channels run on for as much (Rakov and Uman, chapter 3);
    /// three to five strokes are usual.
    fn default() -> Self {
        Self {
            height_m: 5_000.0,
            reach_m: 2_000.0,
            strokes: 3,
        }
    }
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    sound.range("height_m", keys.height_m, 100.0, 20_000.0, "metres")?;
    sound.range("reach_m", keys.reach_m, 0.0, 20_000.0, "metres")?;
    sound.range("strokes", keys.strokes as f64, 1.0, 20.0, "strokes")?;
    let channel = channel(sound.place(), &keys, random);
    let mut strokes = vec![(0.0, 1.0)];
    for _ in 1..keys.strokes {
        let (last_s, strength) = *strokes.last().unwrap_or(&(0.0, 1.0));
        let interval_s = STROKE_INTERVAL_S * random.between(0.5, 1.5);
        strokes.push((last_s + interval_s, strength * STROKE_LOSS));
    }
    let level = sound.level_db_spl();
    let pulses: Vec<Arc<Samples>> = (0..VARIANTS)
        .map(|number| {
            // The first piece is as loud as asked.
            let more_db = if number == 0 {
                0.0
            } else {
                LEVEL_SIGMA_DB * random.normal()
            };
            let width_s = random.between(WIDTH_S.0, WIDTH_S.1);
            samples(RATE_HZ, &pulse(width_s, &strokes), level + more_db)
        })
        .collect();
    let piece = |(number, position): (usize, Point)| {
        let variant = if number == 0 {
            0
        } else {
            random.count(1, VARIANTS - 1)
        };
        let waveform = Waveform::Samples(pulses[variant].clone());
        Emission {
            detail: Detail::First,
            listed: number == 0,
            // The stroke runs up within 0.1 ms.
            ..sound.emission(sound.time_s(), position, waveform)
        }
    };
    Ok(channel.into_iter().enumerate().map(piece).collect())
}

/// The middles of the pieces, from the ground up and then along the cloud: a walk that turns a
/// little at every joint.
fn channel(foot: Point, keys: &Keys, random: &mut Random) -> Vec<Point> {
    let bearing = random.between(0.0, std::f64::consts::TAU);
    let along = [bearing.sin(), bearing.cos(), 0.0];
    let length_m = keys.height_m + keys.reach_m;
    // A crooked way is longer than a straight one: room for a third more.
    let step_m = (1.35 * length_m / MOST_PIECES as f64).max(10.0);
    // Two normal components of this size turn by the mean angle: their length has the mean
    // sqrt(pi/2) sigma.
    let sigma = TURN_DEG.to_radians() / (std::f64::consts::PI / 2.0).sqrt();
    let mut course = [0.0, 0.0, 1.0];
    let mut node = foot;
    let mut pieces = Vec::new();
    let level_from_m = foot.up + keys.height_m;
    let mut level_m = 0.0;
    while pieces.len() < MOST_PIECES && level_m <= keys.reach_m {
        let in_cloud = node.up >= level_from_m || level_m > 0.0;
        let goal = if in_cloud { along } else { [0.0, 0.0, 1.0] };
        for (part, goal) in course.iter_mut().zip(goal) {
            *part += sigma * random.normal() + PULL * (goal - *part);
        }
        let length = course.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-9);
        course = course.map(|x| x / length);
        let half = |from: Point| Point {
            east: from.east + 0.5 * step_m * course[0],
            north: from.north + 0.5 * step_m * course[1],
            up: (from.up + 0.5 * step_m * course[2]).max(foot.up),
        };
        let middle = half(node);
        node = half(middle);
        pieces.push(middle);
        if in_cloud {
            level_m += step_m;
            if keys.reach_m == 0.0 {
                break;
            }
        }
    }
    pieces
}

/// One cycle for every stroke, of any scale: minus the slope of a bell, whose rise is smooth.
fn pulse(width_s: f64, strokes: &[(f64, f64)]) -> Vec<f64> {
    // From 5 widths before the middle: 5 exp(-12) of the slope's peak, 90 dB down.
    let middle_s = 5.0 * width_s;
    let last_s = strokes.last().map_or(0.0, |stroke| stroke.0);
    let count = ((last_s + 2.0 * middle_s) * RATE_HZ) as usize;
    let value = |seconds: f64| {
        let x = (seconds - middle_s) / width_s;
        -x * (-x * x / 2.0).exp()
    };
    (0..count)
        .map(|n| {
            let seconds = n as f64 / RATE_HZ;
            strokes
                .iter()
                .map(|(at_s, strength)| strength * value(seconds - at_s))
                .sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions, peak_db_spl, pressure_pa};
    use super::*;

    /// Seconds after the stroke at which each piece is heard, in the order of the channel.
    fn delays_s(pieces: &[Emission], sensor: Point) -> Vec<f64> {
        pieces
            .iter()
            .map(|piece| piece.position.range_m(sensor) / 340.0)
            .collect()
    }

    fn at(east: f64, north: f64) -> Point {
        Point {
            east,
            north,
            up: 5.0,
        }
    }

    #[test]
    fn it_rumbles_for_seconds_and_is_listed_once() {
        let pieces = emissions("kind = \"thunder\"\neast = 1500.0");
        assert!(
            (100..=MOST_PIECES).contains(&pieces.len()),
            "{}",
            pieces.len()
        );
        assert_eq!(pieces.iter().filter(|piece| piece.listed).count(), 1);
        assert!(pieces.iter().all(|piece| piece.detail == Detail::First));
        assert!(pieces.iter().all(|piece| piece.position.up >= 0.0));
        let highest_m = pieces
            .iter()
            .map(|piece| piece.position.up)
            .fold(0.0, f64::max);
        assert!((4_500.0..6_500.0).contains(&highest_m), "{highest_m}");
        let delays = delays_s(&pieces, at(0.0, 0.0));
        let first = delays.iter().fold(f64::INFINITY, |a: f64, b| a.min(*b));
        let last = delays.iter().fold(0.0, |a: f64, b| a.max(*b));
        // The nearest piece is near the foot, 4.4 s; the top is 5.2 km away or more, 15 s.
        assert!(last - first > 5.0, "{first} {last}");
        assert!((peak_db_spl(&pieces[0]) - 172.0).abs() < 0.05);
    }

    #[test]
    fn its_front_rises_slowly() {
        for piece in emissions("kind = \"thunder\"\nstrokes = 1") {
            let pressure = pressure_pa(&piece);
            let peak = pressure.iter().fold(0.0, |a: f32, b| a.max(*b));
            let first = |share: f32| pressure.iter().position(|p| *p >= share * peak).unwrap();
            let rise_s = (first(1.0) - first(0.1)) as f64 / RATE_HZ;
            assert!(rise_s > 10e-3, "{rise_s}");
        }
    }

    #[test]
    fn val_a_kilometre_away_it_is_loud_and_long() {
        let pieces = emissions("kind = \"thunder\"\nnorth = 1000.0");
        let mut heard = vec![0.0; 40 * RATE_HZ as usize];
        let sensor = at(0.0, 0.0);
        for (piece, delay_s) in pieces.iter().zip(delays_s(&pieces, sensor)) {
            let from = (delay_s * RATE_HZ) as usize;
            let range_m = piece.position.range_m(sensor);
            for (sum, p) in heard[from..].iter_mut().zip(pressure_pa(piece)) {
                *sum += f64::from(p) / range_m;
            }
        }
        let loudest = heard.iter().fold(0.0, |peak: f64, p| peak.max(p.abs()));
        let level = crate::source::db_spl(loudest);
        assert!((110.0..120.0).contains(&level), "{level}");
        // From the first to the last that is at most 20 dB below.
        let audible = |p: &f64| p.abs() > 0.1 * loudest;
        let first = heard.iter().position(audible).unwrap();
        let last = heard.iter().rposition(audible).unwrap();
        assert!((last - first) as f64 / RATE_HZ > 5.0);
    }

    #[test]
    fn arrivals_do_not_agree_on_one_place() {
        let pieces = emissions("kind = \"thunder\"\neast = 3000.0");
        let sensors = [
            at(0.0, 0.0),
            at(800.0, 0.0),
            at(0.0, 800.0),
            at(800.0, 800.0),
        ];
        // The piece that is heard loudest differs from sensor to sensor when levels are equal
        // within a few dB; so do delays against the first piece, by far more than a wavefront of
        // one place could: compare the order in which pieces arrive.
        let order = |sensor: Point| {
            let delays = delays_s(&pieces, sensor);
            let mut order: Vec<usize> = (0..delays.len()).collect();
            order.sort_by(|a, b| delays[*a].total_cmp(&delays[*b]));
            order
        };
        let orders: Vec<Vec<usize>> = sensors.into_iter().map(order).collect();
        assert!(orders[1..].iter().all(|other| *other != orders[0]));
        // Time differences between two sensors spread over the pieces by tens of ms: the place is
        // a different one for each.
        let pairs = delays_s(&pieces, sensors[0])
            .into_iter()
            .zip(delays_s(&pieces, sensors[1]));
        let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        let least = differences
            .iter()
            .fold(f64::INFINITY, |a: f64, b| a.min(*b));
        let most = differences
            .iter()
            .fold(f64::NEG_INFINITY, |a: f64, b| a.max(*b));
        assert!(most - least > 0.1, "{least} {most}");
    }

    #[test]
    fn joints_turn_by_the_mean_angle() {
        let mut random = Random::stream(3, crate::random::Purpose::Source, "", 0);
        let keys = Keys {
            reach_m: 0.0,
            ..Keys::default()
        };
        let channel = channel(at(0.0, 0.0), &keys, &mut random);
        // From middle to middle is the mean of two courses, so two such steps differ by the mean
        // of two turns: 16 degrees / sqrt(2) = 11.3, a little less for the pull.
        let steps: Vec<[f64; 3]> = channel
            .windows(2)
            .map(|pair| {
                let (a, b) = (pair[0], pair[1]);
                let length_m = a.range_m(b);
                [b.east - a.east, b.north - a.north, b.up - a.up].map(|metres| metres / length_m)
            })
            .collect();
        let turn_deg = |pair: &[[f64; 3]]| {
            let dot: f64 = pair[0].iter().zip(pair[1]).map(|(a, b)| a * b).sum();
            dot.min(1.0).acos().to_degrees()
        };
        let mean = steps.windows(2).map(turn_deg).sum::<f64>() / (steps.len() - 1) as f64;
        assert!((8.5..13.5).contains(&mean), "{mean}");
        assert!(channel.len() > 50);
    }
}
