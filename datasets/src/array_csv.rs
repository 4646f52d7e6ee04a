//! The array as CSV: one line a sensor, the columns named like the keys of `array.toml`.
//!
//! Tables of `file,x,y,z`, as other programs write them, are read too: x, y, z are east, north,
//! up, and a sensor without an id is called by its file.

use crate::array_file::{ArrayFile, FieldError, SensorSpec};
use crate::csv_table;
use crate::position::RawPosition;

/// Every column there is.
const COLUMNS: [&str; 16] = [
    "id",
    "latitude",
    "longitude",
    "height",
    "east",
    "north",
    "up",
    "x",
    "y",
    "z",
    "position_sigma_m",
    "clock_sigma_s",
    "channel",
    "full_scale_db_spl",
    "start",
    "file",
];

/// Reads the text of an array CSV. An empty cell is a missing value.
pub(crate) fn parse(text: &str) -> Result<ArrayFile, FieldError> {
    let sensors = csv_table::read(text, &COLUMNS, |row| {
        let line = row.line;
        let cell = |name: &str| row.cell(name);
        let number = |name: &str| -> Result<Option<f64>, FieldError> {
            parsed(cell(name), name, line, "a number")
        };
        if row.len > row.columns() {
            return Err((
                format!("line {line}"),
                format!("has {} cells for {} columns", row.len, row.columns()),
            ));
        }
        let id = cell("id")
            .or_else(|| cell("file").map(stem))
            .ok_or_else(|| {
                (
                    format!("line {line}, column `id`"),
                    "is empty; every sensor needs a name".to_owned(),
                )
            })?;
        let position = RawPosition {
            latitude: number("latitude")?,
            longitude: number("longitude")?,
            height: number("height")?,
            east: number("east")?.or(number("x")?),
            north: number("north")?.or(number("y")?),
            up: number("up")?.or(number("z")?),
        }
        .resolve()
        .map_err(|reason| (format!("line {line}, sensor `{id}`: position"), reason))?;
        Ok(SensorSpec {
            position_sigma_m: number("position_sigma_m")?,
            clock_sigma_s: number("clock_sigma_s")?,
            channel: parsed(cell("channel"), "channel", line, "a channel number from 0")?,
            full_scale_db_spl: number("full_scale_db_spl")?,
            start: parsed(
                cell("start"),
                "start",
                line,
                "a time like 2018-12-19T00:49:26.000Z",
            )?,
            file: cell("file").map(str::to_owned),
            ..SensorSpec::new(id, position)
        })
    })?;
    Ok(ArrayFile {
        sensors,
        ..ArrayFile::default()
    })
}

/// The name of a file without folders and extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn parsed<T: std::str::FromStr>(
    text: Option<&str>,
    column: &str,
    line: u64,
    expected: &str,
) -> Result<Option<T>, FieldError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.parse() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err((
            format!("line {line}, column `{column}`"),
            format!("`{text}` is not {expected}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;
    use shotfix_core::Enu;

    #[test]
    fn reads_both_kinds_of_coordinates() {
        let globe = parse("id,latitude,longitude,height\nA,40.44,-79.99,300\n").unwrap();
        assert!(matches!(globe.sensors[0].position, Position::Globe(p) if p.height_m == 300.0));
        let local = parse(
            "id, east, north, up, channel, start\nA, 1, 2, 3, 4, 2018-12-19T00:49:26Z\nB,5,6,,,\n",
        )
        .unwrap();
        assert_eq!(local.sensors[0].channel, Some(4));
        assert!(local.sensors[0].start.is_some());
        assert_eq!(
            local.sensors[1].position,
            Position::Local(Enu::new(5.0, 6.0, 0.0))
        );
        assert_eq!(local.sensors[1].channel, None);
    }

    #[test]
    fn errors_name_line_and_column() {
        let message = |text: &str| {
            let (field, reason) = parse(text).unwrap_err();
            format!("{field}: {reason}")
        };
        assert!(message("id,lat,longitude\n").contains("column `lat`: is unknown; known are id"));
        assert!(message("id,east,north\nA,x,0\n").contains("line 2, column `east`: `x`"));
        assert!(message("id,east,north\nA,NaN,0\n").contains("east is NaN"));
        assert!(message("id,east,north\n,1,0\n").contains("line 2, column `id`"));
        assert!(message("id,east,north\nA,1\n").contains("line 2, sensor `A`: position"));
        assert!(message("id,east,north\nA,1,2,3\n").contains("4 cells for 3 columns"));
    }

    #[test]
    fn reads_tables_of_other_programs() {
        let array =
            parse("file,x,y,z\ntests/audio/m_3.wav, 17.1,8.8,14.3\nshort.wav, 0, 0\n").unwrap();
        assert_eq!(array.sensors[0].id, "m_3");
        assert_eq!(
            array.sensors[0].file.as_deref(),
            Some("tests/audio/m_3.wav")
        );
        assert_eq!(array.sensors[1].position, Position::Local(Enu::default()));
    }
}
