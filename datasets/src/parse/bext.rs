//! The Broadcast WAV chunk `bext` (EBU Tech 3285): when the first sample was taken.

use shotfix_core::{Seconds, Timestamp};

use super::{civil_utc, digits, text_until_nul};

/// What a `bext` chunk says that matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// Free text.
    pub description: String,
    /// Who made the recording; recorders put their name here.
    pub originator: String,
    /// The recording's reference; recorders put their serial number here.
    pub originator_reference: String,
    /// Year, month, day of the recording.
    date: Option<[u32; 3]>,
    /// Hour, minute, second of the recording.
    time: Option<[u32; 3]>,
    /// Samples from midnight to the first sample.
    pub time_reference: u64,
}

/// Bytes up to and including the time reference.
const LEAST_BYTES: usize = 346;

impl Broadcast {
    /// Reads the content of a `bext` chunk; `None` if it is too short.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < LEAST_BYTES {
            return None;
        }
        let text = |from: usize, to: usize| text_until_nul(&bytes[from..to]);
        let low = u32::from_le_bytes(bytes[338..342].try_into().ok()?);
        let high = u32::from_le_bytes(bytes[342..346].try_into().ok()?);
        Some(Self {
            description: text(0, 256),
            originator: text(256, 288),
            originator_reference: text(288, 320),
            date: numbers(&text(320, 330), [4, 2, 2]),
            time: numbers(&text(330, 338), [2, 2, 2]),
            time_reference: u64::from(high) << 32 | u64::from(low),
        })
    }

    /// Time of the first sample, the recorder's clock read as UTC.
    ///
    /// The time reference counts samples from midnight of the origination date. Recorders that
    /// do not fill it in leave 0; then the origination time, in whole seconds, is used.
    /// `None` without a date.
    pub fn start(&self, sample_rate_hz: f64) -> Option<Timestamp> {
        let date = self.date?;
        if self.time_reference == 0 {
            return civil_utc(date, self.time.unwrap_or_default(), 0);
        }
        let since_midnight_s = self.time_reference as f64 / sample_rate_hz;
        // A recording that ran past midnight may count on; more than two days is no time of day.
        if !(0.0..172_800.0).contains(&since_midnight_s) {
            return civil_utc(date, self.time?, 0);
        }
        Some(civil_utc(date, [0; 3], 0)? + Seconds(since_midnight_s))
    }
}

/// Three numbers of given widths; the standard allows `-`, `_`, `:`, space and `.` between them.
fn numbers(text: &str, widths: [usize; 3]) -> Option<[u32; 3]> {
    let mut at = 0;
    let mut out = [0; 3];
    for (value, width) in out.iter_mut().zip(widths) {
        *value = digits(text.get(at..at + width)?)?;
        at += width + 1;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(date: &str, time: &str, reference: u64) -> Vec<u8> {
        let mut bytes = vec![0; 602];
        bytes[..4].copy_from_slice(b"mic3");
        bytes[320..320 + date.len()].copy_from_slice(date.as_bytes());
        bytes[330..330 + time.len()].copy_from_slice(time.as_bytes());
        bytes[338..346].copy_from_slice(&reference.to_le_bytes());
        bytes
    }

    fn start(date: &str, time: &str, reference: u64) -> Option<String> {
        let broadcast = Broadcast::parse(&chunk(date, time, reference)).unwrap();
        broadcast.start(48_000.0).map(|t| t.to_string())
    }

    #[test]
    fn the_time_reference_counts_samples_from_midnight() {
        // 2966 s 12 ms = 00:49:26.012; 2966.012 * 48000 = 142 368 576.
        assert_eq!(
            start("2018-12-19", "00:49:26", 142_368_576).unwrap(),
            "2018-12-19T00:49:26.012000Z"
        );
        assert_eq!(
            start("2018-12-19", "00:49:26", 0).unwrap(),
            "2018-12-19T00:49:26.000000Z"
        );
        assert_eq!(
            start("2018:12:19", "00-49-26", 0).unwrap(),
            "2018-12-19T00:49:26.000000Z"
        );
        assert_eq!(start("", "", 5), None);
        assert_eq!(start("2018-13-19", "00:00:00", 0), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
            if let Some(b) = Broadcast::parse(&bytes) {
                let _ = b.start(48_000.0);
            }
        }
    }
}
