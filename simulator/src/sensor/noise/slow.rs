//! Something that wanders slowly: the level of a city, the speed of a gusty wind.

use std::f64::consts::TAU;

use crate::random::Random;

/// Waves in the sum, which is normal to a kurtosis of 3 - 1.5/24.
const WAVES: usize = 24;

/// A random course in time with mean 0 and standard deviation 1.
///
/// A sum of cosines with periods spread evenly in their logarithm. It is a function of time and
/// has no state, so that it is the same however a recording is cut.
#[derive(Clone, Debug)]
pub(super) struct Slow {
    /// Radians per second, and radians at time 0.
    waves: [(f64, f64); WAVES],
}

impl Slow {
    /// A course whose waves have periods from `shortest_s` to `longest_s`.
    pub(super) fn new(shortest_s: f64, longest_s: f64, random: &mut Random) -> Self {
        let octaves = longest_s / shortest_s;
        // One wave in each part of the range: no draw leaves a part empty.
        let mut wave = |index: usize| {
            let part = (index as f64 + random.uniform()) / WAVES as f64;
            (
                TAU / (shortest_s * octaves.powf(part)),
                TAU * random.uniform(),
            )
        };
        Self {
            waves: std::array::from_fn(&mut wave),
        }
    }

    pub(super) fn at(&self, time_s: f64) -> f64 {
        let sum: f64 = self
            .waves
            .iter()
            .map(|(rate, phase)| (rate * time_s + phase).cos())
            .sum();
        sum * (2.0 / WAVES as f64).sqrt()
    }
}

/// A gain that is worked out at nodes and linear in between.
///
/// Nodes stand at whole multiples of their spacing from the first sample on, wherever blocks
/// begin.
#[derive(Clone, Debug)]
pub(super) struct NodeGain {
    spacing: i64,
    node: i64,
    ends: (f64, f64),
}

impl NodeGain {
    /// Nodes `spacing_s` apart.
    pub(super) fn new(spacing_s: f64, sample_rate_hz: f64) -> Self {
        Self {
            spacing: (spacing_s * sample_rate_hz).round().max(1.0) as i64,
            node: i64::MIN,
            ends: (0.0, 0.0),
        }
    }

    /// The gain from `sample` to the next node; `gain(sample)` is what it is at a node.
    pub(super) fn line(&mut self, sample: i64, gain: impl Fn(i64) -> f64) -> Line {
        let node = sample.div_euclid(self.spacing);
        if node != self.node {
            self.node = node;
            self.ends = (gain(node * self.spacing), gain((node + 1) * self.spacing));
        }
        Line {
            first: sample - node * self.spacing,
            samples: (self.spacing - (sample - node * self.spacing)) as usize,
            from: self.ends.0,
            step: (self.ends.1 - self.ends.0) / self.spacing as f64,
        }
    }
}

/// A stretch over which a gain is linear.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Samples since the last node.
    first: i64,
    /// Samples until the next node, at least 1.
    pub(super) samples: usize,
    from: f64,
    step: f64,
}

impl Line {
    /// The gain `index` samples on. Counted from the node, so that rounding is the same for any
    /// start.
    #[inline]
    pub(super) fn at(&self, index: usize) -> f64 {
        self.from + self.step * (self.first + index as i64) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn spread_is_one_and_neighbours_are_alike() {
        let n = 2_000;
        let (mut square, mut near, mut far) = (0.0, 0.0, 0.0);
        for index in 0..n {
            let mut random = Random::stream(1, Purpose::Ambient, "", index);
            let slow = Slow::new(4.0, 120.0, &mut random);
            let x = slow.at(50.0);
            square += x * x;
            near += x * slow.at(50.1);
            far += x * slow.at(90.0);
        }
        let n = n as f64;
        // Standard error of each: at most sqrt(2/n) = 0.032; four of them. At 0.1 s the fastest
        // wave has turned by 9 degrees; at 40 s every one but the slowest many times.
        assert!((square / n - 1.0).abs() < 0.13, "{}", square / n);
        assert!(near / square > 0.98);
        assert!((far / n).abs() < 0.35, "{}", far / n);
    }

    #[test]
    fn a_gain_is_continuous_across_nodes() {
        let mut gain = NodeGain::new(0.001, 8_000.0);
        let line = gain.line(3, |sample| sample as f64);
        assert_eq!(line.samples, 5);
        for index in 0..5 {
            assert_eq!(line.at(index), (3 + index) as f64);
        }
        assert_eq!(gain.line(-1, |sample| sample as f64).at(0), -1.0);
    }
}
