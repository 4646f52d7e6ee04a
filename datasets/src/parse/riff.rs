//! Walks the chunks of a RIFF/WAVE file without trusting a single length in it.
//!
//! Chunk lengths may be odd with or without the pad byte, the RIFF length may lie, the `data`
//! length may be 0 or 0xFFFFFFFF (written by programs that stream) or reach beyond the end
//! (a truncated file). RF64/BW64 (EBU Tech 3306) carries lengths above 4 GiB in `ds64`.

use std::io::{self, Read, Seek, SeekFrom};

/// Most chunks looked at; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1024;
/// Longest metadata chunk kept, bytes.
const MAX_CHUNK_BYTES: u64 = 1 << 20;
/// Most metadata kept of one file, bytes.
const MAX_KEPT_BYTES: u64 = 4 << 20;
/// Chunks whose content is kept.
const KEPT: [&[u8; 4]; 5] = [b"smj0", b"smjx", b"bext", b"LIST", b"ds64"];

/// One metadata chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Four-character code.
    pub id: [u8; 4],
    /// Content without the pad byte.
    pub bytes: Vec<u8>,
}

/// Where the samples lie, in bytes from the start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataChunk {
    /// First byte.
    pub offset: u64,
    /// Bytes that are really there.
    pub len: u64,
    /// What the header promised, if more than that and not a streaming writer's placeholder.
    pub promised: Option<u64>,
}

/// The chunks of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Riff {
    /// Content of the `fmt ` chunk, if there is one.
    pub fmt: Option<Vec<u8>>,
    /// The first `data` chunk, if there is one.
    pub data: Option<DataChunk>,
    /// Metadata chunks in the order of the file.
    pub chunks: Vec<Chunk>,
    /// What was left out or mended.
    pub warnings: Vec<String>,
}

impl Riff {
    /// Content of the first chunk called `id`.
    pub fn chunk(&self, id: &[u8; 4]) -> Option<&[u8]> {
        let found = self.chunks.iter().find(|c| &c.id == id)?;
        Some(&found.bytes)
    }
}

/// Whether a file that starts with `head` is one this walker reads.
pub fn is_riff(head: &[u8]) -> bool {
    matches!(head.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && head.get(8..12) == Some(b"WAVE")
}

/// Reads the chunks of `file`; `None` if it is no RIFF/WAVE file.
///
/// # Errors
/// Only what `file` itself reports. A damaged file gives the chunks before the damage.
pub fn walk<R: Read + Seek>(file: &mut R) -> io::Result<Option<Riff>> {
    let file_len = file.seek(SeekFrom::End(0))?;
    if file_len < 12 || !is_riff(&bytes_at(file, 0, 12)?) {
        return Ok(None);
    }
    let mut riff = Riff::default();
    let mut kept_bytes = 0;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some((id, declared)) = header_at(file, at, file_len)? else {
            break;
        };
        let body = at + 8;
        let room = file_len - body;
        let len = if &id == b"data" && riff.data.is_none() {
            let data = data_chunk(file, &riff, body, declared, file_len)?;
            riff.data = Some(data);
            data.len
        } else {
            let len = u64::from(declared);
            let fmt = &id == b"fmt " && riff.fmt.is_none();
            if fmt || KEPT.contains(&&id) {
                let kept = len.min(room);
                if kept > MAX_CHUNK_BYTES || kept_bytes + kept > MAX_KEPT_BYTES {
                    riff.warnings.push(format!(
                        "the {} chunk of {len} bytes is too long to be metadata and was skipped",
                        String::from_utf8_lossy(&id)
                    ));
                } else {
                    kept_bytes += kept;
                    let bytes = bytes_at(file, body, kept)?;
                    if fmt {
                        riff.fmt = Some(bytes);
                    } else {
                        riff.chunks.push(Chunk { id, bytes });
                    }
                }
            }
            len
        };
        if len >= room {
            break;
        }
        at = next_header(file, body + len, file_len)?;
    }
    Ok(Some(riff))
}

/// The samples of a `data` chunk whose header says `declared` bytes.
fn data_chunk<R: Read + Seek>(
    file: &mut R,
    riff: &Riff,
    offset: u64,
    declared: u32,
    file_len: u64,
) -> io::Result<DataChunk> {
    let room = file_len - offset;
    let whole_rest = DataChunk {
        offset,
        len: room,
        promised: None,
    };
    let declared = match (declared, riff.chunk(b"ds64")) {
        // ds64: u64 RIFF size, u64 data size, u64 sample count.
        (u32::MAX, Some(ds64)) => ds64
            .get(8..16)
            .and_then(|b| b.try_into().ok())
            .map_or(u64::MAX, u64::from_le_bytes),
        (0, _) => {
            // Truly empty if another chunk follows; otherwise nobody came back to fill it in.
            let empty = room == 0 || known_header_at(file, offset, file_len)?;
            let len = if empty { 0 } else { room };
            return Ok(DataChunk { len, ..whole_rest });
        }
        (len, _) => u64::from(len),
    };
    // Streaming writers put the largest length they can think of: u32::MAX or i32::MAX, less
    // a header or so.
    let placeholder = |limit: u64| declared <= limit && limit - declared < 4096;
    Ok(if declared <= room {
        DataChunk {
            len: declared,
            ..whole_rest
        }
    } else if placeholder(u64::from(u32::MAX)) || placeholder(0x7fff_ffff) || declared == u64::MAX {
        whole_rest
    } else {
        DataChunk {
            promised: Some(declared),
            ..whole_rest
        }
    })
}

/// Where the next header starts, `end` being the first byte after a chunk's content: chunks are
/// padded to even lengths, but not every writer does.
fn next_header<R: Read + Seek>(file: &mut R, end: u64, file_len: u64) -> io::Result<u64> {
    if end.is_multiple_of(2) {
        return Ok(end);
    }
    let padded = plausible_at(file, end + 1, file_len)?;
    Ok(if !padded && plausible_at(file, end, file_len)? {
        end
    } else {
        end + 1
    })
}

fn plausible_at<R: Read + Seek>(file: &mut R, at: u64, file_len: u64) -> io::Result<bool> {
    Ok(header_at(file, at, file_len)?.is_some_and(|(id, len)| {
        id.iter().all(|b| (0x20..0x7f).contains(b)) && u64::from(len) <= file_len - at - 8
    }))
}

fn known_header_at<R: Read + Seek>(file: &mut R, at: u64, file_len: u64) -> io::Result<bool> {
    const FOLLOW_DATA: [&[u8; 4]; 12] = [
        b"LIST", b"smj0", b"smjx", b"bext", b"fact", b"cue ", b"iXML", b"JUNK", b"junk", b"PAD ",
        b"id3 ", b"_PMX",
    ];
    Ok(plausible_at(file, at, file_len)?
        && header_at(file, at, file_len)?.is_some_and(|(id, _)| FOLLOW_DATA.contains(&&id)))
}

fn header_at<R: Read + Seek>(
    file: &mut R,
    at: u64,
    file_len: u64,
) -> io::Result<Option<([u8; 4], u32)>> {
    if at.saturating_add(8) > file_len {
        return Ok(None);
    }
    let header = bytes_at(file, at, 8)?;
    Ok(match header[..] {
        [a, b, c, d, w, x, y, z] => Some(([a, b, c, d], u32::from_le_bytes([w, x, y, z]))),
        _ => None,
    })
}

/// At most `len` bytes from `at`; fewer if the file ends before.
fn bytes_at<R: Read + Seek>(file: &mut R, at: u64, len: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The comments (`ICMT`) of a `LIST` chunk's content of type `INFO`, in order.
pub fn info_comments(list: &[u8]) -> Vec<String> {
    let mut comments = Vec::new();
    let Some(mut rest) = list.strip_prefix(b"INFO") else {
        return comments;
    };
    while let Some((header, body)) = rest.split_at_checked(8) {
        let len = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let content = &body[..len.min(body.len())];
        if &header[..4] == b"ICMT" {
            comments.push(super::text_until_nul(content));
        }
        let next = len.saturating_add(len % 2);
        rest = body.get(next..).unwrap_or_default();
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    /// A RIFF file of chunks given as (id, declared length, bytes).
    fn file(chunks: &[(&[u8; 4], u32, &[u8])]) -> Cursor<Vec<u8>> {
        let mut bytes = b"RIFF\x00\x00\x00\x00WAVE".to_vec();
        for (id, len, body) in chunks {
            bytes.extend_from_slice(*id);
            bytes.extend_from_slice(&len.to_le_bytes());
            bytes.extend_from_slice(body);
        }
        Cursor::new(bytes)
    }

    fn data_of(chunks: &[(&[u8; 4], u32, &[u8])]) -> (u64, Option<u64>) {
        let data = walk(&mut file(chunks)).unwrap().unwrap().data.unwrap();
        (data.len, data.promised)
    }

    #[test]
    fn odd_chunks_with_and_without_pad() {
        for body in [&b"abc\0"[..], b"abc"] {
            let riff = walk(&mut file(&[
                (b"smj0", 3, body),
                (b"data", 2, &[1, 2]),
                (b"bext", 3, b"xyz"),
            ]))
            .unwrap()
            .unwrap();
            assert_eq!(riff.chunk(b"smj0"), Some(&b"abc"[..]));
            assert_eq!(riff.data.unwrap().len, 2);
            assert_eq!(riff.chunk(b"bext"), Some(&b"xyz"[..]));
        }
    }

    #[test]
    fn data_lengths_that_lie() {
        assert_eq!(data_of(&[(b"data", 4, &[1, 2, 3, 4])]), (4, None));
        assert_eq!(data_of(&[(b"data", u32::MAX, &[1, 2, 3, 4])]), (4, None));
        assert_eq!(data_of(&[(b"data", 0x7fff_ffdb, &[1, 2])]), (2, None));
        assert_eq!(
            data_of(&[(b"data", 0, &[1, 2, 3, 4, 5, 6, 7, 8, 9])]),
            (9, None)
        );
        assert_eq!(data_of(&[(b"data", 100, &[1, 2, 3, 4])]), (4, Some(100)));
        assert_eq!(
            data_of(&[(b"data", 0, &[]), (b"LIST", 4, b"INFO")]),
            (0, None)
        );
    }

    #[test]
    fn finds_comments() {
        let list = b"INFOIART\x03\x00\x00\x00ab\0\0ICMT\x05\x00\x00\x00hello\0";
        assert_eq!(info_comments(list), ["hello"]);
        assert_eq!(info_comments(b"INFOICMT\xff\xff\xff\xffrest"), ["rest"]);
        assert!(info_comments(b"adtlICMT\x01\0\0\0x").is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), riff in any::<bool>()) {
            if riff && bytes.len() >= 12 {
                bytes[..4].copy_from_slice(b"RIFF");
                bytes[8..12].copy_from_slice(b"WAVE");
            }
            let _ = walk(&mut Cursor::new(&bytes)).unwrap();
            let _ = info_comments(&bytes);
        }

        #[test]
        fn mutated_files_never_panic(at in 12_usize..60, value in any::<u8>()) {
            let mut f = file(&[(b"fmt ", 16, &[1; 16]), (b"smj0", 3, b"abc\0"), (b"data", 4, &[1, 2, 3, 4])]);
            let bytes = f.get_mut();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Some(data) = walk(&mut f).unwrap().and_then(|r| r.data) {
                prop_assert!(data.offset + data.len <= f.get_ref().len() as u64);
            }
        }
    }
}
