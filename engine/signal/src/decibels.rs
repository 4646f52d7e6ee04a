//! Decibels of energies, fast enough for every bin.

/// `10 log10` of an energy, finite for zero; off by at most 0.01 dB.
///
/// Exponent and mantissa of the float apart: `log2 m` on [1, 2) by the first terms of
/// `2 / ln 2 artanh((m - 1) / (m + 1))`, with the mantissa centred about 1.
pub(crate) fn decibels(energy: f32) -> f32 {
    const DB_PER_OCTAVE: f32 = 3.010_3;
    let bits = energy.max(1e-30).to_bits();
    // Mantissas above sqrt 2 belong to the next octave.
    let octave = (bits.wrapping_sub(0x3f35_04f3) as i32) >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((octave as u32) << 23));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let log2 = core::f32::consts::LOG2_E * 2.0 * t * (1.0 + square * (1.0 / 3.0 + square * 0.2));
    DB_PER_OCTAVE * (octave as f32 + log2)
}

#[cfg(test)]
mod tests {
    use super::decibels;

    #[test]
    fn as_the_logarithm() {
        let mut x = 1e-12_f32;
        while x < 1e12 {
            assert!((decibels(x) - 10.0 * x.log10()).abs() < 0.01, "{x}");
            x *= 1.037;
        }
        assert!(decibels(0.0) <= -299.0 && decibels(0.0).is_finite());
    }
}
