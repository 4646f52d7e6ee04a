//! Absolute time: integer nanoseconds UTC.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use crate::units::Seconds;

/// An instant as nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Integers, because an `f64` of Unix seconds has steps of 0.24 us today and an `f32` of 128 s.
/// The range is the years 1678 to 2262. Arithmetic saturates at its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not a time this crate can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no RFC 3339 time such as 2018-12-19T00:49:26.000Z ({reason})")]
pub struct TimestampError {
    /// What was read.
    pub text: String,
    /// Why it was refused.
    pub reason: String,
}

impl Timestamp {
    /// The instant `ns` nanoseconds after the Unix epoch.
    pub const fn from_unix_ns(ns: i64) -> Self {
        Self(ns)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn unix_ns(self) -> i64 {
        self.0
    }

    /// `self - earlier` in seconds; exact to a nanosecond for differences up to 100 days.
    pub fn since(self, earlier: Self) -> Seconds {
        let ns = i128::from(self.0) - i128::from(earlier.0);
        Seconds(ns as f64 * 1e-9)
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;
    /// Rounds to the nearest nanosecond.
    #[allow(clippy::suspicious_arithmetic_impl)] // Seconds to nanoseconds takes a product.
    fn add(self, delay: Seconds) -> Self {
        // `as` saturates and maps NaN to zero, so no input can wrap the clock.
        Self(self.0.saturating_add((delay.0 * 1e9).round() as i64))
    }
}

impl Sub<Seconds> for Timestamp {
    type Output = Self;
    fn sub(self, delay: Seconds) -> Self {
        self + (-delay)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 UTC, six decimals unless the format gives a precision (at most nine).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = f.precision().unwrap_or(6).min(9);
        let instant =
            jiff::Timestamp::from_nanosecond(i128::from(self.0)).map_err(|_| fmt::Error)?;
        // jiff truncates; round to the printed digit instead.
        let step = 10_i128.pow(9 - precision as u32);
        let ns = instant.as_nanosecond();
        let rounded = (ns + step / 2).div_euclid(step) * step;
        let instant = jiff::Timestamp::from_nanosecond(rounded).map_err(|_| fmt::Error)?;
        write!(f, "{instant:.precision$}")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 with any offset, such as `2018-12-19T00:49:26.000Z`.
    ///
    /// # Errors
    /// [`TimestampError`] when the text is malformed or outside the years 1678 to 2262.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let refuse = |reason: String| TimestampError {
            text: text.to_owned(),
            reason,
        };
        let instant: jiff::Timestamp = text
            .trim()
            .parse()
            .map_err(|error: jiff::Error| refuse(error.to_string()))?;
        i64::try_from(instant.as_nanosecond())
            .map(Self)
            .map_err(|_| refuse("outside the years 1678 to 2262".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_rfc_3339() {
        let t: Timestamp = "2018-12-19T00:49:26.123456789Z".parse().unwrap();
        // 1545180566 is the Unix time of that second (date -u -d 2018-12-19T00:49:26Z +%s).
        assert_eq!(t.unix_ns(), 1_545_180_566_123_456_789);
        assert_eq!(t.to_string(), "2018-12-19T00:49:26.123457Z");
        assert_eq!(format!("{t:.9}"), "2018-12-19T00:49:26.123456789Z");
        let offset: Timestamp = "2018-12-18T19:49:26.123456789-05:00".parse().unwrap();
        assert_eq!(offset, t);
    }

    #[test]
    fn rejects_what_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2018-13-01T00:00:00Z",
            "9000-01-01T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn differences_undo_additions(ns in -4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000, d_ns in -1_000_000_000_000_i64..1_000_000_000_000) {
            let t = Timestamp::from_unix_ns(ns);
            let later = t + Seconds(d_ns as f64 * 1e-9);
            proptest::prop_assert_eq!(later.unix_ns() - ns, d_ns);
            proptest::prop_assert!((later.since(t).0 - d_ns as f64 * 1e-9).abs() < 1e-9);
        }

        #[test]
        fn printing_round_trips(ns in i64::MIN / 2..i64::MAX / 2) {
            let t = Timestamp::from_unix_ns(ns);
            proptest::prop_assert_eq!(format!("{t:.9}").parse::<Timestamp>().unwrap(), t);
        }
    }
}
