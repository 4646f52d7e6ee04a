//! Did a source move while it fired: a shooter who walks, a shot from a car?
//!
//! The places of the rounds tell it badly, for each is off by metres and the rounds of one burst share what makes them so: delays of
//! paths, air, survey. The differences of arrival times from round to round are free of that. At a sensor `s` round `k` arrives at
//!
//! `t = T_k + tau(x + v (T_k - T), s) + b_s + c_s (T_k - T)`
//!
//! with its time of firing `T_k`, the travel time `tau` from a place that moves steadily, whatever is constant on the path, `b_s`,
//! and how that changes as the source passes other houses, `c_s`. Velocity, times and paths are solved together by weighted least
//! squares; `c_s` has a spread of what [`PathPrior`](crate::paths::PathPrior) says of places so far apart, so that a source that stands has none of it.

#[cfg(test)]
mod tests;
mod velocity;

pub(crate) use velocity::Heard;

use crate::associate::Site;
use crate::atmosphere::Uncertain;
use crate::incident::Shot;
use crate::units::Seconds;

/// Rounds from which movement is told: two shooters, one after the other, are two places too.
const LEAST_ROUNDS: usize = 4;
/// Sensors that must have heard a round for it to count, and so many must have heard two rounds: three fix a velocity, one checks it.
const LEAST_SENSORS: usize = 4;
/// Squared velocity in units of its covariance from which it is told, 2 ln(1/p) of two degrees of freedom: p = 3e-6 ...
const TOLD: f64 = 25.0;
/// ... as for a source that moves past houses, p = 0.05 ...
const TOLD_ON_CHANGING_PATHS: f64 = 6.0;
/// ... and what must be left of that whichever sensor is left out, p = 0.01: one that changes to an echo moves nothing.
const TOLD_WITHOUT_ANY: f64 = 9.2;
/// Slower sources are said to stand, m/s: a shooter steps about.
const LEAST_SPEED_M_S: f64 = 1.0;
/// What a steady movement leaves unexplained is at most this share of what it explains, RMS: a step from one place to another
/// leaves 0.58.
const MOST_LEFT: f64 = 0.33;

/// How a source moved, over the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Towards east and north, m/s.
    pub velocity_m_s: [f64; 2],
    /// Covariance of that, square m/s.
    pub covariance_m2_s2: [[f64; 2]; 2],
    /// Rounds or incidents that tell it.
    pub of: usize,
    /// From the first of them to the last.
    pub over: Seconds,
}

impl Motion {
    /// Speed, m/s.
    pub fn speed_m_s(&self) -> Uncertain {
        let [east, north] = self.velocity_m_s;
        let speed = east.hypot(north);
        let along = [east / speed, north / speed];
        Uncertain::new(speed, self.variance_along(along).sqrt())
    }

    /// Where it goes, degrees clockwise from north, in [0, 360).
    pub fn azimuth_deg(&self) -> Uncertain {
        let [east, north] = self.velocity_m_s;
        let speed = east.hypot(north);
        let across = [north / speed, -east / speed];
        let sigma = (self.variance_along(across).sqrt() / speed).to_degrees();
        Uncertain::new(
            east.atan2(north).to_degrees().rem_euclid(360.0),
            sigma.min(180.0),
        )
    }

    fn variance_along(&self, [e, n]: [f64; 2]) -> f64 {
        let c = self.covariance_m2_s2;
        (e * e * c[0][0] + 2.0 * e * n * c[0][1] + n * n * c[1][1]).max(0.0)
    }

    /// Squared velocity in units of its covariance.
    fn significance(&self) -> f64 {
        let ([e, n], [[a, b], [_, d]]) = (self.velocity_m_s, self.covariance_m2_s2);
        (d * e * e - 2.0 * b * e * n + a * n * n) / (a * d - b * b)
    }

    /// `moves at 14.2 +- 0.6 m/s towards 87 +- 3 deg: a vehicle`.
    pub fn words(&self) -> String {
        let (speed, azimuth) = (self.speed_m_s(), self.azimuth_deg());
        let goer = match speed.mean {
            slow if slow < 2.5 => "somebody on foot",
            fast if fast < 7.0 => "a runner, a rider or a slow vehicle",
            _ => "a vehicle",
        };
        format!(
            "moves at {:.1} +- {:.1} m/s towards {:.0} +- {:.0} deg: {goer}",
            speed.mean, speed.sigma, azimuth.mean, azimuth.sigma
        )
    }

    /// Of the shots of one incident, in order of time, if they tell that their source moved.
    ///
    /// Told are four rounds and more, of which four sensors heard two or more, with a squared velocity of at least 25 in units of its
    /// covariance as it is for a source that stands, of at least 9.2 without any one of the sensors, and above 1 m/s; and a steady movement
    /// must explain what differs from round to round.
    pub(crate) fn of_shots(site: &Site, shots: &[Shot]) -> Option<Self> {
        let heard = Heard::of(site, shots)?;
        let told = heard.velocity(site, None)?;
        if told.significance() < TOLD
            || told.motion.significance() < TOLD_ON_CHANGING_PATHS
            || told.motion.speed_m_s().mean < LEAST_SPEED_M_S
            || told.left > MOST_LEFT
        {
            return None;
        }
        let is_sure = (0..site.sensors.len()).all(|sensor| {
            !heard.has(sensor)
                || (heard.velocity(site, Some(sensor)))
                    .is_some_and(|e| e.significance() > TOLD_WITHOUT_ANY)
        });
        is_sure.then_some(told.motion)
    }
}
