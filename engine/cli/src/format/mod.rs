//! The forms in which `locate` and `analyze` say what they found.
//!
//! A new format is one file with a `write` function, one variant of [`Format`] and one line in
//! its table.

mod csv;
mod explained;
mod geojson;
mod impulses;
mod json;
mod kml;
mod moving;
mod numbers;
mod text;
mod told;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::findings::Findings;

pub use impulses::write_impulses;
pub(crate) use numbers::percent;

/// A form of output, as `--format` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// A short table for people.
    #[default]
    Text,
    /// The stable schemas `shotfix.incidents/1` and `shotfix.impulses/1`.
    Json,
    /// RFC 7946 features for maps; needs geodetic positions.
    GeoJson,
    /// One row a shot.
    Csv,
    /// KML 2.2 for Google Earth; needs geodetic positions.
    Kml,
}

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The format stands on the globe and the array does not.
    #[error(
        "{format} needs geodetic positions, and this array has local coordinates only: \
         use --format json or csv, or give the array file a [frame] origin"
    )]
    NeedsFrame {
        /// The format asked for.
        format: Format,
    },
    /// The format has no form for the impulses of single recordings.
    #[error("{format} cannot hold impulses, which have no place: use --format text or json")]
    NotForImpulses {
        /// The format asked for.
        format: Format,
    },
    /// No format has this name.
    #[error("no format is called `{name}`: use text, json, geojson, csv or kml")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The output did not take the bytes.
    #[error("cannot write the output: {0}")]
    Io(#[from] io::Error),
}

impl From<serde_json::Error> for FormatError {
    fn from(error: serde_json::Error) -> Self {
        // Our structs hold no map with odd keys, so a writer that fails is the only cause.
        Self::Io(error.into())
    }
}

impl From<::csv::Error> for FormatError {
    fn from(error: ::csv::Error) -> Self {
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}

type WriteReport = fn(&Findings<'_>, &mut dyn Write) -> Result<(), FormatError>;

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::GeoJson, Self::Csv, Self::Kml];

    /// The name that `--format` takes.
    pub const fn name(self) -> &'static str {
        self.entry().0
    }

    const fn entry(self) -> (&'static str, WriteReport) {
        match self {
            Self::Text => ("text", text::write),
            Self::Json => ("json", json::write),
            Self::GeoJson => ("geojson", geojson::write),
            Self::Csv => ("csv", csv::write),
            Self::Kml => ("kml", kml::write),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    /// # Errors
    /// [`FormatError::Unknown`], which lists the names there are.
    fn from_str(name: &str) -> Result<Self, FormatError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| FormatError::Unknown {
                name: name.to_owned(),
            })
    }
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// Writes `findings` as `format`. Warnings are part of JSON only; for the other formats the caller
/// prints them to stderr.
///
/// # Errors
/// [`FormatError::NeedsFrame`] when a map format meets an anonymous array (nothing is written
/// then), [`FormatError::Io`] when `out` fails.
pub fn write_report(
    format: Format,
    findings: &Findings<'_>,
    out: &mut dyn Write,
) -> Result<(), FormatError> {
    format.entry().1(findings, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn names_lead_back_to_their_formats() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>().unwrap(), format);
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("geojson, csv or kml"), "{error}");
    }

    #[test]
    fn every_format_writes_every_report_or_names_the_remedy() {
        for format in Format::ALL {
            for report in [
                fixture::town_report(),
                fixture::anonymous_report(),
                fixture::hostile_report(),
                fixture::empty_report(),
            ] {
                let mut out = Vec::new();
                match write_report(format, &Findings::plain(&report), &mut out) {
                    Ok(()) => assert!(out.ends_with(b"\n"), "{format}"),
                    Err(error) => {
                        assert!(report.array.frame().is_none());
                        assert!(error.to_string().contains("json or csv"), "{error}");
                        assert!(out.is_empty());
                    }
                }
                let mut again = Vec::new();
                write_report(format, &Findings::plain(&report), &mut again).ok();
                assert_eq!(out, again, "{format} is the same every time");
            }
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for format in Format::ALL {
            let report = fixture::town_report();
            let result = write_report(format, &Findings::plain(&report), &mut Full);
            assert!(matches!(result, Err(FormatError::Io(_))), "{format}");
        }
    }
}
