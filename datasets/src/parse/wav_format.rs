//! The `fmt ` chunk: how the samples of a WAV file are coded.

/// Coding of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Signed integers, little endian (unsigned if one byte wide).
    Integer,
    /// IEEE 754, little endian.
    Float,
}

/// How the samples of a WAV file are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavFormat {
    /// Integers or floats.
    pub coding: Coding,
    /// Interleaved channels, at least one.
    pub channels: u16,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Bytes that one sample of one channel takes, 1 to 4.
    pub bytes_per_sample: u16,
    /// Bits of these that hold the sample, at the low end; a multiple of eight.
    pub bits_per_sample: u16,
}

/// Slowest rate accepted, hertz. Below it an onset is known to a millisecond at best.
const MIN_RATE_HZ: u32 = 1_000;
/// Fastest rate accepted, hertz: twice the fastest recorders of today.
const MAX_RATE_HZ: u32 = 768_000;

/// Most channels accepted: microphone arrays have hundreds, and byte rates stay below 2^32.
const MAX_CHANNELS: u16 = 1024;

impl WavFormat {
    /// Reads the content of a `fmt ` chunk.
    ///
    /// The average byte rate is ignored (it often lies), and so is a block length of zero.
    /// In the extensible format fewer valid bits than the container holds are at its high end
    /// (Microsoft, WAVEFORMATEXTENSIBLE), so the container's width is the sample's.
    ///
    /// # Errors
    /// A phrase that names the coding which is not supported.
    pub fn parse(fmt: &[u8]) -> Result<Self, String> {
        let word = |at: usize| {
            let bytes: Option<&[u8; 2]> = fmt.get(at..at + 2).and_then(|b| b.try_into().ok());
            bytes.map(|b| u16::from_le_bytes(*b))
        };
        let (Some(tag), Some(channels), Some(rate_low), Some(rate_high)) =
            (word(0), word(2), word(4), word(6))
        else {
            return Err(format!("a `fmt ` chunk of {} bytes", fmt.len()));
        };
        let (Some(block_bytes), Some(bits)) = (word(12), word(14)) else {
            return Err(format!("a `fmt ` chunk of {} bytes", fmt.len()));
        };
        let sample_rate_hz = u32::from(rate_low) | u32::from(rate_high) << 16;
        const EXTENSIBLE: u16 = 0xfffe;
        // The first two bytes of the sub-format GUID are the plain tag.
        let tag = if tag == EXTENSIBLE {
            word(24).ok_or("an extensible `fmt ` chunk that is too short")?
        } else {
            tag
        };
        let coding = match tag {
            1 => Coding::Integer,
            3 => Coding::Float,
            2 | 0x11 => return Err("ADPCM coding".to_owned()),
            6 | 7 => return Err("A-law or mu-law coding".to_owned()),
            0x55 => return Err("MP3 in WAV".to_owned()),
            other => return Err(format!("WAV coding 0x{other:04x}")),
        };
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(format!(
                "a WAV of {channels} channels (outside 1 to {MAX_CHANNELS})"
            ));
        }
        if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&sample_rate_hz) {
            return Err(format!(
                "a sample rate of {sample_rate_hz} Hz (outside {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz)"
            ));
        }
        let least_bytes = bits.div_ceil(8);
        let bytes_per_sample = match block_bytes / channels {
            wide if wide > least_bytes && block_bytes % channels == 0 => wide,
            _ => least_bytes,
        };
        let supported = match coding {
            Coding::Integer => (1..=4).contains(&bytes_per_sample),
            Coding::Float => bits == 32 && bytes_per_sample == 4,
        };
        // Three bytes in four is the only padding in use.
        let padding = bytes_per_sample == least_bytes || (least_bytes, bytes_per_sample) == (3, 4);
        if bits == 0 || !supported || !padding {
            return Err(format!(
                "{bits}-bit {} samples in {bytes_per_sample} bytes",
                match coding {
                    Coding::Integer => "integer",
                    Coding::Float => "float",
                }
            ));
        }
        Ok(Self {
            coding,
            channels,
            sample_rate_hz,
            bytes_per_sample,
            bits_per_sample: least_bytes * 8,
        })
    }

    /// Bytes of one frame, all channels.
    pub fn frame_bytes(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.bytes_per_sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fmt(tag: u16, channels: u16, rate: u32, block: u16, bits: u16) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(block.to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes
    }

    #[test]
    fn reads_common_codings() {
        for (bits, bytes) in [(8, 1), (12, 2), (16, 2), (24, 3), (32, 4)] {
            let format = WavFormat::parse(&fmt(1, 2, 48_000, 2 * bytes, bits)).unwrap();
            assert_eq!(
                (format.bytes_per_sample, format.frame_bytes()),
                (bytes, 2 * u64::from(bytes))
            );
        }
        let padded = WavFormat::parse(&fmt(1, 1, 48_000, 4, 24)).unwrap();
        assert_eq!((padded.bytes_per_sample, padded.bits_per_sample), (4, 24));
        let float = WavFormat::parse(&fmt(3, 1, 384_000, 0, 32)).unwrap();
        assert_eq!(float.coding, Coding::Float);
    }

    #[test]
    fn refuses_by_name() {
        for (bytes, word) in [
            (fmt(2, 1, 8000, 1, 4), "ADPCM"),
            (fmt(1, 0, 8000, 1, 8), "a WAV of 0 channels"),
            (fmt(1, 1, 1, 2, 16), "sample rate of 1 Hz"),
            (fmt(3, 1, 8000, 8, 64), "64-bit float"),
            (vec![1, 0, 1], "3 bytes"),
        ] {
            let error = WavFormat::parse(&bytes).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(format) = WavFormat::parse(&bytes) {
                prop_assert!(format.frame_bytes() > 0);
            }
        }
    }
}
