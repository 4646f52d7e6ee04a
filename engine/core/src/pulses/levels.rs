//! How strong the pulses of a burst are, against all that is heard.
//!
//! Shots are as loud as their range allows, clutter and the shots of others are as loud as they come. Both are read
//! from the pulses themselves, so that neither the weapon nor the calibration of the sensors matters. Measured: in
//! the published cases levels fall by 20 dB per tenfold range and scatter by 3 dB, those of late paths 6 dB lower;
//! the SNR of live fire falls by 6 dB and scatters by 7 dB, so that it tells less there.

use super::pulse::Pulses;
use crate::locate::likelihood::normal_density;

/// Strengths are compared to this, dB.
const ALIKE_DB: f64 = 3.0;
/// Pulses that the usual range of strengths counts for, and its width, dB.
const USUAL_PULSES: f64 = 40.0;
const USUAL_RANGE_DB: f64 = 60.0;

/// Density of the strength of each pulse among all of them, per dB; `None` where no two differ much.
pub(super) fn densities(snr_db: &[f64]) -> Option<Vec<f64>> {
    let mut sorted: Vec<f64> = snr_db.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| sorted.get((share * sorted.len() as f64) as usize);
    let (low, high) = (at(0.1)?, at(0.9)?);
    if high - low < ALIKE_DB {
        return None;
    }
    let density = |x: &f64| {
        let from = sorted.partition_point(|y| *y < x - ALIKE_DB);
        let to = sorted.partition_point(|y| *y <= x + ALIKE_DB);
        let usual = USUAL_PULSES * 2.0 * ALIKE_DB / USUAL_RANGE_DB;
        ((to - from) as f64 + usual) / ((sorted.len() as f64 + USUAL_PULSES) * 2.0 * ALIKE_DB)
    };
    Some(snr_db.iter().map(density).collect())
}

/// The strength of a burst's pulses by range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    /// On time and 100 m away, dB.
    near_db: f64,
    /// Loss per tenfold range, dB.
    slope_db: f64,
    /// Scatter, dB.
    sigma_db: f64,
}

/// Spherical spreading, and the spread of abscissas (squares of decades) that it counts for.
const SLOPE_DB: f64 = 20.0;
const SLOPE_SPREAD: f64 = 0.5;
/// What scatter is usual, and the pulses that this counts for.
const SIGMA_DB: f64 = 4.0;
const SIGMA_PULSES: f64 = 8.0;
/// A late path goes round something, which costs this, dB.
const LATE_DB: f64 = 6.0;
/// Paths later than this are late, seconds.
const LATE_S: f64 = 0.005;
/// Fewest pulses that tell a level.
const FEWEST: usize = 4;
/// Share of a burst's pulses whose strength says nothing, for they hide one another.
const ANY: f64 = 0.05;

/// What its range and delay do to a pulse: the abscissa, and the loss beside it, dB.
fn path(range_m: f64, extra_s: f64) -> (f64, f64) {
    let late_db = if extra_s > LATE_S { LATE_DB } else { 0.0 };
    ((range_m.max(10.0) / 100.0).log10(), late_db)
}

impl Levels {
    /// Of pulses: range in metres, extra delay in seconds, and strength in dB. Least squares, drawn to the usual.
    pub(super) fn fit(pulses: &[(f64, f64, f64)]) -> Option<Self> {
        let points: Vec<(f64, f64)> = (pulses.iter())
            .filter(|p| p.2.is_finite())
            .map(|&(range_m, extra_s, snr_db)| {
                let (x, late_db) = path(range_m, extra_s);
                (x, snr_db + late_db)
            })
            .collect();
        if points.len() < FEWEST {
            return None;
        }
        let n = points.len() as f64;
        let mean = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
        let (mean_x, mean_y) = (mean(&|p| p.0), mean(&|p| p.1));
        let sxx = n * mean(&|p| (p.0 - mean_x).powi(2));
        let sxy = n * mean(&|p| (p.0 - mean_x) * (p.1 - mean_y));
        let slope_db = (SLOPE_SPREAD * SLOPE_DB - sxy) / (SLOPE_SPREAD + sxx);
        let near_db = mean_y + slope_db * mean_x;
        let sum: f64 = n * mean(&|p| (p.1 - near_db + slope_db * p.0).powi(2));
        let usual = SIGMA_PULSES * SIGMA_DB * SIGMA_DB;
        let sigma_db = ((sum + usual) / (n + SIGMA_PULSES)).sqrt();
        Some(Self {
            near_db,
            slope_db,
            sigma_db,
        })
    }

    /// How much likelier the burst makes the strength of pulse `i` than it is among all pulses; 1 where strengths
    /// are missing.
    pub(super) fn ratio(&self, pulses: &Pulses, i: u32, range_m: f64, extra_s: f64) -> f64 {
        let Some(among) = &pulses.strength_densities else {
            return 1.0;
        };
        let (x, late_db) = path(range_m, extra_s);
        let off_db = pulses.list[i as usize].snr_db - self.near_db + self.slope_db * x + late_db;
        if !off_db.is_finite() {
            return 1.0;
        }
        let own = normal_density(off_db, self.sigma_db);
        (1.0 - ANY) * own / among[i as usize] + ANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pulses::pulse::Pulse;

    fn heard(snr_db: &[f64]) -> Pulses {
        let list: Vec<Pulse> = (snr_db.iter().enumerate())
            .map(|(k, &snr_db)| Pulse {
                sensor: 0,
                time_s: k as f64,
                snr_db,
            })
            .collect();
        Pulses::new(&list, 1)
    }

    const BURST: [(f64, f64, f64); 6] = [
        (100.0, 0.0, 41.0),
        (200.0, 0.0, 32.0),
        (400.0, 0.0, 29.0),
        (400.0, 0.02, 22.0),
        (800.0, 0.0, 22.0),
        (900.0, 0.0, 19.0),
    ];

    #[test]
    fn a_pulse_as_loud_as_its_range_allows_speaks_for_the_burst() {
        let pulses = heard(&[41.0, 35.0, 32.0, 29.0, 25.0, 22.0, 19.0, 15.0, 12.0, 8.0]);
        let levels = Levels::fit(&BURST).expect("six pulses");
        let near = |i| levels.ratio(&pulses, i, 100.0, 0.0);
        assert!(near(0) > 2.0 && near(7) < 0.1, "{} {}", near(0), near(7));
        let (on_time, late) = (
            levels.ratio(&pulses, 5, 400.0, 0.0),
            levels.ratio(&pulses, 5, 400.0, 0.03),
        );
        assert!(late > 2.0 * on_time, "{late} {on_time}");
    }

    #[test]
    fn missing_strengths_say_nothing() {
        let levels = Levels::fit(&BURST).expect("six pulses");
        assert_eq!(levels.ratio(&heard(&[0.0; 20]), 3, 100.0, 0.0), 1.0);
        let mut snr_db = vec![10.0, 20.0, 30.0, 40.0];
        snr_db.push(f64::NAN);
        let last = snr_db.len() as u32 - 1;
        assert_eq!(levels.ratio(&heard(&snr_db), last, 100.0, 0.0), 1.0);
        assert!(
            Levels::fit(&BURST.map(|(range_m, extra_s, _)| (range_m, extra_s, f64::NAN))).is_none()
        );
    }
}
