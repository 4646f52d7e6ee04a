//! The incidents of the last half hour, by which later ones are judged: what comes from one place again and again
//! ([`repetition`](crate::repetition)), and what goes along ([`track`](crate::track)).

use std::collections::VecDeque;

use crate::geodesy::Enu;
use crate::incident::Incident;
use crate::repetition::Repetition;
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::track::Track;
use crate::units::Seconds;

/// So long nothing is forgotten. Timers of bird-scare cannons are set to some minutes.
const MEMORY: Seconds = Seconds(1800.0);
/// So many incidents are remembered at most, the latest ones.
const MOST: usize = 4096;

/// Incidents of the last half hour, in the order of their times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    events: VecDeque<Event>,
}

/// One incident, or one activity that came in pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) position: Enu,
    /// Of east and north, square metres.
    pub(crate) covariance_m2: [[f64; 2]; 2],
    pub(crate) first: Timestamp,
    last: Timestamp,
}

impl Event {
    fn of(incident: &Incident) -> Self {
        let last = incident.shots.last().map_or(incident.time, |s| s.time);
        Self {
            position: incident.position,
            covariance_m2: incident.ellipse95.covariance_m2(),
            first: incident.time,
            last,
        }
    }
}

impl Memory {
    /// Says what `incident` repeats and which way it goes on, weighs its class by that, and remembers it. Incidents come in the
    /// order of their times; what is said depends on those before alone.
    pub(crate) fn weigh(&mut self, incident: &mut Incident, settings: &Settings) {
        let event = Event::of(incident);
        let now = event.first;
        self.events
            .retain(|event| now.since(event.first).0 <= MEMORY.0);
        let is_here = |event: &Event| {
            event.position.horizontal_distance_m(incident.position) <= settings.incident_radius_m
        };
        // Long activity reaches the engine in pieces.
        let goes_on = |event: &Event| now.since(event.last).0 <= settings.burst_gap_s;
        let mut times: Vec<Timestamp> = (self.events.iter())
            .filter(|event| is_here(event))
            .map(|event| event.first)
            .collect();
        let mut same = self.events.iter_mut();
        match same.rfind(|event| is_here(event) && goes_on(event)) {
            Some(same) => same.last = same.last.max(event.last),
            None => {
                times.push(now);
                incident.track = Track::of(&self.events, &event);
                if self.events.len() == MOST {
                    self.events.pop_front();
                }
                self.events.push_back(event);
            }
        }
        incident.repetition = Repetition::of(&times);
        let repeats =
            (incident.repetition).map_or(0.0, |repetition| repetition.rhythm.for_gunfire());
        let goes = incident
            .track
            .map_or(0.0, |track| track.rhythm.for_gunfire());
        // Both say that it is a machine: the same bangs do not count twice.
        let log_odds = f64::min(repeats, goes);
        if log_odds < 0.0 {
            incident.class = incident.class.weighed([log_odds, 0.0]);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::incident::{ClassPosterior, Ellipse};

    /// Incidents at (seconds, metres east, metres north), weighed one after the other; each has a 95 % circle of 12 m.
    pub(crate) fn weighed(all: &[(f64, f64, f64)]) -> (Memory, Vec<Incident>) {
        let mut memory = Memory::default();
        let incidents = all.iter().map(|&(time_s, east_m, north_m)| {
            let mut incident = Incident {
                id: String::new(),
                time: Timestamp::default() + Seconds(time_s),
                position: Enu::new(east_m, north_m, 0.0),
                ellipse95: Ellipse {
                    semi_major_m: 12.0,
                    semi_minor_m: 12.0,
                    azimuth_deg: 0.0,
                },
                class: ClassPosterior {
                    gunfire: 0.5,
                    firework: 0.2,
                    other: 0.3,
                    unknown: 0.1,
                },
                repetition: None,
                motion: None,
                track: None,
                shots: Vec::new(),
            };
            memory.weigh(&mut incident, &Settings::default());
            incident
        });
        let incidents = incidents.collect();
        (memory, incidents)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::weighed;
    use super::*;

    #[test]
    fn pieces_of_one_long_activity_are_one() {
        let pieces: Vec<_> = (0..100).map(|k| (2.5 * f64::from(k), 0.0, 0.0)).collect();
        let (memory, all) = weighed(&pieces);
        assert!(all.iter().all(|i| i.repetition.is_none()));
        assert_eq!(memory.len(), 1);
    }

    #[test]
    fn memory_is_bounded_and_half_an_hour_long() {
        let many: Vec<_> = (0..2 * MOST)
            .map(|k| (0.2 * k as f64, 100.0 * (k % 97) as f64, k as f64))
            .collect();
        assert_eq!(weighed(&many).0.len(), MOST);
        let slow: Vec<_> = (0..12).map(|k| (460.0 * f64::from(k), 0.0, 0.0)).collect();
        assert_eq!(weighed(&slow).0.len(), 4);
    }
}
