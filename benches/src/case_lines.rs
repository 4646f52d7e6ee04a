//! Case files: one case a line of JSON, whatever a case is.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shotfix_core::solve::Air;
use shotfix_core::{Uncertain, Wind};

/// A line may be this long, some 100 000 pulses of an association case: it bounds what a bad file can
/// make us hold.
pub(crate) const MAX_LINE_BYTES: u64 = 1 << 24;
/// A file may have this many cases.
const MAX_CASES: usize = 2_000_000;

/// A line that is no case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}:{line}: {why}", path.display())]
pub struct BadLine {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// The cases of a file, in its order.
#[derive(Clone, Debug)]
pub struct CaseFile<C, T> {
    /// The file.
    pub path: PathBuf,
    /// Cases and, where the file has it, their truth.
    pub cases: Vec<(C, Option<T>)>,
    /// Lines that are no case.
    pub bad: Vec<BadLine>,
}

/// Name of a case.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl Id {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The weather of a case, where it is known.
#[derive(Deserialize)]
pub(crate) struct Weather {
    speed_of_sound: f64,
    wind: [f64; 2],
}

/// The air of a case: its weather, or else its `c` (mean and sigma, m/s) and a wind that is unknown to
/// `wind_sigma` m/s per axis.
pub(crate) fn air(
    weather: Option<Weather>,
    c: Option<f64>,
    c_sigma: f64,
    wind_sigma: f64,
) -> Result<Air, String> {
    let (speed_m_s, wind, wind_sigma) = match (weather, c) {
        (Some(w), _) => (Uncertain::new(w.speed_of_sound, 0.0), w.wind, 0.0),
        (None, Some(c)) => (Uncertain::new(c, c_sigma), [0.0; 2], wind_sigma),
        (None, None) => return Err("neither c nor weather; one is needed".to_owned()),
    };
    Ok(Air {
        speed_m_s,
        wind: Wind {
            east: Uncertain::new(wind[0], wind_sigma),
            north: Uncertain::new(wind[1], wind_sigma),
        },
    })
}

/// What a line says, or why it is no case.
pub(crate) type Parsed<C, T> = Result<(C, Option<T>), String>;

/// `input` itself, or the `.jsonl` files in it by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn case_files(input: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !input.is_dir() {
        return Ok(vec![input.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(input)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a case file; a bad line is listed and the others go on.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read<C, T>(
    path: &Path,
    parse: impl Fn(&[u8]) -> Parsed<C, T>,
) -> std::io::Result<CaseFile<C, T>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut file = CaseFile {
        path: path.to_owned(),
        cases: Vec::new(),
        bad: Vec::new(),
    };
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let n = (&mut reader)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut bytes)?;
        if n == 0 {
            break;
        }
        let mut bad = |why: String| {
            file.bad.push(BadLine {
                path: path.to_owned(),
                line,
                why,
            });
        };
        if n as u64 == MAX_LINE_BYTES && bytes.last() != Some(&b'\n') {
            bad(format!("longer than {MAX_LINE_BYTES} bytes; cut it up"));
            reader.skip_until(b'\n')?;
            continue;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        if file.cases.len() == MAX_CASES {
            bad(format!("more than {MAX_CASES} cases; the rest is left out"));
            break;
        }
        match parse(&bytes) {
            Ok(case) => file.cases.push(case),
            Err(why) => bad(why),
        }
    }
    Ok(file)
}

/// The cases of lines that are in memory; `name` stands for the file.
pub(crate) fn parse<C, T>(
    name: &str,
    lines: &[String],
    parse: impl Fn(&[u8]) -> Parsed<C, T>,
) -> CaseFile<C, T> {
    let mut file = CaseFile {
        path: PathBuf::from(name),
        cases: Vec::new(),
        bad: Vec::new(),
    };
    for (k, text) in lines.iter().enumerate() {
        match parse(text.as_bytes()) {
            Ok(case) => file.cases.push(case),
            Err(why) => file.bad.push(BadLine {
                path: file.path.clone(),
                line: k + 1,
                why,
            }),
        }
    }
    file
}
