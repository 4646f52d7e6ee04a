//! What came from one place over the last half hour: a bird-scare cannon, a builder and a firework display repeat
//! for minutes, gunfire hardly ever does.

use std::collections::VecDeque;

use crate::geodesy::Enu;
use crate::incident::Incident;
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// So long nothing is forgotten. Timers of bird-scare cannons are set to some minutes.
const MEMORY: Seconds = Seconds(1800.0);
/// So many incidents are remembered at most, the latest ones.
const MOST: usize = 4096;
/// With fewer before it an incident repeats nothing: intervals steady to a tenth are then too often chance.
const LEAST_EARLIER: usize = 4;
/// What takes less is one exchange of fire.
const LEAST_SPAN: Seconds = Seconds(120.0);
/// Largest departure of a steady interval from the median or from twice that (one was missed), as a share of it. Of
/// random (exponential) intervals a seventh are so near; three beside the median are by a chance of 1 in 350.
const STEADY: f64 = 0.1;

/// How an incident goes on with what came from its place before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repetition {
    /// Incidents before this one.
    pub earlier: usize,
    /// From the first of them to this one.
    pub over: Seconds,
    /// Median time from one to the next.
    pub interval: Seconds,
    /// Are all intervals the median one, or two of it, to a tenth?
    pub steady: bool,
}

impl Repetition {
    /// Of the times of incidents, the present one last; `None` if they are too few or too close to tell anything.
    fn of(times: &[Timestamp]) -> Option<Self> {
        let (first, now) = (times.first()?, times.last()?);
        let (earlier, over) = (times.len() - 1, now.since(*first));
        if earlier < LEAST_EARLIER || over.0 < LEAST_SPAN.0 {
            return None;
        }
        let gaps = times.windows(2).map(|pair| pair[1].since(pair[0]).0);
        let gaps: Vec<f64> = gaps.collect();
        // The lower of two: one missed makes a gap longer, nothing makes it shorter.
        let mut sorted = gaps.clone();
        sorted.sort_by(f64::total_cmp);
        let interval_s = sorted[(sorted.len() - 1) / 2];
        let is_near = |gap: f64, times: f64| (gap / (times * interval_s) - 1.0).abs() <= STEADY;
        Some(Self {
            earlier,
            over,
            interval: Seconds(interval_s),
            steady: gaps.iter().all(|&g| is_near(g, 1.0) || is_near(g, 2.0)),
        })
    }

    /// Log odds of gunfire against all else. Set by hand and bounded, like those of [`network`](crate::classify::network):
    /// no recordings of half an hour with a network's answers exist here.
    pub(crate) fn for_gunfire(&self) -> f64 {
        if self.steady { -2.0 } else { -1.0 }
    }

    /// `no. 7 from here in 26 min, every 260 s: a timer or a machine`.
    pub fn words(&self) -> String {
        let kind = if self.steady {
            format!("every {:.0} s: a timer or a machine", self.interval.0)
        } else {
            "irregularly: rather fireworks or work than gunfire".to_owned()
        };
        format!(
            "no. {} from here in {:.0} min, {kind}",
            self.earlier + 1,
            self.over.0 / 60.0
        )
    }
}

/// Incidents of the last half hour by place, in the order of their times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    events: VecDeque<Event>,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    position: Enu,
    first: Timestamp,
    last: Timestamp,
}

impl Memory {
    /// Says what `incident` repeats, weighs its class by that, and remembers it. Incidents come in the order of
    /// their times; what is said depends on those before alone.
    pub(crate) fn weigh(&mut self, incident: &mut Incident, settings: &Settings) {
        let now = incident.time;
        let last = incident.shots.last().map_or(now, |shot| shot.time);
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
        let same = self
            .events
            .iter_mut()
            .rfind(|event| is_here(event) && goes_on(event));
        match same {
            Some(event) => event.last = event.last.max(last),
            None => {
                times.push(now);
                if self.events.len() == MOST {
                    self.events.pop_front();
                }
                self.events.push_back(Event {
                    position: incident.position,
                    first: now,
                    last,
                });
            }
        }
        incident.repetition = Repetition::of(&times);
        if let Some(repetition) = incident.repetition {
            incident.class = incident.class.weighed([repetition.for_gunfire(), 0.0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{ClassPosterior, Ellipse};

    fn incident(time_s: f64, east_m: f64) -> Incident {
        Incident {
            id: String::new(),
            time: Timestamp::default() + Seconds(time_s),
            position: Enu::new(east_m, 0.0, 0.0),
            ellipse95: Ellipse {
                semi_major_m: 1.0,
                semi_minor_m: 1.0,
                azimuth_deg: 0.0,
            },
            class: ClassPosterior {
                gunfire: 0.5,
                firework: 0.2,
                other: 0.3,
                unknown: 0.1,
            },
            repetition: None,
            shots: Vec::new(),
        }
    }

    fn told(times_s: &[f64], east_m: impl Fn(usize) -> f64) -> (Memory, Vec<Incident>) {
        let mut memory = Memory::default();
        let all = times_s.iter().enumerate().map(|(k, &time_s)| {
            let mut incident = incident(time_s, east_m(k));
            memory.weigh(&mut incident, &Settings::default());
            incident
        });
        let all = all.collect();
        (memory, all)
    }

    #[test]
    fn a_cannon_on_a_timer_is_known_by_its_fifth_bang() {
        // Every five minutes to some seconds, the fourth missed.
        let times = [0.0, 302.0, 597.0, 1204.0, 1498.0];
        let (_, all) = told(&times, |k| 10.0 * k as f64);
        assert!(all[..4].iter().all(|i| i.repetition.is_none()));
        let repetition = all[4].repetition.unwrap();
        assert_eq!((repetition.earlier, repetition.steady), (4, true));
        // Gaps 302, 295, 607, 294: the lower median is 295.
        assert!((repetition.interval.0 - 295.0).abs() < 1e-6);
        // 0.5 e^-2 against 0.5.
        let gunfire = 1.0 / (1.0 + 2.0_f64.exp());
        assert!((all[4].class.gunfire - gunfire).abs() < 1e-12);
        assert!((all[4].class.other / all[4].class.firework - 1.5).abs() < 1e-12);
        assert_eq!(
            repetition.words(),
            "no. 5 from here in 25 min, every 295 s: a timer or a machine"
        );
    }

    #[test]
    fn irregular_repetition_counts_less_and_one_exchange_of_fire_not_at_all() {
        let (_, all) = told(&[0.0, 20.0, 75.0, 90.0, 180.0], |_| 0.0);
        let repetition = all[4].repetition.unwrap();
        assert!(!repetition.steady);
        assert!((all[4].class.gunfire - 1.0 / (1.0 + 1.0_f64.exp())).abs() < 1e-12);
        let (_, exchange) = told(&[0.0, 8.0, 20.0, 33.0, 41.0, 70.0], |_| 0.0);
        assert!(exchange.iter().all(|i| i.repetition.is_none()));
    }

    #[test]
    fn other_places_older_incidents_and_what_comes_after_do_not_count() {
        let times = [0.0, 300.0, 600.0, 900.0, 1200.0];
        let (_, apart) = told(&times, |k| if k == 2 { 70.0 } else { 0.0 });
        assert!(apart.iter().all(|i| i.repetition.is_none()));
        let slow: Vec<f64> = (0..12).map(|k| 460.0 * f64::from(k)).collect();
        let (memory, all) = told(&slow, |_| 0.0);
        assert!(all.iter().all(|i| i.repetition.is_none()));
        assert_eq!(memory.events.len(), 4, "half an hour is remembered");
        let (_, first) = told(&times[..3], |_| 0.0);
        let (_, whole) = told(&times, |_| 0.0);
        assert_eq!(first[..], whole[..3]);
    }

    #[test]
    fn pieces_of_one_long_activity_are_one() {
        let pieces: Vec<f64> = (0..100).map(|k| 2.5 * f64::from(k)).collect();
        let (memory, all) = told(&pieces, |_| 0.0);
        assert!(all.iter().all(|i| i.repetition.is_none()));
        assert_eq!(memory.events.len(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let mut memory = Memory::default();
        for k in 0..2 * MOST {
            let mut incident = incident(0.2 * k as f64, 100.0 * k as f64);
            memory.weigh(&mut incident, &Settings::default());
        }
        assert_eq!(memory.events.len(), MOST);
    }
}
