//! A source that moves while it sounds: heard as it was when the sound left it.

/// Nodes a second at which place, way and level are worked out anew; between them they change
/// linearly. At 30 m/s the source moves 0.6 m from node to node.
const NODES_PER_S: f64 = 50.0;

/// Steps of the iteration for the time of emission; each gains a factor of the Mach number.
const ITERATIONS: usize = 4;

/// How the sound that reaches the sensor at one moment left the source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Node {
    /// Seconds after the start of the scene at which it left.
    emission_s: f64,
    /// Pressure at the sensor over pressure at 1 m; 0 where it cannot be heard.
    gain: f64,
}

/// Hears one moving source at one sensor. Doppler shift comes of itself.
///
/// What is not modelled: echoes, and the colour that edges and air give the sound; its level
/// takes their loss at the frequency that the caller chooses.
#[derive(Debug, Default)]
pub(crate) struct MovingListener {
    sample_rate_hz: f64,
    nodes: [Node; 2],
    /// Number of `nodes[0]`; `None` before the first.
    segment: Option<i64>,
    signal: Vec<f32>,
}

impl MovingListener {
    pub(crate) fn new(sample_rate_hz: f64) -> Self {
        Self {
            sample_rate_hz,
            nodes: [Node::default(); 2],
            segment: None,
            signal: Vec::new(),
        }
    }

    /// Adds what arrives during a block; the result does not depend on how blocks are cut.
    ///
    /// # Arguments
    /// * `first` - number of the block's first sample.
    /// * `way` - delay in seconds and gain of a sound that leaves at a time, seconds; gain 0 if
    ///   nothing leaves then or it cannot be heard.
    /// * `signal` - fills samples of the source's signal at the sensor's sample rate from a
    ///   sample number on, pascals at 1 m.
    pub(crate) fn add(
        &mut self,
        first: i64,
        pressure_pa: &mut [f64],
        way: impl Fn(f64) -> (f64, f64),
        mut signal: impl FnMut(i64, &mut [f32]),
    ) {
        let spacing = (self.sample_rate_hz / NODES_PER_S).round().max(1.0);
        let mut at = 0;
        while at < pressure_pa.len() {
            let sample = first + at as i64;
            let segment = sample.div_euclid(spacing as i64);
            let end = (segment + 1) * spacing as i64;
            let count = ((end - sample) as usize).min(pressure_pa.len() - at);
            self.move_to(segment, spacing, &way);
            let from = (sample - segment * spacing as i64) as f64;
            self.segment(from, spacing, &mut pressure_pa[at..at + count], &mut signal);
            at += count;
        }
    }

    fn move_to(&mut self, segment: i64, spacing: f64, way: &impl Fn(f64) -> (f64, f64)) {
        if self.segment == Some(segment) {
            return;
        }
        let time_s = |node: i64| node as f64 * spacing / self.sample_rate_hz;
        let start = match self.segment {
            Some(last) if last + 1 == segment => self.nodes[1],
            _ => emission(time_s(segment), time_s(segment), way),
        };
        // It left as long before this node as before the last one, to begin with.
        let guess_s = start.emission_s + spacing / self.sample_rate_hz;
        self.nodes = [start, emission(time_s(segment + 1), guess_s, way)];
        self.segment = Some(segment);
    }

    /// Adds the samples that lie `from`, `from + 1`... after the first node.
    fn segment(
        &mut self,
        from: f64,
        spacing: f64,
        pressure_pa: &mut [f64],
        signal: &mut impl FnMut(i64, &mut [f32]),
    ) {
        let [start, end] = self.nodes;
        if start.gain == 0.0 && end.gain == 0.0 {
            return;
        }
        let rate = self.sample_rate_hz;
        let place = |n: f64| {
            let share = n / spacing;
            (start.emission_s + (end.emission_s - start.emission_s) * share) * rate
        };
        let last = from + (pressure_pa.len() - 1) as f64;
        // One sample before and two after each place, for the cubic through four samples.
        let lowest = place(from).min(place(last)).floor() as i64 - 1;
        let highest = place(from).max(place(last)).floor() as i64 + 2;
        self.signal.clear();
        self.signal.resize((highest - lowest + 1) as usize, 0.0);
        signal(lowest, &mut self.signal);
        for (k, sum) in pressure_pa.iter_mut().enumerate() {
            let n = from + k as f64;
            let gain = start.gain + (end.gain - start.gain) * n / spacing;
            // Whole and fraction apart: the fraction must not depend on where the block begins.
            let whole = place(n).floor();
            let base = (whole as i64 - lowest) as usize;
            *sum += gain * cubic(&self.signal, base, place(n) - whole);
        }
    }
}

/// How the sound heard at `time_s` left: `emission + delay(emission) = time`, by fixed point from
/// a guess on.
fn emission(time_s: f64, guess_s: f64, way: &impl Fn(f64) -> (f64, f64)) -> Node {
    let mut emission_s = guess_s;
    for _ in 0..ITERATIONS {
        emission_s = time_s - way(emission_s).0;
    }
    let (_, gain) = way(emission_s);
    Node { emission_s, gain }
}

/// Catmull-Rom through four samples, `x` of the way from the one at `base` to the next.
fn cubic(samples: &[f32], base: usize, x: f64) -> f64 {
    let four = base
        .checked_sub(1)
        .and_then(|from| samples.get(from..)?.first_chunk::<4>());
    let Some([a, b, c, d]) = four.map(|four| four.map(f64::from)) else {
        return 0.0;
    };
    b + 0.5 * x * (c - a + x * (2.0 * a - 5.0 * b + 4.0 * c - d + x * (3.0 * (b - c) + d - a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 16_000.0;

    /// A tone of 500 Hz that drives past at 20 m/s along a line 10 m away, closest at 2 s.
    fn drive_past(block: usize, n: usize) -> Vec<f64> {
        let way = |t: f64| {
            let range_m = (100.0 + (20.0 * (t - 2.0)).powi(2)).sqrt();
            (range_m / 340.0, 1.0 / range_m)
        };
        let signal = |first: i64, out: &mut [f32]| {
            for (k, x) in out.iter_mut().enumerate() {
                let time_s = (first + k as i64) as f64 / RATE;
                *x = (std::f64::consts::TAU * 500.0 * time_s).sin() as f32;
            }
        };
        let mut listener = MovingListener::new(RATE);
        let mut all = vec![0.0; n];
        for (k, part) in all.chunks_mut(block).enumerate() {
            listener.add((k * block) as i64, part, way, signal);
        }
        all
    }

    fn crossings_per_s(part: &[f64]) -> f64 {
        let rises = part
            .windows(2)
            .filter(|w| w[0] < 0.0 && w[1] >= 0.0)
            .count();
        rises as f64 / (part.len() as f64 / RATE)
    }

    #[test]
    fn val_doppler_shift_and_level() {
        let heard = drive_past(1_000, 64_000);
        let part =
            |from_s: f64, to_s: f64| &heard[(from_s * RATE) as usize..(to_s * RATE) as usize];
        // Far off, almost end-on: f c/(c -+ v) = 531.3 and 472.2 Hz less the cosine of the angle
        // (0.965 to 0.97 between 37 and 27 m... 40 and 20 m away).
        let coming = crossings_per_s(part(0.0, 0.5));
        let going = crossings_per_s(part(3.5, 4.0));
        assert!((527.0..531.3).contains(&coming), "{coming}");
        assert!((472.2..476.0).contains(&going), "{going}");
        // Closest: 10 m, amplitude 0.1, heard 29 ms later.
        let peak = part(1.9, 2.2).iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        assert!((peak - 0.1).abs() < 0.002, "{peak}");
    }

    #[test]
    fn any_cutting_into_blocks_is_the_same() {
        let whole = drive_past(20_000, 20_000);
        for block in [1, 97, 320, 4_096] {
            assert!(drive_past(block, 20_000) == whole, "{block}");
        }
    }
}
