//! White noise: the microphone's own.

use crate::normals::Normals;
use crate::random::Random;
use crate::source::pascals;

/// White noise that goes on from block to block.
#[derive(Clone, Debug)]
pub(crate) struct White {
    rms_pa: f64,
    normals: Normals,
}

impl White {
    /// Noise of `level_db_spl` RMS over the band of the recording.
    pub(crate) fn new(level_db_spl: f64, seed: &mut Random) -> Self {
        Self {
            rms_pa: pascals(level_db_spl),
            normals: Normals::new(seed),
        }
    }

    pub(crate) fn add(&mut self, pressure_pa: &mut [f64]) {
        for sample in pressure_pa {
            *sample += self.rms_pa * self.normals.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::source::db_spl;

    #[test]
    fn level_is_as_asked() {
        let mut white = vec![0.0; 48_000];
        White::new(30.0, &mut Random::stream(3, Purpose::SelfNoise, "S1", 0)).add(&mut white);
        let rms = (white.iter().map(|x| x * x).sum::<f64>() / 48_000.0).sqrt();
        // Standard error 8.7 dB / sqrt(2 n) = 0.03 dB.
        assert!((db_spl(rms) - 30.0).abs() < 0.1);
    }
}
