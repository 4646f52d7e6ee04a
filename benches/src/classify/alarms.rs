//! False alarms an hour of one sensor, by what made them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gather::{Chain, Gathered, Origin};

/// Upper 95 % bound of the mean of a Poisson count of which none was seen: `-ln 0.05`.
const NONE_AT_95: f64 = 2.995_732;

/// What passes as gunfire in recordings of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Alarms {
    /// `background rain`, `clips dog-bark`.
    pub name: String,
    /// Recordings that were listened to.
    pub recordings: usize,
    /// Hours of them, one sensor each.
    pub hours: f64,
    /// Impulses at or over the threshold for shots.
    pub at_shots: usize,
    /// Impulses at or over the threshold for arrivals.
    pub at_arrivals: usize,
}

impl Alarms {
    /// `events` an hour; where none was heard, the rate above which none would be heard once in twenty times.
    pub fn an_hour(&self, events: usize) -> Rate {
        let hours = self.hours.max(1e-9);
        if events == 0 {
            Rate::Below(NONE_AT_95 / hours)
        } else {
            Rate::Found(events as f64 / hours)
        }
    }

    /// All of `parts` as one.
    pub fn of_all<'a>(name: &str, parts: impl Iterator<Item = &'a Self>) -> Self {
        parts.fold(
            Self {
                name: name.to_owned(),
                ..Self::default()
            },
            |sum, part| Self {
                recordings: sum.recordings + part.recordings,
                hours: sum.hours + part.hours,
                at_shots: sum.at_shots + part.at_shots,
                at_arrivals: sum.at_arrivals + part.at_arrivals,
                ..sum
            },
        )
    }
}

/// A rate, or what it is below of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Events over hours.
    Found(f64),
    /// None was heard: 95 % bound.
    Below(f64),
}

/// Backgrounds, then clips, each by kind, in one chain; `odds` are those of each onset.
pub(super) fn alarms(
    gathered: &Gathered,
    odds: &[f64],
    chain: Chain,
    [shot_threshold, arrival_threshold]: [f64; 2],
) -> Vec<Alarms> {
    let mut events = vec![[0; 2]; gathered.recordings.len()];
    for (heard, &odds) in gathered.heard.iter().zip(odds) {
        let [at_shots, at_arrivals] = &mut events[heard.recording];
        *at_shots += usize::from(odds >= shot_threshold);
        *at_arrivals += usize::from(odds >= arrival_threshold);
    }
    let mut out: BTreeMap<String, Alarms> = BTreeMap::new();
    for (recording, [at_shots, at_arrivals]) in gathered.recordings.iter().zip(events) {
        let name = match recording.origin {
            _ if recording.chain != chain => continue,
            Origin::Background => format!("background {}", recording.kind),
            Origin::Clip => format!("clips {}", recording.kind),
            Origin::LiveFire | Origin::Made | Origin::Scene => continue,
        };
        let row = out.entry(name.clone()).or_default();
        row.name = name;
        row.recordings += 1;
        row.hours += recording.duration_s / 3600.0;
        row.at_shots += at_shots;
        row.at_arrivals += at_arrivals;
    }
    out.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::gather::{Heard, Listened};
    use shotfix_core::Class;
    use shotfix_core::classify::Row;

    fn recording(origin: Origin, chain: Chain, kind: &str, hours: f64) -> Listened {
        Listened {
            origin,
            chain,
            source: String::new(),
            fold: 0,
            kind: kind.to_owned(),
            duration_s: 3600.0 * hours,
        }
    }

    #[test]
    fn counts_each_kind_against_the_hours_it_was_heard() {
        let heard = |recording| Heard {
            row: Row::default(),
            class: Class::Other,
            kind: String::new(),
            recording,
            event: None,
        };
        let gathered = Gathered {
            recordings: vec![
                recording(Origin::Background, Chain::AsItLies, "rain", 0.5),
                recording(Origin::Background, Chain::AsItLies, "rain", 1.5),
                recording(Origin::Clip, Chain::AsItLies, "dog-bark", 0.01),
                recording(Origin::Clip, Chain::LiveFire, "dog-bark", 0.01),
                recording(Origin::LiveFire, Chain::AsItLies, "live fire", 9.0),
            ],
            heard: [0, 0, 1, 2, 3, 4].map(heard).to_vec(),
            n_events: 0,
        };
        let odds = [3.0, 1.0, 1.0, -9.0, 9.0, 9.0];
        let rows = alarms(&gathered, &odds, Chain::AsItLies, [2.0, 0.0]);
        assert_eq!(rows.len(), 2);
        let [rain, dogs] = [&rows[0], &rows[1]];
        assert_eq!(
            (rain.name.as_str(), rain.recordings),
            ("background rain", 2)
        );
        assert_eq!((rain.at_shots, rain.at_arrivals), (1, 3));
        // One and three in two hours; none in 36 s, where 300 an hour are heard with a probability of 95 %.
        assert_eq!(rain.an_hour(rain.at_shots), Rate::Found(0.5));
        assert_eq!(rain.an_hour(rain.at_arrivals), Rate::Found(1.5));
        let Rate::Below(bound) = dogs.an_hour(dogs.at_arrivals) else {
            panic!("{dogs:?}");
        };
        assert!((1.0 - (-bound * dogs.hours).exp() - 0.95).abs() < 1e-6);
        let all = Alarms::of_all("all", rows.iter());
        assert!((all.hours - 2.01).abs() < 1e-12 && all.at_arrivals == 3);
    }
}
