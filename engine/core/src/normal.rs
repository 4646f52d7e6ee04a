//! The normal distribution function.

use crate::exponential::exp;

/// Probability that a standard normal number is below `x`, by a logistic curve good to 0.0002
/// (E. Page, Approximations to the cumulative normal function, Applied Statistics 26, 1977).
#[inline]
pub(crate) fn below(x: f64) -> f64 {
    // Beyond this it is 0 or 1 to all digits, and the cube would overflow.
    let x = if x > -20.0 { x } else { -20.0 };
    let x = if x < 20.0 { x } else { 20.0 };
    1.0 / (1.0 + exp(-1.5976 * x - 0.07056 * x * x * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_tables() {
        for (x, p) in [
            (0.0, 0.5),
            (1.0, 0.841_345),
            (-1.96, 0.024_998),
            (3.0, 0.998_650),
        ] {
            assert!((below(x) - p).abs() < 2e-4, "{x}");
        }
    }
}
