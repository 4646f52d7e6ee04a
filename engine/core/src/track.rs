//! Do incidents of some minutes follow one way: a vehicle that backfires, fireworks from a pickup, torpedoes under a train?
//!
//! Each earlier incident and the present one make a steady movement, and incidents between them may lie where it was at their
//! times. In a night of many bangs some do by chance, so it is asked how many would: of `n` incidents that fall anywhere, the
//! number that meets a movement is binomial, and there are as many movements to meet as there are earlier incidents. A track is
//! told if by that less than one is expected in a thousand such nights.
//!
//! Source of the test: A. Desolneux, L. Moisan, J.-M. Morel, Meaningful alignments, Int. J. Computer Vision 40, 2000.

use std::collections::VecDeque;

use nalgebra::{Matrix2, Matrix4, Vector2, Vector4};

use crate::memory::Event;
use crate::motion::Motion;
use crate::rhythm::Rhythm;

/// The latest incidents, among which a track is looked for: work grows with their square.
const LATEST: usize = 256;
/// A track has so many incidents, the present one included ...
const LEAST: usize = 5;
/// ... at so many places farther apart than their errors, metres ...
const APART_M: f64 = 30.0;
/// ... and takes so long, seconds: what takes less is one drive past.
const LEAST_S: f64 = 60.0;
/// Slowest and fastest track, m/s: a walker, a train.
const SPEED_M_S: std::ops::Range<f64> = 0.8..60.0;
/// Squared distance from where the movement was, in units of its covariance, within which 99 % lie.
const GATE: f64 = 9.21;
/// Incidents come from a square at least so wide, metres.
const LEAST_SIDE_M: f64 = 500.0;
/// Tracks that chance may make, one in so many nights.
const CHANCE: f64 = 1e-3;

/// The way of which an incident is the latest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// How the source goes; `of` counts the incidents, this one included.
    pub motion: Motion,
    /// Of the incidents on it. What bangs steadily along a steady way for minutes is an engine or a train, and hardly anybody
    /// drives on as steadily and shoots every so often. A movement within one burst ([`motion`](crate::motion)) has no odds, for
    /// people shoot from cars.
    pub rhythm: Rhythm,
}

impl Track {
    /// The track of which `now` is the latest, if `earlier`, in order of time, have one.
    pub(crate) fn of(earlier: &VecDeque<Event>, now: &Event) -> Option<Self> {
        let skipped = earlier.len().saturating_sub(LATEST);
        let latest: Vec<&Event> = earlier.iter().skip(skipped).collect();
        let side_m = side_m(&latest, now);
        let mut best: Option<(f64, Vec<&Event>)> = None;
        for (k, &first) in latest.iter().enumerate() {
            let Some((on_it, chance)) = followers(first, &latest[k + 1..], now, side_m) else {
                continue;
            };
            let expected = chance * latest.len() as f64;
            if expected < best.as_ref().map_or(CHANCE, |(least, _)| *least) {
                best = Some((expected, on_it));
            }
        }
        let (_, on_it) = best?;
        let times: Vec<_> = on_it.iter().map(|event| event.first).collect();
        Some(Self {
            motion: steady_motion(&on_it)?,
            rhythm: Rhythm::of(&times)?,
        })
    }

    /// `no. 6 on one way in 4 min, every 40 s: a machine that moves`.
    pub fn words(&self) -> String {
        format!(
            "no. {} on one way in {:.0} min, {}",
            self.motion.of,
            self.motion.over.0 / 60.0,
            self.rhythm
                .words("a machine that moves", "fireworks or an engine")
        )
    }
}

/// Side of the square from which the incidents come, metres.
fn side_m(all: &[&Event], now: &Event) -> f64 {
    let extent = |f: fn(&Event) -> f64| {
        let of = all.iter().map(|e| f(e));
        let (low, high) = of.fold((f(now), f(now)), |(l, h), x| (l.min(x), h.max(x)));
        high - low
    };
    extent(|e| e.position.east_m)
        .max(extent(|e| e.position.north_m))
        .max(LEAST_SIDE_M)
}

/// Incidents on the way from `first` to `now`, these two included, in order of time, and the chance that as many of `between`
/// would lie there; `None` where there is no such way or too few are on it.
fn followers<'a>(
    first: &'a Event,
    between: &[&'a Event],
    now: &'a Event,
    side_m: f64,
) -> Option<(Vec<&'a Event>, f64)> {
    let span_s = now.first.since(first.first).0;
    let way = place(now) - place(first);
    if span_s < LEAST_S || !SPEED_M_S.contains(&(way.norm() / span_s)) {
        return None;
    }
    let mut on_it = vec![first];
    let mut gates_m2 = 0.0;
    for &event in between {
        let share = event.first.since(first.first).0 / span_s;
        let there = place(first) + share * way;
        let spread = covariance(event)
            + covariance(first) * (1.0 - share).powi(2)
            + covariance(now) * share.powi(2);
        gates_m2 += std::f64::consts::PI * GATE * spread.determinant().max(0.0).sqrt();
        let off = place(event) - there;
        let is_near = (spread.try_inverse()).is_some_and(|i| off.dot(&(i * off)) <= GATE);
        // Several from one place are one.
        let apart = |other: &Event| (place(event) - place(other)).norm() >= APART_M;
        if is_near && apart(now) && on_it.last().is_some_and(|last| apart(last)) {
            on_it.push(event);
        }
    }
    let k = on_it.len() - 1;
    on_it.push(now);
    if on_it.len() < LEAST {
        return None;
    }
    let n = between.len();
    let p = (gates_m2 / n as f64 / (side_m * side_m)).min(1.0);
    Some((on_it, at_least(k, n, p)))
}

/// Probability that of `n` events of probability `p` at least `k` come true.
fn at_least(k: usize, n: usize, p: f64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    // The binomial terms, each from the one before; the first underflows to nothing only where the sum is one to all digits.
    let mut term = (1.0 - p).powi(n as i32);
    let mut below = 0.0;
    let mut above = 0.0;
    for i in 0..=n {
        if i < k {
            below += term
        } else {
            above += term
        }
        term *= (n - i) as f64 / (i + 1) as f64 * p / (1.0 - p);
    }
    if below + above > 0.5 { above } else { 1.0 }
}

/// The steady movement that fits best, by weighted least squares of place and velocity.
fn steady_motion(on_it: &[&Event]) -> Option<Motion> {
    let (first, last) = (on_it.first()?, on_it.last()?);
    let over = last.first.since(first.first);
    let mut information = Matrix4::zeros();
    let mut right = Vector4::zeros();
    for event in on_it {
        let after_s = event.first.since(first.first).0 - 0.5 * over.0;
        let weight = covariance(event).try_inverse()?;
        let seen = weight * place(event);
        for (block, factor) in [(0, 1.0), (2, after_s)] {
            let mut part = right.fixed_rows_mut::<2>(block);
            part += factor * seen;
            for (other, times) in [(0, 1.0), (2, after_s)] {
                let mut part = information.fixed_view_mut::<2, 2>(block, other);
                part += factor * times * weight;
            }
        }
    }
    let covariance = information.try_inverse()?;
    let state = covariance * right;
    Some(Motion {
        velocity_m_s: [state[2], state[3]],
        covariance_m2_s2: [
            [covariance[(2, 2)], covariance[(2, 3)]],
            [covariance[(3, 2)], covariance[(3, 3)]],
        ],
        of: on_it.len(),
        over,
    })
}

fn place(event: &Event) -> Vector2<f64> {
    Vector2::new(event.position.east_m, event.position.north_m)
}

/// With a decimetre on each axis, so that no incident is known to a point.
fn covariance(event: &Event) -> Matrix2<f64> {
    let [[ee, en], [ne, nn]] = event.covariance_m2;
    Matrix2::new(ee + 0.01, en, ne, nn + 0.01)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::testing::weighed;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_vehicle_that_backfires_is_a_machine_that_moves_from_its_fifth_bang_on() {
        // 9 m/s towards east, every 30 s; a shot somewhere else between the third and the fourth.
        let mut all: Vec<_> = (0..6)
            .map(|k| (30.0 * f64::from(k), 270.0 * f64::from(k), 4.0))
            .collect();
        all.insert(3, (75.0, 200.0, 900.0));
        let (_, told) = weighed(&all);
        assert!(told[..5].iter().all(|i| i.track.is_none()));
        let track = told[5].track.unwrap();
        assert_eq!((track.motion.of, track.rhythm.steady), (5, true));
        assert!((track.motion.speed_m_s().mean - 9.0).abs() < 1e-9);
        assert!((track.motion.azimuth_deg().mean - 90.0).abs() < 1e-9);
        // A circle of 12 m at 95 % is a sigma of 4.9 m; slopes of five at 0 to 120 s have sigma / (30 sqrt 10).
        let sigma = (144.0 / (-2.0 * 0.05_f64.ln()) + 0.01).sqrt() / (30.0 * 10.0_f64.sqrt());
        assert!((track.motion.speed_m_s().sigma - sigma).abs() < 1e-9);
        assert_eq!(
            track.words(),
            "no. 5 on one way in 2 min, every 30 s: a machine that moves"
        );
        // 0.5 e^-2 against 0.5.
        assert!((told[5].class.gunfire - 1.0 / (1.0 + 2.0_f64.exp())).abs() < 1e-12);
        assert_eq!(told[6].track.unwrap().motion.of, 6);
    }

    #[test]
    fn irregular_bangs_on_the_way_count_less() {
        let times = [0.0, 11.0, 42.0, 55.0, 90.0];
        let (_, told) = weighed(&times.map(|t| (t, -6.0 * t, 8.0 * t)));
        let track = told[4].track.unwrap();
        assert!(!track.rhythm.steady);
        assert!((track.motion.speed_m_s().mean - 10.0).abs() < 1e-9);
        assert!((told[4].class.gunfire - 1.0 / (1.0 + 1.0_f64.exp())).abs() < 1e-12);
    }

    #[test]
    fn one_place_and_two_places_are_no_way() {
        let here: Vec<_> = (0..8).map(|k| (40.0 * f64::from(k), 0.0, 0.0)).collect();
        assert!(weighed(&here).1.iter().all(|i| i.track.is_none()));
        let two: Vec<_> = (0..10)
            .map(|k| (40.0 * f64::from(k), if k < 5 { 0.0 } else { 400.0 }, 0.0))
            .collect();
        assert!(weighed(&two).1.iter().all(|i| i.track.is_none()));
    }

    /// Bangs anywhere in a city at any time, and displays that stay where they are.
    #[test]
    fn val_nights_of_fireworks_make_hardly_a_track() {
        let mut tracks = 0;
        for seed in 0..40 {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            let places: Vec<[f64; 2]> = (0..12)
                .map(|_| [dice.random_range(0.0..2e3), dice.random_range(0.0..2e3)])
                .collect();
            let mut all: Vec<(f64, f64, f64)> = (0..300)
                .map(|k| {
                    let from = match k % 2 {
                        0 => places[k / 2 % places.len()],
                        _ => [dice.random_range(0.0..2e3), dice.random_range(0.0..2e3)],
                    };
                    let off = |dice: &mut ChaCha8Rng| dice.random_range(-8.0..8.0);
                    let time_s = dice.random_range(0.0..1800.0);
                    (time_s, from[0] + off(&mut dice), from[1] + off(&mut dice))
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (_, told) = weighed(&all);
            tracks += told.iter().filter(|i| i.track.is_some()).count();
        }
        // 12 000 incidents, of each of which a thousandth of a track is expected by chance at most.
        assert!(tracks <= 12, "{tracks}");
    }

    #[test]
    fn binomial_tails() {
        // Of three coins: all 1/8, at least one 7/8, at least none 1.
        assert!((at_least(3, 3, 0.5) - 0.125).abs() < 1e-12);
        assert!((at_least(1, 3, 0.5) - 0.875).abs() < 1e-12);
        assert!((at_least(0, 3, 0.5) - 1.0).abs() < 1e-12);
        assert_eq!(at_least(2, 5, 1.0), 1.0);
    }
}
