//! What came from one place over the last half hour: a bird-scare cannon, a builder and a firework display repeat
//! for minutes, gunfire hardly ever does.

use crate::rhythm::Rhythm;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// With fewer before it an incident repeats nothing: that its [`Rhythm`] is steady is then too often chance.
const LEAST_EARLIER: usize = 4;
/// What takes less is one exchange of fire.
const LEAST_SPAN: Seconds = Seconds(120.0);
/// How an incident goes on with what came from its place before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repetition {
    /// Incidents before this one.
    pub earlier: usize,
    /// From the first of them to this one.
    pub over: Seconds,
    /// Of all of them.
    pub rhythm: Rhythm,
}

impl Repetition {
    /// Of the times of incidents, the present one last; `None` if they are too few or too close to tell anything.
    pub(crate) fn of(times: &[Timestamp]) -> Option<Self> {
        let (first, now) = (times.first()?, times.last()?);
        let (earlier, over) = (times.len() - 1, now.since(*first));
        if earlier < LEAST_EARLIER || over.0 < LEAST_SPAN.0 {
            return None;
        }
        Some(Self {
            earlier,
            over,
            rhythm: Rhythm::of(times)?,
        })
    }

    /// `no. 7 from here in 26 min, every 260 s: a timer or a machine`.
    pub fn words(&self) -> String {
        format!(
            "no. {} from here in {:.0} min, {}",
            self.earlier + 1,
            self.over.0 / 60.0,
            self.rhythm
                .words("a timer or a machine", "fireworks or work")
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::incident::Incident;
    use crate::memory::testing::weighed;

    fn told(times_s: &[f64], east_m: impl Fn(usize) -> f64) -> Vec<Incident> {
        let all: Vec<_> = (times_s.iter().enumerate())
            .map(|(k, &time_s)| (time_s, east_m(k), 0.0))
            .collect();
        weighed(&all).1
    }

    #[test]
    fn a_cannon_on_a_timer_is_known_by_its_fifth_bang() {
        // Every five minutes to some seconds, the fourth missed.
        let times = [0.0, 302.0, 597.0, 1204.0, 1498.0];
        let all = told(&times, |k| 10.0 * k as f64);
        assert!(all[..4].iter().all(|i| i.repetition.is_none()));
        let repetition = all[4].repetition.unwrap();
        assert_eq!((repetition.earlier, repetition.rhythm.steady), (4, true));
        // Gaps 302, 295, 607, 294: the lower median is 295.
        assert!((repetition.rhythm.interval.0 - 295.0).abs() < 1e-6);
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
        let all = told(&[0.0, 20.0, 75.0, 90.0, 180.0], |_| 0.0);
        let repetition = all[4].repetition.unwrap();
        assert!(!repetition.rhythm.steady);
        assert!((all[4].class.gunfire - 1.0 / (1.0 + 1.0_f64.exp())).abs() < 1e-12);
        let exchange = told(&[0.0, 8.0, 20.0, 33.0, 41.0, 70.0], |_| 0.0);
        assert!(exchange.iter().all(|i| i.repetition.is_none()));
    }

    #[test]
    fn other_places_older_incidents_and_what_comes_after_do_not_count() {
        let times = [0.0, 300.0, 600.0, 900.0, 1200.0];
        let apart = told(&times, |k| if k == 2 { 70.0 } else { 0.0 });
        assert!(apart.iter().all(|i| i.repetition.is_none()));
        let slow: Vec<f64> = (0..12).map(|k| 460.0 * f64::from(k)).collect();
        assert!(told(&slow, |_| 0.0).iter().all(|i| i.repetition.is_none()));
        let first = told(&times[..3], |_| 0.0);
        let whole = told(&times, |_| 0.0);
        assert_eq!(first[..], whole[..3]);
    }
}
