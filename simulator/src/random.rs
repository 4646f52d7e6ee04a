//! Random numbers that depend on what they are for, never on the order of the work.
//!
//! Every use has a ChaCha stream of its own, named by its purpose, the sensor's id and an index.
//! So the bytes are the same for any number of threads, and taking one sensor out of a scene
//! leaves the noise and the echoes of the others as they were.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for. New ones go to the end: the position is part of the stream's name.
#[allow(dead_code)]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Layout,
    Cadence,
    Survey,
    Clock,
    Weather,
    Echoes,
    Ambient,
    SelfNoise,
    City,
    Placement,
    Source,
    Turbulence,
    Tail,
    WindNoise,
    Holdover,
    Dropout,
    Response,
    Pick,
    PickTime,
    ExcessLoss,
    Ammunition,
}

/// A generator of uniform and normal numbers.
pub(crate) struct Random {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl Random {
    /// The stream of `purpose` for the sensor called `id` (empty: for none) and `index`.
    pub(crate) fn stream(seed: u64, purpose: Purpose, id: &str, index: usize) -> Self {
        // FNV-1a: short, fixed for ever, and well mixed over inputs this small. The 0 byte keeps
        // ("S1", 1) and ("S", 11) apart.
        let index = (index as u64).to_le_bytes();
        let name = [purpose as u8]
            .into_iter()
            .chain(id.bytes())
            .chain([0])
            .chain(index);
        let hash = name.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(hash);
        Self {
            generator,
            spare: None,
        }
    }

    /// 64 random bits, to seed another generator.
    pub(crate) fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        // 53 bits fill the mantissa of an f64.
        (self.generator.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn count(&mut self, low: usize, high: usize) -> usize {
        let span = high.saturating_sub(low) as f64 + 1.0;
        (low + (self.uniform() * span) as usize).min(high)
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method, two at a time).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let first = |id: &str, index| Random::stream(7, Purpose::Echoes, id, index).uniform();
        assert_eq!(first("S1", 1), first("S1", 1));
        assert_ne!(first("S1", 1), first("S", 11));
        assert_ne!(first("S1", 1), first("S2", 1));
        let other = Random::stream(7, Purpose::Ambient, "S1", 1).uniform();
        assert_ne!(first("S1", 1), other);
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::stream(1, Purpose::Ambient, "", 0);
        let n = 200_000;
        let normals: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let mean = normals.iter().sum::<f64>() / f64::from(n);
        let variance = normals.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        let exponential = (0..n).map(|_| random.exponential()).sum::<f64>() / f64::from(n);
        // Standard errors: 1/sqrt(n) = 0.0022, sqrt(2/n) = 0.0032, 0.0022; five of each.
        assert!(mean.abs() < 0.011 && (variance - 1.0).abs() < 0.016);
        assert!((exponential - 1.0).abs() < 0.011);
        assert!((0..1_000).all(|_| (2..=4).contains(&random.count(2, 4))));
    }
}
