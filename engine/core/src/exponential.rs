//! The exponential function of many numbers at once.

/// A number raised by this loses its fraction to rounding, and its lowest bits are then the nearest whole number; unlike
/// casts, many such sums are made at once.
pub(crate) const WHOLE: f64 = 6_755_399_441_055_744.0;
/// Natural logarithm of 2 in two parts, the first exact in products with whole numbers.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// One over the factorials from 11 down to 0.
const SERIES: [f64; 12] = [
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// `e` to the power of `x`, for `x` from -700 to 700, good to one part in 10^13.
///
/// The library's is a call for every number and hinders the compiler from doing a loop's steps together. Here
/// `e^x = 2^k e^r` with whole `k`, and `|r|` below `ln 2 / 2` leaves a short series.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + WHOLE;
    let k = shifted - WHOLE;
    let r = x - k * LN_2[0] - k * LN_2[1];
    let mut sum = SERIES[0];
    for term in &SERIES[1..] {
        sum = sum * r + term;
    }
    // Two's complement at the bottom of the number, moved to where the exponent is.
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_library_has_it(x in -700.0..700.0_f64) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "{x}");
        }
    }

    #[test]
    fn of_zero_and_of_the_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-700.0) > 0.0 && exp(700.0).is_finite());
    }
}
