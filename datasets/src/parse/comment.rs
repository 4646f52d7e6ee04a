//! Start times in comments: AudioMoth's sentence and OpenSoundscape's JSON.

use shotfix_core::{Seconds, Timestamp};

use super::{civil_utc, digits, fraction_ns};

/// What a recorder wrote into its comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Time of the first sample.
    pub start: Timestamp,
    /// The recorder's identity, if it is an AudioMoth.
    pub device: Option<String>,
}

/// Reads a comment of either kind; `None` if it is neither.
pub fn parse(text: &str) -> Option<Comment> {
    audiomoth(text).or_else(|| opensoundscape(text))
}

/// `Recorded at 13:12:00[.000] 05/10/2021 (UTC[+1[:30]]) by AudioMoth 24E1440360369B6C ...`.
fn audiomoth(text: &str) -> Option<Comment> {
    let rest = text.trim_start().strip_prefix("Recorded at ")?;
    let mut words = rest.split_ascii_whitespace();
    let (clock, date) = (words.next()?, words.next()?);
    let (clock, nanosecond) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, fraction_ns(fraction)?),
        None => (clock, 0),
    };
    let time = three(clock, ':')?;
    let [day, month, year] = three(date, '/')?;
    let mut zone = words.next()?;
    // Firmware before 1.0.1 writes no zone and means UTC.
    let offset_s = if zone == "by" {
        0.0
    } else {
        let offset = utc_offset_s(zone)?;
        zone = words.next().unwrap_or_default();
        offset
    };
    let device = (zone == "by" && words.next() == Some("AudioMoth"))
        .then(|| words.next())
        .flatten()
        .map(|id| id.trim_end_matches(['.', ',']).to_owned());
    let local = civil_utc([year, month, day], time, nanosecond)?;
    Some(Comment {
        start: local - Seconds(offset_s),
        device,
    })
}

/// `(UTC)`, `(UTC+1)`, `(UTC-5:30)` in seconds east of Greenwich.
fn utc_offset_s(zone: &str) -> Option<f64> {
    let zone = zone.strip_prefix("(UTC")?.strip_suffix(')')?;
    if zone.is_empty() {
        return Some(0.0);
    }
    let (sign, zone) = match zone.strip_prefix('-') {
        Some(zone) => (-1.0, zone),
        None => (1.0, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "0"));
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours <= 14 && minutes < 60).then(|| sign * f64::from(hours * 3600 + minutes * 60))
}

/// `opso_metadata{"recording_start_time": "2021-09-24T06:52:00+00:00", ...}`.
fn opensoundscape(text: &str) -> Option<Comment> {
    let json = text.get(text.find('{')?..)?;
    let json: serde_json::Value = serde_json::from_str(json.trim_end_matches('\0')).ok()?;
    let start = json.get("recording_start_time")?.as_str()?.parse().ok()?;
    Some(Comment {
        start,
        device: None,
    })
}

fn three(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator).map(digits);
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_audiomoth_sentences() {
        for (text, start) in [
            (
                "Recorded at 13:12:00 05/10/2021 (UTC+1) by AudioMoth 24E1440360369B6C at medium gain",
                "2021-10-05T12:12:00Z",
            ),
            (
                "Recorded at 19:17:30.250 19/10/2020 (UTC) by AudioMoth 24E1440360369B6C at",
                "2020-10-19T19:17:30.25Z",
            ),
            (
                "Recorded at 00:10:00 01/01/2022 (UTC+5:30) by AudioMoth 24E1440360369B6C during deployment 1",
                "2021-12-31T18:40:00Z",
            ),
            (
                "Recorded at 19:17:30 19/10/2020 (UTC-5) by AudioMoth 24E1440360369B6C.",
                "2020-10-20T00:17:30Z",
            ),
            (
                "Recorded at 19:17:30 19/10/2018 by AudioMoth 24E1440360369B6C at gain setting 2",
                "2018-10-19T19:17:30Z",
            ),
        ] {
            let comment = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(comment.start, start.parse().unwrap(), "{text}");
            assert_eq!(comment.device.as_deref(), Some("24E1440360369B6C"));
        }
    }

    #[test]
    fn reads_opensoundscape_json() {
        let text = r#"opso_metadata{"samplerate": 22050, "recording_start_time": "2021-09-24T06:52:00+00:00"}"#;
        assert_eq!(
            parse(text).unwrap().start,
            "2021-09-24T06:52:00Z".parse().unwrap()
        );
        assert_eq!(parse("a song"), None);
        assert_eq!(
            parse("Recorded at 25:00:00 05/10/2021 (UTC) by AudioMoth X"),
            None
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,80}", cut in 0_usize..90, with in ".{0,3}") {
            let _ = parse(&text);
            let known = "Recorded at 13:12:00 05/10/2021 (UTC+1) by AudioMoth 24E1440360369B6C at medium gain";
            let (a, b) = known.split_at(cut.min(known.len()));
            let _ = parse(&format!("{a}{with}{b}"));
        }
    }
}
