//! Places where shots are known to have been fired: casings found, as a table.

use std::path::Path;

use shotfix_core::{Enu, LocalFrame, Timestamp};

use crate::array_file::FieldError;
use crate::csv_table::{self, Row};
use crate::error::{Error, read_text};
use crate::position::{Position, RawPosition};

/// Every column there is.
const COLUMNS: [&str; 8] = [
    "time",
    "latitude",
    "longitude",
    "height",
    "east",
    "north",
    "up",
    "sigma_m",
];

/// Somebody fired here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundPlace {
    /// Line of the table, from 1.
    pub line: u64,
    /// About when.
    pub time: Timestamp,
    /// Standard deviation of each coordinate of the place, metres.
    pub sigma_m: f64,
    position: Position,
    has_height: bool,
}

impl FoundPlace {
    /// Reads a CSV with a header of `time,east,north,sigma_m` or `time,latitude,longitude,sigma_m`, and
    /// `up` or `height` where it is known. Lines that begin with `#` are comments.
    ///
    /// # Errors
    /// [`Error`] that names the file, the line and the remedy.
    pub fn read_all(path: &Path) -> Result<Vec<Self>, Error> {
        let text = read_text(path)?;
        parse(&text).map_err(|(field, reason)| Error::field(path, field, reason))
    }

    /// The place in the frame of an array, at the height `up_m` there if the table tells none; `None` if it
    /// is on the globe and the array is not.
    pub fn place(&self, frame: Option<&LocalFrame>, up_m: f64) -> Option<Enu> {
        let place = self.position.to_enu(frame)?;
        let up_m = if self.has_height { place.up_m } else { up_m };
        Some(Enu::new(place.east_m, place.north_m, up_m))
    }
}

pub(crate) fn parse(text: &str) -> Result<Vec<FoundPlace>, FieldError> {
    csv_table::read(text, &COLUMNS, row)
}

fn row(row: &Row<'_>) -> Result<FoundPlace, FieldError> {
    let line = row.line;
    let refuse = |column: &str, reason: String| (format!("line {line}, column `{column}`"), reason);
    let number = |name: &str| -> Result<Option<f64>, FieldError> {
        let Some(text) = row.cell(name) else {
            return Ok(None);
        };
        let value = text.parse().ok().filter(|v: &f64| v.is_finite());
        value
            .map(Some)
            .ok_or_else(|| refuse(name, format!("`{text}` is not a number")))
    };
    let raw = RawPosition {
        latitude: number("latitude")?,
        longitude: number("longitude")?,
        height: number("height")?,
        east: number("east")?,
        north: number("north")?,
        up: number("up")?,
    };
    let position = raw
        .resolve()
        .map_err(|reason| (format!("line {line}: position"), reason))?;
    let time = row.cell("time").unwrap_or_default();
    let sigma_m = number("sigma_m")?
        .filter(|sigma_m| (0.0..1e3).contains(sigma_m))
        .ok_or_else(|| {
            let reason = "give how well the place is known, metres from 0 to 1000".to_owned();
            refuse("sigma_m", reason)
        })?;
    Ok(FoundPlace {
        line,
        time: time.parse().map_err(|_| {
            let reason = format!("`{time}` is not a time like 2026-07-04T21:30:00Z");
            refuse("time", reason)
        })?,
        sigma_m,
        position,
        has_height: raw.up.is_some() || raw.height.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shotfix_core::Geodetic;

    #[test]
    fn reads_both_kinds_of_coordinates() {
        let frame = LocalFrame::new(Geodetic {
            latitude_deg: 40.0,
            longitude_deg: -80.0,
            height_m: 300.0,
        });
        let text =
            "time,latitude,longitude,sigma_m\n# found by A.\n2026-07-04T21:30:00Z,40.001,-80,0.3\n";
        let found = parse(text).unwrap();
        assert_eq!((found[0].line, found[0].sigma_m), (3, 0.3));
        // A thousandth of a degree of latitude at 40 degrees north is 111.03 m.
        let place = found[0].place(Some(&frame), 1.5).unwrap();
        assert_eq!(parse(&text.replace('\n', "\r\n")).unwrap(), found);
        assert!((place.north_m - 111.03).abs() < 0.02 && place.up_m == 1.5);
        assert!(found[0].place(None, 1.5).is_none());
        let local = parse("time,east,north,up,sigma_m\n2026-07-04T21:30:00Z,1,2,3,0\n").unwrap();
        assert_eq!(local[0].place(None, 9.0), Some(Enu::new(1.0, 2.0, 3.0)));
    }

    #[test]
    fn errors_name_line_and_column() {
        for (row, words) in [
            (
                "yesterday,1,2,0.5",
                "line 2, column `time`: `yesterday` is not a time",
            ),
            (
                "2026-07-04T21:30:00Z,1,2,",
                "line 2, column `sigma_m`: give how well",
            ),
            (
                "2026-07-04T21:30:00Z,1,2,-1",
                "line 2, column `sigma_m`: give how well",
            ),
            (
                "2026-07-04T21:30:00Z,one,2,1",
                "line 2, column `east`: `one` is not a number",
            ),
            (
                "2026-07-04T21:30:00Z,1,,1",
                "line 2: position: needs either",
            ),
        ] {
            let (field, reason) = parse(&format!("time,east,north,sigma_m\n{row}\n")).unwrap_err();
            let message = format!("{field}: {reason}");
            assert!(message.starts_with(words), "{message}");
        }
        assert!(
            parse("when,east\n")
                .unwrap_err()
                .1
                .contains("known are time")
        );
    }
}
