//! Which share of the sensors hears a shot.

use super::observations::Observations;

/// Width of a bin of range, metres.
pub(super) const BIN_M: f64 = 100.0;

/// Bins, from 0 to 800 m.
pub(super) const BINS: usize = 8;

/// Share of the listening sensors in each bin of range that heard a shot, over all shots; NaN
/// where none listened.
pub(super) fn participation(observations: &Observations) -> [f64; BINS] {
    let (mut heard, mut listened) = ([0.0; BINS], [0.0; BINS]);
    let bin = |range_m: f64| (range_m / BIN_M) as usize;
    for (place, shot) in observations.shots() {
        for sensor_idx in 0..place.sensors_m.len() {
            if let Some(count) = listened.get_mut(bin(place.range_m(sensor_idx))) {
                *count += 1.0;
            }
        }
        for arrival in &shot.arrivals {
            if let Some(count) = heard.get_mut(bin(place.range_m(arrival.sensor_idx))) {
                *count += 1.0;
            }
        }
    }
    std::array::from_fn(|k| heard[k] / listened[k])
}

#[cfg(test)]
mod tests {
    use super::super::observations::{ObservedArrival, ObservedPlace, ObservedShot};
    use super::*;

    #[test]
    fn sensors_that_hear_nothing_count() {
        let shot = |heard: &[usize]| ObservedShot {
            speed_m_s: 340.0,
            test: String::new(),
            firearm: String::new(),
            time: None,
            arrivals: heard
                .iter()
                .map(|&sensor_idx| ObservedArrival {
                    sensor_idx,
                    time_s: 0.0,
                    level_db_spl: 80.0,
                })
                .collect(),
        };
        let place = ObservedPlace {
            sensors_m: vec![[50.0, 0.0, 0.0], [0.0, 350.0, 0.0], [399.0, 0.0, 0.0]],
            shots: vec![shot(&[0, 1]), shot(&[0])],
            ..ObservedPlace::default()
        };
        let shares = participation(&Observations {
            places: vec![place],
            ..Observations::default()
        });
        assert_eq!((shares[0], shares[3]), (1.0, 0.25));
        assert!(shares[1].is_nan());
    }
}
