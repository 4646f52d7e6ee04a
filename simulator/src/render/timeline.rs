//! The sound at one microphone from now on: what has been added and not yet been taken.

/// Pressure samples that wait, from sample number `first` of the recording on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    first: i64,
    pressure_pa: Vec<f64>,
}

impl Timeline {
    /// Adds `samples`, the first of them at sample number `at`; what is past is left out.
    pub(crate) fn add(&mut self, at: i64, samples: &[f64], gain: f64) {
        let from = (at - self.first).max(0) as usize;
        let skip = (self.first - at).max(0) as usize;
        let Some(samples) = samples.get(skip..) else {
            return;
        };
        if self.pressure_pa.len() < from + samples.len() {
            self.pressure_pa.resize(from + samples.len(), 0.0);
        }
        for (sum, sample) in self.pressure_pa[from..].iter_mut().zip(samples) {
            *sum += gain * sample;
        }
    }

    /// Takes the next samples into `block`, silence where nothing was added.
    pub(crate) fn take(&mut self, block: &mut [f64]) {
        let ready = block.len().min(self.pressure_pa.len());
        block[..ready].copy_from_slice(&self.pressure_pa[..ready]);
        block[ready..].fill(0.0);
        self.pressure_pa.drain(..ready);
        self.first += block.len() as i64;
    }

    /// Samples that wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.pressure_pa.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_size_hold_the_same() {
        let pulses: [(i64, Vec<f64>); 4] = [
            (-3, vec![1.0; 5]),
            (2, vec![2.0, 3.0]),
            (4, vec![0.5; 7]),
            (40, vec![9.0]),
        ];
        let expected = {
            let mut all = vec![0.0; 50];
            for (at, pulse) in &pulses {
                for (k, x) in pulse.iter().enumerate() {
                    if at + k as i64 >= 0 {
                        all[(at + k as i64) as usize] += 2.0 * x;
                    }
                }
            }
            all
        };
        for size in [1, 3, 7, 50] {
            let mut timeline = Timeline::default();
            for (at, pulse) in &pulses {
                timeline.add(*at, pulse, 2.0);
            }
            let mut got = vec![];
            while got.len() < 50 {
                let mut block = vec![f64::NAN; size];
                timeline.take(&mut block);
                got.extend(block);
            }
            assert_eq!(got[..50], expected, "{size}");
            assert_eq!(timeline.len(), 0);
        }
    }

    #[test]
    fn the_past_is_left_out() {
        let mut timeline = Timeline::default();
        timeline.take(&mut [0.0; 10]);
        timeline.add(3, &[1.0; 4], 1.0);
        timeline.add(8, &[1.0; 4], 1.0);
        let mut block = [0.0; 4];
        timeline.take(&mut block);
        assert_eq!(block, [1.0, 1.0, 0.0, 0.0]);
    }
}
