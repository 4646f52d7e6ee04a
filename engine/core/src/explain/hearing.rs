//! Would a sensor have heard the shot?

use super::setting::Setting;
use crate::hearing::{MOST, SCATTER_DB, detection_probability, fall_db};
use crate::incident::ArrivalStatus;
use crate::normal;
use crate::sensor::SensorIdx;

/// So many sensors with levels tell what the source's level is.
const ENOUGH_LEVELS: usize = 3;

/// Probability that a sensor reports the shot, and whether it rests on the levels of the others.
///
/// From the levels of the sensors that heard it: they give the level expected at this range, and the
/// faintest of them is what a sensor can hear. Where levels are not calibrated, the share
/// of sensors that took part in live fire by their travel time: 0.97 beside the shot, 0.55 at 700 m.
pub(super) fn probability(setting: &Setting<'_>, sensor: SensorIdx) -> (f64, bool) {
    let range_m = setting.shot.position.distance_m(setting.position(sensor));
    let heard: Vec<(f64, f64)> = setting
        .shot
        .arrivals
        .iter()
        .filter(|a| a.status == ArrivalStatus::Used && a.sensor != sensor)
        .filter_map(|a| {
            let from_m = setting.shot.position.distance_m(setting.position(a.sensor));
            Some((from_m, a.level_db_spl?))
        })
        .collect();
    if heard.len() < ENOUGH_LEVELS {
        return (detection_probability(setting.delay_s(sensor)), false);
    }
    let n = heard.len() as f64;
    let at_100_m = heard
        .iter()
        .map(|&(r, level)| level + fall_db(r))
        .sum::<f64>()
        / n;
    let faintest = heard.iter().map(|h| h.1).fold(f64::INFINITY, f64::min);
    let expected = at_100_m - fall_db(range_m);
    let spread = SCATTER_DB * (1.0 + 1.0 / n).sqrt();
    (MOST * normal::below((expected - faintest) / spread), true)
}

/// Speed of the wind against the sound, m/s, where it is sure to bend sound upwards on its way:
/// known to blow against it, faster than 1 m/s, over more than 200 m.
pub(super) fn headwind_m_s(setting: &Setting<'_>, sensor: SensorIdx) -> Option<f64> {
    let (from, to) = (setting.shot.position, setting.position(sensor));
    let range_m = from.horizontal_distance_m(to);
    if range_m < 200.0 {
        return None;
    }
    let (east, north) = (
        (to.east_m - from.east_m) / range_m,
        (to.north_m - from.north_m) / range_m,
    );
    let wind = setting.shot.atmosphere.wind;
    let against = -(east * wind.east.mean + north * wind.north.mean);
    let sigma = (east * wind.east.sigma).hypot(north * wind.north.sigma);
    (against > 1.0 && against > 2.0 * sigma).then_some(against)
}
