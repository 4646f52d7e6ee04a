//! Figures as the cells of a table; a dash where there is none.

/// With so many decimals.
pub(crate) fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.decimals$}"))
}

/// A share as a percentage.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |v| format!("{:.1}%", 100.0 * v))
}

/// A share of truths inside 95 % regions: `-` after one below 93 %, `+` after one above 97 %, which regions that
/// tell the truth do not leave but by the chance of few cases.
pub(crate) fn coverage(share: Option<f64>) -> String {
    let mark = match share {
        Some(v) if v < 0.93 => '-',
        Some(v) if v > 0.97 => '+',
        _ => ' ',
    };
    format!("{}{mark}", percent(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_is_marked_outside_93_to_97_percent() {
        let cells = [0.9299, 0.93, 0.97, 0.9701].map(|v| coverage(Some(v)));
        assert_eq!(cells, ["93.0%-", "93.0% ", "97.0% ", "97.0%+"]);
        assert_eq!(coverage(None), "- ");
    }
}
