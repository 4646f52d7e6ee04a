//! The air as an engine knows it, sharper with every shot.

use crate::air_filter::{AirFilter, AirProcess};
use crate::arrivals::Arrivals;
use crate::associate::{Burst, Episode, Site};
use crate::atmosphere::Atmosphere;
use crate::solve::{Air, MAX_SENSORS, Solution};
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// The air that was reported, and what bursts have told of it since.
#[derive(Clone, Debug)]
pub(crate) struct CarriedAir {
    report: Atmosphere,
    /// Once a burst has been heard.
    filter: Option<AirFilter>,
}

impl CarriedAir {
    pub(crate) fn new(report: Atmosphere) -> Self {
        Self {
            report,
            filter: None,
        }
    }

    /// The air at `time`: as reported until a burst tells more, and again long after.
    pub(crate) fn at(&self, time: Timestamp) -> Atmosphere {
        self.filter.as_ref().map_or(self.report, |filter| {
            let air = filter.air(time);
            self.report.with_speed_and_wind(air.speed_m_s, air.wind)
        })
    }

    /// Takes in a burst located at `site`; bursts come in the order of time. Rounds share the delays of their
    /// paths and so count once. One with fewer than five arrivals on time changes nothing.
    pub(crate) fn hear(&mut self, site: &Site, burst: &Burst, episode: &Episode, epoch: Timestamp) {
        let delays = on_time_delays(burst, episode, site.sensors.len());
        let at = burst.fix.positions[0];
        let heard: Vec<(usize, f64)> = (delays.iter().enumerate())
            .filter_map(|(sensor, delay_s)| Some((sensor, (*delay_s)?)))
            .take(MAX_SENSORS)
            .collect();
        let arrivals = Arrivals::new(site, at, &heard);
        let up_sigma_m = site.height.at(at.east_m, at.north_m).sigma;
        let mut covariance_m2 = [[0.0; 3]; 3];
        covariance_m2[2][2] = up_sigma_m * up_sigma_m;
        let found = Solution {
            position: at,
            t0: Seconds(0.0),
            covariance_m2,
            on_time: u64::MAX,
            places: 1,
            probability: 1.0,
            log_evidence: 0.0,
        };
        let time = epoch + Seconds(burst.fix.times_s[0]);
        let report = Air::of(&self.report);
        self.filter
            .get_or_insert_with(|| AirFilter::around(AirProcess::default(), time, &report))
            .hear(time, &arrivals.problem(), &found);
    }
}

/// By sensor, how long after its firing a round was heard there on time, the mean of all rounds, seconds.
fn on_time_delays(burst: &Burst, episode: &Episode, n_sensors: usize) -> Vec<Option<f64>> {
    let fix = &burst.fix;
    let mut sums = vec![(0.0, 0.0); n_sensors];
    for (k, round) in burst.rounds.iter().enumerate() {
        let chosen = (round.picks.iter().enumerate()).filter_map(|(s, pick)| Some((s, (*pick)?)));
        // Probabilities stand in the order of the chosen onsets.
        for ((sensor, index), &direct) in chosen.zip(&fix.direct[k]) {
            if direct >= 0.5 {
                let (sum, n) = &mut sums[sensor];
                *sum += episode.picks()[index].time_s - fix.times_s[k];
                *n += 1.0;
            }
        }
    }
    sums.into_iter()
        .map(|(sum, n)| (n > 0.0).then(|| sum / n))
        .collect()
}
