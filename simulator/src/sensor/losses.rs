//! Samples that never arrive: lost blocks, and sensors that die.

use serde::Deserialize;

use crate::error::SceneError;
use crate::random::{Purpose, Random};
use crate::scene::Check;

/// What is lost of every recording that is not told otherwise; as it stands, nothing.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossSpec {
    /// Mean number of lost stretches in an hour that is not lost.
    pub drop_rate_per_hour: f64,
    /// Mean length of a stretch, seconds; lengths are exponential.
    pub drop_s: f64,
    /// From here on all is lost, seconds after the start of the recording. 0: a sensor that was
    /// dead all along. `None`: it lives.
    pub dead_from_s: Option<f64>,
}

impl Default for LossSpec {
    fn default() -> Self {
        Self {
            drop_rate_per_hour: 0.0,
            // Ten thousand samples or so: a network's buffer.
            drop_s: 0.2,
            dead_from_s: None,
        }
    }
}

/// Which samples of a recording are lost. They are exact zeros, as a recorder fills them in.
///
/// Lost stretches form a Poisson process. Not modelled: stretches that many sensors lose at once,
/// samples that come late or twice, values that stick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Losses {
    sample_rate_hz: f64,
    /// First sample that is lost and first that is not, in order and apart.
    stretches: Vec<(i64, i64)>,
    dead_from: i64,
}

impl Losses {
    /// The losses of sensor `id` over a recording of `duration_s`.
    pub(crate) fn new(
        spec: LossSpec,
        sample_rate_hz: f64,
        duration_s: f64,
        seed: u64,
        id: &str,
    ) -> Self {
        let dead_from_s = spec.dead_from_s.unwrap_or(f64::INFINITY);
        let stretches = if spec.drop_rate_per_hour > 0.0 {
            let mut random = Random::stream(seed, Purpose::Dropout, id, 0);
            stretches(
                &spec,
                sample_rate_hz,
                duration_s.min(dead_from_s),
                &mut random,
            )
        } else {
            Vec::new()
        };
        Self {
            sample_rate_hz,
            stretches,
            // Beyond the largest integer it is that integer.
            dead_from: (dead_from_s * sample_rate_hz).round() as i64,
        }
    }

    /// The same, and from one time of the recording to another, seconds after its start.
    pub(crate) fn and(mut self, from_s: f64, to_s: f64) -> Self {
        let sample = |time_s: f64| (time_s * self.sample_rate_hz).round() as i64;
        let (mut from, mut to) = (sample(from_s.max(0.0)), sample(to_s));
        if from < to {
            // Swallows what it touches, so that stretches stay apart.
            self.stretches.retain(|(first, last)| {
                let apart = *last < from || *first > to;
                if !apart {
                    (from, to) = (from.min(*first), to.max(*last));
                }
                apart
            });
            let at = self.stretches.partition_point(|(first, _)| *first < from);
            self.stretches.insert(at, (from, to));
        }
        self
    }

    /// Puts zeros where samples are lost of the block that begins at `first_sample`.
    pub(crate) fn apply(&self, first_sample: i64, block: &mut [f32]) {
        let end = first_sample.saturating_add(block.len() as i64);
        let begun = self
            .stretches
            .partition_point(|(_, to)| *to <= first_sample);
        let met = self.stretches[begun..]
            .iter()
            .take_while(|(from, _)| *from < end);
        for (from, to) in met.copied().chain([(self.dead_from, i64::MAX)]) {
            let from = (from.clamp(first_sample, end) - first_sample) as usize;
            let to = (to.clamp(first_sample, end) - first_sample) as usize;
            block[from..to].fill(0.0);
        }
    }

    /// Whether what happens at a time of the recording is lost, seconds after its start.
    pub(crate) fn has(&self, time_s: f64) -> bool {
        let sample = (time_s * self.sample_rate_hz).floor() as i64;
        let begun = self.stretches.partition_point(|(from, _)| *from <= sample);
        let in_stretch = begun
            .checked_sub(1)
            .is_some_and(|at| sample < self.stretches[at].1);
        in_stretch || sample >= self.dead_from
    }

    /// Lost stretches before the sensor's death: from and to, seconds after the start of the
    /// recording.
    pub(crate) fn lost(&self) -> impl Iterator<Item = [f64; 2]> {
        let seconds = |sample: i64| sample as f64 / self.sample_rate_hz;
        self.stretches
            .iter()
            .map(move |(from, to)| [seconds(*from), seconds(*to)])
    }
}

/// Draws the stretches up to `end_s`; their rate must be above 0.
fn stretches(
    spec: &LossSpec,
    sample_rate_hz: f64,
    end_s: f64,
    random: &mut Random,
) -> Vec<(i64, i64)> {
    let sample = |time_s: f64| (time_s * sample_rate_hz).round() as i64;
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut time_s = 0.0;
    loop {
        time_s += random.exponential() * 3_600.0 / spec.drop_rate_per_hour;
        if time_s >= end_s {
            return stretches;
        }
        let from = sample(time_s);
        time_s += random.exponential() * spec.drop_s;
        let to = sample(time_s.min(end_s)).max(from + 1);
        match stretches.last_mut() {
            // Rounding can bring two together.
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => stretches.push((from, to)),
        }
    }
}

impl Check<'_> {
    /// Checks losses that are written at `field`.
    pub(crate) fn losses(&self, field: &str, losses: &LossSpec) -> Result<(), SceneError> {
        let fields = [
            (
                "drop_rate_per_hour",
                losses.drop_rate_per_hour,
                0.0,
                3_600.0,
                "stretches",
            ),
            ("drop_s", losses.drop_s, 1e-4, 1e5, "seconds"),
            (
                "dead_from_s",
                losses.dead_from_s.unwrap_or(0.0),
                0.0,
                1e7,
                "seconds",
            ),
        ];
        for (key, value, low, high, unit) in fields {
            self.range(format!("{field}.{key}"), value, low, high, unit)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAKY: LossSpec = LossSpec {
        drop_rate_per_hour: 360.0,
        drop_s: 0.5,
        dead_from_s: None,
    };

    #[test]
    fn val_rate_and_length() {
        let losses = Losses::new(FLAKY, 8_000.0, 360_000.0, 1, "S1");
        let lengths: Vec<f64> = losses.lost().map(|[from, to]| to - from).collect();
        // One in 10 s of what is not lost: one in 10.5 s, 34286 in 100 h. Standard errors: less
        // than sqrt(34286) = 185, and 0.5/sqrt(34286) = 2.7 ms; four of each.
        assert!(
            (lengths.len() as f64 - 34_286.0).abs() < 740.0,
            "{}",
            lengths.len()
        );
        let mean = lengths.iter().sum::<f64>() / lengths.len() as f64;
        assert!((mean - 0.5).abs() < 0.011, "{mean}");
    }

    #[test]
    fn zeros_are_where_the_truth_says() {
        let spec = LossSpec {
            dead_from_s: Some(50.0),
            ..FLAKY
        };
        let losses = Losses::new(spec, 1_000.0, 60.0, 1, "S1");
        let mut block = vec![1.0f32; 60_000];
        losses.apply(0, &mut block);
        let mut expected = vec![1.0f32; 60_000];
        assert!(losses.lost().count() >= 2);
        for [from, to] in losses.lost() {
            expected[(from * 1e3).round() as usize..(to * 1e3).round() as usize].fill(0.0);
        }
        expected[50_000..].fill(0.0);
        assert_eq!(block, expected);
        // Cut anywhere.
        let mut pieces = vec![1.0f32; 60_000];
        for (index, piece) in pieces.chunks_mut(77).enumerate() {
            losses.apply(77 * index as i64, piece);
        }
        assert_eq!(pieces, expected);
    }

    #[test]
    fn the_dead_are_silent_and_the_healthy_whole() {
        let mut block = vec![1.0f32; 100];
        Losses::new(LossSpec::default(), 1_000.0, 1e6, 1, "S1").apply(0, &mut block);
        assert_eq!(block, vec![1.0; 100]);
        let dead = LossSpec {
            dead_from_s: Some(0.0),
            ..LossSpec::default()
        };
        Losses::new(dead, 1_000.0, 1e6, 1, "S1").apply(0, &mut block);
        assert_eq!(block, vec![0.0; 100]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let check = Check { file: "a.toml" };
        for (bad, field) in [
            (
                LossSpec {
                    drop_rate_per_hour: -1.0,
                    ..FLAKY
                },
                "drop_rate_per_hour",
            ),
            (
                LossSpec {
                    drop_s: 0.0,
                    ..FLAKY
                },
                "drop_s",
            ),
            (
                LossSpec {
                    drop_s: f64::NAN,
                    ..FLAKY
                },
                "drop_s",
            ),
            (
                LossSpec {
                    dead_from_s: Some(-1.0),
                    ..FLAKY
                },
                "dead_from_s",
            ),
        ] {
            let message = check.losses("losses", &bad).unwrap_err().to_string();
            assert!(message.contains(&format!("losses.{field}")), "{message}");
        }
    }
}
