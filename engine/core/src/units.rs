//! SI quantities as types, so that a delay is never subtracted from a range.
//!
//! Only the operations physics has are defined. Inside a numeric loop unwrap once with `.0`
//! and let the name carry the unit (`range_m`, `sigma_s`).

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $symbol:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(pub f64);

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)?;
                f.write_str(concat!(" ", $symbol))
            }
        }
    };
}

quantity!(
    /// A length or distance in metres.
    Metres,
    "m"
);
quantity!(
    /// A difference of times in seconds. Absolute times are [`crate::Timestamp`].
    Seconds,
    "s"
);
quantity!(
    /// A speed in metres per second.
    MetresPerSecond,
    "m/s"
);
quantity!(
    /// A frequency or rate in hertz.
    Hertz,
    "Hz"
);

impl Div<MetresPerSecond> for Metres {
    type Output = Seconds;
    fn div(self, speed: MetresPerSecond) -> Seconds {
        Seconds(self.0 / speed.0)
    }
}

impl Mul<Seconds> for MetresPerSecond {
    type Output = Metres;
    fn mul(self, time: Seconds) -> Metres {
        Metres(self.0 * time.0)
    }
}

impl Div<Seconds> for Metres {
    type Output = MetresPerSecond;
    fn div(self, time: Seconds) -> MetresPerSecond {
        MetresPerSecond(self.0 / time.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilometre_takes_about_three_seconds() {
        let delay = Metres(1000.0) / MetresPerSecond(340.0);
        assert!((delay.0 - 2.941_176_470_588_235).abs() < 1e-15);
        assert_eq!(format!("{:.2}", delay), "2.94 s");
    }
}
