//! Where in a scene file a field stands, so that a refusal can name the line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Line, from 1, of a field such as `sensor[2].east`; of the innermost part that is written if
/// the field itself is absent. `None` if no part of it is written, or the text is not TOML.
pub(crate) fn line_of(text: &str, field: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut found = None;
    let mut table = document.get_ref();
    for part in field.split('.') {
        let (key, index) = match part.split_once('[') {
            Some((key, rest)) => (key, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (part, None),
        };
        let Some((written, value)) = table.iter().find(|(k, _)| k.get_ref() == key) else {
            break;
        };
        let element = index.and_then(|index| value.get_ref().as_array()?.get(index));
        found = Some(match element {
            Some(element) => element.span().start,
            None => written.span().start,
        });
        let inner: &Spanned<DeValue<'_>> = element.unwrap_or(value);
        match inner.get_ref().as_table() {
            Some(inner) => table = inner,
            None => break,
        }
    }
    let before = text.get(..found?)?;
    Some(before.bytes().filter(|byte| *byte == b'\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_is_found() {
        let text = "seed = 1\norigin = { latitude = 91.0,\n longitude = 0.0 }\n\n\
                    [[sensor]]\nid = \"a\"\n[[sensor]]\nid = \"b\"\neast = 1.0\n\
                    atmosphere.wind_east_m_s = 3.0\n[city.generate]\nblock_m = 3\n";
        for (field, line) in [
            ("seed", Some(1)),
            ("origin.latitude", Some(2)),
            ("origin.longitude", Some(3)),
            ("sensor[0].id", Some(6)),
            ("sensor[1].east", Some(9)),
            // Not written: the table it would be in.
            ("sensor[1].north", Some(7)),
            ("sensor", Some(5)),
            ("city.generate.block_m", Some(12)),
            ("city.generate.street_m", Some(11)),
            ("noise.ambient_db_spl", None),
            ("", None),
            ("sensor[9999999999999999999999].id", Some(5)),
        ] {
            assert_eq!(line_of(text, field), line, "{field}");
        }
        assert_eq!(line_of("seed = ", "seed"), None);
    }
}
