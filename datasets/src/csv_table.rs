//! Tables as CSV: a header of known columns, comments from `#`, empty cells for what is missing.

use crate::array_file::FieldError;

/// One row.
pub(crate) struct Row<'a> {
    /// In the file, from 1.
    pub(crate) line: u64,
    /// Cells that are there, which may be more than columns.
    pub(crate) len: usize,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The text of a column, if there is any.
    pub(crate) fn cell(&self, name: &str) -> Option<&str> {
        let at = self.header.iter().position(|column| column == name)?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    /// How many columns the table has.
    pub(crate) fn columns(&self) -> usize {
        self.header.len()
    }
}

/// Hands every row of `text` to `take`.
///
/// # Errors
/// What is wrong and where: no CSV, a column that is none of `columns`, or what `take` refuses.
pub(crate) fn read<T>(
    text: &str,
    columns: &[&str],
    mut take: impl FnMut(&Row<'_>) -> Result<T, FieldError>,
) -> Result<Vec<T>, FieldError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .flexible(true)
        .from_reader(text.as_bytes());
    let broken = |e: csv::Error| ("CSV".to_owned(), e.to_string());
    let header = reader.headers().map_err(broken)?.clone();
    if let Some(unknown) = header.iter().find(|name| !columns.contains(name)) {
        return Err((
            format!("column `{unknown}`"),
            format!("is unknown; known are {}", columns.join(", ")),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record
            .position()
            .map_or(0, |before| line_after(text, before));
        rows.push(take(&Row {
            line,
            len: record.len(),
            header: &header,
            record: &record,
        })?);
    }
    Ok(rows)
}

/// The line of the record that follows `before`; the reader counts from before the comments it skips.
fn line_after(text: &str, before: &csv::Position) -> u64 {
    let rest = usize::try_from(before.byte()).ok();
    let rest = rest.and_then(|byte| text.get(byte..)).unwrap_or_default();
    let skipped = (rest.lines()).take_while(|l| l.trim().is_empty() || l.starts_with('#'));
    before.line() + skipped.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_file_comments_and_all() {
        let lines = |text| read(text, &["a", "b"], |row| Ok(row.line)).unwrap();
        assert_eq!(lines("a,b\n1,2\n# so\n\n3,4\n"), [2, 5]);
        assert_eq!(lines("# first\na,b\n# so\n1,2\n"), [4]);
    }
}
