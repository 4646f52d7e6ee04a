//! Predicted times of blast and shock wave, with derivatives, and what a sensor's onsets say.

use super::flight::Flight;
use super::{Bullet, RifleProblem};
use crate::geodesy::Enu;
use crate::solve::residuals::lateness_density;
use crate::travel::Medium;

/// East, north, up, time of firing, azimuth and elevation in radians, muzzle speed, ln of the
/// drag length, wind east, wind north, speed of sound.
pub(super) const P: usize = 11;
pub(super) const T0: usize = 3;
pub(super) const AZIMUTH: usize = 4;
pub(super) const ELEVATION: usize = 5;
pub(super) const SPEED: usize = 6;
pub(super) const DRAG: usize = 7;
pub(super) const WIND: usize = 8;
pub(super) const SOUND: usize = 10;

pub(super) type Theta = [f64; P];

/// Share of arrivals that are late.
const LATE: f64 = 0.2;
const LATENESS_S: f64 = 0.045;
/// A sensor reports an impulse of other origin this often, per second.
const CLUTTER_PER_S: f64 = 0.2;
/// Probability that a sensor reports the blast, and the shock wave where the cone passes.
const BLAST: f64 = 0.92;
const SHOCK: f64 = 0.85;

/// A predicted time and its derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) time_s: f64,
    pub(super) by: Theta,
    /// Standard deviation of the prediction itself, seconds.
    pub(super) sigma_s: f64,
}

fn flight(theta: &Theta) -> Flight {
    let (sin_a, cos_a) = theta[AZIMUTH].sin_cos();
    let (sin_e, cos_e) = theta[ELEVATION].sin_cos();
    Flight {
        muzzle: [theta[0], theta[1], theta[2]],
        direction: [cos_e * sin_a, cos_e * cos_a, sin_e],
        speed: theta[SPEED].max(100.0),
        drag_m: theta[DRAG].clamp(3.0, 12.0).exp(),
    }
}

/// Straight from `from`, with derivatives by that place, wind and speed of sound.
fn travel(theta: &Theta, from: [f64; 3], sensor: Enu) -> crate::travel::Delay {
    let medium = Medium {
        speed_m_s: theta[SOUND],
        wind_m_s: [theta[WIND], theta[WIND + 1]],
    };
    medium.delay(Enu::new(from[0], from[1], from[2]), sensor)
}

/// When the blast is due.
pub(super) fn blast(theta: &Theta, sensor: Enu) -> Due {
    let way = travel(theta, [theta[0], theta[1], theta[2]], sensor);
    let mut by = [0.0; P];
    by[..3].copy_from_slice(&way.by_source);
    by[T0] = 1.0;
    by[WIND..WIND + 2].copy_from_slice(&way.by_wind);
    by[SOUND] = way.by_speed;
    Due {
        time_s: theta[T0] + way.delay_s,
        by,
        sigma_s: 0.0,
    }
}

/// When the shock wave is due, if the cone passes.
///
/// The arrival time is least at the emission point, so moving that does not change it and the
/// derivatives are those with the point held at its distance from the muzzle.
pub(super) fn shock(theta: &Theta, sensor: Enu) -> Option<Due> {
    let flight = flight(theta);
    let at = [sensor.east_m, sensor.north_m, sensor.up_m];
    let x = flight.emission_m(at, theta[SOUND])?;
    let way = travel(theta, flight.point(x), sensor);
    let mut by = [0.0; P];
    by[..3].copy_from_slice(&way.by_source);
    by[T0] = 1.0;
    let (sin_a, cos_a) = theta[AZIMUTH].sin_cos();
    let (sin_e, cos_e) = theta[ELEVATION].sin_cos();
    let s = way.by_source;
    by[AZIMUTH] = x * cos_e * (s[0] * cos_a - s[1] * sin_a);
    by[ELEVATION] = x * (-sin_e * (s[0] * sin_a + s[1] * cos_a) + s[2] * cos_e);
    let flown_s = flight.time_s(x);
    by[SPEED] = -flown_s / flight.speed;
    by[DRAG] = flight.time_by_ln_drag(x);
    by[WIND..WIND + 2].copy_from_slice(&way.by_wind);
    by[SOUND] = way.by_speed;
    Some(Due {
        time_s: theta[T0] + flown_s + way.delay_s,
        by,
        sigma_s: flight.law_sigma_s(x),
    })
}

/// What one sensor's onsets are taken for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Onset that is the blast: index, residual, probability of being on time.
    pub(super) blast: Option<Taken>,
    /// The same of the shock wave.
    pub(super) shock: Option<Taken>,
    /// Log likelihood against nothing but clutter.
    pub(super) gain: f64,
    /// The part of it that the shock wave adds.
    pub(super) shock_gain: f64,
}

/// An onset taken for a wave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) onset: usize,
    pub(super) residual_s: f64,
    pub(super) on_time: f64,
    /// Standard deviation it was judged by.
    pub(super) sigma_s: f64,
}

/// The best reading of a sensor's onsets when its waves are due then; each wave takes one onset or none, and
/// no onset serves twice.
pub(super) fn read(
    problem: &RifleProblem<'_>,
    sensor: usize,
    due_blast_s: f64,
    due_shock: Option<&Due>,
    sigma_s: f64,
) -> Reading {
    let onsets = problem.sensors[sensor].onsets;
    let of = |due_s: f64, sigma_s: f64, k: usize, heard: f64| {
        let e = onsets[k].0 - due_s;
        let on =
            (1.0 - LATE) * 0.398_942_280_401_432_7 / sigma_s * (-0.5 * (e / sigma_s).powi(2)).exp();
        let late = if e > 0.0 {
            LATE * lateness_density(e, LATENESS_S)
        } else {
            0.0
        };
        let density = on + late + 1e-12;
        let gain = (heard / (1.0 - heard) * density / CLUTTER_PER_S).ln();
        let taken = Taken {
            onset: k,
            residual_s: e,
            on_time: on / density,
            sigma_s,
        };
        (gain, taken)
    };
    let mut best = Reading {
        gain: (1.0 - BLAST).ln() + due_shock.map_or(0.0, |_| (1.0 - SHOCK).ln()),
        shock_gain: due_shock.map_or(0.0, |_| (1.0 - SHOCK).ln()),
        ..Reading::default()
    };
    let silent = best;
    let blasts = (0..onsets.len()).map(Some).chain([None]);
    for b in blasts {
        let blast = b.map(|k| of(due_blast_s, sigma_s, k, BLAST));
        // The shock wave comes first.
        let before = |k: usize| b.is_none_or(|b| onsets[k].0 < onsets[b].0);
        let shocks = (0..onsets.len()).filter(|k| due_shock.is_some() && before(*k));
        for s in shocks.map(Some).chain([None]) {
            let shock = s.and_then(|k| {
                due_shock.map(|due| of(due.time_s, sigma_s.hypot(due.sigma_s), k, SHOCK))
            });
            let (gain_b, gain_s) = (blast.map_or(0.0, |b| b.0), shock.map_or(0.0, |s| s.0));
            let gain = silent.gain + gain_b + gain_s;
            if gain > best.gain {
                best = Reading {
                    blast: blast.map(|b| b.1),
                    shock: shock.map(|s| s.1),
                    gain,
                    shock_gain: silent.shock_gain + gain_s,
                };
            }
        }
    }
    best
}

/// Means and standard deviations of the unknowns; infinite: nothing is known.
pub(super) fn priors(problem: &RifleProblem<'_>, centre: Enu, reach_m: f64) -> [(f64, f64); P] {
    let Bullet {
        speed_m_s,
        ln_drag_m,
        elevation_deg,
    } = problem.bullet;
    let wind = problem.air.wind;
    let sound = problem.air.speed_m_s;
    // Known to a millimetre a second is known.
    let least = |sigma: f64| sigma.max(1e-3);
    [
        (centre.east_m, reach_m),
        (centre.north_m, reach_m),
        (problem.up_m.mean, problem.up_m.sigma.max(1e-3)),
        (0.0, f64::INFINITY),
        (0.0, f64::INFINITY),
        (
            elevation_deg.mean.to_radians(),
            elevation_deg.sigma.to_radians(),
        ),
        (speed_m_s.mean, speed_m_s.sigma),
        (ln_drag_m.mean, ln_drag_m.sigma),
        (wind.east.mean, least(wind.east.sigma)),
        (wind.north.mean, least(wind.north.sigma)),
        (sound.mean, least(sound.sigma)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_match_finite_differences() {
        let sensor = Enu::new(210.0, 160.0, 9.0);
        let theta = [
            10.0, -20.0, 2.0, 0.3, 0.7, 0.02, 850.0, 6.9, 2.0, -1.0, 341.0,
        ];
        for (due, name) in [
            (blast as fn(&Theta, Enu) -> Due, "blast"),
            (|t, s| shock(t, s).unwrap(), "shock"),
        ] {
            let here = due(&theta, sensor);
            for k in 0..P {
                let h = 1e-4 * theta[k].abs().max(1.0);
                let at = |shift: f64| {
                    let mut moved = theta;
                    moved[k] += shift;
                    due(&moved, sensor).time_s
                };
                let numeric = (at(h) - at(-h)) / (2.0 * h);
                // The emission point is that of still air, so wind and sound are good to first order.
                let slack = 1e-7 + 0.02 * numeric.abs();
                assert!(
                    (here.by[k] - numeric).abs() < slack,
                    "{name} {k}: {} {numeric}",
                    here.by[k]
                );
            }
        }
    }
}
