//! Start times in file names: `S01_20181219T004926.000Z.wav`, `20210924_065200.WAV`, `5AF0E36D.WAV`.

use shotfix_core::Timestamp;

use super::{civil_utc, digits, fraction_ns};

/// What a file name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedStart {
    /// The part before the time without its separator; empty if there is none.
    pub prefix: String,
    /// Time of the first sample, read as UTC.
    pub start: Timestamp,
    /// The name says `Z`: it means UTC for certain and is our own form.
    pub explicit_utc: bool,
}

/// Reads the time at the end of `stem`, a file name without its extension.
///
/// Forms: `[PREFIX_]YYYYMMDD(T|_|-)HHMMSS[.fraction][Z]`, at most nine digits of fraction, and
/// AudioMoth's trailing `T` of a triggered recording; or the eight hexadecimal digits of the Unix
/// time by which AudioMoths before 2019 name their files. `None` if the name ends otherwise or the
/// date does not exist.
pub fn start_in_name(stem: &str) -> Option<NamedStart> {
    civil_name(stem).or_else(|| hexadecimal_name(stem))
}

/// Only the years 2017 (the first AudioMoths) to 2034, so that dates and small numbers of eight
/// digits are not taken for it.
fn hexadecimal_name(stem: &str) -> Option<NamedStart> {
    let upper_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if stem.len() != 8 || !stem.bytes().all(upper_hex) {
        return None;
    }
    let unix_s = i64::from_str_radix(stem, 16).ok()?;
    // 2017-01-01 and 2035-01-01.
    (1_483_228_800..2_051_222_400)
        .contains(&unix_s)
        .then(|| NamedStart {
            prefix: String::new(),
            start: Timestamp::from_unix_ns(unix_s * 1_000_000_000),
            explicit_utc: false,
        })
}

fn civil_name(stem: &str) -> Option<NamedStart> {
    let (rest, explicit_utc) = match stem.strip_suffix(['Z', 'z']) {
        Some(rest) => (rest, true),
        None => (stem.strip_suffix('T').unwrap_or(stem), false),
    };
    let (rest, nanosecond) = match rest.rsplit_once(['.', ',']) {
        Some((rest, fraction)) => (rest, fraction_ns(fraction)?),
        None => (rest, 0),
    };
    // 8 digits, a separator, 6 digits; all ASCII, so byte offsets are character offsets.
    let at = rest.len().checked_sub(15)?;
    let (prefix, moment) = rest.split_at_checked(at)?;
    let (date, time) = (moment.get(..8)?, moment.get(9..)?);
    if !matches!(moment.as_bytes().get(8), Some(b'T' | b't' | b'_' | b'-')) {
        return None;
    }
    let (date, time) = (digits(date)?, digits(time)?);
    let prefix = match prefix.strip_suffix(['_', '-', '.', ' ']) {
        Some(prefix) => prefix,
        None if prefix.is_empty() => prefix,
        // Without a separator the digits are part of something longer.
        None => return None,
    };
    Some(NamedStart {
        prefix: prefix.to_owned(),
        start: civil_utc(
            [date / 10_000, date / 100 % 100, date % 100],
            [time / 10_000, time / 100 % 100, time % 100],
            nanosecond,
        )?,
        explicit_utc,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_our_and_audiomoth_names() {
        for (name, prefix, start, utc) in [
            (
                "S01_20181219T004926.000Z",
                "S01",
                "2018-12-19T00:49:26Z",
                true,
            ),
            (
                "SCP-00-BNG-1_20181219T004926.123456Z",
                "SCP-00-BNG-1",
                "2018-12-19T00:49:26.123456Z",
                true,
            ),
            ("20210924_065200", "", "2021-09-24T06:52:00Z", false),
            ("20210924_065200T", "", "2021-09-24T06:52:00Z", false),
            (
                "24E1440360369B6C_20210924_065200",
                "24E1440360369B6C",
                "2021-09-24T06:52:00Z",
                false,
            ),
            ("a_b_20210924_065200", "a_b", "2021-09-24T06:52:00Z", false),
        ] {
            let named = start_in_name(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(named.prefix, prefix);
            assert_eq!(named.start, start.parse().unwrap(), "{name}");
            assert_eq!(named.explicit_utc, utc);
        }
    }

    #[test]
    fn reads_hexadecimal_names() {
        // date -u -d @$((16#5AF0E36D)).
        let named = start_in_name("5AF0E36D").unwrap();
        assert_eq!(named.start, "2018-05-07T23:38:21Z".parse().unwrap());
        for name in ["20210924", "5AF0E36", "5af0e36d", "FFFFFFFF"] {
            assert_eq!(start_in_name(name), None, "{name}");
        }
    }

    #[test]
    fn leaves_other_names_alone() {
        for name in [
            "",
            "S01",
            "20211324_065200",
            "X20210924_065200",
            "LOCA_2021_09_24_652_3",
            "20210924_0652",
            "S01_20181219T004926.Z",
            "äöüäöüäöüäöüäöü",
        ] {
            assert_eq!(start_in_name(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(name in ".{0,40}") {
            let _ = start_in_name(&name);
        }
    }
}
