//! A stretch of time whose onsets are associated together.

/// An onset in seconds after the episode's epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// Index of the sensor in its array.
    pub sensor: usize,
    /// Time of the onset, seconds.
    pub time_s: f64,
    /// Standard deviation of `time_s`, seconds.
    pub sigma_s: f64,
    /// Strength over the recent background, dB.
    pub snr_db: f64,
    /// Peak relative to full scale, dB; comparable between onsets of one sensor.
    pub peak_dbfs: f64,
    /// Peak level, dB SPL, if calibrated.
    pub level_db_spl: Option<f64>,
    /// The level is a lower bound.
    pub clipped: bool,
}

/// Among what an onset was heard: whether it is likely to be an echo or clutter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Company {
    /// The sensor heard something as loud in the second before.
    pub(super) in_wake: bool,
    /// What every onset of the sensor loses in evidence because the sensor reports so many, natural
    /// logarithm, at least zero.
    pub(super) chatter: f64,
}

/// Onsets of all sensors over one stretch of time, and when each sensor was recording.
#[derive(Clone, Debug)]
pub struct Episode {
    picks: Vec<Pick>,
    in_wake: Vec<bool>,
    /// By sensor; see [`Company::chatter`].
    chatter: Vec<f64>,
    /// Indices into `picks` by sensor, in order of time.
    by_sensor: Vec<Vec<usize>>,
    /// Intervals of recording by sensor, seconds after the epoch.
    covered: Vec<Vec<(f64, f64)>>,
}

impl Episode {
    /// An episode of an array of `covered.len()` sensors. The order of `picks` does not matter.
    ///
    /// # Panics
    /// If a pick names a sensor beyond `covered`.
    pub fn new(mut picks: Vec<Pick>, covered: Vec<Vec<(f64, f64)>>) -> Self {
        picks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then(a.sensor.cmp(&b.sensor)));
        let mut by_sensor = vec![Vec::new(); covered.len()];
        for (index, pick) in picks.iter().enumerate() {
            by_sensor[pick.sensor].push(index);
        }
        let in_wake = wakes(&picks, &by_sensor);
        let span_s = match (picks.first(), picks.last()) {
            (Some(first), Some(last)) => (last.time_s - first.time_s).max(1.0),
            _ => 1.0,
        };
        let chatter = by_sensor
            .iter()
            .map(|own| (own.len() as f64 / span_s / USUAL_PER_S).ln().max(0.0))
            .collect();
        Self {
            picks,
            in_wake,
            chatter,
            by_sensor,
            covered,
        }
    }

    /// Among what an onset was heard.
    pub(super) fn company(&self, pick: usize) -> Company {
        Company {
            in_wake: self.in_wake[pick],
            chatter: self.chatter[self.picks[pick].sensor],
        }
    }

    /// All onsets in order of time.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// How many sensors the array has.
    pub fn n_sensors(&self) -> usize {
        self.covered.len()
    }

    /// Indices of the onsets of `sensor` between two times, seconds, in order of time.
    pub fn between(&self, sensor: usize, from_s: f64, to_s: f64) -> &[usize] {
        let all = &self.by_sensor[sensor];
        let first = all.partition_point(|&i| self.picks[i].time_s < from_s);
        let last = all.partition_point(|&i| self.picks[i].time_s <= to_s);
        &all[first..last.max(first)]
    }

    /// Was `sensor` recording at `time_s`?
    pub fn is_covered(&self, sensor: usize, time_s: f64) -> bool {
        self.covered[sensor]
            .iter()
            .any(|&(from, to)| (from..=to).contains(&time_s))
    }
}

/// Onsets a second that echoes and clutter of a city explain; beyond, a sensor chatters.
const USUAL_PER_S: f64 = 10.0;
/// A sound this much weaker, dB, cannot be what a later onset echoes.
const WAKE_MARGIN_DB: f64 = 10.0;
/// Echoes follow for about this long, seconds.
const WAKE_S: f64 = 1.0;

fn wakes(picks: &[Pick], by_sensor: &[Vec<usize>]) -> Vec<bool> {
    let mut in_wake = vec![false; picks.len()];
    for own in by_sensor {
        for (rank, &i) in own.iter().enumerate() {
            let pick = &picks[i];
            in_wake[i] = own[..rank]
                .iter()
                .rev()
                .map(|&j| &picks[j])
                .take_while(|earlier| pick.time_s - earlier.time_s < WAKE_S)
                .any(|earlier| earlier.peak_dbfs > pick.peak_dbfs - WAKE_MARGIN_DB);
        }
    }
    in_wake
}
